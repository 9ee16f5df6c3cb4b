"""News about what is known of the illness."""

from django.dispatch import Signal

# Sent in the transaction that changes which facts of a case are confirmed; receivers only queue
# a job. Arguments: case_id (UUID).
facts_changed = Signal()
