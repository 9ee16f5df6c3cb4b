"""Asking for background work."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from cases.jobs.broker import ring_for
from cases.jobs.models import Job
from cases.jobs.registry import find_job_kind
from cases.jobs.runner import run_claimed_job


@transaction.atomic
def queue_job(
    *,
    kind: str,
    args: Mapping[str, str | int],
    subject: str = "",
    unique_key: str = "",
    case_id: UUID | None = None,
    actor_id: int | None = None,
    run_after: datetime | None = None,
) -> Job:
    """Write the row of a piece of work; the bell rings when the transaction commits.

    `args` are ids only: they are readable at the broker's side of the house. With a
    `unique_key` the unfinished row of that key is returned if there is one.
    """
    work = find_job_kind(kind)
    fields = {
        "kind": kind,
        "queue": work.queue,
        "args": dict(args),
        "subject": subject,
        "case_id": case_id,
        "actor_id": actor_id,
        "max_attempts": work.max_attempts,
        "run_after": run_after or Now(),
    }
    try:
        with transaction.atomic():
            job = Job.objects.create(unique_key=unique_key, **fields)
    except IntegrityError:
        return Job.objects.unfinished().get(unique_key=unique_key)
    job.refresh_from_db()
    if run_after is None:
        transaction.on_commit(partial(_ring_once, str(job.pk), work.queue), robust=True)
    return job


def _ring_once(job_id: str, queue: str) -> None:
    if ring_for(job_id, queue):
        Job.objects.filter(pk=job_id, rung_at__isnull=True).update(rung_at=Now())


def run_due_jobs(*, limit: int = 1000) -> int:
    """Run everything that is due in this process, in order, until nothing is; how many ran."""
    ran = 0
    while ran < limit:
        job_id = Job.objects.claimable().order_by("run_after").values_list("pk", flat=True).first()
        if job_id is None or not run_claimed_job(str(job_id)):
            break
        ran += 1
    return ran
