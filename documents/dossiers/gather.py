"""Filling the one frozen value that a dossier is made of, from the database as it stands now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.utils import timezone, translation

from cases.casework.models import Case
from cases.clinical.in_use import definitions_in_use
from cases.clinical.matcher import Result, evaluate
from cases.clinical.standing import Standing, build_standing
from cases.hospitals.models import Referral
from documents.dossiers import gather_findings as findings, gather_journey as journey
from documents.dossiers.contents import DossierContents, Variant
from documents.dossiers.freezing import freeze_contents, hash_frozen
from documents.dossiers.gather_deidentified import without_identity
from documents.dossiers.gather_flag import compare_for_dossier, without_birth
from documents.dossiers.gather_imaging import print_imaging
from documents.dossiers.gather_versions import tell_versions
from documents.dossiers.models import DossierVersion
from documents.dossiers.one_moment import at_one_moment
from documents.dossiers.said import SOURCE_LANGUAGE
from documents.dossiers.sources import SourceBook, SourceFile
from documents.dossiers.wording import refuse_promises

LANGUAGE: Final = SOURCE_LANGUAGE
"""In which everything is gathered, whatever the language of the pages."""


@dataclass(frozen=True)
class Gathered:
    """What a version will say, the same as frozen JSON, its hash, and the files it stands on.

    `book`, `standing` and `results` are what the contents were printed from: whatever else is
    made for the same version (its answers, its FHIR document) is made from them, so that none
    can differ.
    """

    contents: DossierContents
    frozen: dict[str, Any]
    contents_sha256: str
    files: tuple[SourceFile, ...]
    book: SourceBook
    standing: Standing
    results: tuple[Result, ...]
    """The comparison with each definition in use, the default one first."""


def gather_version(version: DossierVersion, *, now: datetime) -> Gathered:
    """Everything that a version says, as it stood at one moment.

    Raises WordRefused or DossierTooLong with a sentence.

    What we say ourselves is gathered in English whatever the language of the version; the pages
    say it in theirs, so that versions in different languages can be compared.
    """
    with at_one_moment():
        return _gather_version(version, now)


def _gather_version(version: DossierVersion, now: datetime) -> Gathered:
    dossier = version.dossier
    case = Case.objects.select_related("patient", "owner").get(pk=dossier.case_id)
    referral: Referral | None = None
    if dossier.referral_id is not None:
        referral = Referral.objects.select_related("hospital", "contact").get(
            pk=dossier.referral_id
        )
    with translation.override(LANGUAGE), timezone.override("UTC"):
        book = SourceBook(case)
        standing = build_standing(case, version.reference_date, book.facts)
        results = tuple(
            evaluate(standing.snapshot, definition)
            for definition in definitions_in_use(version.reference_date)
        )
        contents = _gather_contents(
            version, case, referral, book, standing, results=results, now=now
        )
        if contents.patient.birth_date == journey.NOT_RELEASED:
            contents = replace(contents, flag=without_birth(contents.flag))
        if version.names_nobody:
            contents = without_identity(contents, case, book, standing, version.alias)
        else:
            contents = tell_versions(version, contents, now)
        refuse_promises(contents)
        frozen = freeze_contents(contents)
        return Gathered(
            contents=contents,
            frozen=frozen,
            contents_sha256=hash_frozen(frozen),
            files=() if version.names_nobody else tuple(book.files),
            book=book,
            standing=standing,
            results=results,
        )


def _gather_contents(
    version: DossierVersion,
    case: Case,
    referral: Referral | None,
    book: SourceBook,
    standing: Standing,
    *,
    results: Sequence[Result],
    now: datetime,
) -> DossierContents:
    day = version.reference_date
    compared = compare_for_dossier(case, book, standing, results)
    return DossierContents(
        case_reference=case.reference,
        version=version.number,
        reference_date=day,
        made_at=now,
        verify_at=f"{settings.SITE_URL}/verify/",
        variant=Variant(version.variant),
        language=version.language,
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
        imaging=print_imaging(book, referral, day),
        history=findings.print_history(book),
        attention=findings.print_attention(book),
        missing=journey.print_missing(case, referral, compared.flag, book, day),
        correspondence=journey.print_correspondence(case, referral),
        travel=journey.print_travel(case, referral),
        sources=book.list_sources(),
        sign_offs=compared.sign_offs,
        confirmations=journey.print_confirmations(book.facts),
    )
