"""The words of a page by their places: what stands between two offsets, and where it is drawn."""

import re
from collections.abc import Sequence
from typing import Final

Box = list[float]
Word = Sequence[float]

WHITE: Final = re.compile(r"\s+")


def trim_place(text: str, start: int, end: int) -> tuple[int, int]:
    """The same place without the white space around it; both offsets stay inside the text."""
    start, end = max(start, 0), min(end, len(text))
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def find_quote(text: str, quote: str) -> tuple[int, int] | None:
    """Where these words stand, however they are spaced and broken; None if nowhere."""
    words = [re.escape(word) for word in quote.split()]
    if not words:
        return None
    found = re.search(r"\s+".join(words), text, re.IGNORECASE)
    return found.span() if found else None


def tidy_quote(text: str) -> str:
    return WHITE.sub(" ", text).strip()


def join_words(words: Sequence[Word], start: int, end: int) -> list[Box]:
    """The places of the words between two offsets, those of one line joined."""
    boxes: list[Box] = []
    for word in words:
        if word[1] <= start or word[0] >= end:
            continue
        box = [float(side) for side in word[2:6]]
        if boxes and _on_one_line(boxes[-1], box):
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


def _on_one_line(first: Box, second: Box) -> bool:
    """Whether two boxes overlap by half of the lower one's height."""
    overlap = min(first[3], second[3]) - max(first[1], second[1])
    return overlap > 0.5 * min(first[3] - first[1], second[3] - second[1])
