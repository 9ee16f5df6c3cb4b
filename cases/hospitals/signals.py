"""News from the correspondence with hospitals and families."""

from django.dispatch import Signal

# Arguments: message_id, case_id, now. Sent in the transaction that stores an incoming message.
message_received = Signal()

# Arguments: message, actor, now. Sent inside the transaction in which a person lets a message go
# once more. Who wrote its mail queues that job and answers True; a receiver may also refuse.
message_sent_again = Signal()

# Argument: message, of a hospital. The room that sends papers answers with the reference under
# which this hospital knows the case; empty where it knows none yet.
reference_asked = Signal()
