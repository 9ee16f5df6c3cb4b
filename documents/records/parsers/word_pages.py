# ruff: noqa: PLC0415  libraries are imported after the limits are set, and only those needed
"""A document of Word as a PDF: its words drawn plainly on pages, and readable beneath."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from documents.records.parsers.answers import Answer, Unreadable
from documents.records.parsers.images import make_plain, opened, turn_upright
from documents.records.parsers.word_document import Block, Page, WordReader
from documents.records.parsers.word_ink import (
    HIGH,
    POINTS,
    WIDE,
    Fonts,
    Sheet,
    make_invisible_font,
    put_sheet,
)

EDGE = 118
SIZE, LINE = 23, 33
SMALL_SIZE, SMALL_LINE = 18, 26
GAP = 10
CELL = 8
MOST_PICTURES = 200
PICTURE_FORMATS = ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP"]
# A word with the space behind it; signs of Chinese and Japanese may part anywhere.
WORDS = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]\s*|[^\s\u2e80-\u9fff]+\s*|\s+")
MANY_ACCENTS = re.compile(r"([\u0300-\u036f]{4})[\u0300-\u036f]+")
LONGEST_WORD = 60


@dataclass
class Word:
    text: str
    wide: float
    font: Any
    right_to_left: bool


@dataclass
class Line:
    words: list[Word]
    right_to_left: bool = False


class Press:
    """Sets blocks on sheets from top to bottom, and makes the finished sheets a PDF."""

    def __init__(self, reader: WordReader, request: dict[str, Any]) -> None:
        import pikepdf

        self.reader, self.request = reader, request
        self.fonts = Fonts()
        self.made = pikepdf.new()
        self.font = make_invisible_font(self.made)
        self.pictures = self.missing = 0
        self.sheet: Sheet | None = None

    def print_page(self, page: Page) -> None:
        """A page of the writer's: as many sheets as it needs, head and foot on each."""
        self._begin(page)
        for block in page.blocks:
            if block.kind == "picture":
                self._put_picture(block, page)
            elif block.kind == "row":
                self._put_row(block, page)
            else:
                self._put_text(block.text, page, block=block)
        notes = self.reader.list_notes(page)
        if notes:
            self._put_text("", page)
        for note in notes:
            self._put_text(note, page, size=SMALL_SIZE)
        self._finish(page)

    # --- Sheets -----------------------------------------------------------------------------

    def _begin(self, page: Page) -> None:
        from PIL import Image, ImageDraw

        if len(self.made.pages) >= self.request["max_pages"]:
            raise Unreadable("too_many_pages")
        image = Image.new("RGB", (WIDE, HIGH), "white")
        self.sheet = Sheet(image, ImageDraw.Draw(image), down=EDGE)
        if page.header:
            for line in self._set(page.header, WIDE - 2 * EDGE, SMALL_SIZE)[:6]:
                self._draw(line, EDGE, self.sheet.down - EDGE // 2, WIDE - 2 * EDGE, SMALL_SIZE)
                self.sheet.down += SMALL_LINE
            self.sheet.down = max(self.sheet.down - EDGE // 2 + GAP, EDGE)

    def _finish(self, page: Page) -> None:
        sheet = self._sheet
        if page.footer:
            lines = self._set(page.footer, WIDE - 2 * EDGE, SMALL_SIZE)[:3]
            for at, line in enumerate(lines):
                top = HIGH - EDGE + GAP + at * SMALL_LINE
                self._draw(line, EDGE, top, WIDE - 2 * EDGE, SMALL_SIZE)
        put_sheet(self.made, sheet, self.font)
        self.sheet = None

    @property
    def _sheet(self) -> Sheet:
        if self.sheet is None:
            raise Unreadable("crashed")
        return self.sheet

    def _make_room(self, high: int, page: Page) -> Sheet:
        """The sheet that has room for so much; a new one where this one has not."""
        if self._sheet.down + high > HIGH - EDGE and self._sheet.down > EDGE:
            self._finish(page)
            self._begin(page)
        return self._sheet

    # --- Blocks -----------------------------------------------------------------------------

    def _put_text(
        self, text: str, page: Page, *, block: Block | None = None, size: int = SIZE
    ) -> None:
        high = LINE if size == SIZE else SMALL_LINE
        bold = bool(block and block.heading)
        turned = bool(block and block.right_to_left)
        for line in self._set(text, WIDE - 2 * EDGE, size, bold=bold, right_to_left=turned):
            sheet = self._make_room(high, page)
            self._draw(line, EDGE, sheet.down, WIDE - 2 * EDGE, size)
            sheet.down += high
        self._sheet.down += GAP

    def _put_row(self, row: Block, page: Page) -> None:
        """A row of a table in columns, or cell under cell where it would not fit a sheet."""
        columns = sum(row.spans) or 1
        one = (WIDE - 2 * EDGE) / columns
        cells, left = [], float(EDGE)
        for text, span in zip(row.cells, row.spans, strict=True):
            wide = int(one * span)
            cells.append((left, wide, self._set(text, max(wide - 2 * CELL, SIZE * 2), SIZE)))
            left += wide
        high = max(len(lines) for _left, _wide, lines in cells) * LINE + 2 * CELL
        if high > HIGH - 3 * EDGE:
            for text in row.cells:
                self._put_text(text, page)
            return
        sheet = self._make_room(high, page)
        for left, wide, lines in cells:
            box = (int(left), sheet.down, int(left) + wide, sheet.down + high)
            sheet.pen.rectangle(box, outline="#999999")
            for at, line in enumerate(lines):
                top = sheet.down + CELL + at * LINE
                self._draw(line, int(left) + CELL, top, wide - 2 * CELL, SIZE)
        sheet.down += high

    def _put_picture(self, block: Block, page: Page) -> None:
        """A picture as large as its writer had it; an empty frame where it cannot be shown."""
        from PIL import Image

        most = (WIDE - 2 * EDGE, HIGH - 3 * EDGE)
        asked = [round(side / POINTS) for side in block.size]
        try:
            image = self._open_picture(block.picture)
        except Unreadable:
            self.missing += 1
            image = Image.new("RGB", (max(asked[0], 60), max(asked[1], 40)), "#eeeeee")
        wide, high = asked if all(asked) else (image.width, image.height)
        scale = min(1.0, most[0] / wide, most[1] / high)
        wide, high = max(1, int(wide * scale)), max(1, int(high * scale))
        sheet = self._make_room(high + GAP, page)
        sheet.image.paste(image.resize((wide, high)).convert("RGB"), (EDGE, sheet.down))
        sheet.has_picture = True
        sheet.down += high + GAP

    def _open_picture(self, relation: str) -> Any:
        self.pictures += 1
        if self.pictures > MOST_PICTURES:
            raise Unreadable("too_big")
        name = self.reader.relations.get(relation)
        if name is None:
            raise Unreadable("damaged")
        data = io.BytesIO(self.reader.package.read(name))
        with opened(data, {**self.request, "formats": PICTURE_FORMATS}) as image:
            image.load()
            return make_plain(turn_upright(image))

    # --- Lines ------------------------------------------------------------------------------

    def _set(
        self, text: str, wide: int, size: int, *, bold: bool = False, right_to_left: bool = False
    ) -> list[Line]:
        """The lines into which a text falls at this width."""
        lines = []
        for part in MANY_ACCENTS.sub(r"\1", text.replace("\t", "    ")).split("\n"):
            line, used = Line([], right_to_left), 0.0
            for word in self._measure(part, size, bold=bold):
                if line.words and used + word.wide > wide:
                    lines.append(line)
                    line, used = Line([], right_to_left), 0.0
                line.words.append(word)
                used += word.wide
            lines.append(line)
        return lines

    def _measure(self, text: str, size: int, *, bold: bool) -> Iterator[Word]:
        for found in WORDS.finditer(text):
            whole = found.group()
            for at in range(0, len(whole), LONGEST_WORD):
                part = whole[at : at + LONGEST_WORD]
                font = self.fonts.find(part, size, bold=bold)
                yield Word(part, font.getlength(part), font, is_right_to_left(part))

    def _draw(self, line: Line, left: int, top: int, wide: int, size: int) -> None:
        """Draw a line, its words in the order in which they are seen."""
        sheet = self._sheet
        shown = order_words(line)
        at = float(left)
        if line.right_to_left:
            at += max(wide - sum(word.wide for word in shown), 0)
        for word in shown:
            seen = word.text.rstrip()
            # The space behind a word is left of it where the word runs from the right.
            start = at + (word.wide - word.font.getlength(seen) if word.right_to_left else 0)
            sheet.pen.text((start, top + size), seen, font=word.font, fill="black", anchor="ls")
            said = word.text[::-1] if word.right_to_left else word.text
            sheet.words.append((said, at, top, word.wide, size))
            at += word.wide


def is_right_to_left(text: str) -> bool:
    return any(unicodedata.bidirectional(sign) in {"R", "AL"} for sign in text)


def order_words(line: Line) -> list[Word]:
    """Words of a line from left to right, those that run against it in their own order."""
    if not line.right_to_left and not any(word.right_to_left for word in line.words):
        return line.words
    runs: list[list[Word]] = []
    for word in line.words:
        against = word.right_to_left != line.right_to_left
        if runs and against and (runs[-1][0].right_to_left == word.right_to_left):
            runs[-1].append(word)
        else:
            runs.append([word])
    shown: list[Word] = []
    for run in reversed(runs) if line.right_to_left else runs:
        if line.right_to_left:
            shown += put_space_first(run) if not run[0].right_to_left else run
        else:
            shown += reversed(run) if run[0].right_to_left else run
    return shown


def put_space_first(run: list[Word]) -> list[Word]:
    """Words that run from the left within a line from the right: their space is left of them."""
    last = run[-1]
    seen = last.text.rstrip()
    wide = last.font.getlength(seen)
    space = Word(" ", last.wide - wide, last.font, right_to_left=False)
    return [space, *run[:-1], Word(seen, wide, last.font, right_to_left=False)]


def copy_word(file: BinaryIO, request: dict[str, Any]) -> Answer:
    """The document as a PDF. `left_out` counts what of it could not be shown."""
    reader = WordReader(file)
    press = Press(reader, request)
    for page in reader.pages:
        press.print_page(page)
    out = io.BytesIO()
    press.made.save(out)
    return {"left_out": reader.left_out + press.missing}, out.getvalue()
