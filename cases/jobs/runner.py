"""One attempt at one row: claim it, call its handler, keep or give back what came of it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Value
from django.db.models.functions import Now
from django.utils import timezone

from cases.jobs.errors import LostClaim, TryLater
from cases.jobs.holds import is_held
from cases.jobs.models import Job, JobState
from cases.jobs.registry import JobKind, find_job_kind
from cases.jobs.signals import job_given_up

if TYPE_CHECKING:
    from django.db.models.expressions import CombinedExpression

log = structlog.get_logger(__name__)


def from_now(wait: timedelta) -> "ExpressionWrapper[CombinedExpression] | Now":
    """A moment by the database's clock, so that a worker's wrong clock changes nothing.

    No wait is `Now()` itself: SQLite compares moments as text, and a sum is written with more
    digits than the clock, so that within a millisecond it would still lie ahead.
    """
    if not wait:
        return Now()
    return ExpressionWrapper(Now() + Value(wait), output_field=DateTimeField())


@contextmanager
def lightly() -> Iterator[None]:
    """Commit without waiting for the disk, where SQLite would (PostgreSQL groups commits).

    For a claim, a report, and an end without effects: if a power cut takes them back, the work
    is done again, and no more. Inside a transaction nothing is changed.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=NORMAL")
        try:
            yield
        finally:
            cursor.execute("PRAGMA synchronous=FULL")


class ClaimedRun:
    """The claim of one attempt; see `cases.jobs.registry.Run`."""

    def __init__(self, job: Job, kind: JobKind) -> None:
        self.job = job
        self.kind = kind
        self.attempt = job.attempts
        self.finished = False

    def report_progress(self, done: int, total: int, *, step: str = "") -> None:
        self._update_mine(
            progress_done=done,
            progress_total=total,
            progress_step=step,
            lease_until=from_now(self.kind.lease),
        )

    @contextmanager
    def finishing(self) -> Iterator[None]:
        with transaction.atomic():
            yield
            self.finish()
        self.finished = True

    def finish(self) -> None:
        """Mark the row done while the claim is still ours; one statement, whole by itself."""
        self._update_mine(state=JobState.DONE, finished_at=Now(), lease_until=None)

    def _update_mine(self, **changes: Any) -> None:
        mine = Job.objects.filter(pk=self.job.pk, state=JobState.RUNNING, attempts=self.attempt)
        with lightly():
            if not mine.update(**changes):
                raise LostClaim

    def give_back(self, code: str, wait: timedelta, *, counted: bool) -> None:
        """Queue the row again, or give it up to a person where no attempt is left."""
        with transaction.atomic():
            if counted and self.attempt >= self.job.max_attempts:
                give_up(self.job, code)
                return
            self._update_mine(
                state=JobState.QUEUED,
                attempts=F("attempts") - (0 if counted else 1),
                lease_until=None,
                rung_at=None,
                run_after=from_now(wait),
                error_code=code,
            )


def claim_job(job: Job, *, lease: timedelta) -> bool:
    """Take a row, as it was read, for one attempt; False where it is not due, taken or worn out.

    The row is not read again: the claim holds only if no attempt has begun since it was read.
    """
    attempt = job.attempts + 1
    row = Job.objects.claimable().filter(
        pk=job.pk, attempts=job.attempts, attempts__lt=F("max_attempts")
    )
    with lightly():
        taken = row.update(
            state=JobState.RUNNING, attempts=attempt, lease_until=from_now(lease), error_code=""
        )
    if taken:
        job.state, job.attempts, job.error_code = JobState.RUNNING, attempt, ""
    return bool(taken)


def give_up(job: Job, code: str) -> bool:
    """Close a row that no attempt is left for, and tell the rooms, so that a person is asked."""
    with transaction.atomic():
        closed = (
            Job.objects.unfinished()
            .filter(pk=job.pk, attempts__gte=F("max_attempts"))
            .update(state=JobState.GIVEN_UP, finished_at=Now(), lease_until=None, error_code=code)
        )
        if closed:
            job.refresh_from_db()
            job_given_up.send(sender=Job, job=job, now=timezone.now())
            log.warning("job.given_up", job=str(job.pk), kind=job.kind, code=code)
    return bool(closed)


def run_claimed_job(job_id: str) -> bool:
    """Make one attempt at a row if it can be claimed; True where an attempt was made."""
    try:
        job = Job.objects.get(pk=job_id)
        kind = find_job_kind(job.kind)
    except (Job.DoesNotExist, ValidationError) as error:
        log.warning("job.not_ours", job=str(job_id)[:36], error=type(error).__name__)
        return False
    if is_held(job.queue) or not claim_job(job, lease=kind.lease):
        return False
    attempt_job(ClaimedRun(job, kind))
    return True


def attempt_job(run: ClaimedRun) -> None:
    """Call the handler; whoever lost the claim meanwhile leaves the row as it is."""
    try:
        call_handler(run)
    except LostClaim:
        log.warning("job.claim_lost", job=str(run.job.pk), kind=run.job.kind)


def call_handler(run: ClaimedRun) -> None:
    job, kind = run.job, run.kind
    try:
        kind.handler(run, **job.args)
        if not run.finished:
            run.finish()
    except LostClaim:
        raise
    except TryLater as later:
        run.give_back(later.code, timedelta(seconds=later.seconds), counted=False)
    except Exception as error:  # the one boundary: whatever a handler raises becomes a row
        log.exception("job.failed", job=str(job.pk), kind=job.kind, attempt=run.attempt)
        if not run.finished:
            wait = kind.back_off * 4 ** (run.attempt - 1)
            run.give_back(error_code_of(error), wait, counted=True)


def error_code_of(error: Exception) -> str:
    """A short word for the row: a refusal's code, else the class, never the text."""
    code = getattr(error, "code", None) if isinstance(error, ValidationError) else None
    name = code or re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(error).__name__).lower()
    return str(name)[:60]
