"""What records hear from the left."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from cases.jobs.models import Job
from cases.jobs.signals import job_given_up
from documents.records.models import DocumentFile
from documents.records.processing import settle_given_up

STEPS = frozenset({"records.scan_file", "records.read_file"})


@receiver(job_given_up)
def end_the_wait(job: Job, now: datetime, **_kwargs: Any) -> None:
    """A document whose work was given up says so, in the transaction that gives it up."""
    if job.kind not in STEPS:
        return
    file = DocumentFile.objects.select_related("document").filter(pk=job.args["file_id"]).first()
    if file is not None:
        settle_given_up(file.document, job.error_code, now=now)
