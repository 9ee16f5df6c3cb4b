"""Copies that can be shown: of what no screen draws, tells too much, or is damaged.

Every copy is made in the sandbox from the bytes of a version that stays as it is. A photograph
becomes one that is upright and tells nothing of place or person, many pages become a PDF, and a
PDF is one that opens without mending and does nothing by itself. What is fit to be shown as it is
gets no copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog

from documents.records.reading import MAX_PAGES, MAX_PIXELS
from documents.records.sandbox import MEBIBYTE, Answer, Limits, ReadingFailure, run_parser
from documents.records.sniffing import Kind

log = structlog.get_logger(__name__)

COPY_LIMITS: Final = Limits(
    memory=1536 * MEBIBYTE, cpu_seconds=180, wall_seconds=240.0, output=256 * MEBIBYTE
)
# The formats that a kind's bytes may be decoded as, and what its copy is.
PICTURES: Final[dict[Kind, tuple[list[str], Kind]]] = {
    Kind.JPEG: (["JPEG"], Kind.JPEG),
    Kind.PNG: (["PNG"], Kind.PNG),
    Kind.HEIC: (["HEIF"], Kind.JPEG),
    Kind.AVIF: (["AVIF"], Kind.JPEG),
    Kind.WEBP: (["WEBP"], Kind.JPEG),
}
# A person waits at the screen while a file is opened with a password.
OPENING_LIMITS: Final = Limits(cpu_seconds=20, wall_seconds=25.0, output=256 * MEBIBYTE)
# What was found in a PDF, and what people are told of it; the first that holds.
NOTES: Final = (
    ("mended", "mended"),
    ("files", "files_inside"),
    ("programs", "programs_removed"),
)


@dataclass(frozen=True, slots=True)
class Copy:
    """Bytes made from a file. `note`: what a person should know of it, a code of `failures`.

    What was drawn anew, point by point, holds nothing of the file's own bytes; what was not is
    checked for harmful content once more.
    """

    kind: Kind
    data: bytes
    note: str = ""
    is_drawn: bool = True


def make_copy(source: Path | bytes, kind: Kind) -> Copy | None:
    """The copy of a file that can be shown, or None where the file itself can.

    Raises `ReadingFailure` where the file cannot be opened at all.
    """
    if kind in PICTURES:
        formats, form = PICTURES[kind]
        answer = _run("copy_image", source, formats=formats, form=form.name)
        return None if answer.header["plain"] else Copy(form, answer.payload)
    if kind is Kind.TIFF:
        return Copy(Kind.PDF, _run("copy_tiff", source, formats=["TIFF"]).payload)
    if kind is Kind.DOCX:
        answer = _run("copy_word", source)
        return Copy(Kind.PDF, answer.payload, "parts_left_out" if answer.header["left_out"] else "")
    if kind is Kind.PDF:
        return _mend_pdf(source)
    return None


def open_pdf(source: Path | bytes, password: str) -> Copy:
    """The PDF without its lock. Raises `ReadingFailure`: `password_needed` for a wrong password."""
    answer = _run("copy_pdf", source, limits=OPENING_LIMITS, password=password)
    return Copy(Kind.PDF, answer.payload, _choose_note(answer), is_drawn=False)


def _mend_pdf(source: Path | bytes) -> Copy | None:
    """A copy of a PDF that was damaged, or that carried programs or other files.

    Where none can be made, the reader says what is wrong with the file, or reads it all the same.
    """
    try:
        answer = _run("copy_pdf", source)
    except ReadingFailure as failure:
        log.info("copy.none", code=failure.code)
        return None
    if answer.header["plain"]:
        return None
    return Copy(Kind.PDF, answer.payload, _choose_note(answer), is_drawn=False)


def _choose_note(answer: Answer) -> str:
    return next((code for name, code in NOTES if answer.header[name]), "")


def _run(parser: str, source: Path | bytes, *, limits: Limits = COPY_LIMITS, **more: Any) -> Answer:
    arguments = {"max_pixels": MAX_PIXELS, "max_pages": MAX_PAGES, **more}
    return run_parser(parser, source, arguments, limits=limits)
