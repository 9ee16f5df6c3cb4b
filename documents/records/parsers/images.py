# ruff: noqa: PLC0415  libraries are imported after the limits are set, and only those needed
"""Pictures: decoded whole, upright, without what a camera wrote about the place."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from documents.records.parsers.answers import Answer, Unreadable, pack

# What Pillow says of a picture that is about its points, and tells nothing of place or person.
HARMLESS = frozenset(
    {
        "adobe",
        "adobe_transform",
        "aspect",
        "chromaticity",
        "default_image",
        "dpi",
        "gamma",
        "jfif",
        "jfif_density",
        "jfif_unit",
        "jfif_version",
        "progression",
        "progressive",
        "srgb",
        "transparency",
    }
)
# What Pillow's decoders raise on broken files.
BROKEN = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, RuntimeError)
COPY_QUALITY = 92
USUAL_DPI = 200
BELIEVABLE_DPI = (50, 1200)
SMALLER_COPY_OF_A_PAGE = 1
GREY = 255


def open_image(file: BinaryIO, request: dict[str, Any]) -> Any:
    """Decode the whole picture, upright."""
    with opened(file, request) as image:
        if image.format == "JPEG" and request.get("width"):
            image.draft("RGB", (request["width"] * 2, request["width"] * 2))
        if request.get("page", 1) > 1:
            seek_page(image, request)
        image.load()
        return turn_upright(image)


def seek_page(image: Any, request: dict[str, Any]) -> None:
    """Go to a later page of a file that may have several."""
    try:
        image.seek(request["page"] - 1)
    except EOFError as error:
        raise Unreadable("no_such_page") from error
    check_size(image, request)


@contextmanager
def opened(file: BinaryIO, request: dict[str, Any]) -> Iterator[Any]:
    """The picture before it is decoded; whatever a decoder says later has its code too."""
    import warnings

    from PIL import Image, UnidentifiedImageError

    if "HEIF" in request["formats"]:
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = request["max_pixels"]
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(file, formats=request["formats"]) as image:
            check_size(image, request)
            yield image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unreadable("too_big") from error
    except UnidentifiedImageError as error:
        raise Unreadable("damaged") from error
    except BROKEN as error:
        raise Unreadable("damaged") from error


def check_size(image: Any, request: dict[str, Any]) -> None:
    if image.width * image.height > request["max_pixels"]:
        raise Unreadable("too_big")


def turn_upright(image: Any) -> Any:
    """As the camera was held; where it wrote that down wrongly, as it is."""
    import struct

    from PIL import ImageOps

    try:
        return ImageOps.exif_transpose(image)
    except (*BROKEN, struct.error):
        return image.copy()


def read_image(file: BinaryIO, request: dict[str, Any]) -> Answer:
    """The size of the upright picture; decoding it proves that it is whole."""
    image = open_image(file, request)
    return {"width": image.width, "height": image.height}, b""


def render_image(file: BinaryIO, request: dict[str, Any]) -> Answer:
    """The upright picture at the width asked for, without metadata."""
    image = make_plain(open_image(file, request))
    if image.width > request["width"]:
        image = image.resize(
            (request["width"], max(1, round(image.height * request["width"] / image.width)))
        )
    return pack([encode_jpeg(image, request["quality"])])


def copy_image(file: BinaryIO, request: dict[str, Any]) -> Answer:
    """The whole picture upright and without metadata, unless it is so already.

    `form` names what the copy is to be. A file that needs no copy answers with `plain`.
    """
    with opened(file, request) as image:
        image.load()
        upright = turn_upright(image)
        plain = image.format == request["form"] and is_plain(image, file)
    if plain:
        return {"plain": True}, b""
    if request["form"] == "PNG":
        return {"plain": False}, encode_png(upright)
    return {"plain": False}, encode_jpeg(make_plain(upright), COPY_QUALITY)


def is_plain(image: Any, file: BinaryIO) -> bool:
    """Whether the file holds one upright picture and tells nothing besides."""
    if getattr(image, "n_frames", 1) > 1 or not HARMLESS.issuperset(image.info):
        return False
    if image.format != "JPEG":
        return not image.getexif()
    file.seek(-2, io.SEEK_END)
    ends = file.read(2) == b"\xff\xd9"
    file.seek(0)
    return ends and not image.getexif()


def copy_tiff(file: BinaryIO, request: dict[str, Any]) -> Answer:
    """Every page of a TIFF as a page of a PDF, upright and without metadata."""
    import pikepdf

    made, sources = pikepdf.new(), []
    with opened(file, request) as image:
        for page in turn_pages(image, request):
            sources.append(pikepdf.open(io.BytesIO(page)))
            made.pages.extend(sources[-1].pages)
    if not sources:
        raise Unreadable("empty")
    out = io.BytesIO()
    made.save(out)
    return {"pages": len(sources)}, out.getvalue()


def turn_pages(image: Any, request: dict[str, Any]) -> Iterator[bytes]:
    """The pages of a picture with several, each as a PDF of its own."""
    number = 0
    while True:
        try:
            image.seek(number)
        except EOFError:
            return
        if number >= request["max_pages"]:
            raise Unreadable("too_many_pages")
        number += 1
        check_size(image, request)
        if int(image.tag_v2.get(254) or 0) & SMALLER_COPY_OF_A_PAGE:
            continue
        dpi = find_dpi(image)
        page = turn_upright(image)
        out = io.BytesIO()
        two_tones = page.mode == "1"
        page = page if two_tones else make_plain(page)
        page.info = {}
        page.save(out, "PDF", resolution=dpi, **({} if two_tones else {"quality": COPY_QUALITY}))
        yield out.getvalue()


def find_dpi(image: Any) -> float:
    """How many points an inch has; what cannot be true is not believed."""
    try:
        dpi = float(image.info["dpi"][0])
    except (KeyError, TypeError, ValueError, IndexError, ZeroDivisionError):
        return USUAL_DPI
    least, most = BELIEVABLE_DPI
    return dpi if least <= dpi <= most else USUAL_DPI


def make_plain(image: Any) -> Any:
    """In colours or greys of eight bits, on white where it is transparent."""
    from PIL import Image

    if image.mode in {"L", "RGB"}:
        return image
    if image.mode in {"RGBA", "LA", "PA", "P", "RGBa", "La"}:
        layer = image.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(ground, layer).convert("RGB")
    if image.mode.startswith(("I", "F")):
        image = image.convert("F")
        least, most = image.getextrema()
        span = (most - least) or 1
        return image.point(lambda grey: (grey - least) * (GREY / span)).convert("L")
    return image.convert("L" if image.mode == "1" else "RGB")


def encode_jpeg(image: Any, quality: int) -> bytes:
    """The picture as JPEG and nothing besides."""
    out = io.BytesIO()
    image.info = {}
    image = image if image.mode == "L" else image.convert("RGB")
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def encode_png(image: Any) -> bytes:
    """The picture as PNG and nothing besides, its first one where it moves."""
    out = io.BytesIO()
    kept = {"transparency": image.info["transparency"]} if "transparency" in image.info else {}
    image.info = kept
    image.save(out, "PNG")
    return out.getvalue()
