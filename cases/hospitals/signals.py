"""News from the correspondence with hospitals and families."""

from django.dispatch import Signal

# Arguments: message_id, case_id, now. Sent in the transaction that stores an incoming message.
message_received = Signal()
