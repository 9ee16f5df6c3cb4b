"""Studies of images and entries of archives, as people see them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import Count
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _, ngettext

from documents.records.entry_reasons import tell_entry_reason
from documents.records.failures import describe_failure
from documents.records.models import (
    ArchiveEntry,
    Document,
    DocumentState,
    EntryState,
    ImagingSeries,
    ImagingStudy,
)
from documents.records.studies import show_person_name

Sentence = str | Promise
NAMES_SHOWN: Final = 4
ENTRIES_SHOWN: Final = 400


@dataclass(frozen=True, slots=True)
class SeriesView:
    """`no_picture` says why there is no picture of its middle slice; empty where there is one."""

    id: UUID
    uid: str
    number: int | None
    modality: str
    description: str
    images: int
    has_picture: bool
    no_picture: Sentence

    @property
    def words(self) -> str:
        return _count_images(self.images) if self.images else ""


@dataclass(frozen=True, slots=True)
class StudyView:
    """One study as its images say it."""

    id: UUID
    uid: str
    modalities: str
    study_date: str
    description: str
    body_part: str
    institution: str
    person: str
    birth_date: str
    sex: str
    series: list[SeriesView]

    @property
    def with_images(self) -> int:
        """How many of its series have anything to see."""
        return sum(1 for one in self.series if one.images)

    @property
    def images(self) -> int:
        return sum(one.images for one in self.series)

    @property
    def made_on(self) -> date | None:
        return date.fromisoformat(self.study_date) if self.study_date else None

    @property
    def name(self) -> str:
        """“CT abdomen”, whether the description says the modality or not."""
        told = self.description or self.body_part
        if self.modalities and self.modalities.casefold() in told.casefold():
            return told
        return " ".join(filter(None, (self.modalities, told))) or "DICOM"

    @property
    def words(self) -> str:
        """“CT 12 Mar 2026, 4 series, 812 images”."""
        day = date_format(self.made_on, "SHORT_DATE_FORMAT") if self.made_on else ""
        what = " ".join(filter(None, (self.modalities or "DICOM", day)))
        if not self.images:
            return what
        series = ngettext("%(n)s series", "%(n)s series", self.with_images)
        told = {
            "study": what,
            "series": series % {"n": self.with_images},
            "images": _count_images(self.images),
        }
        return _("%(study)s, %(series)s, %(images)s") % told


@dataclass(frozen=True, slots=True)
class EntryView:
    """One file in an archive that is no image, and what became of it."""

    name: str
    size: int
    is_waiting: bool
    reason: Sentence
    document_id: UUID | None
    document_title: str
    document_state: DocumentState | None
    document_state_label: Sentence


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Files of an archive that were not taken for one reason."""

    reason: Sentence
    names: list[str]
    more: int


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What became of the files in one archive."""

    taken: int = 0
    waiting: int = 0
    not_taken: list[NotTaken] = field(default_factory=list)


def _count_images(count: int) -> str:
    return ngettext("%(n)s image", "%(n)s images", count) % {"n": f"{count:,}"}


def list_studies(documents: Iterable[UUID]) -> dict[UUID, list[StudyView]]:
    """The studies of each of these records, the newest first; one query."""
    found: dict[UUID, dict[UUID, StudyView]] = {}
    rows = (
        ImagingSeries.objects.filter(study__document__in=list(documents))
        .select_related("study")
        .order_by("-study__study_date", "study__study_uid", "number", "series_uid")
    )
    for row in rows:
        studies = found.setdefault(row.study.document_id, {})
        study = studies.setdefault(row.study_id, _view_study(row.study))
        study.series.append(_view_series(row))
    return {document: list(studies.values()) for document, studies in found.items()}


def merge_studies(held: Iterable[StudyView]) -> list[StudyView]:
    """Each study once, however many records hold it, and each of its series once.

    Of a series that several hold, the fullest counts; what one record says and another leaves
    empty is said.
    """
    copies: dict[str, list[StudyView]] = {}
    for study in held:
        copies.setdefault(study.uid, []).append(study)
    return [_merge_copies(same) for same in copies.values()]


def _merge_copies(same: Sequence[StudyView]) -> StudyView:
    fullest: dict[str, SeriesView] = {}
    for series in (series for study in same for series in study.series):
        known = fullest.get(series.uid)
        if known is None or series.images > known.images:
            fullest[series.uid] = series
    return replace(
        same[0],
        modalities=_first_said(study.modalities for study in same),
        study_date=_first_said(study.study_date for study in same),
        description=_first_said(study.description for study in same),
        series=sorted(fullest.values(), key=_series_order),
    )


def _first_said(words: Iterable[str]) -> str:
    return next(filter(None, words), "")


def _series_order(series: SeriesView) -> tuple[bool, int, str]:
    return (series.number is None, series.number or 0, series.uid)


def _view_study(row: ImagingStudy) -> StudyView:
    return StudyView(
        id=row.pk,
        uid=row.study_uid,
        modalities=row.modalities,
        study_date=row.study_date,
        description=row.description,
        body_part=row.body_part,
        institution=row.institution,
        person=show_person_name(row.patient_name),
        birth_date=row.patient_birth_date,
        sex=row.patient_sex,
        series=[],
    )


def _view_series(row: ImagingSeries) -> SeriesView:
    code = row.no_preview_code
    return SeriesView(
        id=row.pk,
        uid=row.series_uid,
        number=row.number,
        modality=row.modality,
        description=row.description,
        images=row.image_count,
        has_picture=bool(row.preview_name),
        no_picture=describe_failure(code).for_staff if code else "",
    )


def list_entries(document: Document) -> tuple[list[EntryView], int]:
    """The files in an archive that are no images, taken ones first, and how many; two queries."""
    rows = document.entries.exclude(state=EntryState.IMAGE).exclude(kind="dicom")
    shown = rows.select_related("document").order_by("-state", "number")[:ENTRIES_SHOWN]
    return [_view_entry(row) for row in shown], rows.count()


def _view_entry(row: ArchiveEntry) -> EntryView:
    made = row.document
    return EntryView(
        name=row.name,
        size=row.size,
        is_waiting=row.state == EntryState.LISTED,
        reason=tell_entry_reason(row.refusal_code) if row.refusal_code else "",
        document_id=made.pk if made else None,
        document_title=made.title if made else "",
        document_state=DocumentState(made.state) if made else None,
        document_state_label=DocumentState(made.state).label if made else "",
    )


def tell_unpacked(documents: Sequence[UUID]) -> Mapping[UUID, Unpacked]:
    """For each archive how many of its files were taken, and which were not, and why; two queries.

    Images are told of by their studies.
    """
    entries = ArchiveEntry.objects.filter(archive__in=documents).exclude(kind="dicom")
    counts: dict[UUID, dict[str, int]] = {}
    for archive, state, count in (
        entries.values_list("archive", "state").annotate(Count("pk")).order_by()
    ):
        counts.setdefault(archive, {})[state] = count
    refused: dict[UUID, dict[str, list[str]]] = {}
    rows = entries.filter(state=EntryState.REFUSED).order_by("archive", "number")
    for archive, code, name in rows.values_list("archive", "refusal_code", "name"):
        refused.setdefault(archive, {}).setdefault(code, []).append(name)
    return {
        archive: Unpacked(
            taken=found.get(EntryState.TAKEN, 0),
            waiting=found.get(EntryState.LISTED, 0),
            not_taken=[
                NotTaken(tell_entry_reason(code), names[:NAMES_SHOWN], len(names[NAMES_SHOWN:]))
                for code, names in refused.get(archive, {}).items()
            ],
        )
        for archive, found in counts.items()
    }
