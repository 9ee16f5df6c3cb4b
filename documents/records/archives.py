"""Archives and images of scans: looked through in the sandbox, range by range, as a job.

What lies in an archive is listed, its images are indexed by study and series, and the middle
slice of each series is drawn. Nothing is unpacked to a disk or a name. The files among it become
records of their own afterwards (`taking`), once it is known whose images these are.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from cases.jobs.registry import Run
from documents.records.digest import drop_objects
from documents.records.entry_names import find_program_folders, is_part_of_viewer, judge_name
from documents.records.parsers.dicom_marks import WRAPPED_PDF
from documents.records.previews import PREVIEW_QUALITY, PREVIEW_WIDTH
from documents.records.reading import MAX_PIXELS
from documents.records.sandbox import MEBIBYTE, Limits, RandomSource, ReadingFailure, run_parser
from documents.records.sniffing import Kind
from documents.records.studies import Studies
from documents.records.vault import seal_bytes

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
    """One entry as the table of contents says it; `place` is where a child reads it.

    A report in the wrapping of an image is a paper; where it is the whole file, it has no place.
    """

    number: int
    raw_name: str
    size: int
    place: dict[str, Any] | None
    refusal_code: str = ""
    is_image: bool = False
    is_wrapped: bool = False

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


def look_through(source: RandomSource, kind: Kind, case_id: UUID, run: Run) -> Contents:
    """Everything in the file. Raises ReadingFailure."""
    contents = Contents()
    if kind is Kind.ZIP:
        contents.entries = list_entries(source)
        _index(source, contents, Progress(run, "reading"))
    else:
        tags = run_parser("read_dicom", source, limits=LIST_LIMITS).header["tags"]
        if tags.get("class") == WRAPPED_PDF:
            contents.entries = [name_whole(source)]
            contents.studies.note_person(tags)
        elif not tags.get("is_directory"):
            contents.studies.add(tags, entry=0)
    _draw_middles(source, contents, case_id, Progress(run, "pictures"))
    return contents


def name_whole(source: RandomSource) -> Listed:
    """A file that is itself the wrapping of one paper, as the only entry of it."""
    return Listed(number=1, raw_name="", size=source.size, place=None)


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
        if not one.is_wrapped and is_part_of_viewer(one.raw_name, programs, is_disc=is_disc):
            one.refusal_code = "viewer"
        elif one.size > settings.MAX_DOCUMENT_BYTES:
            one.refusal_code = "file_too_big"


def _note_entry(contents: Contents, entry: Listed, told: Mapping[str, Any]) -> None:
    tags = told.get("tags")
    if tags is None:
        entry.refusal_code = told.get("code", "")
    elif tags.get("is_directory"):
        entry.refusal_code = "disc_index"
    elif tags["class"] == WRAPPED_PDF:
        entry.is_wrapped = True
        contents.studies.note_person(tags)
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
