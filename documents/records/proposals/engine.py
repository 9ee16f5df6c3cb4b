"""Propose facts from the text of a report.

A pure function of the pages: no file, no database, no clock. It proposes and never decides; where
the words leave a doubt it stays silent, because a tired person confirms what stands before them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from documents.records.language import detect_language
from documents.records.proposals.contexts import ContextReader
from documents.records.proposals.facts import find_facts
from documents.records.proposals.finding import Proposal
from documents.records.proposals.resolve import resolve_findings
from documents.records.proposals.rules import LANGUAGES, load_rules
from documents.records.proposals.sections import LABORATORY, split_report
from documents.records.proposals.treatments import find_treatments

MAX_PAGE: Final = 200_000
MAX_REPORT: Final = 1_000_000


def propose(pages: Sequence[str], language: str = "auto") -> list[Proposal]:
    """The facts that the report states, in the order of their places.

    `language` is "en", "es" or "auto"; a report in another language is read by the English rules,
    whose names of agents and numbers often hold. Text beyond `MAX_PAGE` characters of a page or
    `MAX_REPORT` of the report is not looked at: no report that a person wrote is so long.
    """
    chosen = choose_language(pages, language)
    rules = load_rules(chosen)
    taken = _take_pages(pages)
    sentences = split_report(taken, rules)
    is_laboratory = bool(LABORATORY & {sentence.section for sentence in sentences})
    contexts = ContextReader(rules, sentences)
    facts = find_facts(sentences, rules, contexts)
    findings = resolve_findings(facts, is_laboratory=is_laboratory)
    findings += find_treatments(sentences, contexts)
    findings.sort(key=lambda one: (one.sentence.order, one.start))
    return [finding.propose(taken) for finding in findings]


def choose_language(pages: Sequence[str], language: str) -> str:
    """Which rule file reads this report."""
    if language in LANGUAGES:
        return language
    if language != "auto":
        raise ValueError(f"{language!r} is not one of auto, {', '.join(LANGUAGES)}.")
    found = detect_language(pages)
    return found if found in LANGUAGES else "en"


def _take_pages(pages: Sequence[str]) -> list[str]:
    taken, left = [], MAX_REPORT
    for page in pages:
        part = page[: min(MAX_PAGE, left)]
        left -= len(part)
        taken.append(part)
    return taken
