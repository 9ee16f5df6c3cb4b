"""Lists of records: of a case, and of those that wait for a person."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.functional import Promise

from cases.accounts.models import User
from cases.casework.models import Case
from cases.jobs.models import Job
from documents.records.failures import describe_failure
from documents.records.models import (
    BUSY,
    GONE,
    Document,
    DocumentFile,
    DocumentState,
    PersonCheck,
    RecordKind,
)
from documents.records.paper_names import name_record
from documents.records.return_reasons import tell_reason

Sentence = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRow:
    """One line of a list of records. `failure_*` are empty where nothing is in the way.

    `name` is the title in words that staff are shown (`paper_names`).
    `progress` is whole percent while the machine is at it, else None.
    """

    id: UUID
    title: str
    name: str
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
            name=name_record(document),
            kind=document.kind,
            kind_label=RecordKind(document.kind).label,
            state=DocumentState(document.state),
            state_label=DocumentState(document.state).label,
            failure_code=document.failure_code,
            failure_for_family=failure.for_family if failure else "",
            failure_for_staff=failure.for_staff if failure else "",
            reason=str(tell_reason(document)),
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
