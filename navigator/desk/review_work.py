"""What the machine is doing with a record just now, as the review page shows it."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.jobs.models import Job, JobState
from documents.records.models import Document

SENTENCES = {
    "records.scan_file": _("The record is being checked"),
    "records.read_file": _("The record is being read"),
    "records.take_entries": _("The files in the archive are being taken"),
    "records.propose_facts": _("Facts are being looked for"),
    "records.turn_pages": _("Pages are being turned"),
    "records.redact_pages": _("What was marked is being covered"),
    "records.split_document": _("The record is being parted"),
    "records.join_documents": _("Records are being joined"),
}


@dataclass(frozen=True)
class Work:
    """One job that is under way."""

    title: str | Promise
    done: int
    total: int
    words: str | Promise


def find_work(document: Document) -> Work | None:
    """The newest unfinished job of this record; None where a person may go on."""
    job = (
        Job.objects.unfinished()
        .filter(subject=document.target, kind__in=SENTENCES)
        .order_by("-created_at")
        .first()
    )
    if job is None:
        return None
    waits = job.state == JobState.QUEUED
    return Work(
        title=SENTENCES[job.kind],
        done=job.progress_done,
        total=job.progress_total,
        words=_("Waiting for its turn") if waits else "",
    )
