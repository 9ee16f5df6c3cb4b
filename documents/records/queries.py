"""What pages and dossiers read of records: frozen values, in a bounded number of queries."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext

from cases.accounts.models import User
from cases.casework.models import Case
from cases.clinical.fact_values import describe_value
from cases.clinical.models import Fact, FactState
from cases.jobs.models import Job
from documents.records.failures import describe_failure
from documents.records.models import (
    GONE,
    Document,
    DocumentFile,
    DocumentState,
    Evidence,
    Page,
    PersonCheck,
    RecordKind,
)

__all__ = [
    "EvidenceView",
    "PageView",
    "ProposalView",
    "QueueRow",
    "RecordRow",
    "describe_failure",
    "evidence_for",
    "find_facts_without_ground",
    "find_grounded_facts",
    "list_records",
    "page_view",
    "review_queue",
]

Sentence = str | Promise
BUSY = frozenset({DocumentState.RECEIVED, DocumentState.SCANNING, DocumentState.READING})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRow:
    """One line of a list of records. `failure_*` are empty where nothing is in the way.

    `progress` is whole percent while the machine is at it, else None.
    """

    id: UUID
    title: str
    kind: str
    kind_label: Sentence
    state: DocumentState
    state_label: Sentence
    failure_code: str
    failure_for_family: Sentence
    failure_for_staff: Sentence
    reason: str
    received_at: datetime
    sent_by: str
    specimen_date: str
    study_date: str
    report_date: str
    language: str
    issuer: str
    shown_to_hospitals: bool
    person_check: PersonCheck
    person_check_label: Sentence
    request_id: UUID | None
    same_as_id: UUID | None
    file_id: UUID | None
    original_name: str
    content_type: str
    size: int
    page_count: int | None
    scan_verdict: str
    progress: int | None

    @property
    def is_busy(self) -> bool:
        return self.state in BUSY


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One document that waits for a person, oldest first."""

    id: UUID
    title: str
    kind_label: Sentence
    state: DocumentState
    state_label: Sentence
    case_id: UUID
    case_reference: str
    received_at: datetime
    failure_code: str
    person_check: PersonCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    """Where a fact stands. `is_accepted` says whether the document may stand behind it."""

    id: UUID
    document_id: UUID
    document_title: str
    kind: str
    kind_label: Sentence
    issuer: str
    specimen_date: str
    study_date: str
    report_date: str
    is_accepted: bool
    shown_to_hospitals: bool
    file_id: UUID
    file_version: int
    sha256: str
    page: int
    start: int
    end: int
    quote: str
    boxes: list[list[float]]


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
    here: list[ProposalView] = field(default_factory=list)
    elsewhere: list[ProposalView] = field(default_factory=list)
    previous_document: UUID | None = None
    next_document: UUID | None = None
    place_in_queue: int | None = None
    queue_length: int = 0


def list_records(case: Case, *, with_gone: bool = False) -> list[RecordRow]:
    """The records of a case, newest first; three queries at most."""
    documents = Document.objects.filter(case=case)
    if not with_gone:
        documents = documents.exclude(state__in=GONE)
    return list(_make_rows(documents))


def find_record(document: Document) -> RecordRow:
    return next(_make_rows(Document.objects.filter(pk=document.pk)))


def _make_rows(documents: QuerySet[Document]) -> Iterator[RecordRow]:
    found = list(
        documents.select_related("sent_by").prefetch_related(
            Prefetch("files", DocumentFile.objects.order_by("version"))
        )
    )
    progress = _find_progress([document for document in found if document.state in BUSY])
    for document in found:
        files = list(document.files.all())
        file = files[-1] if files else None
        failure = describe_failure(document.failure_code) if document.failure_code else None
        yield RecordRow(
            id=document.pk,
            title=document.title,
            kind=document.kind,
            kind_label=RecordKind(document.kind).label,
            state=DocumentState(document.state),
            state_label=DocumentState(document.state).label,
            failure_code=document.failure_code,
            failure_for_family=failure.for_family if failure else "",
            failure_for_staff=failure.for_staff if failure else "",
            reason=document.reason,
            received_at=document.received_at,
            sent_by=document.sent_by.name if document.sent_by else "",
            specimen_date=document.specimen_date,
            study_date=document.study_date,
            report_date=document.report_date,
            language=document.language,
            issuer=document.issuer,
            shown_to_hospitals=document.shown_to_hospitals,
            person_check=PersonCheck(document.person_check),
            person_check_label=PersonCheck(document.person_check).label,
            request_id=document.request_id,
            same_as_id=document.same_as_id,
            file_id=file.pk if file else None,
            original_name=file.original_name if file else "",
            content_type=file.content_type if file else "",
            size=file.size if file else 0,
            page_count=file.page_count if file else None,
            scan_verdict=file.scan_verdict if file else "",
            progress=progress.get(document.target),
        )


