# ruff: noqa: PLC0415  libraries are imported after the limits are set, and only those needed
"""The child process in which parsers touch a stranger's file.

Run by `sandbox.run_parser` as a script in isolated mode: nothing but the standard library,
pypdfium2 and Pillow is imported, no settings, no database. The request is one JSON object on
standard input; the file is an open descriptor that the request names. The answer is one line of
JSON and then raw bytes. The limits are set before the file is touched.
"""

from __future__ import annotations

import ctypes
import io
import json
import math
import os
import resource
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

Answer = tuple[dict[str, Any], bytes]
WRITE_AT_ONCE = 1 << 20
HIGH_HALVES = range(0xD800, 0xDC00)
LOW_HALVES = range(0xDC00, 0xE000)
WORD_JOINER = 0x2060
UNKNOWN = 0xFFFD
HYPHENS = {0x02: 0xAD, 0xFFFE: 0xAD}  # how pdfium marks a word broken at the end of a line


class Unreadable(Exception):
    """The file cannot be read for a reason that has a code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def set_limits(limits: dict[str, int]) -> None:
    """Lower this process's own limits for good."""
    for name, value in (
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_CPU, limits["cpu_seconds"]),
        (resource.RLIMIT_FSIZE, limits["written"]),
        (resource.RLIMIT_NOFILE, limits["open_files"]),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(name, (value, value))


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
    """The text layer and the size in points of every page."""
    pdf = open_pdf(file, request)
    pages, left = [], request["max_chars"]
    for number in range(1, len(pdf) + 1):
        page = load_page(pdf, number)
        width, height = page.get_size()
        textpage = page.get_textpage()
        text = read_characters(textpage, min(request["max_page_chars"], left))
        left -= len(text)
        pages.append([text, width, height])
        textpage.close()
        page.close()
    return {}, json.dumps(pages).encode()


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
    grid = 1_000_000
    points = []
    for x, y in ((rectangle.left, rectangle.top), (rectangle.right, rectangle.bottom)):
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(
            page.raw, 0, 0, grid, grid, 0, x, y, ctypes.byref(across), ctypes.byref(down)
        )
        points.append(
            (min(max(across.value / grid, 0.0), 1.0), min(max(down.value / grid, 0.0), 1.0))
        )
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
        width, height = page.get_size()
        if not (math.isfinite(width) and math.isfinite(height) and width > 0 and height > 0):
            raise Unreadable("damaged")
        scale = min(request["width"] / width, math.sqrt(request["max_pixels"] / (width * height)))
        bitmap = page.render(scale=scale, may_draw_forms=False)
        pictures.append(encode_jpeg(bitmap.to_pil(), request["quality"]))
        page.close()
    return pack(pictures)


def open_image(file: BinaryIO, request: dict[str, Any]) -> Any:
    """Decode the whole picture, upright, without its metadata."""
    import warnings

    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = request["max_pixels"]
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(file, formats=request["formats"]) as image:
            if image.width * image.height > request["max_pixels"]:
                raise Unreadable("too_big")
            if image.format == "JPEG" and request.get("width"):
                image.draft("RGB", (request["width"] * 2, request["width"] * 2))
            image.load()
            return ImageOps.exif_transpose(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unreadable("too_big") from error
    except UnidentifiedImageError as error:
        raise Unreadable("damaged") from error
    except (OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError) as error:
        raise Unreadable("damaged") from error  # what Pillow's decoders raise on broken files


def read_image(file: BinaryIO, request: dict[str, Any]) -> Answer:
    """The size of the upright picture; decoding it proves that it is whole."""
    image = open_image(file, request)
    return {"width": image.width, "height": image.height}, b""


def render_image(file: BinaryIO, request: dict[str, Any]) -> Answer:
    """The upright picture at the width asked for, without metadata."""
    image = open_image(file, request)
    if image.mode in {"RGBA", "LA", "PA", "P"}:
        from PIL import Image

        layer = image.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        image = Image.alpha_composite(ground, layer)
    image = image.convert("RGB")
    if image.width > request["width"]:
        image = image.resize(
            (request["width"], max(1, round(image.height * request["width"] / image.width)))
        )
    return pack([encode_jpeg(image, request["quality"])])


def encode_jpeg(image: Any, quality: int) -> bytes:
    """The picture as JPEG and nothing besides."""
    out = io.BytesIO()
    image.info = {}
    image.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


def pack(parts: list[bytes]) -> Answer:
    """Several byte strings behind one another, their lengths in the header."""
    return {"lengths": [len(part) for part in parts]}, b"".join(parts)


def look_around(file: BinaryIO, request: dict[str, Any]) -> Answer:
    """Say what this process can see; the sandbox is checked with it and so are its limits."""
    import socket

    reachable = [name for _, name in socket.if_nameindex()]
    return {
        "environment": sorted(os.environ),
        "networks": reachable,
        "visible": [path for path in request.get("paths", []) if os.path.exists(path)],  # noqa: PTH110
        "bytes": len(file.read()),
    }, b""


def misbehave(_file: BinaryIO, request: dict[str, Any]) -> Answer:
    """Do on purpose what hostile files make parsers do, so that the limits can be tested."""
    how = request["how"]
    if how == "abort":
        os.abort()
    if how == "hang":
        import time

        time.sleep(3600)
    while how == "spin":
        pass
    if how == "eat":
        bytearray(1 << 40)
    if how == "shout":
        return {}, b"x" * request["amount"]
    if how == "litter":
        os.write(1, b"noise of a library\n")
    if how == "raise":
        raise RuntimeError("an error that nobody foresaw")
    return {}, b""


PARSERS: dict[str, Callable[[BinaryIO, dict[str, Any]], Answer]] = {
    "read_pdf": read_pdf,
    "find_boxes": find_boxes,
    "render_pdf": render_pdf,
    "read_image": read_image,
    "render_image": render_image,
    "look_around": look_around,
    "misbehave": misbehave,
}


def main() -> int:
    """Read the request, keep libraries away from the answer's pipe, run the parser, answer."""
    request = json.load(sys.stdin.buffer)
    set_limits(request["limits"])
    answer_to = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(request["descriptor"], "rb") as file:
            header, payload = PARSERS[request["parser"]](file, request["arguments"])
    except Unreadable as error:
        header, payload = {"failure": error.code}, b""
    except MemoryError:
        header, payload = {"failure": "too_big"}, b""
    view = memoryview(json.dumps(header).encode() + b"\n" + payload)
    while view:
        view = view[os.write(answer_to, view[:WRITE_AT_ONCE]) :]
    return 0


if __name__ == "__main__":
    # Leave without running library destructors: pdfium may abort in them after a broken file.
    status = main()
    os._exit(status)
