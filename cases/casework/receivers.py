"""What the journey of a case hears from the left."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver
from django.utils.translation import gettext as _

from cases.casework.models import Case
from cases.casework.services import make_task
from cases.jobs.models import Job
from cases.jobs.signals import job_given_up


@receiver(job_given_up)
def ask_a_person(job: Job, now: datetime, **_kwargs: Any) -> None:
    """Work that was given up becomes a task, in the transaction that gives it up."""
    make_task(
        title=_("Background work was given up: %(kind)s") % {"kind": job.kind},
        case=Case.objects.filter(pk=job.case_id).first() if job.case_id else None,
        code="job_given_up",
        target=job.subject or f"jobs.job:{job.pk}",
        now=now,
    )
