"""How much fits on the first page, and how the summary alone is made to fit on one.

The rule: whole values first. Where a page would not fit, the lines move together, then values are
cut with “…” and lists are shortened, in the steps of `ROOMS`; what is shortened says how much there
is. The rows of the comparison, what is unknown, and the disclaimer are never left out. After the
last step the summary is refused (`SummaryTooLong`), and never runs over to a second page.
"""

from dataclasses import dataclass
from typing import Final

from .said import Said, in_words

MARK: Final = "…"


@dataclass(frozen=True, kw_only=True)
class Room:
    """Characters of a text, rows of a list."""

    question: int
    fact: int
    value: int
    word: int
    markers: int = 5
    treatments: int = 5
    imaging: int = 3
    missing: int = 4
    sources: int = 8
    is_dense: bool = True

    @property
    def latest_treatments(self) -> str:
        return f"-{self.treatments}:"


ROOMY: Final = Room(question=1500, fact=260, value=160, word=80, is_dense=False)
ROOMS: Final = (
    ROOMY,
    Room(question=1500, fact=260, value=160, word=80),
    Room(question=600, fact=200, value=110, word=60),
    Room(question=600, fact=130, value=80, word=44, missing=3),
    Room(question=420, fact=90, value=56, word=30, treatments=4, imaging=2, missing=3),
    Room(
        question=300,
        fact=64,
        value=40,
        word=20,
        markers=4,
        treatments=3,
        imaging=1,
        missing=2,
        sources=4,
    ),
)


def clip_text(text: str, limit: int) -> str:
    """The text, or its beginning and “…”; cut at a space where one is near."""
    shown = in_words(text)
    if len(shown) <= limit:
        return text
    head = shown[:limit]
    at_word = head.rpartition(" ")[0]
    kept = at_word if len(at_word) > limit * 2 // 3 else head
    cut = kept.rstrip(" ,;:") + MARK
    return Said("%(text)s", {"text": cut}) if isinstance(text, Said) and text.is_translated else cut
