"""News about records. Receivers only queue a job, or close what must be closed at once."""

from django.dispatch import Signal

# Sent inside the transaction of the act. Arguments of all: case_id, document_id, now.
document_accepted = Signal()
document_withdrawn = Signal()
# Sent by every move of a document. Also `was` and `state`, without `now`.
document_moved = Signal()
# Sent when a reading has stored its proposals; also `count`, how many were stored.
facts_proposed = Signal()
# Sent when the keys of the cases lie under a new master key: other keys follow. No arguments.
master_key_rotated = Signal()
