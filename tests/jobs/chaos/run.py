"""Queue jobs, kill workers, flush the broker, spoil its queue, and count what came of it.

Run as `python -m tests.jobs.chaos --jobs 1000 --kills 20 --flushes 1` with DATA_DIR and
BROKER_URL set; prints one line of JSON. With `--pace 7` it measures pairs of batches instead.
"""

import argparse
import json
import random
import sys
import time
from dataclasses import dataclass, field

from django.core.management import call_command
from django.db import transaction
from django.db.models import Count

from cases.jobs.bell import ring_waiting_jobs
from cases.jobs.broker import connect_to_broker
from cases.jobs.models import Job, JobState
from cases.jobs.services import queue_job
from tests.jobs.chaos.crew import Crew
from tests.jobs.chaos.models import Effect
from tests.jobs.chaos.pace import measure_pace

WORKERS = 2
LOOK_EVERY = 0.1
SWEEP_EVERY = 0.5
SPOILT = (b"{not json", b"[]", b'{"body": 1, "headers": null}')


@dataclass
class Blows:
    """After how many finished jobs each blow falls, spread over nine tenths of the work."""

    kills: list[int]
    flushes: list[int]
    spoils: list[int]
    chance: random.Random = field(default_factory=lambda: random.Random(2026))  # noqa: S311  # repeatable, not secret

    def fall(self, done: int, crew: Crew) -> None:
        """At most one blow of each kind, if its moment has come."""
        if self.kills and done >= self.kills[0]:
            self.kills.pop(0)
            crew.kill_one(self.chance)
        if self.flushes and done >= self.flushes[0]:
            self.flushes.pop(0)
            connect_to_broker().flushall()
        if self.spoils and done >= self.spoils[0]:
            self.spoils.pop(0)
            connect_to_broker().rpush("interactive", SPOILT[len(self.spoils) % len(SPOILT)])


def plan_moments(count: int, jobs: int) -> list[int]:
    return [int(jobs * 0.9 * (at + 0.5) / count) for at in range(count)]


def queue_work(count: int) -> None:
    for begin in range(0, count, 250):
        with transaction.atomic():
            for number in range(begin, min(begin + 250, count)):
                queue_job(kind="chaos.leave_effect", args={"number": number})


def run_chaos(
    *, jobs: int, kills: int, flushes: int, spoils: int, seconds: float
) -> dict[str, int | float]:
    blows = Blows(
        plan_moments(kills, jobs), plan_moments(flushes, jobs), plan_moments(spoils, jobs)
    )
    begun = time.monotonic()
    queue_work(jobs)
    crew = Crew(WORKERS)
    try:
        died = work_through(crew, blows, jobs, until=begun + seconds)
    finally:
        crew.dismiss()
    doubled = Effect.objects.values("number").annotate(times=Count("id")).filter(times__gt=1)
    return {
        "jobs": jobs,
        "killed": kills - len(blows.kills),
        "flushed": flushes - len(blows.flushes),
        "spoilt": spoils - len(blows.spoils),
        "died": died,
        "lost": jobs - Effect.objects.values("number").distinct().count(),
        "doubled": doubled.count(),
        "unfinished": Job.objects.unfinished().count(),
        "given_up": Job.objects.filter(state=JobState.GIVEN_UP).count(),
        "tried_again": Job.objects.filter(attempts__gt=1).count(),
        "seconds": round(time.monotonic() - begun, 1),
    }


def work_through(crew: Crew, blows: Blows, jobs: int, *, until: float) -> int:
    """Strike and sweep until no work is left; returns how many workers died by themselves."""
    died, sweep_at = 0, 0.0
    while time.monotonic() < until:
        left = Job.objects.unfinished().count()
        blows.fall(jobs - left, crew)
        if left == 0:
            break
        died += crew.replace_dead()
        if time.monotonic() > sweep_at:
            ring_waiting_jobs()
            sweep_at = time.monotonic() + SWEEP_EVERY
        time.sleep(LOOK_EVERY)
    return died


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--flushes", type=int, default=1)
    parser.add_argument("--spoils", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=240)
    parser.add_argument("--pace", type=int, default=0, help="pairs of batches to measure")
    asked = parser.parse_args()
    call_command("migrate", run_syncdb=True, verbosity=0)
    if asked.pace:
        result: object = measure_pace(pairs=asked.pace)
    else:
        result = run_chaos(
            jobs=asked.jobs,
            kills=asked.kills,
            flushes=asked.flushes,
            spoils=asked.spoils,
            seconds=asked.seconds,
        )
    sys.stdout.write(json.dumps(result) + "\n")
