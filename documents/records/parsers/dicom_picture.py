"""A picture of one slice for the screen: its own window, light on dark, colours as they are."""

from __future__ import annotations

import io
import os

os.environ["OPENBLAS_NUM_THREADS"] = (
    "1"  # each thread would take of the memory that the limit leaves
)

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Final

import numpy as np
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut
from pydicom.pixels.utils import pixel_array
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from documents.records.parsers.answers import Answer, Unreadable
from documents.records.parsers.dicom_codecs import add_codecs
from documents.records.parsers.dicom_header import read_number, read_text
from documents.records.parsers.zip_entry import open_entry

add_codecs()

MOST_BITS: Final = 64
MOST_SAMPLES: Final = 4
MOST_STRETCH: Final = 5.0
ABOUT_SQUARE: Final = 1.01
EDGES: Final = (0.5, 99.5)
COLOURS: Final = 3
LOOK_UP: Final = ("RescaleSlope", "RescaleIntercept", "ModalityLUTSequence")
Array = np.ndarray[Any, np.dtype[Any]]


def draw_slice(file: BinaryIO, request: dict[str, Any]) -> Answer:
    """A JPEG of the middle frame of an image, which is a file of its own or an archive's entry."""
    place = request.get("place")
    source = file if place is None else open_entry(file, place)
    with _as_stranger("damaged"):
        found = dcmread(source, stop_before_pixels=True, force=True)
    syntax = _find_syntax(found)
    _require_drawable(found, syntax, request["max_pixels"])
    middle = max(read_number(found, "NumberOfFrames") or 1, 1) // 2
    with _as_stranger("packed_picture" if syntax.is_compressed else "damaged"):
        frame = _read_frame(source, syntax, middle)
    with _as_stranger("damaged"):
        picture = _stretch(_make_picture(frame, found, middle), found)
    picture.thumbnail((request["width"], request["width"]))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=request["quality"])
    return {"width": picture.width, "height": picture.height}, out.getvalue()


@contextmanager
def _as_stranger(code: str) -> Iterator[None]:
    """Around a library that reads a stranger's bytes: whatever it says of them has this code."""
    try:
        yield
    except (MemoryError, Unreadable):
        raise
    except Exception:  # noqa: BLE001
        raise Unreadable(code) from None


def _find_syntax(found: Dataset) -> UID:
    """How the picture is written; where the file does not say, as its tags are."""
    told = read_text(getattr(found, "file_meta", None) or Dataset(), "TransferSyntaxUID")
    if told:
        return UID(told)
    is_implicit, is_little = found.original_encoding
    if is_implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRLittleEndian if is_little else ExplicitVRBigEndian


def _require_drawable(found: Dataset, syntax: UID, max_pixels: int) -> None:
    rows, columns = read_number(found, "Rows") or 0, read_number(found, "Columns") or 0
    if rows < 1 or columns < 1:
        raise Unreadable("no_picture_inside")
    samples = read_number(found, "SamplesPerPixel") or 1
    bits = read_number(found, "BitsAllocated") or 16
    if rows * columns > max_pixels or samples > MOST_SAMPLES or bits > MOST_BITS:
        raise Unreadable("too_big")
    try:
        is_known = get_decoder(syntax).is_available
    except (NotImplementedError, ValueError):
        is_known = False
    if not is_known:
        raise Unreadable("packed_picture")


def _read_frame(source: Any, syntax: UID, middle: int) -> Array:
    source.seek(0)
    if syntax == DeflatedExplicitVRLittleEndian:  # its tags are packed as well: read as a whole
        return pixel_array(dcmread(source, force=True), index=middle)
    frame = pixel_array(source, index=middle, transfer_syntax_uid=syntax)
    return np.atleast_2d(frame)


def _make_picture(frame: Array, found: Dataset, middle: int) -> Image.Image:
    meaning = read_text(found, "PhotometricInterpretation")
    if meaning == "PALETTE COLOR":
        frame = apply_color_lut(frame, found)
    if frame.ndim == COLOURS:
        return Image.fromarray(_as_bytes(frame[:, :, :COLOURS]), "RGB")
    greys = _grey(frame, found, middle)
    return Image.fromarray(255 - greys if meaning == "MONOCHROME1" else greys, "L")


def _as_bytes(frame: Array) -> Array:
    if frame.dtype == np.uint8:
        return frame
    brightest = int(frame.max())
    brightest = 255 if brightest <= 255 else max(brightest, 65535)  # noqa: PLR2004  depths of colour
    return (frame.astype(np.float64) * (255 / brightest)).clip(0, 255).astype(np.uint8)


def _grey(frame: Array, found: Dataset, middle: int) -> Array:
    """As the image says that it is to be seen; where that shows nothing, what it holds."""
    look_up = next((one for one in _settings_of(found, middle) if "RescaleSlope" in one), found)
    has_look_up = any(name in look_up for name in LOOK_UP)
    values = (apply_modality_lut(frame, look_up) if has_look_up else frame).astype(np.float64)
    window = _find_window(found, middle)
    if window is None or _shows_nothing(values, window):
        low, high = (float(edge) for edge in np.percentile(values, EDGES))
    else:
        low, high = window
    return ((values - low) * (255 / max(high - low, 1e-9))).clip(0, 255).astype(np.uint8)


def _settings_of(found: Dataset, middle: int) -> Iterator[Dataset]:
    """Where an image of several frames may say how one of them is to be seen."""
    groups = [("PerFrameFunctionalGroupsSequence", middle), ("SharedFunctionalGroupsSequence", 0)]
    for name, at in groups:
        group = found.get(name)
        if not group or len(group) <= at:
            continue
        for inner in ("PixelValueTransformationSequence", "FrameVOILUTSequence"):
            yield from group[at].get(inner) or []


def _find_window(found: Dataset, middle: int) -> tuple[float, float] | None:
    for one in (*_settings_of(found, middle), found):
        centre, width = _first(one, "WindowCenter"), _first(one, "WindowWidth")
        if centre is not None and width is not None and width >= 1:
            return centre - 0.5 - (width - 1) / 2, centre - 0.5 + (width - 1) / 2
    return None


def _first(found: Dataset, name: str) -> float | None:
    text = read_text(found, name)
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _shows_nothing(values: Array, window: tuple[float, float]) -> bool:
    return bool(values.max() <= window[0] or values.min() >= window[1])


def _stretch(picture: Image.Image, found: Dataset) -> Image.Image:
    """Points that are not square are drawn so that the body keeps its shape."""
    spacing = found.get("PixelSpacing") or found.get("ImagerPixelSpacing") or []
    if len(spacing) < 2:  # noqa: PLR2004  down and across
        return picture
    down, across = float(spacing[0]), float(spacing[1])
    if not (down > 0 and across > 0 and 1 / MOST_STRETCH <= down / across <= MOST_STRETCH):
        return picture
    if max(down / across, across / down) < ABOUT_SQUARE:
        return picture
    width, height = picture.size
    if down > across:
        height = round(height * down / across)
    else:
        width = round(width * across / down)
    return picture.resize((width, height))
