"""The doorbell of the notices to families."""

from datetime import timedelta

from django.utils import timezone

from cases.accounts.posting import NotPosted, post_mail
from cases.casework.models import FamilyNotice, NoticeState
from cases.casework.notices import (
    ENDED,
    build_notice_mail,
    claim_notice,
    find_reason_to_keep,
    give_notice_back,
    settle_notice,
)
from cases.jobs.registry import Run, job_handler, mail_handler
from cases.jobs.runner import from_now

LOST_AFTER = timedelta(minutes=10)


@mail_handler("casework.send_notice")
def send_notice(run: Run, *, notice_id: str) -> None:
    """Send one notice, once."""
    notice = claim_notice(notice_id)
    if notice is None:
        return
    kept = find_reason_to_keep(notice)
    if kept is not None:
        settle_notice(notice, kept, timezone.now())
        return
    run.report_progress(1, 2, step="mail")
    try:
        ended = ENDED[post_mail(build_notice_mail(notice))]
    except NotPosted:
        give_notice_back(notice)
        raise
    settle_notice(notice, ended, timezone.now())


@job_handler("casework.settle_lost_notices")
def settle_lost_notices(run: Run) -> None:
    """Notices whose sender died while sending have perhaps left; they are not sent again."""
    lost = FamilyNotice.objects.filter(
        state=NoticeState.SENDING, claimed_at__lt=from_now(-LOST_AFTER)
    ).select_related("party__case")
    for notice in lost:
        settle_notice(notice, NoticeState.UNKNOWN, timezone.now())
    run.report_progress(1, 1)
