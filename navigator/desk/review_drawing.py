"""How a page is drawn for its reviewer: its text with the words of facts marked, its words' places.

A browser reads a carriage return and a line feed as one character, so text is written with
`&#13;` between its `parts`: offsets in the page then count as they do in the database.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from documents.records.page_words import join_words
from documents.records.queries import PageView
from navigator.desk.wording import FACT_TONES

FINE: Final = 10_000
"""Places of words are whole parts of this many; a tenth of a point is finer than the eye."""


@dataclass(frozen=True)
class Piece:
    """A run of the page's text; `fact` names the proposal, or the search, whose words it is."""

    text: str
    fact: str

    @property
    def parts(self) -> list[str]:
        return self.text.split("\r")


@dataclass(frozen=True)
class Mark:
    """A rectangle on the page; `of` names the fact, or the finding, whose words it covers."""

    of: str
    tone: str
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class FoundPlace:
    """Words on this page that say something of the paper itself, or that were searched."""

    of: str
    start: int
    end: int
    tone: str = "found"


def cut_text(view: PageView, looked_for: Iterable[FoundPlace] = ()) -> list[Piece]:
    """The text of the page in pieces, the words of proposals and of a search marked."""
    runs = [(one.start, one.end, str(one.fact_id)) for one in view.here]
    runs += [(place.start, place.end, place.of) for place in looked_for]
    pieces, at = [], 0
    for start, end, of in sorted(runs, key=lambda run: run[0]):
        if start < at or end > len(view.text) or start == end:
            continue
        pieces += [Piece(view.text[at:start], ""), Piece(view.text[start:end], of)]
        at = end
    return [piece for piece in [*pieces, Piece(view.text[at:], "")] if piece.text]


def list_marks(view: PageView, found: Iterable[FoundPlace]) -> list[Mark]:
    """Where the words of facts and findings stand; older evidence is placed by the words."""
    marks = [
        make_mark(box, str(one.fact_id), FACT_TONES[one.state])
        for one in view.here
        for box in one.boxes or join_words(view.words, one.start, one.end)
    ]
    marks += [
        make_mark(box, place.of, place.tone)
        for place in found
        for box in join_words(view.words, place.start, place.end)
    ]
    return marks


def make_mark(box: list[float], of: str, tone: str) -> Mark:
    left, top, right, bottom = box
    return Mark(
        of, tone, round(left, 5), round(top, 5), round(right - left, 5), round(bottom - top, 5)
    )


def pack_words(words: list[Any]) -> str:
    """`start,end,left,top,right,bottom` of every word, for the script that lets one mark them."""
    return ";".join(
        ",".join(str(number) for number in (*word[:2], *(round(side * FINE) for side in word[2:6])))
        for word in words
    )
