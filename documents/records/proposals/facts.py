"""Find single facts: one rule of the rule file after the other on each sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from documents.records.proposals.contexts import find_contexts
from documents.records.proposals.finding import Finding
from documents.records.proposals.rules import FactRule, Rules
from documents.records.proposals.sections import Sentence
from documents.records.proposals.values import CONVERTERS, Value

DISQUALIFYING: Final = frozenset(
    {"negated", "uncertain", "request", "family", "definition", "hypothetical", "other_condition", "past_history",
     "superseded"}
)  # fmt: skip
NEAR: Final = 3


GRADES = re.compile(r"\b(?:G|grade |grado )([123])\b", re.IGNORECASE)
THRESHOLD = re.compile(
    r"[<>\u2264\u2265] ?\d|\d ?%? ?(?:-|to|al?) ?20\b|\b(?:below|above|under|over|than|fewer|less|more|menos|mas|menor|"
    r"mayor|inferior|superior)\b[a-z ]{0,12}\d",
    re.IGNORECASE,
)
AROUND: Final = 3


def find_definitions(sentences: Sequence[Sentence]) -> frozenset[int]:
    """Sentences that explain the grades: a limit of their own, and all three grades close by."""
    grades = [set(GRADES.findall(sentence.text)) for sentence in sentences]
    return frozenset(
        at
        for at, sentence in enumerate(sentences)
        if THRESHOLD.search(sentence.text)
        and len(set().union(*grades[max(0, at - AROUND) : at + AROUND + 1])) == len("123")
    )


def find_facts(sentences: Sequence[Sentence], rules: Rules) -> Iterator[Finding]:
    """Every match that its contexts allow."""
    definitions = find_definitions(sentences)
    for at, sentence in enumerate(sentences):
        if at in definitions:
            continue
        lowered = sentence.text.lower()
        around = ""
        for rule in rules.facts:
            if rule.hints and not any(hint in lowered for hint in rule.hints):
                continue
            if rule.sections and sentence.section not in rule.sections:
                continue
            if (rule.near or rule.near_avoid) and not around:
                around = " ".join(
                    one.text for one in sentences[at : at + NEAR] if one.section == sentence.section
                )
            if _sentence_fits(rule, sentence.text, around):
                yield from _match_rule(rule, sentence, rules)


def _sentence_fits(rule: FactRule, text: str, around: str) -> bool:
    """Whether the words elsewhere in the sentence and just below allow the rule."""
    return not (
        (rule.needs and not rule.needs.search(text))
        or (rule.near and not rule.near.search(around))
        or (rule.avoid and rule.avoid.search(text))
        or (rule.near_avoid and rule.near_avoid.search(around))
    )


def _match_rule(rule: FactRule, sentence: Sentence, rules: Rules) -> Iterator[Finding]:
    text = sentence.text
    for match in rule.pattern.finditer(text):
        if rule.before and rule.before.search(text[: match.start()]):
            continue
        if rule.after and rule.after.match(text[match.end() :].lstrip()):
            continue
        contexts = find_contexts(sentence, match.start(), match.end(), rules)
        if rule.fact == "disease_status" and rules.any_agent.search(text):
            contexts.add("during_treatment")
        if contexts & (DISQUALIFYING - rule.ignores):
            continue
        read = CONVERTERS[rule.convert](match, rules) if rule.convert else Value(rule.value)
        if read is None:
            continue
        fact = rule.fact
        if "{" in fact:
            fact = fact.format(**{name: (words or "").upper() for name, words in match.groupdict().items()})
        yield Finding(
            fact, read.value, sentence, match.start(), match.end(), rule.id, rule.rank, read.note or rule.note,
            frozenset(contexts),
        )  # fmt: skip
