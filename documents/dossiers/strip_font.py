"""The font of the strip at the foot of each source page: Noto Sans with a few hundred signs.

It is set without shaping, so it holds the letters of scripts that need none (Latin, Cyrillic);
`covers` says whether a sentence can be set in it.
"""

import io
import os
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import pikepdf
from django.core.exceptions import ImproperlyConfigured
from pikepdf import Array, Dictionary, Name

from documents.dossiers.hidden_text import map_to_unicode

FILE: Final = "NotoSans-Regular.ttf"
FOLDERS: Final = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("~/.local/share/fonts"),
    Path("~/.fonts"),
    Path("/Library/Fonts"),
    Path("~/Library/Fonts"),
)
NAME: Final = "/NAVSTR+NotoSans"
EM: Final = 1000
SIGNS: Final = (
    "".join(
        chr(code)
        for first, last in ((0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x17F), (0x400, 0x45F))
        for code in range(first, last + 1)
    )
    + "–—‘’“”•…→←"
)


@dataclass(frozen=True)
class StripFont:
    """`numbers` are those of the glyphs; widths are in thousandths of the size."""

    program: bytes
    numbers: dict[str, int]
    widths: dict[str, int]
    ascent: int
    descent: int
    cap_height: int
    box: tuple[int, int, int, int]

    def covers(self, text: str) -> bool:
        return self.numbers.keys() >= set(text)

    def measure(self, text: str, size: float) -> float:
        return spell(text)[1] * size / EM

    def encode(self, text: str) -> str:
        return spell(text)[0]

    def add_to(self, pdf: pikepdf.Pdf) -> pikepdf.Object:
        program = pdf.make_stream(self.program)
        program.Length1 = len(self.program)
        descriptor = Dictionary(
            Type=Name.FontDescriptor,
            FontName=Name(NAME),
            Flags=4,
            FontBBox=Array(self.box),
            ItalicAngle=0,
            Ascent=self.ascent,
            Descent=self.descent,
            CapHeight=self.cap_height,
            StemV=80,
            FontFile2=program,
        )
        by_number = dict(sorted((self.numbers[sign], self.widths[sign]) for sign in self.numbers))
        first, last = min(by_number), max(by_number)
        widths = [by_number.get(number, EM) for number in range(first, last + 1)]
        below = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=Name(NAME),
            CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
            FontDescriptor=pdf.make_indirect(descriptor),
            DW=EM,
            W=Array([first, Array(widths)]),
            CIDToGIDMap=Name.Identity,
        )
        return pdf.make_indirect(
            Dictionary(
                Type=Name.Font,
                Subtype=Name.Type0,
                BaseFont=Name(NAME),
                Encoding=Name("/Identity-H"),
                DescendantFonts=Array([pdf.make_indirect(below)]),
                ToUnicode=pdf.make_stream(name_signs()),
            )
        )


@cache
def load_strip_font() -> StripFont:
    """The cut-down font, once a process, always the same bytes. Takes a tenth of a second."""
    from fontTools import subset  # noqa: PLC0415  slow to load, seldom needed
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    font: Any = TTFont(find_font(), recalcTimestamp=False)
    options = subset.Options(
        layout_features=[],
        hinting=False,
        notdef_outline=True,
        name_IDs=[1, 2, 6],
        drop_tables=["+=GDEF"],
    )
    cutter: Any = subset.Subsetter(options)
    cutter.populate(text=SIGNS)
    cutter.subset(font)
    out = io.BytesIO()
    font.save(out)
    known, per_em = font.getBestCmap(), font["head"].unitsPerEm
    scale = EM / per_em
    head, lines = font["head"], font["hhea"]
    return StripFont(
        program=out.getvalue(),
        numbers={chr(code): font.getGlyphID(name) for code, name in known.items()},
        widths={chr(code): round(font["hmtx"][name][0] * scale) for code, name in known.items()},
        ascent=round(lines.ascent * scale),
        descent=round(lines.descent * scale),
        cap_height=round(font["OS/2"].sCapHeight * scale),
        box=tuple(round(side * scale) for side in (head.xMin, head.yMin, head.xMax, head.yMax)),
    )


@cache
def name_signs() -> bytes:
    return map_to_unicode(load_strip_font().numbers)


@lru_cache(maxsize=2_000)
def spell(text: str) -> tuple[str, int]:
    """The numbers of the glyphs in hexadecimal, and how wide they are in thousandths."""
    font = load_strip_font()
    coded = "".join(f"{font.numbers[sign]:04x}" for sign in text)
    return coded, sum(font.widths[sign] for sign in text)


def find_font() -> Path:
    for folder in FOLDERS:
        for place, _folders, files in os.walk(folder.expanduser()):
            if FILE in files:
                return Path(place) / FILE
    raise ImproperlyConfigured(f"The font {FILE} is not installed.")
