# ruff: noqa: PLC0415  libraries are imported after the limits are set, and only those needed
"""Pictures: decoded whole, upright, without what a camera wrote about the place."""

from __future__ import annotations

import io
from typing import Any, BinaryIO

from documents.records.parsers.answers import Answer, Unreadable, pack


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
