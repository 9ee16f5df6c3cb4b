"""The doorbell of the outbox."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_noop

from cases.casework.services import make_task
from cases.hospitals.models import Message, MessageState
from cases.hospitals.outbox import claim_message, deliver_message, may_still_go, settle_message
from cases.jobs.registry import Run, job_handler, mail_handler
from cases.jobs.runner import from_now

IN_DOUBT_AFTER = timedelta(minutes=10)
IN_DOUBT = (MessageState.UNKNOWN, MessageState.BOUNCED)


@mail_handler(
    "hospitals.send_mail",
    given_up=gettext_noop("A message was not sent: no server took the mail for a day"),
)
def send_mail(run: Run, *, message_id: str) -> None:
    """Send one message, once."""
    message = claim_message(message_id)
    if message is None:
        return
    if not may_still_go(message):
        settle_message(message, MessageState.DRAFT)
        return
    ended = deliver_message(message)
    if ended in IN_DOUBT:
        with run.finishing():
            ask_about_message(message, ended, timezone.now())


def ask_about_message(message: Message, state: MessageState, now: datetime) -> None:
    """A person looks whether it arrived, and may send it again."""
    make_task(
        title=_("A message came back") if state == MessageState.BOUNCED else _("Was this sent?"),
        case=message.thread.case,
        code=f"message_{state}",
        target=f"hospitals.message:{message.pk}",
        now=now,
    )


@job_handler("hospitals.settle_lost_claims")
def settle_lost_claims(run: Run) -> None:
    """Messages whose sender died while sending are in doubt: nobody knows whether they left."""
    lost = Message.objects.filter(
        state=MessageState.SENDING, claimed_at__lt=from_now(-IN_DOUBT_AFTER)
    ).select_related("thread__case")
    for message in lost:
        with transaction.atomic():
            if settle_message(message, MessageState.UNKNOWN):
                ask_about_message(message, MessageState.UNKNOWN, timezone.now())
    run.report_progress(1, 1)
