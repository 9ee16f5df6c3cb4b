"""Where facts stand, and whether that ground still holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise

from cases.clinical.models import Fact
from documents.records.models import (
    Document,
    DocumentState,
    Evidence,
    RecordKind,
)

Sentence = str | Promise


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
    accepted = Evidence.objects.on_newest_versions().filter(
        fact=OuterRef("pk"),
        file__document__state=DocumentState.ACCEPTED,
        file__document__case=OuterRef("case"),
    )
    return ~Q(stated_source="") | Q(Exists(accepted))
