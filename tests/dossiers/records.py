"""Accepted records with words in them, and facts that stand there, for tests of dossiers."""

import hashlib
import io
import itertools
from typing import Any

import pikepdf

from cases.accounts.models import User
from cases.casework.consents import give_consent
from cases.casework.models import Case, Consent, ConsentPurpose
from cases.clinical.models import Fact
from cases.clinical.services import confirm_fact, confirm_history_complete, propose_fact
from documents.dossiers.freezing import hash_frozen
from documents.dossiers.models import DossierVersion, VersionState, VersionVariant
from documents.dossiers.services import begin_version, seal_version
from documents.records.models import (
    Document,
    DocumentFile,
    DocumentState,
    Evidence,
    Page,
    RecordKind,
)
from documents.records.reading import read_pages
from documents.records.sniffing import Kind
from documents.records.vault import seal_bytes
from tests.clinical.knowing import EVEROLIMUS, PNET, SOURCE, enter
from tests.make import NOW, Cast

_numbers = itertools.count(1)


def accepted_record(
    case: Case,
    reviewer: User,
    *,
    kind: RecordKind = RecordKind.PATHOLOGY,
    title: str = "Pathology report, liver biopsy",
    study_date: str = "2026-09-18",
) -> DocumentFile:
    number = next(_numbers)
    document = Document.objects.create(
        case=case,
        kind=kind,
        title=title,
        state=DocumentState.ACCEPTED,
        study_date=study_date,
        language="en",
        received_at=NOW,
        reviewed_by=reviewer,
        reviewed_at=NOW,
    )
    return DocumentFile.objects.create(
        document=document,
        object_name=f"files/test/{number}",
        content_type="application/pdf",
        sha256=hashlib.sha256(str(number).encode()).hexdigest(),
        size=1000,
        page_count=3,
        created_at=NOW,
    )


def read_paper(
    case: Case,
    reviewer: User,
    data: bytes,
    *,
    title: str = "Pathology report",
    language: str = "en",
    kind: Kind = Kind.PDF,
    **fields: Any,
) -> DocumentFile:
    """An accepted record with its bytes and what was read on its pages."""
    reading = read_pages(data, kind)
    file = accepted_record(case, reviewer, title=title, **fields)
    stored = seal_bytes(case_id=case.pk, data=data)
    Document.objects.filter(pk=file.document_id).update(language=language)
    DocumentFile.objects.filter(pk=file.pk).update(
        object_name=stored.object_name,
        sha256=stored.sha256,
        size=stored.size,
        content_type=kind.media_type,
        page_count=len(reading.pages),
    )
    Page.objects.bulk_create(
        Page(
            file=file,
            number=number,
            text=page.text,
            words=page.words,
            width=page.width,
            height=page.height,
            preview_name=f"previews/test/{file.pk}-{number}",
        )
        for number, page in enumerate(reading.pages, start=1)
    )
    return DocumentFile.objects.select_related("document").get(pk=file.pk)


def propose_from(file: DocumentFile, key: str, value: object, quote: str = "as written") -> Fact:
    fact = propose_fact(case=file.document.case, key=key, value=value, rule=f"en/{key}", now=NOW)
    Evidence.objects.create(fact=fact, file=file, page=2, start=10, end=20, quote=quote)
    return fact


def read_from(
    file: DocumentFile, actor: User, key: str, value: object, quote: str = "as written"
) -> Fact:
    return confirm_fact(fact=propose_from(file, key, value, quote), actor=actor, now=NOW)


def fill_case(cast: Cast) -> DocumentFile:
    """A metastatic pNET after everolimus, read from one accepted report; the file it stands in."""
    file = accepted_record(cast.case, cast.coordinator)
    for key, value in PNET.items():
        read_from(file, cast.coordinator, key, value, quote=f"{key} as in the report")
    enter(cast.case, cast.coordinator, "weight_kg", 70, dated="2026-11-02")
    enter(cast.case, cast.coordinator, "prior_treatments", EVEROLIMUS)
    confirm_history_complete(case=cast.case, stated_source=SOURCE, actor=cast.coordinator, now=NOW)
    return file


def agree(cast: Cast, **fields: Any) -> Consent:
    """The parent agrees that the reviewer's hospital may see the papers."""
    hospital = cast.reviewer.hospital
    return give_consent(
        case=fields.pop("case", cast.case),
        purpose=ConsentPurpose.SHARE,
        actor=cast.parent,
        now=NOW,
        language="en",
        recipient_id=hospital.pk,
        recipient_name=hospital.name,
    )


def small_pdf(title: str = "of a test") -> bytes:
    """A file of one empty page that can be sealed."""
    made, out = pikepdf.new(), io.BytesIO()
    made.add_blank_page()
    made.docinfo["/Title"] = title
    made.save(out, deterministic_id=True)
    return out.getvalue()


def sealed_version(
    cast: Cast,
    *,
    title: str = "of a test",
    data: bytes | None = None,
    seal: bool = True,
    sign: bool = True,
    variant: VersionVariant = VersionVariant.FULL,
) -> DossierVersion:
    """A version for the cast's referral, with bytes that no renderer had to make.

    Sealed, unless told otherwise; without `sign` as it was before files were signed.
    """
    stored = seal_bytes(case_id=cast.case.pk, data=data or small_pdf(title), folder="dossiers")
    version, _is_new = begin_version(
        case=cast.case, referral=cast.referral, actor=cast.coordinator, now=NOW, variant=variant
    )
    DossierVersion.objects.filter(pk=version.pk).update(
        state=VersionState.TO_CHECK,
        contents={},
        contents_sha256=hash_frozen({}),
        file_sha256=stored.sha256,
        size=stored.size,
        page_count=1,
        object_name=stored.object_name,
    )
    if seal and not sign:
        DossierVersion.objects.filter(pk=version.pk).update(
            state=VersionState.SEALED, sealed_at=NOW, sealed_by=cast.coordinator
        )
    if seal and sign:
        return seal_version(version=version, actor=cast.coordinator, now=NOW)
    version.refresh_from_db()
    return version
