"""Archives and images of scans: looked through in the sandbox, range by range, as a job.

What lies in an archive is listed, its images are indexed by study and series, and the middle
slice of each series is drawn. Nothing is unpacked to a disk or a name. The files among it become
records of their own afterwards (`taking`), once it is known whose images these are.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction

from cases.jobs.registry import Run
from documents.records.digest import KINDS, drop_objects
from documents.records.entry_names import (
    find_program_folders,
    is_part_of_viewer,
    judge_name,
    show_name,
)
from documents.records.models import (
    ArchiveEntry,
    Document,
    DocumentFile,
    DocumentState,
    EntryState,
    ImagingSeries,
    ImagingStudy,
    PersonCheck,
    RecordKind,
)
from documents.records.previews import PREVIEW_QUALITY, PREVIEW_WIDTH
from documents.records.printed_person import HOLDING
from documents.records.processing import WORTH_ANOTHER_TRY, queue_taking, settle_failure
from documents.records.reading import MAX_PIXELS, clean_text
from documents.records.sandbox import MEBIBYTE, Limits, RandomSource, ReadingFailure, run_parser
from documents.records.sniffing import Kind
from documents.records.states import Codes, lock_document, move_document, tell
from documents.records.studies import (
    TEXT_LENGTH,
    Series,
    Studies,
    Study,
    are_of_two,
    compare_tags,
    describe_tags,
    name_person,
)
from documents.records.vault import SealedReader, seal_bytes

log = structlog.get_logger(__name__)

GIBIBYTE: Final = 1024 * MEBIBYTE
LIST_ARGUMENTS: Final = {
    "max_entries": 30_000,
    "max_table": 32 * MEBIBYTE,
    "max_unpacked": 32 * GIBIBYTE,
    "max_ratio": 100,
    "always_allowed": 64 * MEBIBYTE,
}
# One entry may be packed more tightly than an archive as a whole: a mask, an empty page.
MAX_ENTRY_RATIO: Final = 500
LIST_LIMITS: Final = Limits(cpu_seconds=60, wall_seconds=180.0, output=128 * MEBIBYTE)
INDEX_LIMITS: Final = Limits(cpu_seconds=1800, wall_seconds=3600.0, output=256 * MEBIBYTE)
DRAW_LIMITS: Final = Limits(
    memory=1536 * MEBIBYTE, cpu_seconds=60, wall_seconds=120.0, output=16 * MEBIBYTE
)
MOST_SERIES: Final = 1_000
MOST_DRAWN: Final = 120
REPORT_EVERY: Final = 2.0


@dataclass(slots=True)
class Listed:
    """One entry as the table of contents says it; `place` is where a child reads it."""

    number: int
    raw_name: str
    size: int
    place: dict[str, Any]
    refusal_code: str = ""
    is_image: bool = False

    @property
    def request(self) -> dict[str, Any]:
        return {"number": self.number, "place": self.place}


@dataclass(slots=True)
class Contents:
    """All that was found in one file. `pictures` are stored objects by study and series."""

    entries: list[Listed] = field(default_factory=list)
    studies: Studies = field(default_factory=Studies)
    pictures: dict[tuple[str, str], str] = field(default_factory=dict)
    no_picture: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def has_papers(self) -> bool:
        return any(not one.refusal_code and not one.is_image for one in self.entries)


class Progress:
    """Says how far the work is, and keeps its claim, every few seconds."""

    def __init__(self, run: Run, step: str) -> None:
        self._run = run
        self._step = step
        self._said = 0.0

    def say(self, done: int, total: int) -> None:
        if time.monotonic() - self._said >= REPORT_EVERY:
            self._run.report_progress(done, max(total, 1), step=self._step)
            self._said = time.monotonic()


def read_images(run: Run, file: DocumentFile, *, now: datetime) -> None:
    """Look through an archive or an image of a scan, and put it before a person."""
    document = file.document
    if document.state != DocumentState.READING:
        return
    try:
        with SealedReader(case_id=document.case_id, object_name=file.object_name) as source:
            contents = look_through(source, KINDS[file.content_type], document.case_id, run)
    except ReadingFailure as failure:
        if failure.code in WORTH_ANOTHER_TRY and run.job.attempts < run.job.max_attempts:
            raise
        with run.finishing():
            settle_failure(document, failure.code, now=now)
        return
    try:
        with run.finishing():
            settle_images(file, contents, now=now)
    except BaseException:
        drop_objects(contents.pictures.values())
        raise


# --- Looking through ------------------------------------------------------------------------


def look_through(source: RandomSource, kind: Kind, case_id: UUID, run: Run) -> Contents:
    """Everything in the file. Raises ReadingFailure."""
    contents = Contents()
    if kind is Kind.ZIP:
        contents.entries = list_entries(source)
        _index(source, contents, Progress(run, "reading"))
    else:
        tags = run_parser("read_dicom", source, limits=LIST_LIMITS).header["tags"]
        if not tags.get("is_directory"):
            contents.studies.add(tags, entry=0)
    _draw_middles(source, contents, case_id, Progress(run, "pictures"))
    return contents


def list_entries(source: RandomSource) -> list[Listed]:
    """The entries by their numbers, folders left out, each judged by name and size."""
    answer = run_parser("list_zip", source, LIST_ARGUMENTS, limits=LIST_LIMITS)
    listed = [
        Listed(
            number=told["number"],
            raw_name=told["name"],
            size=told["size"],
            place=told["place"],
            refusal_code=_judge(told),
        )
        for told in answer.header["entries"]
        if not told["is_folder"]
    ]
    if listed and all(one.refusal_code == "locked" for one in listed):
        raise ReadingFailure("locked_archive")
    return listed


def _judge(told: Mapping[str, Any]) -> str:
    place = told["place"]
    code = judge_name(told["name"])
    if code:
        return code
    if not told["is_plain"]:
        return "link"
    if told["is_locked"]:
        return "locked"
    if not told["size"]:
        return "empty"
    if place["size"] > max(place["packed"] * MAX_ENTRY_RATIO, 16 * MEBIBYTE):
        return "unpacks_too_big"
    return ""


def _index(source: RandomSource, contents: Contents, progress: Progress) -> None:
    """Find the images, and what in a disc's archive is not a paper."""
    wanted = {one.number: one for one in contents.entries if not one.refusal_code}
    seen = 0

    def take(told: dict[str, Any]) -> None:
        nonlocal seen
        seen += 1
        progress.say(seen, len(wanted) * 6 // 5)
        _note_entry(contents, wanted[told["number"]], told)

    if wanted:
        arguments = {"entries": [one.request for one in wanted.values()]}
        lines = Lines(take)
        run_parser("index_zip", source, arguments, limits=INDEX_LIMITS, sink=lines)
    names = [one.raw_name for one in contents.entries]
    programs = find_program_folders(names)
    is_disc = bool(contents.studies.found)
    for one in wanted.values():
        if one.is_image or one.refusal_code:
            continue
        if is_part_of_viewer(one.raw_name, programs, is_disc=is_disc):
            one.refusal_code = "viewer"
        elif one.size > settings.MAX_DOCUMENT_BYTES:
            one.refusal_code = "file_too_big"


def _note_entry(contents: Contents, entry: Listed, told: Mapping[str, Any]) -> None:
    tags = told.get("tags")
    if tags is None:
        entry.refusal_code = told.get("code", "")
    elif tags.get("is_directory"):
        entry.refusal_code = "disc_index"
    else:
        entry.is_image = True
        contents.studies.add(tags, entry=entry.number)
        if contents.studies.count > MOST_SERIES:
            raise ReadingFailure("too_many_files")


class Lines:
    """A sink that hands on each line of JSON as soon as it is whole."""

    def __init__(self, take: Callable[[dict[str, Any]], None]) -> None:
        self._take = take
        self._rest = b""

    def __call__(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            try:
                told = json.loads(line)
            except ValueError:
                raise ReadingFailure("crashed") from None
            self._take(told)


def _draw_middles(
    source: RandomSource, contents: Contents, case_id: UUID, progress: Progress
) -> None:
    """A picture of the middle of each series; why there is none where it cannot be drawn."""
    places = {one.number: one.place for one in contents.entries}
    wanted = [(study, one) for study in contents.studies for one in study.series.values()]
    try:
        for done, (study, series) in enumerate(wanted[:MOST_DRAWN]):
            progress.say(5 * len(wanted) + done, 6 * len(wanted))
            middle, key = series.middle, (study.uid, series.uid)
            if middle is None:
                contents.no_picture[key] = "no_picture_inside"
                continue
            try:
                picture = draw_slice(source, places.get(middle.entry))
            except ReadingFailure as failure:
                contents.no_picture[key] = failure.code
                continue
            kept = seal_bytes(case_id=case_id, data=picture, folder="previews")
            contents.pictures[key] = kept.object_name
    except BaseException:
        drop_objects(contents.pictures.values())
        raise


def draw_slice(source: RandomSource, place: Mapping[str, Any] | None) -> bytes:
    """A JPEG of one image: the middle frame. Raises ReadingFailure."""
    arguments = {
        "place": place,
        "max_pixels": MAX_PIXELS,
        "width": PREVIEW_WIDTH,
        "quality": PREVIEW_QUALITY,
    }
    return run_parser("draw_slice", source, arguments, limits=DRAW_LIMITS).payload


# --- Settling -------------------------------------------------------------------------------


def settle_images(file: DocumentFile, contents: Contents, *, now: datetime) -> None:
    """Store what was found and move the document on. Inside a transaction."""
    document = lock_document(file.document)
    people = list(contents.studies.people)
    patient = document.case.patient
    check = compare_tags(people, patient) if people else PersonCheck.NOT_PRINTED
    of_two = are_of_two(people)
    is_held = of_two or check in HOLDING
    store_entries(document, contents, is_held=is_held)
    store_studies(document, contents)
    code = "two_patients" if of_two else ""
    if not code and not contents.has_papers and not contents.studies.found:
        code = "nothing_to_take"
    move_document(
        document,
        DocumentState.OTHER_PATIENT if is_held else DocumentState.TO_REVIEW,
        failure_code=code,
        person_check=check,
        findings={
            **document.findings,
            **describe_images(contents.studies),
            "people": describe_tags(people, patient),
        },
    )
    counts: Codes = {
        "entries": len(contents.entries),
        "studies": len(contents.studies.found),
        "series": contents.studies.count,
        "person": check.value,
        "code": code,
    }
    tell(document, "read", actor=None, now=now, detail=counts)
    if is_held:
        tell(document, "held", actor=None, now=now, shown_to_family=False)
    elif contents.has_papers:
        queue_taking(file)


def describe_images(studies: Studies) -> dict[str, Any]:
    """What the images say of themselves, beside the fields that it may fill."""
    told: dict[str, Any] = {}
    if studies.found:
        told["kind"] = {"value": RecordKind.IMAGING.value, "quote": "DICOM"}
    dates = {study.made_on for study in studies}
    if len(dates) == 1 and (made_on := dates.pop()):
        told["study_date"] = {"value": made_on, "quote": "DICOM"}
    places = {clean_text(study.tags["institution"]) for study in studies}
    if len(places) == 1 and (place := places.pop()):
        told["issuer"] = {"value": place[:150], "quote": "DICOM"}
    return told


def store_entries(document: Document, contents: Contents, *, is_held: bool) -> None:
    """Put the list in place of an earlier one; what became a record already stays as it is."""
    document.entries.exclude(state=EntryState.TAKEN).delete()
    taken = set(document.entries.values_list("number", flat=True))
    ArchiveEntry.objects.bulk_create(
        (
            ArchiveEntry(
                archive=document,
                number=one.number,
                name=clean_text(show_name(one.raw_name)),
                size=one.size,
                state=_state_of(one, is_held=is_held),
                kind=Kind.DICOM.value if one.is_image else "",
                refusal_code=one.refusal_code,
            )
            for one in contents.entries
            if one.number not in taken
        ),
        batch_size=500,
    )


def _state_of(one: Listed, *, is_held: bool) -> EntryState:
    if one.refusal_code:
        return EntryState.REFUSED
    return EntryState.IMAGE if one.is_image and not is_held else EntryState.LISTED


def store_studies(document: Document, contents: Contents) -> None:
    """Put the studies in place of those of an earlier attempt."""
    old = ImagingSeries.objects.filter(study__document=document).exclude(preview_name="")
    former = list(old.values_list("preview_name", flat=True))
    document.studies.all().delete()
    for study in contents.studies:
        row = _make_study(document, study)
        row.save(force_insert=True)
        ImagingSeries.objects.bulk_create(
            _make_series(row, one, contents) for one in study.series.values()
        )
    if former:
        transaction.on_commit(lambda: drop_objects(former), robust=True)


def _make_study(document: Document, study: Study) -> ImagingStudy:
    tags = {
        key: clean_text(value)[:TEXT_LENGTH] if isinstance(value, str) else ""
        for key, value in study.tags.items()
    }
    person = name_person(study.tags)
    return ImagingStudy(
        document=document,
        study_uid=study.uid,
        modalities=study.modalities,
        description=tags["study_text"],
        body_part=tags["body_part"][:64],
        institution=tags["institution"],
        study_date=study.made_on,
        patient_name=person.name,
        patient_birth_date=person.birth_date,
        patient_number=person.number,
        patient_sex=tags["sex"][:10],
    )


def _make_series(study: ImagingStudy, series: Series, contents: Contents) -> ImagingSeries:
    key = (study.study_uid, series.uid)
    return ImagingSeries(
        study=study,
        series_uid=series.uid,
        number=series.number,
        modality=series.modality,
        description=series.description,
        image_count=series.image_count,
        preview_name=contents.pictures.get(key, ""),
        no_preview_code=contents.no_picture.get(key, ""),
    )
