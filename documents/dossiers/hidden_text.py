"""Words that are searched, copied and read aloud, and not seen: they lie over a page's picture.

A font without outlines gives each sign one number, and the list behind it says which sign that is.
A page reader follows the list; nothing is drawn.
"""

import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name

FONT_NAME: Final = "NavigatorUnseen"
EM: Final = 1000
WIDTH: Final = 500
WIDEST: Final = 60_000
"""Different signs that one font holds; what is beyond them is left out."""
NO_SIGNS: Final = frozenset({"Cc", "Cs", "Cn", "Co"})
MARKS_OF_ORDER: Final = frozenset({"\ufeff", "\ufffe"})
RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})
STRONG: Final = RIGHT_TO_LEFT | {"L"}
WORD: Final = re.compile(r"\S+")
LEAST: Final = 0.5
"""Points: a box that is flatter is taken as this high."""


@dataclass
class UnseenFont:
    """The numbers of the signs used so far; `add_to` writes the font that has just these."""

    numbers: dict[str, int] = field(default_factory=dict)

    def encode(self, text: str) -> str:
        """The text as hexadecimal numbers; what is no sign is left out."""
        return "".join(f"{self._number(sign):04x}" for sign in text if self._may_stand(sign))

    def _may_stand(self, sign: str) -> bool:
        if sign in self.numbers:
            return True
        is_sign = unicodedata.category(sign) not in NO_SIGNS and sign not in MARKS_OF_ORDER
        return is_sign and len(self.numbers) < WIDEST

    def _number(self, sign: str) -> int:
        return self.numbers.setdefault(sign, len(self.numbers) + 1)

    def add_to(self, pdf: pikepdf.Pdf) -> pikepdf.Object:
        """The font as an object of the file."""
        program = pdf.make_stream(draw_nothing())
        program.Length1 = len(draw_nothing())
        descriptor = pdf.make_indirect(
            Dictionary(
                Type=Name.FontDescriptor,
                FontName=Name("/" + FONT_NAME),
                Flags=4,
                FontBBox=Array([0, 0, WIDTH, EM]),
                ItalicAngle=0,
                Ascent=EM,
                Descent=0,
                CapHeight=EM,
                StemV=80,
                FontFile2=program,
            )
        )
        glyphs = pdf.make_stream(b"\0\0" + b"\0\1" * len(self.numbers))
        below = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=Name("/" + FONT_NAME),
            CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
            FontDescriptor=descriptor,
            DW=WIDTH,
            CIDToGIDMap=glyphs,
        )
        return pdf.make_indirect(
            Dictionary(
                Type=Name.Font,
                Subtype=Name.Type0,
                BaseFont=Name("/" + FONT_NAME),
                Encoding=Name("/Identity-H"),
                DescendantFonts=Array([pdf.make_indirect(below)]),
                ToUnicode=pdf.make_stream(map_to_unicode(self.numbers)),
            )
        )


@dataclass(frozen=True, slots=True)
class Area:
    """Where a picture stands on its sheet, in points from the lower left corner."""

    left: float
    bottom: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its place in fractions of the picture, from the upper left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def reads_left(self) -> bool:
        """Whether it is written from right to left."""
        return _reads_left(self.text)


def write_words(words: Iterable[Word], area: Area, font: UnseenFont) -> str:
    """The operators that lay words over a picture, each stretched over its own place.

    A word that reads from right to left is laid out from its right edge, so that its signs stay in
    the order in which they are read.
    """
    return "\n".join(line for word in words if (line := _write_word(word, area, font)))


def _write_word(word: Word, area: Area, font: UnseenFont) -> str:
    coded = font.encode(word.text)
    if not coded:
        return ""
    size = max(word.height * area.height, LEAST)
    width = max((word.right - word.left) * area.width, LEAST)
    stretch = 100 * width / (len(coded) // 4 * size * WIDTH / EM)
    turned = word.reads_left
    left = area.left + (word.right if turned else word.left) * area.width
    bottom = area.bottom + (1 - word.bottom) * area.height
    space = font.encode(" ")
    return (
        f"/Unseen {size:.2f} Tf {stretch:.2f} Tz "
        f"{-1 if turned else 1} 0 0 1 {left:.2f} {bottom:.2f} Tm <{coded}{space}> Tj"
    )


def find_words(text: str, places: Sequence[Sequence[float]]) -> list[list[list[Word]]]:
    """The words of a page as paragraphs of lines, in the order in which the page was read.

    `places` are those of a `Page`. A text without them is given places of its own, line under line,
    so that it is still found and read.
    """
    if not places:
        places = list(_invent_places(text))
    paragraphs: list[list[list[Word]]] = []
    end, before = 0, None
    for start, stop, *box in sorted(places, key=lambda place: place[0]):
        word = Word(text[int(start) : int(stop)], *box[:4])
        between, end = text[end : int(start)], int(stop)
        if before is None or _is_far(before, word, between):
            paragraphs.append([[word]])
        elif "\n" in between or "\r" in between:
            paragraphs[-1].append([word])
        else:
            paragraphs[-1][-1].append(word)
        before = word
    return paragraphs


def _is_far(before: Word, word: Word, between: str) -> bool:
    """Whether a new paragraph begins: behind an empty line, or far below or above."""
    breaks = between.replace("\r\n", "\n").count("\n")
    if breaks == 0:
        return False
    gap = word.top - before.bottom
    return breaks > 1 or gap > max(word.height, before.height) or gap < -2 * before.height


def _invent_places(text: str) -> Iterable[list[float]]:
    """Line under line, the words of each from the side on which its script begins."""
    lines = text.splitlines(keepends=True)
    at, step = 0, 1 / max(len(lines), 1)
    for number, line in enumerate(lines):
        mirrored = _reads_left(line)
        for found in WORD.finditer(line):
            left, right = found.start() / len(line), found.end() / len(line)
            if mirrored:
                left, right = 1 - right, 1 - left
            yield [
                at + found.start(),
                at + found.end(),
                left,
                number * step,
                right,
                (number + 1) * step,
            ]
        at += len(line)


def _reads_left(text: str) -> bool:
    """Whether a text begins with a script that is written from right to left."""
    kinds = (unicodedata.bidirectional(sign) for sign in text)
    return next((kind in RIGHT_TO_LEFT for kind in kinds if kind in STRONG), False)


def map_to_unicode(numbers: dict[str, int]) -> bytes:
    rows = [
        f"<{number:04x}> <{sign.encode('utf-16-be').hex()}>" for sign, number in numbers.items()
    ]
    parts = [rows[at : at + 100] for at in range(0, len(rows), 100)]
    mapped = "\n".join(
        f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar" for part in parts
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
        f"{mapped}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode()


@cache
def draw_nothing() -> bytes:
    """A font of two glyphs without an outline, always the same bytes."""
    from fontTools.fontBuilder import FontBuilder  # noqa: PLC0415  slow to load, seldom needed
    from fontTools.ttLib.tables._g_l_y_f import Glyph  # noqa: PLC0415

    builder: Any = FontBuilder(EM, isTTF=True)
    builder.setupGlyphOrder([".notdef", "unseen"])
    builder.setupCharacterMap({})
    builder.setupGlyf({".notdef": Glyph(), "unseen": Glyph()})
    builder.setupHorizontalMetrics({".notdef": (WIDTH, 0), "unseen": (WIDTH, 0)})
    builder.setupHorizontalHeader(ascent=EM, descent=0)
    builder.setupNameTable({"familyName": FONT_NAME, "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=EM, usWinAscent=EM, usWinDescent=0)
    builder.setupPost()
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.font.recalcTimestamp = False
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()
