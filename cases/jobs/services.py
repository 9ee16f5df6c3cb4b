"""Asking for background work."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from cases.jobs.models import Job
from cases.jobs.registry import find_job_kind
from cases.jobs.runner import run_claimed_job

MOST_TRIES = 5


@transaction.atomic(savepoint=False)
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
        # The sweeper leaves a row alone for a while whose bell is about to ring.
        **({"rung_at": Now()} if run_after is None else {"run_after": run_after}),
    }
    job, made = insert_once(unique_key, fields) if unique_key else (insert_job(fields), True)
    if made and run_after is None:
        # Not a partial: where it fails, Django asks for its name to say so.
        transaction.on_commit(lambda: _ring_once(str(job.pk), work.queue), robust=True)
    return job


def insert_job(fields: dict[str, Any]) -> Job:
    job = Job(**fields)
    job.save(force_insert=True)
    if job.rung_at is not None:
        job.rung_at = job.created_at  # as the database's clock wrote it
    return job


def insert_once(unique_key: str, fields: dict[str, Any]) -> tuple[Job, bool]:
    """The unfinished row of a key, and whether it was made here.

    The row that was in the way may be finished before it is read; then there is room again.
    """
    for _ in range(MOST_TRIES):
        try:
            with transaction.atomic():
                return insert_job({**fields, "unique_key": unique_key}), True
        except IntegrityError:
            found = Job.objects.unfinished().filter(unique_key=unique_key).first()
        if found is not None:
            return found, False
    raise RuntimeError(f"{unique_key} is taken by no row that can be read")


def _ring_once(job_id: str, queue: str) -> None:
    from cases.jobs.broker import ring_for  # noqa: PLC0415  # its client is slow to load

    if not ring_for(job_id, queue):
        Job.objects.filter(pk=job_id).update(rung_at=None)


def run_due_jobs(*, limit: int = 1000) -> int:
    """Run everything that is due in this process, in order, until nothing is; how many ran."""
    ran = 0
    while ran < limit:
        job_id = Job.objects.claimable().order_by("run_after").values_list("pk", flat=True).first()
        if job_id is None or not run_claimed_job(str(job_id)):
            break
        ran += 1
    return ran
