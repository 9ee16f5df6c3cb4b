"""A fact found in a report, before it is known whether it may be proposed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from documents.records.proposals.sections import Sentence


@dataclass(frozen=True, slots=True)
class Proposal:
    """A fact with the words it stands on, for a person to confirm or reject.

    `start` and `end` are offsets in the text of page `page` (from 1); `quote` is exactly that text.
    `rule` names the rule, and `note` says what the person should look at twice.
    """

    fact: str
    value: Any
    page: int
    start: int
    end: int
    quote: str
    rule: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A match of one rule: its value, its place in the sentence and the contexts it stands in.

    `as_of` is the last date before it in its line, if there is one; `is_sited` whether its
    sentence names an organ.
    """

    fact: str
    value: Any
    sentence: Sentence
    start: int
    end: int
    rule: str
    rank: int = 0
    note: str | None = None
    contexts: frozenset[str] = field(default_factory=frozenset)
    as_of: str = ""
    is_sited: bool = False

    def propose(self, pages: list[str] | tuple[str, ...]) -> Proposal:
        """The finding as a proposal with its offsets in the page."""
        start, end = self.sentence.locate(self.start, self.end)
        quote = pages[self.sentence.page - 1][start:end]
        return Proposal(
            self.fact, self.value, self.sentence.page, start, end, quote, self.rule, self.note
        )
