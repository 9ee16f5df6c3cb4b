# ruff: noqa: PLC0415  libraries are imported after the limits are set, and only those needed
"""How sharp a photograph of a page is: enough to be read, or not.

The measure is how much of the contrast of a piece of the page lies between two neighbouring
points of its sharpest edges, at a size that all pictures are brought to, with what noise adds
taken off. It does not depend on the light or on how much is written. `static/js/sharpness.js`
measures the same in the browser; change them together.
"""

from __future__ import annotations

import math
from typing import Any

LIMIT = 0.2
"""Below it a photograph is called blurred."""
LONGEST = 1_600
TILE = 100
LEAST_CONTRAST = 48
LEAST_TILES = 6
NOISE = 3.8
"""The 99th percentile of a difference of two noisy points, in medians of it."""


def measure_sharpness(image: Any) -> float | None:
    """The lesser of the sharpness across and down, 0 to 1; None where too little is written."""
    from PIL import Image, ImageChops

    grey = image.convert("L")
    scale = LONGEST / max(grey.size)
    if scale < 1:
        size = max(1, round(grey.width * scale)), max(1, round(grey.height * scale))
        grey = grey.resize(size, Image.Resampling.BILINEAR)
    steps = [
        ImageChops.difference(grey, ImageChops.offset(grey, 1, 0)),
        ImageChops.difference(grey, ImageChops.offset(grey, 0, 1)),
    ]
    measured = []
    for box in list_tiles(grey.width, grey.height):
        levels = grey.crop(box).histogram()
        contrast = percentile(levels, 0.995) - percentile(levels, 0.005)
        if contrast >= LEAST_CONTRAST:
            measured.append([steepest(one.crop(box).histogram()) / contrast for one in steps])
    if len(measured) < LEAST_TILES:
        return None
    at = int(len(measured) * 0.75)
    return float(min(sorted(values)[at] for values in zip(*measured, strict=True)))


def list_tiles(width: int, height: int) -> list[tuple[int, int, int, int]]:
    """The pieces of the page; its first row and column have no neighbour to differ from."""
    return [
        (left, top, min(left + TILE, width), min(top + TILE, height))
        for top in range(1, height - TILE // 2, TILE)
        for left in range(1, width - TILE // 2, TILE)
    ]


def steepest(differences: list[int]) -> float:
    """The steepest step of a piece, without what noise adds to it."""
    noise = NOISE * percentile(differences, 0.5)
    return math.sqrt(max(percentile(differences, 0.99) ** 2 - noise**2, 0))


def percentile(histogram: list[int], share: float) -> int:
    left = share * sum(histogram)
    for value, count in enumerate(histogram):
        left -= count
        if left <= 0:
            return value
    return len(histogram) - 1
