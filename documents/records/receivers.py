"""What records hear, and what they tell the room of facts: which of them have lost their ground."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.dispatch import receiver

from cases.casework.models import Case
from cases.clinical.grounds import facts_lost_when
from cases.clinical.models import Fact
from cases.clinical.signals import facts_changed
from cases.jobs.models import Job
from cases.jobs.services import queue_job
from cases.jobs.signals import job_given_up, minute_passed
from documents.records.models import Document, DocumentFile, DocumentState, Evidence
from documents.records.signals import document_moved

STEPS = frozenset({"records.scan_file", "records.read_file"})
IN_USE: Final = frozenset(
    {
        DocumentState.RECEIVED,
        DocumentState.SCANNING,
        DocumentState.READING,
        DocumentState.TO_REVIEW,
        DocumentState.ACCEPTED,
    }
)
"""A fact in a paper that still waits for review counts in the house, and leaves it nowhere."""


@facts_lost_when
def stands_on_nothing_in_use() -> Q:
    """Read in records of its case, none of which is in use any more, and stated by nobody."""
    words = Evidence.objects.filter(fact=OuterRef("pk"))
    in_use = words.filter(file__document__case=OuterRef("case"), file__document__state__in=IN_USE)
    return Q(Exists(words)) & ~Q(Exists(in_use)) & Q(stated_source="")


@receiver(document_moved)
def compare_what_still_stands(
    case_id: UUID, document_id: UUID, was: str, state: str, **_news: Any
) -> None:
    """Have a case compared again when a record on which confirmed facts stand leaves, or returns.

    The case is locked, as for every change of its facts, so that no comparison sees a half.
    """
    if (was in IN_USE) == (state in IN_USE):
        return
    words = Evidence.objects.filter(fact=OuterRef("pk"), file__document=document_id)
    if Fact.objects.confirmed().filter(Exists(words), case=case_id).exists():
        Case.objects.select_for_update(no_key=True).get(pk=case_id)
        facts_changed.send(sender=Document, case_id=case_id)


@receiver(job_given_up)
def end_the_wait(job: Job, now: datetime, **_kwargs: Any) -> None:
    """A document whose work was given up says so, in the transaction that gives it up."""
    if job.kind not in STEPS:
        return
    from documents.records.processing import settle_given_up  # noqa: PLC0415  # loads every reader

    file = DocumentFile.objects.select_related("document").filter(pk=job.args["file_id"]).first()
    if file is not None:
        settle_given_up(file.document, job.error_code, now=now)


@receiver(minute_passed)
def look_after_uploads(now: datetime, **_kwargs: Any) -> None:
    from documents.records.settling import uploads_need_tending  # noqa: PLC0415  # loads readers

    if uploads_need_tending(now):
        queue_job(kind="records.tend_uploads", args={}, unique_key="records.tend_uploads")