def _find_progress(documents: list[Document]) -> Mapping[str, int]:
    """Percent by target: the check is the first fifth, the reading the rest."""
    if not documents:
        return {}
    states = {document.target: document.state for document in documents}
    shares = dict.fromkeys(states, 0)
    for job in Job.objects.unfinished().filter(subject__in=states).order_by("created_at"):
        is_reading = states[job.subject] == DocumentState.READING
        shares[job.subject] = 20 + job.percent * 4 // 5 if is_reading else job.percent // 5
    return shares


def review_queue(user: User) -> list[QueueRow]:
    """What waits for this person's review, oldest first; one query."""
    documents = (
        Document.objects.visible_to(user)
        .filter(state__in=[DocumentState.TO_REVIEW, DocumentState.OTHER_PATIENT])
        .select_related("case")
        .order_by("received_at", "id")
    )
    return [
        QueueRow(
            id=document.pk,
            title=document.title,
            kind_label=RecordKind(document.kind).label,
            state=DocumentState(document.state),
            state_label=DocumentState(document.state).label,
            case_id=document.case_id,
            case_reference=document.case.reference,
            received_at=document.received_at,
            failure_code=document.failure_code,
            person_check=PersonCheck(document.person_check),
        )
        for document in documents
    ]


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
    queue = [row.id for row in review_queue(user)]
    at = queue.index(record.id) if record.id in queue else None
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
        here=[one for one in proposals if one.page == number],
        elsewhere=[one for one in proposals if one.page != number],
        previous_document=queue[at - 1] if at else None,
        next_document=_find_next(queue, at),
        place_in_queue=at + 1 if at is not None else None,
        queue_length=len(queue),
    )


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
        )
        for one in found
    ]


def evidence_for(facts: Iterable[Fact]) -> dict[UUID, list[EvidenceView]]:
    """Where each of these facts stands, a list (perhaps empty) for each; one query."""
    views: dict[UUID, list[EvidenceView]] = {fact.pk: [] for fact in facts}
    found = (
        Evidence.objects.filter(fact__in=list(views))
        .select_related("file__document")
        .order_by("file__document__received_at", "page", "start")
    )
    for one in found:
        document = one.file.document
        views[one.fact_id].append(
            EvidenceView(
                id=one.pk,
                document_id=document.pk,
                document_title=document.title,
                kind=document.kind,
                kind_label=RecordKind(document.kind).label,
                issuer=document.issuer,
                specimen_date=document.specimen_date,
                study_date=document.study_date,
                report_date=document.report_date,
                is_accepted=document.state == DocumentState.ACCEPTED,
                shown_to_hospitals=document.shown_to_hospitals,
                file_id=one.file_id,
                file_version=one.file.version,
                sha256=one.file.sha256,
                page=one.page,
                start=one.start,
                end=one.end,
                quote=one.quote,
                boxes=one.boxes,
            )
        )
    return views


def find_grounded_facts(case_id: UUID) -> QuerySet[Fact]:
    """Confirmed facts that may leave the house: on an accepted record of the case, or stated."""
    return Fact.objects.confirmed().filter(_has_ground(), case_id=case_id)


def find_facts_without_ground(case_id: UUID, *, document: Document | None = None) -> QuerySet[Fact]:
    """Confirmed facts with no accepted record behind them; with `document`, those read in it."""
    facts = Fact.objects.confirmed().filter(~_has_ground(), case_id=case_id)
    if document is not None:
        facts = facts.filter(
            Exists(Evidence.objects.filter(fact=OuterRef("pk"), file__document=document))
        )
    return facts


def _has_ground() -> Q:
    accepted = Evidence.objects.filter(
        fact=OuterRef("pk"),
        file__document__state=DocumentState.ACCEPTED,
        file__document__case=OuterRef("case"),
    )
    return ~Q(stated_source="") | Q(Exists(accepted))
