# ruff: noqa: PLC0415  libraries are imported after the limits are set, and only those needed
"""PDF: text with its places, pictures of pages."""

from __future__ import annotations

import ctypes
import json
import math
import re
import sys
from typing import Any, BinaryIO

from documents.records.parsers.answers import Answer, Unreadable, pack
from documents.records.parsers.images import encode_jpeg
from documents.records.parsers.right_to_left import put_in_order

HIGH_HALVES = range(0xD800, 0xDC00)
LOW_HALVES = range(0xDC00, 0xE000)
WORD_JOINER = 0x2060
UNKNOWN = 0xFFFD
HYPHENS = {0x02: 0xAD, 0xFFFE: 0xAD}  # how pdfium marks a word broken at the end of a line
ODD = re.compile("[\x00\ud800-\udfff]")
WORD = re.compile(r"[^\s\xad\u2060]+")
DECIMALS = 4
GRID = 1_000_000
FEW_SIGNS = 40
COVERED_BY_PICTURE = 0.5
DEEP = 3
Place = list[float]


def open_pdf(file: BinaryIO, request: dict[str, Any]) -> Any:
    """Open the PDF, or say why not."""
    import pypdfium2
    from pypdfium2 import raw

    try:
        pdf = pypdfium2.PdfDocument(file, password=request.get("password"))
    except pypdfium2.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise Unreadable("password_needed") from error
        raise Unreadable("damaged") from error
    if len(pdf) == 0:
        raise Unreadable("empty")
    if len(pdf) > request["max_pages"]:
        raise Unreadable("too_many_pages")
    return pdf


def load_page(pdf: Any, number: int) -> Any:
    """The page with this number, counted from 1."""
    import pypdfium2

    if not 1 <= number <= len(pdf):
        raise Unreadable("no_such_page")
    try:
        return pdf[number - 1]
    except pypdfium2.PdfiumError as error:
        raise Unreadable("damaged") from error


def read_characters(textpage: Any, cap: int) -> str:
    """The page's text, one character for each of pdfium's, so that offsets find their boxes."""
    from pypdfium2 import raw

    count = min(textpage.count_chars(), cap)
    units = (ctypes.c_ushort * (count + 1))()
    taken = raw.FPDFText_GetText(textpage.raw, 0, count, units) - 1
    text = bytes(units)[: max(taken, 0) * 2].decode("utf-16-le", "surrogatepass")
    if len(text) == count and not ODD.search(text):
        return text.translate(HYPHENS)
    return read_one_by_one(textpage, count)


def read_one_by_one(textpage: Any, count: int) -> str:
    """The same for a page with signs that pdfium leaves out, or gives in halves."""
    from pypdfium2 import raw

    codes = [raw.FPDFText_GetUnicode(textpage.raw, at) for at in range(count)]
    for at, code in enumerate(codes):
        if code in HYPHENS:
            codes[at] = HYPHENS[code]
        elif code in HIGH_HALVES and at + 1 < count and codes[at + 1] in LOW_HALVES:
            codes[at] = 0x10000 + ((code - 0xD800) << 10) + (codes[at + 1] - 0xDC00)
            codes[at + 1] = WORD_JOINER  # the second half becomes a character without width
        elif code == 0 or code in HIGH_HALVES or code in LOW_HALVES or code > sys.maxunicode:
            codes[at] = UNKNOWN
    return "".join(map(chr, codes))


def read_pdf(file: BinaryIO, request: dict[str, Any]) -> Answer:
    """Every page: text layer, width and height in points, words, whether a picture covers it.

    Words are `[start, end, left, top, right, bottom]`, the place in fractions of the page.
    """
    pdf = open_pdf(file, request)
    pages, left, words_left = [], request["max_chars"], request["max_words"]
    for number in range(1, len(pdf) + 1):
        page = load_page(pdf, number)
        width, height = page.get_size()
        textpage = page.get_textpage()
        text = read_characters(textpage, min(request["max_page_chars"], left))
        text = put_in_order(textpage, text)
        words = place_words(page, textpage, text) if words_left > 0 else []
        left -= len(text)
        words_left -= len(words)
        pages.append([text, width, height, words, is_covered(page, text, width * height)])
        textpage.close()
        page.close()
    return {}, json.dumps(pages).encode()


def place_words(page: Any, textpage: Any, text: str) -> list[Place]:
    """Where each word stands, by the boxes of its first and its last character."""
    from pypdfium2 import raw

    across, down = map_page(page)
    first, last = raw.FS_RECTF(), raw.FS_RECTF()
    to_first, to_last = ctypes.byref(first), ctypes.byref(last)
    locate, handle = raw.FPDFText_GetLooseCharBox, textpage.raw
    places: list[Place] = []
    for match in WORD.finditer(text):
        start, end = match.span()
        if not (locate(handle, start, to_first) and locate(handle, end - 1, to_last)):
            continue
        low = min(first.left, last.left), min(first.bottom, last.bottom)
        high = max(first.right, last.right), max(first.top, last.top)
        xs = sorted(across[0] * x + across[1] * y + across[2] for x, y in (low, high))
        ys = sorted(down[0] * x + down[1] * y + down[2] for x, y in (low, high))
        if xs[0] < xs[1] and ys[0] < ys[1]:
            box = (min(max(value, 0.0), 1.0) for value in (xs[0], ys[0], xs[1], ys[1]))
            places.append([start, end, *(round(value, DECIMALS) for value in box)])
    return places


