"""The images of a case: reports and the studies themselves, their ages, and what was reported."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from cases.hospitals.models import Referral
from documents.dossiers.findings import ImagingStudy
from documents.dossiers.printed import Absence, Listed
from documents.dossiers.said import say as _, say_many as ngettext
from documents.dossiers.sources import SourceBook, SourceFile, date_of, full_date
from documents.records.models import DocumentFile, RecordKind
from documents.records.queries.imaging import StudyView, list_studies, merge_studies

TELLING: Final = frozenset(
    {"disease_status", "progressive", "metastatic", "metastasis_site", "nodal_metastasis"}
    | {"locally_advanced", "resectable"}
)
"""Facts whose words say what was seen."""
MOST_PASSAGES: Final = 2
Images = tuple[list[SourceFile], StudyView]
"""A study, and the records that hold it."""


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
                what=" ".join(dict.fromkeys(study.name for _holders, study in found)),
                on=done,
                age_days=(day - done).days,
                limit_days=limit,
                images=_say_images(found),
                cites=tuple(cite for source in _papers(found) for cite in book.cite_file(source)),
            )
        )
    studies.sort(key=lambda study: study.age_days or 0)
    return tuple(studies) or Absence(_("no imaging report with a full date has been accepted yet"))


def _find_limit(referral: Referral | None) -> int | None:
    if referral is None:
        return None
    wanted = referral.hospital.requirements.filter(kind=RecordKind.IMAGING).first()
    return wanted.not_older_than_days if wanted is not None else None


def _find_images(book: SourceBook) -> dict[date, list[Images]]:
    """The studies in accepted records, by day, each once."""
    held = list_studies([source.document.pk for source in book.files])
    copies = [
        (source, study) for source in book.files for study in held.get(source.document.pk, [])
    ]
    holders: dict[str, list[SourceFile]] = {}
    for source, study in copies:
        holders.setdefault(study.uid, []).append(source)
    found: dict[date, list[Images]] = {}
    for study in merge_studies(study for _source, study in copies):
        if study.made_on is not None:
            found.setdefault(study.made_on, []).append((holders[study.uid], study))
    return found


def _papers(found: Iterable[Images]) -> Iterable[DocumentFile]:
    return dict.fromkeys(source.file for holders, _study in found for source in holders)


def _say_images(found: Iterable[Images]) -> str:
    studies = [study for _holders, study in found]
    images = sum(study.images for study in studies)
    if not images:
        return _("DICOM, no images")
    return _(
        "DICOM, %(series)s, %(images)s",
        series=ngettext(
            "%(count)d series", "%(count)d series", sum(study.with_images for study in studies)
        ),
        images=ngettext("%(count)d image", "%(count)d images", images),
    )


def _say_finding(source: SourceFile, book: SourceBook) -> str:
    """The report's own words, as far as facts stand on them."""
    passages = dict.fromkeys(
        evidence.quote
        for fact in book.of(*TELLING)
        for evidence in fact.evidence.all()
        if evidence.file_id == source.file.pk and evidence.quote
    )
    return " … ".join(list(passages)[:MOST_PASSAGES])
