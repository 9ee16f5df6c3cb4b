"""What the words around a finding make of it: denied, doubtful, asked, another's, planned."""

from __future__ import annotations

import re
from typing import Final

from documents.records.proposals.rules import Rules
from documents.records.proposals.sections import Sentence

REACH_BEHIND: Final = 70
SECTION_CONTEXTS: Final = {
    "request": "request",
    "family": "family",
    "definition": "definition",
    "preliminary": "preliminary",
    "outside": "outside",
    "past_history": "past_history",
    "plan": "plan",
}


def clause_before(text: str, start: int, rules: Rules) -> str:
    """What stands before a match in its own clause."""
    before = text[:start]
    last = 0
    for barrier in rules.contexts["barrier"].finditer(before):
        last = barrier.end()
    return before[last:]


def clause_behind(text: str, end: int, rules: Rules) -> str:
    """What stands behind a match in its own clause, not too far away."""
    behind = text[end : end + REACH_BEHIND]
    barrier = rules.contexts["barrier"].search(behind)
    return behind[: barrier.start()] if barrier else behind


def find_contexts(sentence: Sentence, start: int, end: int, rules: Rules) -> set[str]:
    """The names of all contexts that a match in a sentence stands in."""
    known = rules.contexts
    text = sentence.text
    found = sentence_contexts(sentence, rules)
    before = known["pseudo_negation"].sub(lambda match: "#" * len(match[0]), clause_before(text, start, rules))
    behind = clause_behind(text, end, rules)
    if known["negated_before"].search(before) or known["negated_behind"].match(behind):
        found.add("negated")
    if known["uncertain_before"].search(before) or known["uncertain_behind"].match(behind):
        found.add("uncertain")
    if re.search(r"(?:^|[\s(:,;?])\?{1,3} ?[\w ,-]{0,40}$", before) or re.match(r"[\w ,)-]{0,30}\?", behind):
        found.add("uncertain")
    return found


def sentence_contexts(sentence: Sentence, rules: Rules) -> set[str]:
    """The contexts that hold for a whole sentence, from its words and from its section."""
    text, known = sentence.text, rules.contexts
    found = {SECTION_CONTEXTS[sentence.section]} if sentence.section in SECTION_CONTEXTS else set()
    if text.endswith("?") or text.startswith("?"):
        found.add("request")
    if known["relative"].search(known["company"].sub("", text)):
        found.add("family")
    for name in ("definition", "hypothetical", "outside", "preliminary", "superseded", "past", "present", "request"):
        if known[name].search(text):
            found.add(name)
    if known["other_condition"].search(text) and not known["tumour"].search(text):
        found.add("other_condition")
    return found
