"""The row is the truth: claimed once at a time, tried again, given up to a person."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from cases.accounts.models import Team
from cases.casework.models import Task
from cases.jobs import bell, registry
from cases.jobs.errors import LostClaim, TryLater, UnknownJobKind
from cases.jobs.models import Job, JobState
from cases.jobs.registry import Run, job_handler
from cases.jobs.runner import ClaimedRun, claim_job, run_claimed_job
from cases.jobs.services import queue_job, run_due_jobs
from tests import make

pytestmark = pytest.mark.django_db
LEASE = timedelta(minutes=2)


@pytest.fixture
def ran() -> Iterator[list[str]]:
    """Kinds of work for these tests alone; the list says what ran."""
    seen: list[str] = []

    @job_handler("test.works")
    def works(run: Run, *, name: str) -> None:
        run.report_progress(1, 2, step="half")
        with run.finishing():
            seen.append(name)

    @job_handler("test.fails", max_attempts=3, back_off=timedelta(0))
    def fails(run: Run, *, name: str) -> None:
        del run
        seen.append(name)
        raise ZeroDivisionError

    @job_handler("test.waits", max_attempts=2)
    def waits(run: Run, *, name: str) -> None:
        del run
        seen.append(name)
        raise TryLater("scanner_down", seconds=30)

    yield seen
    for name in ("test.works", "test.fails", "test.waits"):
        registry._kinds.pop(name)  # noqa: SLF001  # what the decorator put there


@transaction.atomic
def queue_and_fail() -> None:
    queue_job(kind="test.works", args={"name": "a"})
    raise RuntimeError


def let_lease_end(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_work_runs_once_and_says_how_far_it_was(ran: list[str]) -> None:
    job = queue_job(kind="test.works", args={"name": "a"})
    assert run_due_jobs() == 1
    assert run_due_jobs() == 0
    job.refresh_from_db()
    assert (job.state, job.attempts, job.progress_step) == (JobState.DONE, 1, "half")
    assert ran == ["a"]


@pytest.mark.usefixtures("ran")
def test_the_same_work_is_queued_once_while_unfinished() -> None:
    first = queue_job(kind="test.works", args={"name": "a"}, unique_key="a")
    assert queue_job(kind="test.works", args={"name": "a"}, unique_key="a") == first
    run_due_jobs()
    assert queue_job(kind="test.works", args={"name": "a"}, unique_key="a") != first


@pytest.mark.usefixtures("ran")
def test_work_of_a_transaction_that_fails_was_never_queued() -> None:
    with pytest.raises(RuntimeError):
        queue_and_fail()
    assert not Job.objects.exists()


def test_unknown_work_is_refused_when_it_is_asked_for() -> None:
    with pytest.raises(UnknownJobKind):
        queue_job(kind="test.nothing", args={})


@pytest.mark.usefixtures("ran")
def test_a_claimed_row_is_not_claimed_again_before_its_lease_ends() -> None:
    job = queue_job(kind="test.works", args={"name": "a"})
    stale = Job.objects.get(pk=job.pk)
    assert claim_job(job, lease=LEASE)
    assert not claim_job(Job.objects.get(pk=job.pk), lease=LEASE)
    let_lease_end(job)
    assert not claim_job(stale, lease=LEASE)
    again = Job.objects.get(pk=job.pk)
    assert claim_job(again, lease=LEASE)
    assert again.attempts == 2


def test_whoever_lost_the_claim_keeps_nothing(ran: list[str]) -> None:
    job = queue_job(kind="test.works", args={"name": "a"})
    assert claim_job(job, lease=LEASE)
    run = ClaimedRun(job, registry.find_job_kind("test.works"))
    let_lease_end(job)
    assert run_claimed_job(str(job.pk))
    with pytest.raises(LostClaim), run.finishing():
        make.team("half done")
    assert ran == ["a"]
    assert not Team.objects.filter(name="half done").exists()


def test_after_the_last_attempt_a_person_of_the_case_is_asked(
    cast: make.Cast, ran: list[str]
) -> None:
    job = queue_job(kind="test.fails", args={"name": "a"}, case_id=cast.case.pk)
    run_due_jobs()
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error_code) == (
        JobState.GIVEN_UP,
        3,
        "zero_division_error",
    )
    assert ran == ["a"] * 3
    task = Task.objects.get(code="job_given_up")
    assert (task.case, task.assignee) == (cast.case, cast.coordinator)


@pytest.mark.usefixtures("ran")
def test_work_that_must_wait_costs_no_attempt() -> None:
    job = queue_job(kind="test.waits", args={"name": "a"})
    for _ in range(5):
        Job.objects.filter(pk=job.pk).update(run_after=timezone.now() - timedelta(seconds=1))
        run_due_jobs()
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error_code) == (JobState.QUEUED, 0, "scanner_down")


@pytest.mark.usefixtures("ran")
def test_a_worker_that_died_three_times_ends_in_a_task() -> None:
    job = queue_job(kind="test.works", args={"name": "a"})
    for _ in range(3):
        assert claim_job(Job.objects.get(pk=job.pk), lease=LEASE)
        let_lease_end(job)
    bell.ring_waiting_jobs()
    job.refresh_from_db()
    assert (job.state, job.error_code) == (JobState.GIVEN_UP, "worker_died")
    assert Task.objects.filter(code="job_given_up").count() == 1


@pytest.mark.usefixtures("ran")
def test_a_broker_that_is_gone_holds_nobody_up(django_capture_on_commit_callbacks: object) -> None:
    begun = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        queue_job(kind="test.works", args={"name": "a"})
    assert timezone.now() - begun < timedelta(seconds=2)
    assert run_due_jobs() == 1


@pytest.mark.usefixtures("ran")
def test_the_row_holds_no_text_of_an_exception() -> None:
    queue_job(kind="test.fails", args={"name": "Marta"})
    run_due_jobs()
    with connection.cursor() as cursor:
        cursor.execute("SELECT error_code FROM jobs_job")
        assert cursor.fetchall() == [("zero_division_error",)]
