"""The pages of a source as they stand behind every dossier: drawn once, kept sealed, packed often.

Each page becomes a picture, and over it lie the words that were read on it, unseen: a page that was
covered for good carries nothing below the paint. A page that lies on its side is drawn upright. A
sheet is a page of A4 that is tagged already (`/NavigatorSection`, and `/NavigatorMarks`, its
elements in the order of their marks), so that `assembling` has little more to do than to copy it.
"""

import hashlib
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pikepdf
from django.db import transaction
from pikepdf import Array, Dictionary, Name

from documents.dossiers.errors import SourceNotDrawn, SourcesTooMany
from documents.dossiers.hidden_text import Area, UnseenFont, find_words, write_words
from documents.dossiers.models import Sheets
from documents.dossiers.serving import SHEETS_FOLDER
from documents.records.digest import KINDS
from documents.records.leaves import turn_box
from documents.records.models import DocumentFile, Page
from documents.records.previews import PAGES_AT_ONCE
from documents.records.sandbox import ReadingFailure
from documents.records.sheet_pictures import DPI, QUALITY, Picture, draw_sheet_pictures
from documents.records.vault import delete_object, plain_copy, read_bytes, seal_bytes

WAY: Final = 2
"""Raised when sheets are drawn differently, so that the kept ones are drawn anew."""
MOST_PAGES: Final = 400
MOST_MEGABYTES: Final = 200
MEGABYTE: Final = 1_000_000
SHORT_SIDE: Final = 595.276
LONG_SIDE: Final = 841.89
MARGIN: Final = 28.0
STRIP: Final = 58.0
"""At the foot of each sheet, for the stamp."""
SECTION: Final = "/NavigatorSection"
MARKS: Final = "/NavigatorMarks"


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a page is drawn from: its picture, and its text with the places of the words."""

    picture: Picture
    text: str
    words: Sequence[Sequence[float]]
    language: str


@dataclass
class Room:
    """What may still stand behind a version, in bytes; `on_drawn` is told after each handful."""

    left: int = MOST_MEGABYTES * MEGABYTE
    on_drawn: Callable[[], object] = lambda: None

    def require(self, size: int) -> None:
        if size > self.left:
            raise SourcesTooMany(pages=MOST_PAGES, megabytes=MOST_MEGABYTES)


def take_sheets(file: DocumentFile, numbers: Sequence[int], room: Room, *, now: datetime) -> bytes:
    """The sheets of these pages of a source as a PDF, drawn now if they are not there.

    The last ones taken are kept. Not inside a transaction. Raises SourceNotDrawn or SourcesTooMany
    with a sentence, or a refusal of the storage.
    """
    pages = list(Page.objects.filter(file=file, number__in=numbers).order_by("number"))
    made_of = hash_sources(file, pages)
    kept = Sheets.objects.filter(file=file, made_of=made_of).first()
    case_id = file.document.case_id
    if kept is not None:
        room.require(kept.size)
        data = read_bytes(case_id=case_id, object_name=kept.object_name)
    else:
        data = draw_file(file, pages, room)
        room.require(len(data))
        keep_sheets(file, made_of, data, count=len(pages), now=now)
    room.left -= len(data)
    room.on_drawn()
    return data


def hash_sources(file: DocumentFile, pages: Sequence[Page]) -> str:
    """What the sheets of a file depend on: its bytes, what was read of it, the way of drawing."""
    parts = [
        [WAY, DPI, QUALITY, file.sha256, file.document.language],
        *([page.number, page.turn, page.text, page.words] for page in pages),
    ]
    return hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()


def draw_file(file: DocumentFile, pages: Sequence[Page], room: Room) -> bytes:
    """Drawn page by page, so that no more is drawn than there is room for."""
    case_id, kind = file.document.case_id, KINDS[file.content_type]
    turns = {page.number: page.turn for page in pages}
    leaves: list[Leaf] = []
    size = 0
    try:
        with plain_copy(case_id=case_id, object_name=file.object_name) as path:
            pictures = draw_sheet_pictures(path, kind, list(turns), turns)
            for picture, page in zip(pictures, pages, strict=True):
                size += len(picture.jpeg)
                room.require(size)
                leaves.append(Leaf(picture, page.text, turn_words(page), file.document.language))
                if len(leaves) % PAGES_AT_ONCE == 0:
                    room.on_drawn()
    except ReadingFailure:
        raise SourceNotDrawn(title=file.document.title) from None
    return draw_sheets(leaves)


def turn_words(page: Page) -> list[list[float]]:
    """The places of its words when it stands upright."""
    return [[*word[:2], *turn_box(word[2:6], page.turn), *word[6:]] for word in page.words]


def keep_sheets(
    file: DocumentFile, made_of: str, data: bytes, *, count: int, now: datetime
) -> None:
    """Store the sheets in the place of those drawn before; of two who draw at once the last."""
    stored = seal_bytes(case_id=file.document.case_id, data=data, folder=SHEETS_FOLDER)
    with transaction.atomic():
        before = Sheets.objects.select_for_update(no_key=True).filter(file=file).first()
        Sheets.objects.update_or_create(
            file=file,
            defaults={
                "made_of": made_of,
                "object_name": stored.object_name,
                "sha256": stored.sha256,
                "size": stored.size,
                "count": count,
                "made_at": now,
            },
        )
        if before is not None:
            transaction.on_commit(lambda: delete_object(before.object_name))


# --- The sheets themselves ------------------------------------------------------------------


def draw_sheets(leaves: Sequence[Leaf]) -> bytes:
    """One sheet a leaf, tagged and without anything that claims to be a whole document."""
    pdf, font = pikepdf.new(), UnseenFont()
    written = [write_sheet(leaf, font) for leaf in leaves]
    unseen = font.add_to(pdf)
    for leaf, (content, paragraphs) in zip(leaves, written, strict=True):
        add_sheet(pdf, leaf, content, paragraphs, unseen)
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def lay_picture(picture: Picture) -> tuple[float, float, Area]:
    """Width and height of the sheet, and where the picture stands on it: as large as it can."""
    lies = picture.width > picture.height
    width, height = (LONG_SIDE, SHORT_SIDE) if lies else (SHORT_SIDE, LONG_SIDE)
    room_across, room_up = width - 2 * MARGIN, height - MARGIN - STRIP
    scale = min(room_across / picture.width, room_up / picture.height)
    across, up = picture.width * scale, picture.height * scale
    return width, height, Area((width - across) / 2, STRIP + (room_up - up), across, up)


def write_sheet(leaf: Leaf, font: UnseenFont) -> tuple[str, int]:
    """The operators of a sheet, and how many paragraphs of text it has behind its picture."""
    _width, _height, area = lay_picture(leaf.picture)
    lines = [
        "/Figure <</MCID 0>> BDC q",
        f"{area.width:.3f} 0 0 {area.height:.3f} {area.left:.3f} {area.bottom:.3f} cm",
        "/Picture Do Q EMC",
    ]
    count = 0
    for paragraph in find_words(leaf.text, leaf.words):
        written = write_words((word for line in paragraph for word in line), area, font)
        if written:
            count += 1
            lines.append(f"/P <</MCID {count}>> BDC BT 3 Tr\n{written}\nET EMC")
    return "\n".join(lines), count


def add_sheet(
    pdf: pikepdf.Pdf, leaf: Leaf, content: str, paragraphs: int, unseen: pikepdf.Object
) -> None:
    picture, (width, height, area) = leaf.picture, lay_picture(leaf.picture)
    image = pikepdf.Stream(pdf, picture.jpeg)
    image.Type, image.Subtype = Name.XObject, Name.Image
    image.Width, image.Height, image.BitsPerComponent = picture.width, picture.height, 8
    image.ColorSpace = Name.DeviceGray if picture.is_grey else Name.DeviceRGB
    image.Filter = Name.DCTDecode
    pdf.add_blank_page(page_size=(round(width, 3), round(height, 3)))
    page = pdf.pages[-1].obj
    page.Resources = Dictionary(XObject=Dictionary(Picture=image), Font=Dictionary(Unseen=unseen))
    page.Contents = Array([pdf.make_stream(f"q\n{content}\nQ\n".encode())])
    section = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Sect))
    if leaf.language:
        section.Lang = leaf.language
    figure = pdf.make_indirect(
        Dictionary(
            Type=Name.StructElem,
            S=Name.Figure,
            P=section,
            Pg=page,
            K=0,
            A=Dictionary(
                O=Name.Layout,
                Placement=Name.Block,
                BBox=Array(
                    round(side, 2)
                    for side in (
                        area.left,
                        area.bottom,
                        area.left + area.width,
                        area.bottom + area.height,
                    )
                ),
            ),
        )
    )
    elements = [figure] + [
        pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.P, P=section, Pg=page, K=mark))
        for mark in range(1, paragraphs + 1)
    ]
    section.K = Array(elements)
    page[SECTION], page[MARKS] = section, pdf.make_indirect(Array(elements))
