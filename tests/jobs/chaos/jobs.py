"""The work: a moment of thinking, then one row, written with the claim. And nothing, twice."""

import time
from datetime import timedelta

from celery import shared_task

from cases.jobs.registry import Run, job_handler
from tests.jobs.chaos.models import Effect


@job_handler("chaos.leave_effect", max_attempts=50, lease=timedelta(seconds=2))
def leave_effect(run: Run, *, number: int) -> None:
    time.sleep(0.005)
    with run.finishing():
        Effect.objects.create(number=number)


@job_handler("chaos.do_nothing")
def do_nothing(run: Run) -> None:
    """Through row, broker and worker."""
    del run


@shared_task(name="tests.jobs.chaos.bare_no_op")
def bare_no_op() -> None:
    """Through broker and worker alone: what ours is measured against."""
