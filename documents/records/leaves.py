"""The pages of a file to be made: where each comes from, what is done to it, and its bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from cases.jobs.registry import Run
from documents.records.digest import KINDS, drop_objects
from documents.records.models import DocumentFile, Page, TextSource
from documents.records.previews import PAGES_AT_ONCE, render_pages
from documents.records.reading import (
    IMAGE_FORMATS,
    MAX_CHARS,
    MAX_PAGE_CHARS,
    MAX_PAGES,
    MAX_PIXELS,
)
from documents.records.sandbox import MEBIBYTE, Limits, run_parser
from documents.records.sniffing import Kind
from documents.records.vault import StoredObject, read_bytes, seal_bytes
from documents.records.versions import keep_derived

ASSEMBLY_LIMITS: Final = Limits(
    memory=2048 * MEBIBYTE, cpu_seconds=240, wall_seconds=300.0, output=512 * MEBIBYTE
)
HALF_TURN: Final = 180
COVERED: Final = "█"
Box = list[float]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of the file to be made: where it comes from and what is done to it.

    `turn`: degrees clockwise. `boxes`: what is covered, in fractions of the page as it was.
    """

    page: Page
    turn: int = 0
    boxes: tuple[tuple[float, float, float, float], ...] = ()

    @property
    def is_as_it_was(self) -> bool:
        return not self.turn and not self.boxes


@dataclass(frozen=True, slots=True)
class Made:
    """The stored file, and for each leaf the stored picture."""

    stored: StoredObject
    previews: tuple[str, ...]


# --- What is written of a page that was turned or covered ---------------------------------


def turn_box(box: Sequence[float], turn: int) -> Box:
    """Where a place stands after the page was turned clockwise."""
    left, top, right, bottom = box
    for _quarter in range(turn // 90 % 4):
        left, top, right, bottom = 1 - bottom, left, 1 - top, right
    return [left, top, right, bottom]


def overlaps(first: Sequence[float], second: Sequence[float]) -> bool:
    return (
        first[0] < second[2]
        and second[0] < first[2]
        and first[1] < second[3]
        and second[1] < first[3]
    )


def cover_text(leaf: Leaf) -> tuple[str, list[list[float]]]:
    """The text and words of a page without what was covered; offsets stay as they were.

    Where the places of the words are not known, nothing of the text is kept.
    """
    text, words = leaf.page.text, leaf.page.words
    if not leaf.boxes:
        return text, words
    if not words:
        return "", []
    kept, signs = [], list(text)
    for word in words:
        if any(overlaps(word[2:6], box) for box in leaf.boxes):
            start, end = int(word[0]), int(word[1])
            signs[start:end] = COVERED * (end - start)
        else:
            kept.append(word)
    return "".join(signs), kept


def make_page(leaf: Leaf, *, file: DocumentFile, number: int, preview_name: str) -> Page:
    page = leaf.page
    text, words = cover_text(leaf)
    lies = leaf.turn % HALF_TURN != 0
    return Page(
        file=file,
        number=number,
        text=text,
        words=[[*word[:2], *turn_box(word[2:6], leaf.turn), *word[6:]] for word in words],
        text_source=page.text_source if text.strip() else TextSource.NONE,
        confidence=page.confidence,
        turn=(page.turn - leaf.turn) % 360,
        sharpness=page.sharpness,
        is_blank=page.is_blank,
        width=page.height if lies else page.width,
        height=page.width if lies else page.height,
        preview_name=preview_name,
    )


# --- The bytes ----------------------------------------------------------------------------


def make_leaves(run: Run, leaves: Sequence[Leaf]) -> Made:
    """Assemble, seal and draw. Raises ReadingFailure, or a refusal of the vault."""
    case_id = leaves[0].page.file.document.case_id
    data = assemble(leaves)
    run.report_progress(1, 3, step="pictures")
    previews = _draw_leaves(leaves, data, case_id)
    try:
        run.report_progress(2, 3, step="storing")
        return Made(keep_derived(case_id=case_id, data=data), tuple(previews))
    except BaseException:
        drop_objects(previews)
        raise


def assemble(leaves: Sequence[Leaf]) -> bytes:
    """One PDF of these pages."""
    files = list({leaf.page.file_id: leaf.page.file for leaf in leaves}.values())
    places = {file.pk: at for at, file in enumerate(files)}
    sources = [
        read_bytes(case_id=file.document.case_id, object_name=file.object_name) for file in files
    ]
    arguments: dict[str, Any] = {
        "sources": [_name_source(file) for file in files],
        "pages": [
            {
                "source": places[leaf.page.file_id],
                "page": leaf.page.number,
                "turn": leaf.turn,
                "boxes": [list(box) for box in leaf.boxes],
            }
            for leaf in leaves
        ],
        "max_pages": MAX_PAGES,
        "max_page_chars": MAX_PAGE_CHARS,
        "max_chars": MAX_CHARS,
        "max_pixels": MAX_PIXELS,
    }
    answer = run_parser(
        "assemble_pdf", sources[0], arguments, limits=ASSEMBLY_LIMITS, others=sources[1:]
    )
    return answer.split_payload()[0]


def _name_source(file: DocumentFile) -> str | list[str]:
    kind = KINDS[file.content_type]
    return "pdf" if kind is Kind.PDF else IMAGE_FORMATS[kind]


def _draw_leaves(leaves: Sequence[Leaf], data: bytes, case_id: Any) -> list[str]:
    """Stored pictures: those of untouched pages are taken over, the others drawn anew."""
    anew = [number for number, leaf in enumerate(leaves, 1) if _needs_picture(leaf)]
    pictures: dict[int, bytes] = {}
    for first in range(0, len(anew), PAGES_AT_ONCE):
        numbers = anew[first : first + PAGES_AT_ONCE]
        pictures.update(zip(numbers, render_pages(data, Kind.PDF, numbers), strict=True))
    names: list[str] = []
    try:
        for number, leaf in enumerate(leaves, 1):
            picture = pictures.get(number) or read_bytes(
                case_id=case_id, object_name=leaf.page.preview_name
            )
            names.append(seal_bytes(case_id=case_id, data=picture, folder="previews").object_name)
    except BaseException:
        drop_objects(names)
        raise
    return names


def _needs_picture(leaf: Leaf) -> bool:
    return not leaf.is_as_it_was or not leaf.page.preview_name


def drop_made(made: Made) -> None:
    drop_objects([made.stored.object_name, *made.previews])


def list_leaves(file: DocumentFile) -> list[Leaf]:
    return [Leaf(page) for page in file.pages.select_related("file__document").order_by("number")]
