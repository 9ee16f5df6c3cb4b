# ruff: noqa: PLC0415  libraries are imported after the limits are set, and only those needed
"""Words that are read from right to left, in the order in which they are read.

pdfium gives some of them as they stand on the line from left to right, and the two letters of a
ligature of lam and alef the wrong way round. Of one name that makes another: “سالم” of “سلام”.
Letters change places only inside a word, so that offsets still find it on the page.
"""

from __future__ import annotations

import ctypes
import re
from typing import Any, Final

# Hebrew and Arabic letters with their marks; figures run the other way.
WORD: Final = re.compile(
    r"[\u0591-\u05f4\u0610-\u061a\u0620-\u065f\u066e-\u06d3\u06d5-\u06ef\u06fa-\u08ff"
    r"\ufb1d-\ufdff\ufe70-\ufefc]{2,}"
)
LAM: Final = "ل"
ALEFS: Final = frozenset("اأإآٱ")
LEVEL: Final = 0.1  # radians; what stands askew is left as it is
SAME: Final = 0.01  # of a point


def put_in_order(textpage: Any, text: str) -> str:
    """The page's text, each letter at the offset of a letter of the same word."""
    letters = None
    for match in WORD.finditer(text):
        start, end = match.span()
        places = find_places(textpage, start, end)
        if places is None:
            continue
        word = list(zip(match[0], places, strict=True))
        if places[0] < places[-1] - SAME:  # it begins at the left
            word.reverse()
        for at in range(len(word) - 1):
            (first, here), (second, there) = word[at], word[at + 1]
            if first in ALEFS and second == LAM and abs(here - there) < SAME:
                word[at], word[at + 1] = word[at + 1], word[at]
        ordered = [letter for letter, _place in word]
        if ordered != list(match[0]):
            letters = letters or list(text)
            letters[start:end] = ordered
    return text if letters is None else "".join(letters)


def find_places(textpage: Any, start: int, end: int) -> list[float] | None:
    """How far to the right each letter begins, in points; None where the line is not level."""
    from pypdfium2 import raw

    handle = textpage.raw
    if abs(raw.FPDFText_GetCharAngle(handle, start)) > LEVEL:
        return None
    across, down = ctypes.c_double(), ctypes.c_double()
    places = []
    for at in range(start, end):
        if not raw.FPDFText_GetCharOrigin(handle, at, ctypes.byref(across), ctypes.byref(down)):
            return None
        places.append(across.value)
    return places