def map_page(page: Any) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """How points of the page become fractions of it: across and down, `a * x + b * y + c`."""
    far = max(*page.get_size(), 1.0)
    origin, right, up = (find_fractions(page, x, y) for x, y in ((0, 0), (far, 0), (0, far)))
    across, down = (
        ((right[axis] - origin[axis]) / far, (up[axis] - origin[axis]) / far, origin[axis])
        for axis in (0, 1)
    )
    return across, down


def find_fractions(page: Any, x: float, y: float) -> tuple[float, float]:
    """A point of the page as fractions of its width and height, from the upper left corner."""
    from pypdfium2 import raw

    across, down = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(
        page.raw, 0, 0, GRID, GRID, 0, x, y, ctypes.byref(across), ctypes.byref(down)
    )
    return across.value / GRID, down.value / GRID


def is_covered(page: Any, text: str, area: float) -> bool:
    """Whether a picture covers a page on which nearly nothing is written: a stamped scan."""
    import pypdfium2
    from pypdfium2 import raw

    if area <= 0 or sum(not sign.isspace() for sign in text) >= FEW_SIGNS:
        return False
    covered = 0.0
    try:
        for picture in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=DEEP):
            left, bottom, right, top = picture.get_bounds()
            covered = max(covered, (right - left) * (top - bottom))
    except pypdfium2.PdfiumError:
        return False
    return covered / area >= COVERED_BY_PICTURE


def find_boxes(file: BinaryIO, request: dict[str, Any]) -> Answer:
    """For each place the rectangles of its characters, one a line, as page fractions.

    A place is a page, its first character and the one behind its last.
    """
    pdf = open_pdf(file, request)
    pages = {number: load_page(pdf, number) for number, _start, _end in request["places"]}
    texts = {number: page.get_textpage() for number, page in pages.items()}
    found = [
        join_characters(pages[number], texts[number], start, end)
        for number, start, end in request["places"]
    ]
    return {"boxes": found}, b""


def join_characters(page: Any, textpage: Any, start: int, end: int) -> list[list[float]]:
    """The boxes of characters, those of one line joined."""
    boxes: list[list[float]] = []
    for at in range(start, min(end, textpage.count_chars())):
        box = locate_character(page, textpage, at)
        if box is None:
            continue
        if boxes and on_one_line(boxes[-1], box):
            last = boxes[-1]
            boxes[-1] = [
                min(last[0], box[0]),
                min(last[1], box[1]),
                max(last[2], box[2]),
                max(last[3], box[3]),
            ]
        else:
            boxes.append(box)
    return boxes


def locate_character(page: Any, textpage: Any, at: int) -> list[float] | None:
    """One character's left, top, right and bottom as fractions, None where it draws nothing."""
    from pypdfium2 import raw

    rectangle = raw.FS_RECTF()
    if not raw.FPDFText_GetLooseCharBox(textpage.raw, at, ctypes.byref(rectangle)):
        return None
    if rectangle.left == rectangle.right or rectangle.top == rectangle.bottom:
        return None
    points = []
    for x, y in ((rectangle.left, rectangle.top), (rectangle.right, rectangle.bottom)):
        across, down = find_fractions(page, x, y)
        points.append((min(max(across, 0.0), 1.0), min(max(down, 0.0), 1.0)))
    (x0, y0), (x1, y1) = points
    return [min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)]


def on_one_line(first: list[float], second: list[float]) -> bool:
    """Whether two boxes overlap by half of the lower one's height."""
    overlap = min(first[3], second[3]) - max(first[1], second[1])
    return overlap > 0.5 * min(first[3] - first[1], second[3] - second[1])


def render_pdf(file: BinaryIO, request: dict[str, Any]) -> Answer:
    """JPEG pictures of the pages asked for."""
    pdf = open_pdf(file, request)
    pictures = []
    for number in request["pages"]:
        page = load_page(pdf, number)
        scale = scale_page(page, request["width"] / max(page.get_width(), 1), request["max_pixels"])
        bitmap = page.render(scale=scale, may_draw_forms=False)
        pictures.append(encode_jpeg(bitmap.to_pil(), request["quality"]))
        page.close()
    return pack(pictures)


def scale_page(page: Any, wanted: float, max_pixels: int) -> float:
    """The scale that is wanted, or the one at which the picture has no more points than it may."""
    width, height = page.get_size()
    if not (math.isfinite(width) and math.isfinite(height) and width > 0 and height > 0):
        raise Unreadable("damaged")
    return min(wanted, math.sqrt(max_pixels / (width * height)))
