"""What the correspondence hears from the left."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from cases.casework.models import ConsentPurpose
from cases.casework.signals import consent_frozen, consent_withdrawn, patient_died
from cases.hospitals.models import Message, MessageState
from cases.hospitals.outbox import keep_as_draft
from cases.jobs.models import Job
from cases.jobs.services import queue_job
from cases.jobs.signals import job_given_up, minute_passed


@receiver(minute_passed)
def look_for_lost_claims(**_kwargs: Any) -> None:
    if Message.objects.filter(state=MessageState.SENDING).exists():
        queue_job(kind="hospitals.settle_lost_claims", args={}, unique_key="settle_lost_claims")


@receiver(job_given_up)
def keep_unsent(job: Job, **_kwargs: Any) -> None:
    """No server took it for a day."""
    if job.kind == "hospitals.send_mail":
        keep_as_draft(Message.objects.filter(pk=job.args["message_id"]))


@receiver(consent_frozen)
@receiver(patient_died)
def stop_sending(case_id: UUID, **_kwargs: Any) -> None:
    """Queued messages of the case become drafts again, in the transaction of the news."""
    Message.objects.filter(thread__case_id=case_id, state=MessageState.QUEUED).update(
        state=MessageState.DRAFT
    )


@receiver(consent_withdrawn)
def stop_sending_to(case_id: UUID, purpose: str, recipient_id: UUID | None, **_kwargs: Any) -> None:
    if purpose == ConsentPurpose.SHARE and recipient_id is not None:
        Message.objects.filter(
            thread__case_id=case_id,
            thread__referral__hospital_id=recipient_id,
            state=MessageState.QUEUED,
        ).update(state=MessageState.DRAFT)
