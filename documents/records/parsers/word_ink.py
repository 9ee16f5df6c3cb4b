# ruff: noqa: PLC0415  libraries are imported after the limits are set, and only those needed
"""Sheets of paper: fonts to draw with, and the PDF that the drawn sheets become.

What is drawn is a picture, so that every script is shaped as it should be whatever the reader of
the PDF has; the same words lie invisibly over it, each in its place, so that they can be found,
quoted and marked.
"""

from __future__ import annotations

import sys
import zlib
from dataclasses import dataclass, field
from typing import Any

from documents.records.parsers.images import encode_jpeg

DPI = 150
POINTS = 72 / DPI
WIDE, HIGH = 1240, 1754
QUALITY = 88
FOLDERS = ("/usr/share/fonts/truetype", f"{sys.prefix}/debian/usr/share/fonts/truetype")
# The font for the signs from here on; what lies between is in the usual one.
SCRIPTS = (
    (0x0530, 0x058F, "noto/NotoSansArmenian"),
    (0x0590, 0x05FF, "noto/NotoSansHebrew"),
    (0x0600, 0x06FF, "noto/NotoSansArabic"),
    (0x0750, 0x077F, "noto/NotoSansArabic"),
    (0x08A0, 0x08FF, "noto/NotoSansArabic"),
    (0xFB50, 0xFDFF, "noto/NotoSansArabic"),
    (0xFE70, 0xFEFF, "noto/NotoSansArabic"),
    (0x0900, 0x097F, "noto/NotoSansDevanagari"),
    (0x0980, 0x09FF, "noto/NotoSansBengali"),
    (0x0A00, 0x0A7F, "noto/NotoSansGurmukhi"),
    (0x0A80, 0x0AFF, "noto/NotoSansGujarati"),
    (0x0B80, 0x0BFF, "noto/NotoSansTamil"),
    (0x0C00, 0x0C7F, "noto/NotoSansTelugu"),
    (0x0E00, 0x0E7F, "noto/NotoSansThai"),
    (0x10A0, 0x10FF, "noto/NotoSansGeorgian"),
    (0x1200, 0x139F, "noto/NotoSansEthiopic"),
    (0x2190, 0x21FF, "noto/NotoSansMath"),
    (0x2200, 0x22FF, "noto/NotoSansMath"),
    (0x2600, 0x27BF, "noto/NotoSansSymbols2"),
    (0x2E80, 0x9FFF, "droid/DroidSansFallbackFull"),
    (0xAC00, 0xD7AF, "droid/DroidSansFallbackFull"),
    (0xF900, 0xFAFF, "droid/DroidSansFallbackFull"),
    (0xFF00, 0xFFEF, "droid/DroidSansFallbackFull"),
)
USUAL = "noto/NotoSans"

Laid = tuple[str, float, float, float, float]
"""A word that was drawn: its text, left, top, width and size, in the points of the picture."""


@dataclass
class Sheet:
    """A page on its way: what is drawn, and the words that lie over it."""

    image: Any
    pen: Any
    words: list[Laid] = field(default_factory=list)
    has_picture: bool = False
    down: int = 0


class Fonts:
    """The fonts that this machine has; where it has none, one that is always there."""

    def __init__(self) -> None:
        self._loaded: dict[tuple[str, int], Any] = {}

    def find(self, text: str, size: int, *, bold: bool) -> Any:
        name = USUAL
        for sign in text:
            found = next((font for low, high, font in SCRIPTS if low <= ord(sign) <= high), "")
            if found:
                name = found
                break
        thick = self._load(f"{name}-Bold", size) if bold else None
        return thick or self._load(name, size)

    def _load(self, name: str, size: int) -> Any:
        if (name, size) not in self._loaded:
            self._loaded[name, size] = self._open(name, size)
        return self._loaded[name, size]

    def _open(self, name: str, size: int) -> Any:
        from PIL import ImageFont

        for folder in FOLDERS:
            for ending in ("-Regular.ttf", ".ttf"):
                try:
                    return ImageFont.truetype(f"{folder}/{name}{ending}", size)
                except OSError:
                    continue
        return None if name.endswith("-Bold") else ImageFont.load_default(size)


