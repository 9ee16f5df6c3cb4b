"""Read the text of a record, page by page, and find quoted words on the page again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from documents.records.language import detect_language
from documents.records.models import TextSource
from documents.records.sandbox import DEFAULT_LIMITS, Limits, ReadingFailure, run_parser
from documents.records.sniffing import MAX_TEXT_BYTES, Kind, decode_text

MAX_PAGES: Final = 2_000
MAX_PAGE_CHARS: Final = 200_000
MAX_CHARS: Final = 10_000_000
MAX_WORDS: Final = 500_000
MAX_PIXELS: Final = 120_000_000
READ_LIMITS: Final = Limits(cpu_seconds=120, wall_seconds=180.0, output=128 * 1024 * 1024)
IMAGE_FORMATS: Final = {Kind.JPEG: ["JPEG"], Kind.PNG: ["PNG"]}
FORM_FEED: Final = "\f"
BROKEN: Final = dict.fromkeys([0, *range(0xD800, 0xE000)], "\ufffd")


Word = list[float]


class ReadingState(StrEnum):
    """What came of reading a file that could be opened."""

    READ = "read"
    NEEDS_PERSON = "needs_person"


@dataclass(frozen=True, slots=True)
class PageText:
    """One page. Width and height are points for a PDF, pixels for an image, 0 for plain text.

    `offset` is where the page begins in the whole decoded file; it is 0 for everything but plain
    text, because offsets into a PDF count from the start of each page. `words`, `source` and
    `confidence` are those of `models.Page`. `is_picture`: what stands on it is a picture, so that
    its text is to be recognised; `is_blank`: nothing stands on it; `turn`: by how many degrees it
    has to be turned clockwise to be read.
    """

    number: int
    text: str
    width: float = 0.0
    height: float = 0.0
    offset: int = 0
    words: list[Word] = field(default_factory=list)
    source: TextSource = TextSource.LAYER
    confidence: float | None = None
    is_picture: bool = False
    is_blank: bool = False
    sharpness: float | None = None
    turn: int = 0

    @property
    def has_text(self) -> bool:
        """Whether anything but white space could be read."""
        return bool(self.text.strip())


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page as fractions of its width and height, from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Reading:
    """The pages of a file, its language ("en", "es", "other") and whether a person must look.

    A page without text is no success: as long as one page is silent, a person has to see it.
    A page on which nothing stands is not silent, unless all are so.
    """

    pages: tuple[PageText, ...]
    language: str

    @property
    def state(self) -> ReadingState:
        """`NEEDS_PERSON` as soon as one page is silent, or nothing stands on any."""
        is_read = any(page.has_text for page in self.pages) and not self.silent_pages
        return ReadingState.READ if is_read else ReadingState.NEEDS_PERSON

    @property
    def silent_pages(self) -> tuple[int, ...]:
        """The numbers of the pages on which something stands that could not be read."""
        return tuple(page.number for page in self.pages if not page.has_text and not page.is_blank)


def read_pages(source: Path | bytes, kind: Kind, *, password: str | None = None) -> Reading:
    """Read every page. Opening the file with its own parser is the second gate after sniffing.

    Raises `ReadingFailure`. Pictures are left without text; `recognition` reads them.
    """
    if kind is Kind.PDF:
        pages = _read_pdf(source, password)
    elif kind is Kind.TEXT:
        pages = _read_text(source)
    elif kind is Kind.DOCX:
        pages = _read_word(source)
    else:
        pages = _read_image(source, kind)
    return Reading(pages, detect_language(page.text for page in pages))


def find_boxes(
    source: Path | bytes, page: int, start: int, end: int, *, password: str | None = None
) -> list[Box]:
    """The rectangles, one a line, of the characters `start` to `end` of a PDF page's text.

    Offsets are those of `PageText.text`. Raises `ReadingFailure`.
    """
    return find_all_boxes(source, [(page, start, end)], password=password)[0]


def find_all_boxes(
    source: Path | bytes, places: Sequence[tuple[int, int, int]], *, password: str | None = None
) -> list[list[Box]]:
    """The rectangles of many places (page, start, end) at once: one child opens the file once."""
    if not places:
        return []
    arguments = _pdf_arguments(password) | {"places": [list(place) for place in places]}
    answer = run_parser("find_boxes", source, arguments, limits=READ_LIMITS)
    return [[Box(*box) for box in boxes] for boxes in answer.header["boxes"]]


def clean_text(text: str) -> str:
    """Replace zero bytes and lone surrogates, one character for one, so that databases take it."""
    return text.translate(BROKEN)


def _pdf_arguments(password: str | None) -> dict[str, Any]:
    return {
        "password": password,
        "max_pages": MAX_PAGES,
        "max_page_chars": MAX_PAGE_CHARS,
        "max_chars": MAX_CHARS,
        "max_words": MAX_WORDS,
    }


def _read_pdf(source: Path | bytes, password: str | None) -> tuple[PageText, ...]:
    answer = run_parser("read_pdf", source, _pdf_arguments(password), limits=READ_LIMITS)
    return tuple(
        _make_page(number, page) for number, page in enumerate(json.loads(answer.payload), start=1)
    )


def _make_page(number: int, answer: Sequence[Any]) -> PageText:
    text, width, height, words, covered = answer
    has_text = bool(text.strip())
    return PageText(
        number,
        clean_text(text),
        width,
        height,
        words=[[*word, 1] for word in words],
        source=TextSource.LAYER if has_text else TextSource.NONE,
        is_picture=covered or not has_text,
    )


def _read_text(source: Path | bytes) -> tuple[PageText, ...]:
    if isinstance(source, Path):
        with source.open("rb") as file:
            data = file.read(MAX_TEXT_BYTES + 1)
    else:
        data = source
    if len(data) > MAX_TEXT_BYTES:
        raise ReadingFailure("too_big")
    text = decode_text(data)
    if text is None:
        raise ReadingFailure("not_text")
    pages, offset = [], 0
    for number, page in enumerate(clean_text(text).split(FORM_FEED), start=1):
        if number > MAX_PAGES:
            raise ReadingFailure("too_many_pages")
        pages.append(PageText(number, page, offset=offset))
        offset += len(page) + len(FORM_FEED)
    if len(pages) > 1 and not pages[-1].has_text:
        pages.pop()  # a form feed that ends the last page begins no other
    return tuple(pages)


def _read_word(source: Path | bytes) -> tuple[PageText, ...]:
    arguments = {
        "max_pages": MAX_PAGES,
        "max_page_chars": MAX_PAGE_CHARS,
        "max_chars": MAX_CHARS,
    }
    answer = run_parser("read_word", source, arguments, limits=READ_LIMITS)
    texts: list[str] = json.loads(answer.payload)
    return tuple(PageText(number, clean_text(text)) for number, text in enumerate(texts, start=1))


def _read_image(source: Path | bytes, kind: Kind) -> tuple[PageText, ...]:
    arguments = {"formats": IMAGE_FORMATS[kind], "max_pixels": MAX_PIXELS}
    answer = run_parser("read_image", source, arguments, limits=DEFAULT_LIMITS)
    header = answer.header
    return (
        PageText(
            1,
            "",
            header["width"],
            header["height"],
            source=TextSource.NONE,
            is_picture=True,
        ),
    )
