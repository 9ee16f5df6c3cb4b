# ruff: noqa: PLC0415  libraries are imported after the limits are set, and only those needed
"""Pages as pictures to print: sharp, upright, and with nothing behind what is seen."""

from __future__ import annotations

import math
from typing import Any, BinaryIO

from documents.records.parsers.answers import Answer, Unreadable, pack
from documents.records.parsers.images import encode_jpeg, is_plain, make_plain, opened, turn_upright
from documents.records.parsers.pdf import load_page, open_pdf
from documents.records.parsers.recognition import turn_picture

POINTS_AN_INCH = 72
AS_IT_IS = frozenset({"L", "RGB"})


def draw_sheets(file: BinaryIO, request: dict[str, Any]) -> Answer:
    """JPEG pictures of the pages asked for, turned, and of each its width, height and colours.

    A photograph that is upright, in colours or greys, tells nothing besides and is not too large
    is taken as it is.
    """
    if request["formats"]:
        return take_photograph(file, request)
    pdf = open_pdf(file, request)
    drawn = [
        turn_picture(draw_page(pdf, number, request), turn)
        for number, turn in zip(request["pages"], request["turns"], strict=True)
    ]
    return finish(drawn, request)


def draw_page(pdf: Any, number: int, request: dict[str, Any]) -> Any:
    page = load_page(pdf, number)
    width, height = page.get_size()
    if not (math.isfinite(width) and math.isfinite(height) and width > 0 and height > 0):
        raise Unreadable("damaged")
    scale = min(request["dpi"] / POINTS_AN_INCH, math.sqrt(request["max_drawn"] / (width * height)))
    picture = page.render(scale=scale, may_draw_forms=False).to_pil()
    page.close()
    return without_colours(make_plain(picture))


def without_colours(picture: Any) -> Any:
    """In greys where there is nothing but greys, as on most papers: smaller, and as sharp."""
    from PIL import ImageChops

    red, green, blue = picture.convert("RGB").split()
    if ImageChops.difference(red, green).getbbox() or ImageChops.difference(red, blue).getbbox():
        return picture
    return red


def take_photograph(file: BinaryIO, request: dict[str, Any]) -> Answer:
    if request["pages"] != [1]:
        raise Unreadable("no_such_page")
    (turn,) = request["turns"]
    file.seek(0, 2)
    size = file.tell()
    file.seek(0)
    with opened(file, request) as image:
        image.load()
        points = image.width * image.height
        fits = size <= request["max_bytes"] and points <= request["max_drawn"] and not turn
        if fits and image.format == "JPEG" and image.mode in AS_IT_IS and is_plain(image, file):
            file.seek(0)
            header, payload = pack([file.read()])
            return {**header, "sheets": [describe(image)]}, payload
        upright = turn_picture(make_plain(turn_upright(image)), turn)
    shrink = math.sqrt(request["max_drawn"] / (upright.width * upright.height))
    if shrink < 1:
        upright = upright.resize(
            (max(1, int(upright.width * shrink)), max(1, int(upright.height * shrink)))
        )
    return finish([upright], request)


def finish(pictures: list[Any], request: dict[str, Any]) -> Answer:
    header, payload = pack([encode_jpeg(picture, request["quality"]) for picture in pictures])
    return {**header, "sheets": [describe(picture) for picture in pictures]}, payload


def describe(picture: Any) -> list[Any]:
    return [picture.width, picture.height, picture.mode == "L"]
