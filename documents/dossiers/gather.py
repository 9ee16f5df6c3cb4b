"""Filling the one frozen value that a dossier is made of, from the database as it stands now."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone, translation

from cases.casework.models import Case
from cases.clinical.models import Fact
from cases.clinical.standing import build_standing
from cases.hospitals.models import Referral
from documents.dossiers import gather_findings as findings, gather_journey as journey
from documents.dossiers.changes import list_changes
from documents.dossiers.contents import DossierContents, VersionNote
from documents.dossiers.freezing import freeze_contents, hash_frozen
from documents.dossiers.gather_flag import compare_for_dossier
from documents.dossiers.models import SEALED_STATES, DossierVersion
from documents.dossiers.sources import SourceBook, SourceFile
from documents.dossiers.wording import refuse_promises

LANGUAGE = "en"


@dataclass(frozen=True)
class Gathered:
    """What a version will say, the same as frozen JSON, its hash, and the files it stands on."""

    contents: DossierContents
    frozen: dict[str, Any]
    contents_sha256: str
    files: tuple[SourceFile, ...]
    facts: tuple[Fact, ...]
    """The rows behind it: the facts that may leave."""


def gather_version(version: DossierVersion, *, now: datetime) -> Gathered:
    """Everything that a version says. Raises WordRefused or DossierTooLong with a sentence."""
    dossier = version.dossier
    case = Case.objects.select_related("patient", "owner").get(pk=dossier.case_id)
    referral: Referral | None = None
    if dossier.referral_id is not None:
        referral = Referral.objects.select_related("hospital", "contact").get(
            pk=dossier.referral_id
        )
    with translation.override(LANGUAGE), timezone.override("UTC"):
        book = SourceBook(case)
        contents = _gather_contents(version, case, referral, book, now)
        contents = _tell_versions(version, contents, now)
        refuse_promises(contents)
        frozen = freeze_contents(contents)
        return Gathered(
            contents=contents,
            frozen=frozen,
            contents_sha256=hash_frozen(frozen),
            files=tuple(book.files),
            facts=tuple(book.facts),
        )


def _gather_contents(
    version: DossierVersion,
    case: Case,
    referral: Referral | None,
    book: SourceBook,
    now: datetime,
) -> DossierContents:
    day = version.reference_date
    standing = build_standing(case, day, book.facts)
    compared = compare_for_dossier(case, book, standing)
    return DossierContents(
        case_reference=case.reference,
        version=version.number,
        reference_date=day,
        made_at=now,
        language=LANGUAGE,
        organisation=settings.ORGANISATION,
        coordinator=case.owner.name if case.owner else "",
        recipient=journey.print_recipient(referral),
        question=journey.print_question(case, referral),
        patient=journey.print_patient(case, referral, standing),
        diagnosis=findings.print_diagnosis(book),
        stage=findings.print_stage(book),
        diagnosis_details=findings.print_details(book),
        metastases=findings.print_metastases(book),
        markers=findings.print_markers(book, standing),
        flag=compared.flag,
        other_indications=compared.others,
        treatments=findings.print_treatments(book, standing),
        biomarkers=findings.print_biomarkers(book),
        series=findings.print_series(book),
        imaging=findings.print_imaging(book, referral, day),
        history=findings.print_history(book),
        attention=findings.print_attention(book),
        missing=journey.print_missing(case, referral, compared.flag, book, day),
        correspondence=journey.print_correspondence(case, referral),
        travel=journey.print_travel(case, referral),
        sources=book.list_sources(),
        sign_offs=compared.sign_offs,
        confirmations=journey.print_confirmations(book.facts),
    )


def _tell_versions(
    version: DossierVersion, contents: DossierContents, now: datetime
) -> DossierContents:
    """Add the earlier sealed versions, and what is different since the latest of them."""
    earlier = list(
        DossierVersion.objects.filter(
            dossier=version.dossier_id, number__lt=version.number, state__in=SEALED_STATES
        ).order_by("number")
    )
    if not earlier:
        return contents
    notes = [
        VersionNote(
            version=each.number,
            made_on=each.asked_at.date(),
            contents_sha256=each.contents_sha256,
            state="recalled" if each.state == "recalled" else "superseded",
        )
        for each in earlier
    ]
    frozen = freeze_contents(contents)
    notes.append(
        VersionNote(
            version=version.number,
            made_on=now.date(),
            contents_sha256=hash_frozen(frozen),
            state="this document",
        )
    )
    return replace(
        contents, versions=tuple(notes), changes=list_changes(earlier[-1].contents, frozen)
    )
