"""Rows for lists: a case with a record, a fact on its words, a comparison and a dossier."""

from datetime import date
from uuid import uuid4

from cases.accounts.models import User
from cases.casework.models import Case
from cases.clinical.models import Evaluation, Fact
from documents.dossiers.models import Dossier, DossierVersion
from documents.records.models import Document, DocumentFile, DocumentState, Evidence
from tests import make


def fill_case(case: Case, actor: User) -> None:
    document = Document.objects.create(
        case=case,
        title="Pathology report",
        state=DocumentState.TO_REVIEW,
        received_at=make.NOW,
    )
    file = DocumentFile.objects.create(
        document=document,
        object_name=f"files/{uuid4().hex}",
        content_type="application/pdf",
        sha256="0" * 64,
        size=10,
        created_at=make.NOW,
    )
    fact = Fact.objects.create(
        case=case, key="grade", value="G2", origin="rule", rule="en/grade", proposed_at=make.NOW
    )
    Evidence.objects.create(fact=fact, file=file, page=1, start=0, end=2, quote="G2")
    Evaluation.objects.create(
        case=case,
        indication="us-fda/cabozantinib-tablets/net",
        definition_version="1.0.0",
        reference_date=date(2026, 11, 22),
        overall="match",
        snapshot={},
        facts_hash="0" * 64,
        result={},
        evaluated_at=make.NOW,
    )
    dossier = Dossier.objects.create(case=case, created_at=make.NOW)
    for number in (1, 2):
        DossierVersion.objects.create(
            dossier=dossier,
            number=number,
            reference_date=date(2026, 11, 22),
            asked_by=actor,
            asked_at=make.NOW,
        )


def fill_cases(owner: User, more: int) -> None:
    for _ in range(more):
        fill_case(make.case(owner=owner), owner)
