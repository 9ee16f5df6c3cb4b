"""The Celery tasks. They carry an id at most; everything else is in the rows."""

from datetime import timedelta
from itertools import takewhile

from celery import shared_task
from django.db import close_old_connections
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from cases.jobs.broker import count_rings, ring_for
from cases.jobs.holds import is_held
from cases.jobs.models import Job, JobState
from cases.jobs.registry import list_queues
from cases.jobs.runner import from_now, give_up, run_claimed_job
from cases.jobs.signals import minute_passed

RING_AGAIN_AFTER = timedelta(seconds=15)
RING_AGAIN_WHEN_IDLE = timedelta(seconds=2)  # no bell waits: those of these rows are lost
MOST_RINGS = 500


@shared_task(name="cases.jobs.bell.run_job")
def run_job(job_id: str) -> None:
    close_old_connections()  # one that the database has closed meanwhile
    run_claimed_job(job_id)


@shared_task(name="cases.jobs.bell.ring_waiting_jobs")
def ring_waiting_jobs() -> int:
    """The sweeper: ring for rows that wait unheard, and give up those with no attempt left.

    Repeatable; a ring too many finds the row taken. Returns how many rows it rang for.
    """
    rung = sum(ring_queue(queue) for queue in list_queues())
    for worn in Job.objects.claimable().filter(attempts__gte=F("max_attempts")):
        give_up(worn, worn.error_code or "worker_died")
    return rung


def ring_queue(queue: str) -> int:
    """Ring for the rows of one queue, as many as its bells are not waiting already.

    A long queue is not rung for again and again: its bells would outgrow its rows.
    """
    if is_held(queue):
        return 0
    waiting = count_rings(queue)
    if waiting is None or waiting >= MOST_RINGS:
        return 0
    patience = RING_AGAIN_AFTER if waiting else RING_AGAIN_WHEN_IDLE
    unheard = (
        Job.objects.claimable()
        .filter(queue=queue, attempts__lt=F("max_attempts"))
        .filter(
            Q(rung_at__isnull=True)
            | Q(rung_at__lt=F("lease_until"))
            | Q(rung_at__lt=from_now(-patience))
        )
        .order_by("run_after")
        .values_list("pk", flat=True)[: MOST_RINGS - waiting]
    )
    heard = list(takewhile(lambda job_id: ring_for(str(job_id), queue), list(unheard)))
    Job.objects.filter(pk__in=heard).update(rung_at=Now())
    return len(heard)


@shared_task(name="cases.jobs.bell.queue_due_work")
def queue_due_work() -> None:
    """The timetable's minute: each room queues what has fallen due."""
    minute_passed.send(sender=Job, now=timezone.now())
    Job.objects.filter(state=JobState.DONE, finished_at__lt=from_now(-timedelta(days=30))).delete()
