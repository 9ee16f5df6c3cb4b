"""What the words around a finding make of it: denied, doubtful, asked, another's, planned."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from documents.records.proposals.others import find_others
from documents.records.proposals.rules import Rules
from documents.records.proposals.sections import Sentence

REACH_BEHIND: Final = 70
REACH_BEFORE: Final = 200
REACH_QUESTION: Final = 45
OPENING_SENTENCES: Final = 12
OF_SENTENCES: Final = (
    "definition",
    "hypothetical",
    "outside",
    "preliminary",
    "superseded",
    "past",
    "present",
    "request",
)
QUESTION_BEFORE = re.compile(r"(?:^|[\s(:,;?])\?{1,3} ?[\w ,-]{0,40}$")
QUESTION_BEHIND = re.compile(r"[\w ,)-]{0,30}\?")
SECTION_CONTEXTS: Final = {
    "request": "request",
    "family": "family",
    "definition": "definition",
    "preliminary": "preliminary",
    "outside": "outside",
    "past_history": "past_history",
    "plan": "plan",
    "allergies": "allergy",
    "uncertain_variants": "uncertain_variant",
    "negatives": "negated",
}


def clause_before(text: str, start: int, rules: Rules) -> str:
    """What stands before a match in its own clause."""
    before = text[max(0, start - REACH_BEFORE) : start]
    last = 0
    for barrier in rules.contexts["barrier"].finditer(before):
        last = barrier.end()
    return before[last:]


def clause_behind(text: str, end: int, rules: Rules) -> str:
    """What stands behind a match in its own clause, not too far away."""
    behind = text[end : end + REACH_BEHIND]
    barrier = rules.contexts["barrier"].search(behind)
    return behind[: barrier.start()] if barrier else behind


class ContextReader:
    """Finds the contexts of matches; those of a whole sentence are worked out once."""

    def __init__(self, rules: Rules, sentences: Sequence[Sentence]) -> None:
        self.rules = rules
        self.others = find_others(sentences, rules)
        self._patient = _find_patient(sentences, rules)
        self._of_sentences: dict[int, frozenset[str]] = {}

    def read_match(self, sentence: Sentence, start: int, end: int) -> set[str]:
        """The names of all contexts that a match in a sentence stands in."""
        known, text = self.rules.contexts, sentence.text
        found = set(self.read_sentence(sentence))
        before = clause_before(text, start, self.rules)
        before = known["pseudo_negation"].sub(lambda match: "#" * len(match[0]), before)
        behind = clause_behind(text, end, self.rules)
        if known["negated_before"].search(before) or known["negated_behind"].match(behind):
            found.add("negated")
        if _is_doubtful(before, self.rules) or known["uncertain_behind"].match(behind):
            found.add("uncertain")
        if QUESTION_BEFORE.search(before[-REACH_QUESTION:]) or QUESTION_BEHIND.match(behind):
            found.add("uncertain")
        return found

    def read_sentence(self, sentence: Sentence) -> frozenset[str]:
        """The contexts that hold for a whole sentence, from its words and from its section."""
        if sentence.order not in self._of_sentences:
            self._of_sentences[sentence.order] = self._read_words(sentence)
        return self._of_sentences[sentence.order]

    def _read_words(self, sentence: Sentence) -> frozenset[str]:
        text, known = sentence.text, self.rules.contexts
        found = {name for name in OF_SENTENCES if known[name].search(text)}
        if sentence.section in SECTION_CONTEXTS and not (
            sentence.section == "past_history" and known["tumour"].search(text)
        ):
            found.add(SECTION_CONTEXTS[sentence.section])
        if text.endswith("?") or text.startswith("?"):
            found.add("request")
        kin = self._patient.sub("", text) if self._patient else text
        if known["relative"].search(kin) and known["relative"].search(
            known["company"].sub("", kin)
        ):
            found.add("family")
        is_other = sentence.order in self.others or known["other_condition"].search(text)
        if is_other and not known["tumour"].search(text):
            found.add("other_condition")
        return frozenset(found)


def _find_patient(sentences: Sequence[Sentence], rules: Rules) -> re.Pattern[str] | None:
    """How a relative who writes calls the patient: "my mother", in "on behalf of my mother".

    "My mother had a carcinoid, and I was found to have one" is of the writer, and gives nothing.
    """
    opening = [one.text for one in sentences[:OPENING_SENTENCES]]
    found = _first_match(rules.words["writes_for"], opening)
    if found is None and _first_match(rules.words["writes_of_self"], opening) is None:
        found = _first_match(rules.words["tells_of"], opening)
    if found is None:
        return None
    called = found["patient"].rpartition(" ")[2]  # "Mum is well": so she is called, without "my"
    return re.compile(
        rf"\b{re.escape(found['patient'])}\b|^{called}\b(?! (?:of|de)\b)", re.IGNORECASE
    )


def _first_match(pattern: re.Pattern[str], texts: Sequence[str]) -> re.Match[str] | None:
    return next((match for text in texts if (match := pattern.search(text))), None)


def _is_doubtful(before: str, rules: Rules) -> bool:
    """Whether a doubt stands before the match that no word of confirmation has lifted since."""
    return any(
        rules.contexts["confirmed"].search(before, doubt.end()) is None
        for doubt in rules.contexts["uncertain_before"].finditer(before)
    )
