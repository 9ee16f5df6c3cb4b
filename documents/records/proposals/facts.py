"""Find single facts: one rule of the rule file after the other on each sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from documents.records.proposals.contexts import ContextReader
from documents.records.proposals.dates import find_dates
from documents.records.proposals.finding import Finding
from documents.records.proposals.rules import FactRule, Rules
from documents.records.proposals.sections import Sentence
from documents.records.proposals.values import CONVERTERS, Value

DISQUALIFYING: Final = frozenset(
    {
        "negated",
        "uncertain",
        "request",
        "family",
        "definition",
        "hypothetical",
        "other_condition",
        "past_history",
        "superseded",
        "allergy",
        "uncertain_variant",
    }
)
PROTEINS: Final = {"RB": "RB1", "MENIN": "MEN1"}
OF_A_PERSON: Final = frozenset({"sex", "date_of_birth"})
NEAR: Final = 3
MATCHES_A_SENTENCE: Final = 8
MATCHES_A_RULE: Final = 150
CLOSE: Final = 60
OPENING: Final = 40


GRADES = re.compile(r"\b(?:G|grade |grado )([123])\b", re.IGNORECASE)
THRESHOLD = re.compile(
    r"[<>\u2264\u2265] ?\d|\d ?%? ?(?:-|to|al?) ?20\b|"
    r"\b(?:below|above|under|over|than|fewer|less|more|menos|mas|menor|"
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


def find_facts(
    sentences: Sequence[Sentence], rules: Rules, contexts: ContextReader
) -> Iterator[Finding]:
    """Every match that its contexts allow."""
    definitions = find_definitions(sentences)
    fitting = [rule for rule in rules.facts if _report_fits(rule, sentences, contexts)]
    seen: Counter[str] = Counter()
    for at, sentence in enumerate(sentences):
        if at in definitions:
            continue
        near = [one for one in sentences[at : at + NEAR] if one.section == sentence.section]
        for rule in _rules_for(sentence, near, fitting):
            if seen[rule.id] > MATCHES_A_RULE:
                continue
            for match in islice(rule.pattern.finditer(sentence.text), MATCHES_A_SENTENCE):
                seen[rule.id] += 1
                finding = _read_match(rule, sentence, match, contexts)
                if finding is not None:
                    yield _date_finding(finding, sentences, rules)


def _date_finding(finding: Finding, sentences: Sequence[Sentence], rules: Rules) -> Finding:
    """The finding with the last date before it, in its sentence or at the head of its line."""
    sentence = finding.sentence
    opening = sentences[sentence.opening]
    texts = [sentence.text[: finding.start]]
    if opening is not sentence:
        texts.append(opening.text[:OPENING])
    for text in texts:
        dates = find_dates(text, rules)
        if dates:
            return replace(finding, as_of=dates[-1].value)
    return finding


def _report_fits(rule: FactRule, sentences: Sequence[Sentence], contexts: ContextReader) -> bool:
    """Whether what the rest of the report says outright allows the rule."""
    if rule.report is None and rule.report_avoid is None:
        return True
    said = [one.text for one in sentences if not DISQUALIFYING & contexts.read_sentence(one)]
    return (rule.report is None or any(rule.report.search(text) for text in said)) and not (
        rule.report_avoid and any(rule.report_avoid.search(text) for text in said)
    )


def _rules_for(
    sentence: Sentence, near: Sequence[Sentence], rules: Sequence[FactRule]
) -> Iterator[FactRule]:
    """The rules whose conditions on the sentence, its section and the next lines are fulfilled."""
    lowered = sentence.text.lower()
    around = " ".join(one.text for one in near)
    for rule in rules:
        hinted = not rule.hints or any(hint in lowered for hint in rule.hints)
        placed = not rule.sections or sentence.section in rule.sections
        if hinted and placed and _sentence_fits(rule, sentence.text, around):
            yield rule


def _sentence_fits(rule: FactRule, text: str, around: str) -> bool:
    """Whether the words elsewhere in the sentence and just below allow the rule."""
    return not (
        (rule.needs and not rule.needs.search(text))
        or (rule.near and not rule.near.search(around))
        or (rule.avoid and rule.avoid.search(text))
        or (rule.near_avoid and rule.near_avoid.search(around))
    )


def _read_match(
    rule: FactRule, sentence: Sentence, match: re.Match[str], reader: ContextReader
) -> Finding | None:
    """What a match says, or nothing where its surroundings speak against it."""
    text, rules = sentence.text, reader.rules
    if rule.before and rule.before.search(text[max(0, match.start() - CLOSE) : match.start()]):
        return None
    if rule.after and rule.after.match(text[match.end() :].lstrip()):
        return None
    contexts = reader.read_match(sentence, match.start(), match.end())
    if rule.fact == "disease_status" and rules.any_agent.search(text):
        contexts.add("during_treatment")
        if len(find_dates(text, rules)) > 1:
            contexts.add("in_a_row")
    if rule.fact in OF_A_PERSON and not rules.contexts["relative"].search(text[: match.start()]):
        contexts.discard("family")
    if contexts & (DISQUALIFYING - rule.ignores):
        return None
    read = CONVERTERS[rule.convert](match, rules) if rule.convert else Value(rule.value)
    if read is None:
        return None
    names = {name: (words or "").upper() for name, words in match.groupdict().items()}
    names |= {name: PROTEINS[words] for name, words in names.items() if words in PROTEINS}
    return Finding(
        fact=rule.fact.format(**names) if "{" in rule.fact else rule.fact,
        value=read.value,
        sentence=sentence,
        start=match.start(),
        end=match.end(),
        rule=rule.id,
        rank=rule.rank,
        note=read.note or rule.note,
        contexts=frozenset(contexts),
        is_sited=rule.fact == "histology" and any(one.search(text) for _site, one in rules.sites),
    )
