"""Real workers, killed without warning; a broker that forgets, hangs, or is fed nonsense."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import transaction
from pytest_django.fixtures import Settings

from cases.jobs import bell, broker, registry
from cases.jobs.models import Job, JobState
from cases.jobs.registry import (
    Run,
    find_job_kind,
    job_handler,
    list_queues,
    load_job_kinds,
)
from cases.jobs.runner import claim_job, from_now
from cases.jobs.services import queue_job, run_due_jobs
from tests.servers import Postgres, Redis

pytestmark = pytest.mark.alone

LEASE = timedelta(minutes=2)


def run_chaos(folder: Path, redis: Redis, *options: str, **variables: str) -> dict[str, Any]:
    """The counts of one run by real workers, in a process and an installation of their own."""
    environment = {**os.environ, "DATA_DIR": str(folder), "BROKER_URL": redis.url}
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-m", "tests.jobs.chaos", "--seconds", "400", *options],
        env={**environment, "LOG_LEVEL": "CRITICAL", "PYTHONWARNINGS": "ignore", **variables},
        capture_output=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))


def check_nothing_lost(counts: dict[str, Any], *, killed: int) -> None:
    assert counts["killed"] == killed
    assert {name: counts[name] for name in ("lost", "doubled", "unfinished", "given_up")} == {
        "lost": 0,
        "doubled": 0,
        "unfinished": 0,
        "given_up": 0,
    }


def test_a_thousand_jobs_survive_twenty_kills_and_a_flush(
    tmp_path: Path, redis_server: Redis
) -> None:
    counts = run_chaos(tmp_path, redis_server, "--jobs", "1000", "--kills", "20", "--flushes", "1")
    check_nothing_lost(counts, killed=20)
    assert counts["flushed"] == 1


def test_they_do_on_postgresql_too_with_nonsense_on_the_queue(
    tmp_path: Path, redis_server: Redis, postgres_server: Postgres
) -> None:
    postgres_server.create_database("chaos")
    counts = run_chaos(
        *(tmp_path, redis_server, "--jobs", "300", "--kills", "6", "--flushes", "1"),
        *("--spoils", "3"),
        DATABASE_URL=postgres_server.url("chaos"),
    )
    check_nothing_lost(counts, killed=6)
    assert counts["spoilt"] == 3


@pytest.fixture
def forgiving(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broker has not failed before in this process, whose first ring is behind it."""
    broker.ring_for("", "nobody")
    broker.forget_broker()
    monkeypatch.setattr(broker, "_silence", broker.Silence())


@pytest.fixture
def hung_broker(forgiving: None, settings: Settings) -> Iterator[str]:  # noqa: ARG001  # before this broker is set
    """A socket that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        settings.BROKER_URL = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        yield settings.BROKER_URL
    broker.forget_broker()


@pytest.fixture
def noted() -> Iterator[list[int]]:
    seen: list[int] = []

    @job_handler("test.notes")
    def note(run: Run, *, number: int) -> None:
        del run
        seen.append(number)

    yield seen
    registry._kinds.pop("test.notes")  # noqa: SLF001  # what the decorator put there


Capture = Callable[..., Any]


@pytest.mark.django_db
@pytest.mark.usefixtures("hung_broker")
def test_a_hung_broker_costs_a_request_less_than_a_second_whatever_it_queues(
    noted: list[int], django_capture_on_commit_callbacks: Capture
) -> None:
    load_job_kinds()  # as the web server does before it takes a request
    begun = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        for number in range(5):
            queue_job(kind="test.notes", args={"number": number})
    assert time.monotonic() - begun < 1
    assert set(Job.objects.values_list("rung_at", flat=True)) == {None}
    assert run_due_jobs() == 5
    assert sorted(noted) == [0, 1, 2, 3, 4]


@pytest.mark.django_db
@pytest.mark.usefixtures("forgiving", "noted")
def test_the_sweeper_rings_for_what_no_bell_was_heard_of(
    redis_server: Redis, settings: Settings
) -> None:
    settings.BROKER_URL = redis_server.url
    job = queue_job(kind="test.notes", args={"number": 1})
    assert bell.ring_waiting_jobs() == 0  # its bell rings when the transaction commits
    Job.objects.filter(pk=job.pk).update(rung_at=from_now(-timedelta(seconds=3)))
    assert bell.ring_waiting_jobs() == 1
    Job.objects.filter(pk=job.pk).update(rung_at=from_now(-timedelta(seconds=3)))
    assert bell.ring_waiting_jobs() == 0  # the bell waits on the queue
    redis_server.flush()
    assert bell.ring_waiting_jobs() == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("forgiving", "noted")
def test_a_lapsed_lease_is_rung_for_at_the_next_sweep(
    redis_server: Redis, settings: Settings
) -> None:
    settings.BROKER_URL = redis_server.url
    job = queue_job(kind="test.notes", args={"number": 1})
    assert claim_job(job, lease=LEASE)
    assert bell.ring_waiting_jobs() == 0
    seconds = timedelta(seconds=1)
    Job.objects.filter(pk=job.pk).update(
        rung_at=from_now(-2 * seconds), lease_until=from_now(-seconds)
    )
    assert bell.ring_waiting_jobs() == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("forgiving", "noted")
def test_a_sweep_with_no_broker_leaves_the_rows_as_they_are(settings: Settings) -> None:
    settings.BROKER_URL = "redis://127.0.0.1:1/0"
    queue_job(kind="test.notes", args={"number": 1})
    assert bell.ring_waiting_jobs() == 0
    assert Job.objects.get().state == JobState.QUEUED


@pytest.mark.django_db
@pytest.mark.parametrize("hours", [-2, 2])
def test_a_clock_two_hours_off_changes_nothing(noted: list[int], hours: int) -> None:
    job = queue_job(kind="test.notes", args={"number": 1})
    taken = queue_job(kind="test.notes", args={"number": 2})
    assert claim_job(taken, lease=LEASE)
    real = time.time()
    with time_machine.travel(real + hours * 3600):
        assert not claim_job(Job.objects.get(pk=taken.pk), lease=LEASE)
        late = queue_job(kind="test.notes", args={"number": 3})
        assert run_due_jobs() == 2
    assert sorted(noted) == [1, 3]
    for row in (job, late):
        row.refresh_from_db()
        assert row.finished_at is not None
        assert abs(row.finished_at.timestamp() - real) < 60


def test_every_queue_has_workers() -> None:
    programs = Path("navigator/programs.py").read_text()
    assert all(queue in programs for queue in list_queues())
    assert find_job_kind("hospitals.send_mail").queue == "mail"
