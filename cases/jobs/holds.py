"""Holding back what leaves the house: a copy made from a backup writes to nobody.

A hold is a row, so that every process on the same database sees it. The rows of the work stay as
they are, due and unclaimed, until a person lifts the hold.
"""

from datetime import datetime

from cases.jobs.models import Hold

MAIL = "mail"
HOLDABLE = frozenset({MAIL})


def is_held(queue: str) -> bool:
    return queue in HOLDABLE and Hold.objects.filter(queue=queue).exists()


def hold_queue(queue: str, *, now: datetime) -> None:
    Hold.objects.get_or_create(queue=queue, defaults={"since": now})


def release_queue(queue: str) -> bool:
    """Let the queue's work run again; False where nothing was held."""
    dropped, _each = Hold.objects.filter(queue=queue).delete()
    return bool(dropped)
