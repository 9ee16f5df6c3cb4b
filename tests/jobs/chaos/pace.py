"""How fast work goes through row, broker and worker, beside bare Celery through the same."""

import statistics
import time
from collections.abc import Callable

from django.db import connections, transaction

from cases.jobs.broker import connect_to_broker
from cases.jobs.models import Job
from cases.jobs.services import queue_job
from tests.jobs.chaos.crew import Crew
from tests.jobs.chaos.jobs import bare_no_op

BATCH = 200
POLL_SECONDS = 0.002
LONGEST_BATCH_SECONDS = 60.0


def measure_pace(*, pairs: int) -> dict[str, float]:
    """Jobs a second of both, and the median ratio of interleaved pairs of batches."""
    crew = Crew(1)
    try:
        for queue in (queue_bare, queue_ours):
            time_batch(queue)  # warms both
        measured = []
        for number in range(pairs):
            order = (queue_ours, queue_bare) if number % 2 else (queue_bare, queue_ours)
            spent = {queue: time_batch(queue) for queue in order}
            measured.append((spent[queue_ours], spent[queue_bare]))
    finally:
        crew.dismiss()
    if Job.objects.unfinished().exists():
        raise RuntimeError("the queue is empty, and some rows are not finished")
    return {
        "ours": round(BATCH / statistics.median(ours for ours, _bare in measured), 1),
        "reference": round(BATCH / statistics.median(bare for _ours, bare in measured), 1),
        "ratio": round(statistics.median(bare / ours for ours, bare in measured), 3),
    }


def queue_bare() -> None:
    for _ in range(BATCH):
        bare_no_op.delay()


def queue_ours() -> None:
    """In transactions of ten, as an upload of several files queues its work."""
    for _ in range(BATCH // 10):
        with transaction.atomic():
            for _ in range(10):
                queue_job(kind="chaos.do_nothing", args={})


def time_batch(queue: Callable[[], None]) -> float:
    """Seconds from the first word to the moment when the broker holds nothing any more."""
    connections["default"].ensure_connection()
    with connect_to_broker() as client:
        begun = time.monotonic()
        queue()
        quiet = 0
        while quiet < 2:  # between queue and worker a message is nowhere
            time.sleep(POLL_SECONDS)
            held = int(client.llen("interactive")) + int(client.hlen("unacked"))
            quiet = 0 if held else quiet + 1
            if time.monotonic() - begun > LONGEST_BATCH_SECONDS:
                raise TimeoutError(f"{held} messages are still there")
        return time.monotonic() - begun
