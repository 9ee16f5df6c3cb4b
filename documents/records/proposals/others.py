"""Sentences about another illness of the same person, or about another illness alone.

A report names the other cancer once and then goes on: "Renal cell carcinoma 2017: nephrectomy.
Cabozantinib 2021 to 2023." What follows in the same line, or in the list under such a heading, is
of that illness until this tumour is named.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from documents.records.proposals.rules import Rules
from documents.records.proposals.sections import Sentence
from documents.records.proposals.text import BULLET

HEAD: Final = 40
BARE: Final = 3
NUMBERED = re.compile(r"\(?(?:\d{1,2}|[a-zA-Z])[.)] ")


def find_others(sentences: Sequence[Sentence], rules: Rules) -> frozenset[int]:
    """The orders of sentences that tell of another illness without naming it."""
    named = [rules.contexts["tumour"].search(one.text) is not None for one in sentences]
    if not any(named) and any(_has_other_cancer(one, rules) for one in sentences):
        return frozenset(one.order for one in sentences)
    found: set[int] = set()
    head: Sentence | None = None
    for own, sentence in zip(named, sentences, strict=True):
        if own:
            head = None
        elif head is not None and _goes_on(head, sentence):
            found.add(sentence.order)
        elif sentence.order == sentence.opening or _is_head(sentence, rules, BARE):
            head = sentence if _is_head(sentence, rules, HEAD) else None
    return frozenset(found)


def _has_other_cancer(sentence: Sentence, rules: Rules) -> bool:
    """Whether the person is said to have, or to have had, another cancer."""
    match = rules.words["malignancy"].search(sentence.text)
    if match is None or "?" in sentence.text or sentence.section in {"family", "definition"}:
        return False
    before = sentence.text[: match.start()]
    return not (
        rules.contexts["relative"].search(sentence.text)
        or rules.contexts["negated_before"].search(before)
        or rules.contexts["uncertain_before"].search(before)
    )


def _is_head(sentence: Sentence, rules: Rules, longest: int) -> bool:
    """Whether the sentence begins with the other illness and not with a relative's."""
    match = rules.words["condition"].search(sentence.text)
    return (
        match is not None
        and match.start() <= longest
        and rules.contexts["relative"].search(sentence.text) is None
    )


def _goes_on(head: Sentence, sentence: Sentence) -> bool:
    """Whether a sentence stands in the line of the heading, or in the list under it."""
    if sentence.opening == head.opening:
        return True
    return (
        sentence.section == head.section
        and not NUMBERED.match(sentence.text)
        and BULLET.match(sentence.text) is not None
        and (NUMBERED.match(head.text) is not None or BULLET.match(head.text) is None)
    )


def find_adrenals(sentences: Sequence[Sentence], rules: Rules) -> set[int]:
    """In a report on a NET, the sentences on a tumour of the adrenals alone."""
    own = rules.words["this_tumour"]
    if not any(own.search(one.text) for one in sentences):
        return set()
    other = rules.words["other_tumour"]
    return {one.order for one in sentences if other.search(one.text) and not own.search(one.text)}
