"""Pictures of pages for the screen: JPEG, upright, without metadata, made in the sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from documents.records.reading import (
    IMAGE_FORMATS,
    MAX_CHARS,
    MAX_PAGE_CHARS,
    MAX_PAGES,
    MAX_PIXELS,
)
from documents.records.sandbox import Limits, ReadingFailure, run_parser
from documents.records.sniffing import Kind

PREVIEW_WIDTH: Final = 1_000
PREVIEW_QUALITY: Final = 80
MAX_PREVIEW_PIXELS: Final = 6_000_000
PAGES_AT_ONCE: Final = 20
PREVIEW_LIMITS: Final = Limits(cpu_seconds=60, wall_seconds=90.0, output=64 * 1024 * 1024)


def render_pages(
    source: Path | bytes,
    kind: Kind,
    numbers: Sequence[int],
    *,
    width: int = PREVIEW_WIDTH,
    quality: int = PREVIEW_QUALITY,
    password: str | None = None,
) -> list[bytes]:
    """JPEG pictures of the pages with these numbers, in the same order.

    Ask for at most `PAGES_AT_ONCE`, so that one child's limits hold for a handful of pages. Plain
    text has no picture and gives an empty list. Raises `ReadingFailure`.
    """
    if len(numbers) > PAGES_AT_ONCE:
        raise ValueError(f"At most {PAGES_AT_ONCE} pages at once.")
    if kind is Kind.TEXT or not numbers:
        return []
    if kind.is_image:
        if list(numbers) != [1]:
            raise ReadingFailure("no_such_page")
        arguments = {
            "formats": IMAGE_FORMATS[kind],
            "max_pixels": MAX_PIXELS,
            "width": width,
            "quality": quality,
        }
        return run_parser("render_image", source, arguments, limits=PREVIEW_LIMITS).split_payload()
    arguments = {
        "password": password,
        "max_pages": MAX_PAGES,
        "max_page_chars": MAX_PAGE_CHARS,
        "max_chars": MAX_CHARS,
        "max_pixels": MAX_PREVIEW_PIXELS,
        "pages": list(numbers),
        "width": width,
        "quality": quality,
    }
    return run_parser("render_pdf", source, arguments, limits=PREVIEW_LIMITS).split_payload()


def render_page(
    source: Path | bytes, kind: Kind, number: int, *, width: int = PREVIEW_WIDTH
) -> bytes:
    """The JPEG picture of one page. Raises `ReadingFailure`, for plain text too."""
    pictures = render_pages(source, kind, [number], width=width)
    if not pictures:
        raise ReadingFailure("no_such_page")
    return pictures[0]
