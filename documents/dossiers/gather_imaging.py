"""The images of a case: reports and the studies themselves, their ages, and what was reported."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from django.db.models import Count, Sum

from cases.hospitals.models import Referral
from documents.dossiers.findings import ImagingStudy
from documents.dossiers.printed import Absence, Listed
from documents.dossiers.said import say as _
from documents.dossiers.sources import SourceBook, SourceFile, date_of, full_date
from documents.records.models import ImagingStudy as Study, RecordKind

TELLING: Final = frozenset(
    {"disease_status", "progressive", "metastatic", "metastasis_site", "nodal_metastasis"}
    | {"locally_advanced", "resectable"}
)
"""Facts whose words say what was seen."""
MOST_PASSAGES: Final = 2


def print_imaging(book: SourceBook, referral: Referral | None, day: date) -> Listed[ImagingStudy]:
    """Reports and studies with a full date, the latest first, and how old this hospital takes.

    A report and the images of the same day are one line; images without a report are one too.
    """
    limit = _find_limit(referral)
    images = _find_images(book)
    studies = []
    for source in book.files:
        done = full_date(date_of(source.document))
        if source.document.kind == RecordKind.IMAGING and done is not None:
            found = images.pop(done, [])
            studies.append(
                ImagingStudy(
                    what=source.document.title,
                    on=done,
                    age_days=(day - done).days,
                    limit_days=limit,
                    finding=_say_finding(source, book),
                    images=_say_images(found) if found else _("report only"),
                    cites=book.cite_file(source.file),
                )
            )
    for done, found in images.items():
        studies.append(
            ImagingStudy(
                what=" ".join(dict.fromkeys(_name_study(each) for each in found)),
                on=done,
                age_days=(day - done).days,
                limit_days=limit,
                images=_say_images(found),
            )
        )
    studies.sort(key=lambda study: study.age_days or 0)
    return tuple(studies) or Absence(_("no imaging report with a full date has been accepted yet"))


def _find_limit(referral: Referral | None) -> int | None:
    if referral is None:
        return None
    wanted = referral.hospital.requirements.filter(kind=RecordKind.IMAGING).first()
    return wanted.not_older_than_days if wanted is not None else None


def _find_images(book: SourceBook) -> dict[date, list[Study]]:
    """The studies in accepted records, by day; their counts beside them."""
    rows = (
        Study.objects.filter(document__in=[source.document for source in book.files])
        .annotate(series_count=Count("series"), image_total=Sum("series__image_count"))
        .order_by("-study_date", "study_uid")
    )
    found: dict[date, list[Study]] = {}
    for row in rows:
        done = full_date(row.study_date)
        if done is not None:
            found.setdefault(done, []).append(row)
    return found


def _name_study(study: Study) -> str:
    return " ".join(part for part in (study.modalities, study.body_part) if part) or "DICOM"


def _say_images(studies: Iterable[Study]) -> str:
    series = images = 0
    for study in studies:
        series += study.series_count  # type: ignore[attr-defined]  # annotated
        images += study.image_total or 0  # type: ignore[attr-defined]  # annotated
    return _("DICOM, %(series)d series, %(images)d images", series=series, images=images)


def _say_finding(source: SourceFile, book: SourceBook) -> str:
    """The report's own words, as far as facts stand on them."""
    passages = dict.fromkeys(
        evidence.quote
        for fact in book.of(*TELLING)
        for evidence in fact.evidence.all()
        if evidence.file_id == source.file.pk and evidence.quote
    )
    return " … ".join(list(passages)[:MOST_PASSAGES])
