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

from documents.records.reading import MAX_PAGES, MAX_PIXELS
from documents.records.sandbox import MEBIBYTE, Answer, Limits, run_parser
from documents.records.sniffing import Kind

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
    return None


def _run(parser: str, source: Path | bytes, **more: Any) -> Answer:
    arguments = {"max_pixels": MAX_PIXELS, "max_pages": MAX_PAGES, **more}
    return run_parser(parser, source, arguments, limits=COPY_LIMITS)
