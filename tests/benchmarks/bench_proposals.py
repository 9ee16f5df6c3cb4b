"""Facts proposed from reports: how right they are, and how fast beside a bare pass of the patterns.

The reports are those of the suite: fitted ones, on which rules were mended, and held out ones,
which no rule has seen. The reference searches the same pages for the same patterns and does nothing
else: no sections, contexts, dates, choice among values or offsets. One thread, processor time.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any, Final

from documents.records.proposals import propose
from documents.records.proposals.engine import choose_language
from documents.records.proposals.rules import load_rules
from tests.records.proposals.measure import (
    HELD_OUT,
    REPORTS,
    Score,
    read_report,
    report_names,
    score_folder,
)

PAIRS: Final = 7
GOAL: Final = 0.5


def run(pairs: int = PAIRS) -> dict[str, Any]:
    """Measure interleaved pairs; `ours` and `reference` are pages a second, the ratio ours over it.

    The note is the table of precision and recall; the same numbers are in `facts`.
    """
    reports = [
        read_report(name, folder) for folder in (REPORTS, HELD_OUT) for name in report_names(folder)
    ]
    pages = sum(len(report) for report in reports)

    def ours() -> None:
        for report in reports:
            propose(report)

    def reference() -> None:
        for report in reports:
            search_all(report)

    ours()
    reference()
    measured = [(_spend(ours), _spend(reference)) for _pair in range(pairs)]
    ratio = statistics.median(theirs / mine for mine, theirs in measured)
    scores = {"fitted": score_folder(REPORTS), "held out": score_folder(HELD_OUT)}
    return {
        "name": "proposals",
        "ours": round(pages / statistics.median(mine for mine, _theirs in measured)),
        "reference": round(pages / statistics.median(theirs for _mine, theirs in measured)),
        "ratio": round(ratio, 2),
        "goal": GOAL,
        "met": ratio >= GOAL,
        "note": f"pages a second.\n{write_table(scores)}",
        "facts": {name: numbers(score) for name, score in scores.items()},
    }


def search_all(report: list[str]) -> int:
    """Every pattern of the report's language over each of its pages; how often one was found."""
    rules = load_rules(choose_language(report, "auto"))
    patterns = [rule.pattern for rule in rules.facts] + [rules.any_agent]
    return sum(1 for page in report for one in patterns for _match in one.finditer(page))


def numbers(score: Score) -> dict[str, Any]:
    """Precision and recall of each fact and of all."""
    facts = sorted(set(score.right) | set(score.wrong) | set(score.missed))
    return {fact: score.of_fact(fact) for fact in facts} | {
        "all": {"precision": round(score.precision, 3), "recall": round(score.recall, 3)}
    }


def write_table(scores: dict[str, Score]) -> str:
    """A row for each fact: precision and recall in each set of reports."""
    found = {name: numbers(score) for name, score in scores.items()}
    facts = list(dict.fromkeys(fact for one in found.values() for fact in one if fact != "all"))
    rows = [f"  {'fact':<26}" + "".join(f"{name:>22}" for name in found)]
    rows += [
        f"  {fact:<26}" + "".join(f"{_cell(one.get(fact)):>22}" for one in found.values())
        for fact in [*sorted(facts), "all"]
    ]
    return "\n".join(rows)


def _cell(numbers_of_fact: dict[str, float] | None) -> str:
    if numbers_of_fact is None:
        return "-"
    return f"{numbers_of_fact['precision']:.3f} / {numbers_of_fact['recall']:.3f}"


def _spend(work: Callable[[], None]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started
