"""News from the journey of a case. Receivers only queue jobs, or close what must be closed now."""

from django.dispatch import Signal

# Arguments of all: case_id, now. Sent inside the transaction of the act.
consent_withdrawn = Signal()  # also purpose, recipient_id
consent_frozen = Signal()
patient_died = Signal()
case_opened = Signal()
notice_bounced = Signal()  # also party
