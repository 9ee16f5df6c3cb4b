"""Turning, covering, parting and joining: what is asked for is checked and queued here.

The new version, or the new paper, is there when the job is done (`documents.records.arranging`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from cases.accounts.models import User
from cases.casework.models import Case
from cases.jobs.models import Job
from cases.jobs.services import queue_job
from documents.records.arranging import as_text
from documents.records.digest import KINDS
from documents.records.errors import (
    BeingArranged,
    NotArrangeable,
    NothingMarked,
    NotOfThisCase,
    PagesNotRight,
    TooFewToJoin,
)
from documents.records.models import (
    ARRANGEABLE,
    BUSY,
    Document,
    DocumentFile,
    Redaction,
    RedactionReason,
)
from documents.records.services.review import set_document_details
from documents.records.sniffing import Kind
from documents.records.states import lock_document, tell

QUARTERS = frozenset({90, 180, 270})
PAGELESS = [kind.media_type for kind in Kind if kind.is_read_in_ranges]
MOST_JOINED = 60
MOST_MARKS = 200


@dataclass(frozen=True, slots=True)
class Mark:
    """Places on one page that are to be covered, as fractions of it, and why."""

    page: int
    boxes: tuple[tuple[float, float, float, float], ...]
    reason: RedactionReason


@transaction.atomic
def turn_pages(*, document: Document, turns: Mapping[int, int], actor: User, now: datetime) -> Job:
    """Turn pages for good; `turns` gives for a page 90, 180 or 270 degrees clockwise."""
    document, file = _take_arrangeable(document)
    if not turns or set(turns) - set(_numbers(file)) or set(turns.values()) - QUARTERS:
        raise PagesNotRight
    tell(document, "turn_asked", actor=actor, now=now, detail={"pages": len(turns)})
    parts = as_text(sorted(turns.items()))
    return _queue("records.turn_pages", document, {"file_id": str(file.pk), "turns": parts}, actor)


@transaction.atomic
def redact_pages(*, document: Document, marks: Sequence[Mark], actor: User, now: datetime) -> Job:
    """Cover places for good in a new version; what was sent stays in the house as it is.

    Facts whose words are covered lose their ground: they leave the house no more.
    """
    document, file = _take_arrangeable(document)
    numbers = set(_numbers(file))
    if not marks or len(marks) > MOST_MARKS or not all(mark.boxes for mark in marks):
        raise NothingMarked
    if any(mark.page not in numbers or not _is_on_page(mark) for mark in marks):
        raise PagesNotRight
    Redaction.objects.filter(file=file).delete()  # of an attempt that came to nothing
    Redaction.objects.bulk_create(
        Redaction(
            file=file,
            page=mark.page,
            boxes=[list(box) for box in mark.boxes],
            reason=RedactionReason(mark.reason),
            made_by=actor,
            made_at=now,
        )
        for mark in marks
    )
    tell(document, "redaction_asked", actor=actor, now=now, detail={"marks": len(marks)})
    return _queue("records.redact_pages", document, {"file_id": str(file.pk)}, actor)


@transaction.atomic
def split_document(
    *, document: Document, parts: Sequence[Sequence[int]], actor: User, now: datetime
) -> Job:
    """Part a paper: `parts` are page numbers, each page of the paper once, in any order."""
    document, file = _take_arrangeable(document)
    if len(parts) < 2 or not all(parts):  # noqa: PLR2004  two make a parting
        raise PagesNotRight
    if sorted(number for numbers in parts for number in numbers) != _numbers(file):
        raise PagesNotRight
    tell(document, "split_asked", actor=actor, now=now, detail={"parts": len(parts)})
    args = {"file_id": str(file.pk), "parts": as_text(parts)}
    return _queue("records.split_document", document, args, actor)


@transaction.atomic
def join_documents(
    *, documents: Sequence[Document], actor: User, now: datetime, title: str = ""
) -> Job:
    """Join papers of one case in this order; the first gives its name, or `title` does.

    Papers that are still being checked or read are waited for, so that the photographs of one
    letter can be joined as soon as they were sent.
    """
    if len({one.pk for one in documents}) < 2:  # noqa: PLR2004  two make a whole
        raise TooFewToJoin
    if len(documents) > MOST_JOINED or len({one.pk for one in documents}) != len(documents):
        raise PagesNotRight
    if len({one.case_id for one in documents}) != 1:
        raise NotOfThisCase
    # In one order, whatever order they were chosen in: two who join at once do not wait for ever.
    Case.objects.select_for_update(no_key=True).get(pk=documents[0].case_id)
    locked = {one.pk: lock_document(one) for one in sorted(documents, key=lambda one: one.pk)}
    if any(one.state not in ARRANGEABLE | BUSY for one in locked.values()):
        raise NotArrangeable
    if DocumentFile.objects.filter(document__in=locked, content_type__in=PAGELESS).exists():
        raise NotArrangeable
    first = locked[documents[0].pk]
    if title.strip() and title.strip()[:150] != first.title:
        set_document_details(document=first, title=title, actor=actor, now=now)
    for one in locked.values():
        tell(one, "join_asked", actor=actor, now=now, detail={"papers": len(documents)})
    return _queue(
        "records.join_documents",
        first,
        {"document_ids": ",".join(str(one.pk) for one in documents)},
        actor,
    )


def _take_arrangeable(document: Document) -> tuple[Document, DocumentFile]:
    """The locked paper and its newest version, if that has pages that can be drawn."""
    document = lock_document(document)
    file = document.files.order_by("-version").first()
    if file is None or document.state not in ARRANGEABLE or not is_arrangeable(file):
        raise NotArrangeable
    return document, file


def is_arrangeable(file: DocumentFile) -> bool:
    kind = KINDS.get(file.content_type)
    return kind is not None and (kind is Kind.PDF or kind.is_image) and bool(file.page_count)


def _numbers(file: DocumentFile) -> list[int]:
    return list(file.pages.order_by("number").values_list("number", flat=True))


def _is_on_page(mark: Mark) -> bool:
    return all(
        0 <= left < right <= 1 and 0 <= top < bottom <= 1 for left, top, right, bottom in mark.boxes
    )


def _queue(kind: str, document: Document, args: Mapping[str, str], actor: User) -> Job:
    key = f"records.arrange:{document.pk}"
    if Job.objects.unfinished().filter(unique_key=key).exists():
        raise BeingArranged
    return queue_job(
        kind=kind,
        args=args,
        subject=document.target,
        unique_key=key,
        case_id=document.case_id,
        actor_id=actor.pk,
    )
