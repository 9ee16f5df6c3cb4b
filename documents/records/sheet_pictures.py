"""Pictures of pages as they stand behind a dossier: sharper than previews, from the sandbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from documents.records.previews import PAGES_AT_ONCE
from documents.records.reading import (
    IMAGE_FORMATS,
    MAX_CHARS,
    MAX_PAGE_CHARS,
    MAX_PAGES,
    MAX_PIXELS,
)
from documents.records.sandbox import MEBIBYTE, Limits, run_parser
from documents.records.sniffing import Kind

DPI: Final = 200
QUALITY: Final = 80
MAX_DRAWN: Final = 16_000_000
"""Points of one picture; a page of A3 at 200 dpi has eight million."""
MAX_PHOTOGRAPH: Final = 8 * MEBIBYTE
SHEET_LIMITS: Final = Limits(cpu_seconds=120, wall_seconds=180.0, output=256 * MEBIBYTE)


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG, its points across and down, and whether it has greys only."""

    jpeg: bytes
    width: int
    height: int
    is_grey: bool


def draw_sheet_pictures(
    source: Path | bytes,
    kind: Kind,
    numbers: Sequence[int],
    turns: Mapping[int, int] | None = None,
) -> Iterator[Picture]:
    """The pages with these numbers, in their order. Raises `ReadingFailure`; text has none.

    A handful is drawn when its first picture is asked for: who has enough asks for no more.
    `turns` gives for a page by how many degrees it is turned clockwise.
    """
    if kind is Kind.TEXT:
        return
    turns = turns or {}
    for at in range(0, len(numbers), PAGES_AT_ONCE):
        wanted = numbers[at : at + PAGES_AT_ONCE]
        arguments = {
            "formats": IMAGE_FORMATS[kind] if kind.is_image else None,
            "password": None,
            "pages": list(wanted),
            "turns": [turns.get(number, 0) for number in wanted],
            "dpi": DPI,
            "quality": QUALITY,
            "max_drawn": MAX_DRAWN,
            "max_bytes": MAX_PHOTOGRAPH,
            "max_pixels": MAX_PIXELS,
            "max_pages": MAX_PAGES,
            "max_page_chars": MAX_PAGE_CHARS,
            "max_chars": MAX_CHARS,
        }
        answer = run_parser("draw_sheets", source, arguments, limits=SHEET_LIMITS)
        for jpeg, sheet in zip(answer.split_payload(), answer.header["sheets"], strict=True):
            yield Picture(jpeg, *sheet)
