"""What a person typed into the search, read as words and phrases; nothing of it is an operator.

All words must be there. Words in quotes, and words that hang together (`Ki-67`, `3.5`), stand
side by side in that order. The last word may be the beginning of a longer one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from documents.records.errors import SearchTooLong, SearchWithoutWords
from documents.records.searched_words import Word, is_sign, list_words

LONGEST_SEARCH: Final = 200
MOST_PHRASES: Final = 12
SHORTEST_BEGINNING: Final = 3
QUOTES: Final = '"\u201c\u201d\u201e\u00ab\u00bb'
ASKED: Final = re.compile(rf"[{QUOTES}]([^{QUOTES}]*)(?:[{QUOTES}]|$)|([^\s{QUOTES}]+)")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Terms that stand side by side; `is_beginning`: the last of them may go on."""

    terms: tuple[str, ...]
    is_beginning: bool = False

    def starts_at(self, words: Sequence[Word], at: int) -> bool:
        here = words[at : at + len(self.terms)]
        if len(here) < len(self.terms):
            return False
        last, term = here[-1].term, self.terms[-1]
        if not (last.startswith(term) if self.is_beginning else last == term):
            return False
        return all(one.term == term for one, term in zip(here[:-1], self.terms[:-1], strict=True))


@dataclass(frozen=True)
class Query:
    """Phrases that must all be found."""

    phrases: tuple[Phrase, ...]

    @cached_property
    def for_postgresql(self) -> str:
        """As `tsquery`. Terms are letters, digits and marks alone, so nothing needs escaping."""
        return " & ".join(
            "("
            + " <-> ".join(f"'{term}'" for term in phrase.terms)
            + (":*" if phrase.is_beginning else "")
            + ")"
            for phrase in self.phrases
        )

    @cached_property
    def for_sqlite(self) -> str:
        """As FTS5 has it."""
        return " AND ".join(
            '"' + " ".join(phrase.terms) + '"' + (" *" if phrase.is_beginning else "")
            for phrase in self.phrases
        )

    def find_in(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Start, end and number of every phrase that stands in the text, in its order."""
        words = list(list_words(text))
        for at, word in enumerate(words):
            for number, phrase in enumerate(self.phrases):
                if phrase.starts_at(words, at):
                    end = max(one.end for one in words[at : at + len(phrase.terms)])
                    yield word.start, end, number

    def is_in(self, text: str) -> bool:
        """Whether all of it stands in a short text."""
        if text.isascii() and "\n" not in text and not self._may_be_in(text.lower()):
            return False
        return {number for _start, _end, number in self.find_in(text)} == set(
            range(len(self.phrases))
        )

    def _may_be_in(self, text: str) -> bool:
        """A quick look that spares most texts the reading of their words."""
        return all(term in text for phrase in self.phrases for term in phrase.terms)


def read_query(asked: str) -> Query:
    """Raises `SearchTooLong` or `SearchWithoutWords`."""
    asked = asked.strip()
    if len(asked) > LONGEST_SEARCH:
        raise SearchTooLong
    found = [
        _read_phrase(match[1] or "", may_go_on=False)
        if match[2] is None
        else _read_phrase(match[2], may_go_on=match.end() == len(asked))
        for match in ASKED.finditer(asked)
    ]
    phrases = [phrase for phrase in found if phrase is not None]
    if not phrases:
        raise SearchWithoutWords
    if len(phrases) > MOST_PHRASES:
        raise SearchTooLong
    return Query(tuple(phrases))


def _read_phrase(text: str, *, may_go_on: bool) -> Phrase | None:
    words = list(list_words(text))
    # A page's signs go on where the asked ones end: their last one alone would not be found.
    if len(words) > 1 and is_sign(words[-1].term) and is_sign(words[-2].term):
        words.pop()
    if not words:
        return None
    last = words[-1].term
    is_beginning = (
        len(last) == 1 if is_sign(last) else may_go_on and len(last) >= SHORTEST_BEGINNING
    )
    return Phrase(tuple(word.term for word in words), is_beginning)
