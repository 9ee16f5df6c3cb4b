"""What the journey of a case hears from the left."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.dispatch import receiver
from django.utils.translation import gettext as _

from cases.casework.models import Case, CaseParty, FamilyNotice, NoticeState
from cases.casework.services import make_task
from cases.casework.signals import notice_bounced
from cases.jobs.models import Job
from cases.jobs.registry import find_job_kind
from cases.jobs.services import queue_job
from cases.jobs.signals import job_given_up, minute_passed


@receiver(job_given_up)
def ask_a_person(job: Job, now: datetime, **_kwargs: Any) -> None:
    """Work that was given up becomes a task, in the transaction that gives it up."""
    words = find_job_kind(job.kind).given_up
    make_task(
        title=_(words)
        if words
        else _("Background work was given up: %(kind)s") % {"kind": job.kind},
        case=Case.objects.filter(pk=job.case_id).first() if job.case_id else None,
        code="job_given_up",
        target=job.subject or f"jobs.job:{job.pk}",
        now=now,
    )


@receiver(job_given_up)
def drop_unsent_notice(job: Job, now: datetime, **_kwargs: Any) -> None:
    """No server took it for a day; the next news makes a notice of its own."""
    if job.kind == "casework.send_notice":
        FamilyNotice.objects.filter(pk=job.args["notice_id"], state=NoticeState.QUEUED).update(
            state=NoticeState.DROPPED, settled_at=now
        )


@receiver(minute_passed)
def look_for_lost_notices(**_kwargs: Any) -> None:
    if FamilyNotice.objects.filter(state=NoticeState.SENDING).exists():
        queue_job(kind="casework.settle_lost_notices", args={}, unique_key="settle_lost_notices")


@receiver(notice_bounced)
def ask_for_address(case_id: UUID, party: CaseParty, now: datetime, **_kwargs: Any) -> None:
    """The address takes no mail: a person finds out another."""
    make_task(
        title=_("A mail to the family came back"),
        case=Case.objects.get(pk=case_id),
        code="notice_bounced",
        target=f"casework.caseparty:{party.pk}",
        now=now,
    )
