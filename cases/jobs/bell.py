"""The Celery tasks. They carry an id at most; everything else is in the rows."""

from datetime import timedelta

from celery import shared_task
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from cases.jobs.broker import ring_for
from cases.jobs.models import Job, JobState
from cases.jobs.runner import from_now, give_up, run_claimed_job
from cases.jobs.signals import minute_passed

RING_AGAIN_AFTER = timedelta(seconds=15)
MOST_RINGS = 500


@shared_task(name="cases.jobs.bell.run_job")
def run_job(job_id: str) -> None:
    run_claimed_job(job_id)


@shared_task(name="cases.jobs.bell.ring_waiting_jobs")
def ring_waiting_jobs() -> int:
    """The sweeper: ring for rows that wait unheard, and give up those with no attempt left.

    Repeatable; a ring too many finds the row taken. Returns how many rows it rang for.
    """
    for worn in Job.objects.claimable().filter(attempts__gte=F("max_attempts")):
        give_up(worn, worn.error_code or "worker_died")
    unheard = (
        Job.objects.claimable()
        .filter(attempts__lt=F("max_attempts"))
        .filter(Q(rung_at__isnull=True) | Q(rung_at__lt=from_now(-RING_AGAIN_AFTER)))
        .order_by("run_after")
        .values_list("pk", "queue")[:MOST_RINGS]
    )
    rung = 0
    for job_id, queue in list(unheard):
        if not ring_for(str(job_id), queue):
            break
        Job.objects.filter(pk=job_id).update(rung_at=Now())
        rung += 1
    return rung


@shared_task(name="cases.jobs.bell.queue_due_work")
def queue_due_work() -> None:
    """The timetable's minute: each room queues what has fallen due."""
    minute_passed.send(sender=Job, now=timezone.now())
    Job.objects.filter(state=JobState.DONE, finished_at__lt=from_now(-timedelta(days=30))).delete()
