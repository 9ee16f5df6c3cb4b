"""One page of a record as its reviewer sees it."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext

from cases.accounts.models import User
from cases.casework.models import Case
from cases.clinical.fact_values import describe_value
from cases.clinical.models import Fact, FactState
from documents.records.models import Document, Evidence, Page, TextSource
from documents.records.queries.lists import RecordRow, find_record

Sentence = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalView:
    """A fact with its words on one page, as the review screen draws it."""

    fact_id: UUID
    key: str
    value: Any
    sentence: str
    state: FactState
    state_label: Sentence
    note: str
    rule: str
    page: int
    start: int
    end: int
    quote: str
    boxes: list[list[float]]
    confidence: float | None


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """Where a record stands among those that wait for this person; `place` from 1, or None."""

    place: int | None
    length: int
    previous: UUID | None
    next: UUID | None

    @property
    def neighbours(self) -> list[UUID]:
        """The records behind and before this one."""
        return [one for one in (self.next, self.previous) if one]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """One page before a reviewer, its document, and its neighbours in the queue.

    `page_id` is None for a document without pages (kept apart, locked, unreadable).
    `here` are the facts whose words stand on this page, `elsewhere` those of other pages.
    """

    record: RecordRow
    case_id: UUID
    case_reference: str
    patient_name: str
    patient_native_name: str
    patient_birth_date: str
    number: int
    page_count: int
    page_id: UUID | None
    has_preview: bool
    text: str
    width: float
    height: float
    words: list[list[float]] = field(default_factory=list)
    text_source: TextSource = TextSource.NONE
    confidence: float | None = None
    turn: int = 0
    is_blank: bool = False
    here: list[ProposalView] = field(default_factory=list)
    elsewhere: list[ProposalView] = field(default_factory=list)
    queue: QueuePlace

    @property
    def proposed(self) -> list[ProposalView]:
        """What nobody has decided, on all pages."""
        both = (*self.here, *self.elsewhere)
        return [one for one in both if one.state == FactState.PROPOSED]


def page_view(*, document: Document, number: int, user: User) -> PageView:
    """A page of a document that the caller found through `visible_to(user)`.

    A number beyond the last page gives the last one.
    """
    record = find_record(document)
    case = Case.objects.select_related("patient").get(pk=document.case_id)
    pages = Page.objects.filter(file_id=record.file_id) if record.file_id else Page.objects.none()
    count = record.page_count or 0
    number = min(max(number, 1), max(count, 1))
    page = pages.filter(number=number).first()
    proposals = _list_proposals(record.file_id)
    return PageView(
        record=record,
        case_id=case.pk,
        case_reference=case.reference,
        patient_name=case.patient.name,
        patient_native_name=case.patient.native_name,
        patient_birth_date=case.patient.birth_date,
        number=number,
        page_count=count,
        page_id=page.pk if page else None,
        has_preview=bool(page and page.preview_name),
        text=page.text if page else "",
        width=page.width if page else 0,
        height=page.height if page else 0,
        words=page.words if page else [],
        text_source=TextSource(page.text_source) if page else TextSource.NONE,
        confidence=page.confidence if page else None,
        turn=page.turn if page else 0,
        is_blank=page.is_blank if page else False,
        here=[one for one in proposals if one.page == number],
        elsewhere=[one for one in proposals if one.page != number],
        queue=find_queue_place(user, record.id),
    )


def find_queue_place(user: User, document_id: UUID) -> QueuePlace:
    queue = list_review_ids(user)
    at = queue.index(document_id) if document_id in queue else None
    return QueuePlace(
        place=at + 1 if at is not None else None,
        length=len(queue),
        previous=queue[at - 1] if at else None,
        next=_find_next(queue, at),
    )


def list_review_ids(user: User) -> list[UUID]:
    """What waits for this person's review, oldest first, as ids alone."""
    waiting = Document.objects.visible_to(user).to_review().order_by("received_at", "id")
    return list(waiting.values_list("pk", flat=True))


def find_neighbour(user: User, document: Document) -> UUID | None:
    """Where a reviewer goes on after this record: the one behind it, else the one before."""
    queue = list_review_ids(user)
    if document.pk not in queue:
        return queue[0] if queue else None
    at = queue.index(document.pk)
    if at + 1 < len(queue):
        return queue[at + 1]
    return queue[at - 1] if at else None


def count_undecided(document: Document) -> int:
    """How many facts read in a record, as it is now, wait for a decision."""
    newest = document.files.order_by("-version").values("pk")[:1]
    waiting = Fact.objects.proposed().filter(evidence__file__in=newest)
    return waiting.distinct().count()


def _find_next(queue: list[UUID], at: int | None) -> UUID | None:
    """The one behind this; a document that waits no more leads to the first that does."""
    following = 0 if at is None else at + 1
    return queue[following] if following < len(queue) else None


def _list_proposals(file_id: UUID | None) -> list[ProposalView]:
    if file_id is None:
        return []
    found = (
        Evidence.objects.filter(file_id=file_id).select_related("fact").order_by("page", "start")
    )
    return [
        ProposalView(
            fact_id=one.fact_id,
            key=one.fact.key,
            value=one.fact.value,
            sentence=describe_value(one.fact.key, one.fact.value, gettext),
            state=FactState(one.fact.state),
            state_label=FactState(one.fact.state).label,
            note=one.fact.note,
            rule=one.fact.rule,
            page=one.page,
            start=one.start,
            end=one.end,
            quote=one.quote,
            boxes=one.boxes,
            confidence=one.confidence,
        )
        for one in found
    ]