def make_invisible_font(made: Any) -> Any:
    """A font without shapes, in which the number of a sign is the sign's own number."""
    import pikepdf

    name = pikepdf.Name
    meaning = made.make_stream(
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        b"/CMapName /Meaning def /CMapType 2 def\n"
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        + b"".join(
            b"1 beginbfrange <%02X00> <%02XFF> <%02X00> endbfrange\n" % (row, row, row)
            for row in range(256)
        )
        + b"endcmap end end"
    )
    signs = pikepdf.Dictionary(
        Type=name.Font,
        Subtype=name.CIDFontType2,
        BaseFont=name.Invisible,
        CIDSystemInfo=pikepdf.Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
        FontDescriptor=pikepdf.Dictionary(
            Type=name.FontDescriptor,
            FontName=name.Invisible,
            Flags=4,
            FontBBox=[0, -200, 1000, 900],
            ItalicAngle=0,
            Ascent=900,
            Descent=-200,
            CapHeight=700,
            StemV=80,
        ),
        DW=1000,
    )
    return made.make_indirect(
        pikepdf.Dictionary(
            Type=name.Font,
            Subtype=name.Type0,
            BaseFont=name.Invisible,
            Encoding=name("/Identity-H"),
            DescendantFonts=[made.make_indirect(signs)],
            ToUnicode=meaning,
        )
    )


def put_sheet(made: Any, sheet: Sheet, font: Any) -> None:
    """A finished sheet as the next page."""
    import pikepdf

    made.add_blank_page(page_size=(WIDE * POINTS, HIGH * POINTS))
    paper = made.pages[-1].obj
    paper.Resources = pikepdf.Dictionary(
        XObject=pikepdf.Dictionary(Im0=make_picture(made, sheet)),
        Font=pikepdf.Dictionary(F0=font),
    )
    paper.Contents = made.make_stream(write_page(sheet.words))


def join_signs(words: list[Laid]) -> list[Laid]:
    """Single signs that stand side by side, as in Chinese, as one word."""
    joined: list[Laid] = []
    follows = False
    for text, left, top, wide, size in words:
        if follows and len(text) == 1 and joined[-1][2] == top:
            before = joined[-1]
            joined[-1] = (before[0] + text, before[1], top, left + wide - before[1], size)
        else:
            joined.append((text, left, top, wide, size))
        follows = len(text) == 1
    return joined


def write_page(words: list[Laid]) -> bytes:
    """Draw the picture over the whole page, and the words over it without ink."""
    parts = [f"q {WIDE * POINTS:.2f} 0 0 {HIGH * POINTS:.2f} 0 0 cm /Im0 Do Q BT 3 Tr"]
    for text, left, top, wide, size in join_signs(words):
        if not text.strip():
            continue
        # A sign by itself has no width for readers of PDF, and would not be found.
        signs = (text if len(text) > 1 else f"{text} ").encode("utf-16-be", "replace")
        stretch = 100 * wide / (size * len(signs) / 2)
        base = HIGH - top - size
        parts.append(
            f"/F0 {size * POINTS:.2f} Tf {stretch:.2f} Tz "
            f"1 0 0 1 {left * POINTS:.2f} {base * POINTS:.2f} Tm <{signs.hex()}> Tj"
        )
    parts.append("ET")
    return "\n".join(parts).encode()


def make_picture(made: Any, sheet: Sheet) -> Any:
    """What was drawn: greys without loss, or JPEG where a photograph is among it."""
    import pikepdf

    name = pikepdf.Name
    if sheet.has_picture:
        image = pikepdf.Stream(made, encode_jpeg(sheet.image, QUALITY))
        image.ColorSpace, image.Filter = name.DeviceRGB, name.DCTDecode
    else:
        image = pikepdf.Stream(made, zlib.compress(sheet.image.convert("L").tobytes(), 6))
        image.ColorSpace, image.Filter = name.DeviceGray, name.FlateDecode
    image.Type, image.Subtype = name.XObject, name.Image
    image.Width, image.Height, image.BitsPerComponent = WIDE, HIGH, 8
    return image
