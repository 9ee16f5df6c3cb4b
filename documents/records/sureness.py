"""How surely the words of a recognised page were read, and what may be said on unsure ones.

A word below `LEAST_SURE` may be misread. Nothing is offered from it: no fact, no issuer, no date;
and it never speaks for a paper being the patient's.
"""

from collections.abc import Sequence
from typing import Final

from documents.records.models import TextSource
from documents.records.reading import PageText

LEAST_SURE: Final = 0.6
"""How surely each word must have been recognised for anything to be offered from it."""


def find_sureness(words: Sequence[Sequence[float]], start: int, end: int) -> float:
    """How sure the least sure word between two offsets was read, 0 to 1; 0 where none stands."""
    return min((word[6] for word in words if word[1] > start and word[0] < end), default=0.0)


def hide_unsure(page: PageText) -> str:
    """The page's text with spaces where unsure words stand: every offset stays as it was."""
    if page.source != TextSource.RECOGNISED:
        return page.text
    signs = list(page.text)
    for word in page.words:
        if word[6] < LEAST_SURE:
            start, end = int(word[0]), int(word[1])
            signs[start:end] = " " * len(signs[start:end])
    return "".join(signs)
