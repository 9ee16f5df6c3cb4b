"""The part of a page's text that shows best why it was found, with the words marked."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from documents.records.search_query import Query

WIDTH: Final = 220
LEAD: Final = 60
MOST_PLACES: Final = 400
SPACE: Final = re.compile(r"\s+")
# Controls, and marks that would turn the direction of what stands beside them.
LETTER: Final = re.compile(r"[^\W\d_]")
RIGHT_TO_LEFT: Final = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
UNFIT: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\xad\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; `is_found`: it is one of the words that were looked for."""

    text: str
    is_found: bool = False


def find_direction(text: str) -> str:
    """How a page is read: by most of its letters, whichever word a part of it begins with."""
    letters = LETTER.findall(text)
    right = sum(1 for letter in letters if RIGHT_TO_LEFT.match(letter))
    return "rtl" if right * 2 > len(letters) else "ltr"


def find_places(text: str, query: Query) -> list[tuple[int, int]]:
    """Where the words stand, in their order and without overlaps."""
    return [(start, end) for start, end, _number in _merge(query.find_in(text))]


def _merge(found: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    last = (0, 0, 0)
    for start, end, number in sorted(found):
        if start < last[1]:
            last = (last[0], max(last[1], end), last[2])
            continue
        if last[1]:
            yield last
        last = (start, end, number)
    if last[1]:
        yield last


def make_snippet(text: str, query: Query) -> tuple[Piece, ...]:
    """Around the place where most of what was looked for stands together."""
    places = list(_merge(query.find_in(text)))[:MOST_PLACES]
    if not places:
        return tuple(_tidy([Piece(text[:WIDTH])]))
    best = max(places, key=lambda place: _count_near(places, place[0]))
    start = _step_back(text, best[0])
    end = _step_on(text, max(start + WIDTH, best[1]))
    pieces, at = [], start
    for first, last, _number in places:
        if first >= start and last <= end:
            pieces += [Piece(text[at:first]), Piece(text[first:last], is_found=True)]
            at = last
    pieces.append(Piece(text[at:end]))
    if start > 0:
        pieces.insert(0, Piece("… "))
    if text[end:].strip():
        pieces.append(Piece(" …"))
    return tuple(_tidy(pieces))


def _count_near(places: list[tuple[int, int, int]], start: int) -> int:
    """How many of the things looked for begin within a snippet's width."""
    return len({number for first, _last, number in places if start <= first < start + WIDTH - LEAD})


def _step_back(text: str, at: int) -> int:
    """A little before a place, at the beginning of a word where there is one."""
    earliest = max(at - LEAD, 0)
    if earliest == 0:
        return 0
    space = SPACE.search(text, earliest, at)
    return space.end() if space else earliest


def _step_on(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = SPACE.search(text, at, at + 20)
    return space.start() if space else at


def _tidy(pieces: list[Piece]) -> Iterator[Piece]:
    for piece in pieces:
        words = SPACE.sub(" ", UNFIT.sub("", piece.text))
        if words:
            yield Piece(words, piece.is_found)
