"""The data-driven matcher against the same seven rules hard-coded over plain objects.

Both get the same cases, already read into objects, and answer with every row, its reason, its
question and its phrase, the overall answer under three readings, the cohort, the dose row and
the date on which the answer changes. One thread, processor time, pairs in turn; every answer of
the two is compared first, so the reference is held to the same rules.
"""

import random
import statistics
import time
from collections.abc import Callable
from typing import Any, Final

from cases.clinical.definitions import DEFAULT_INDICATION, load_definitions
from cases.clinical.matcher import Result, evaluate
from cases.clinical.snapshot import Snapshot, parse_snapshot

from .hard_coded_rules import Comparison, Person, compare_person, person_from

CASES: Final = 3_000
PAIRS: Final = 9
GOAL: Final = 1.0


def make_case(dice: random.Random) -> dict[str, Any]:
    """One invented case: mostly recorded in full, a fact missing or partial now and then."""

    def sometimes(value: Any, chance: float = 0.12) -> Any:
        return None if dice.random() < chance else value

    birth = f"{dice.randint(1935, 2015)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
    return {
        "schema": "case-snapshot/1",
        "reference_date": "2026-03-15",
        "patient": {
            "date_of_birth": sometimes(birth if dice.random() < 0.95 else birth[:4], 0.03),
            "weight_kg": sometimes(dice.choice((38, 52.5, 61, 70, 88))),
        },
        "disease": {
            "histology": sometimes(
                dice.choice(("NET", "NET", "NET", "typical_carcinoid", "NEC", "paraganglioma")),
                0.05,
            ),
            "differentiation": sometimes(dice.choice(("well", "well", "moderate", "poor")), 0.3),
            "grade": sometimes(dice.choice(("G1", "G2", "G3"))),
            "primary_site": sometimes(
                dice.choice(("pancreas", "ileum", "bronchus_lung", "rectum", "unknown_primary"))
            ),
            "locally_advanced": sometimes(dice.random() < 0.4, 0.3),
            "metastatic": sometimes(dice.random() < 0.8),
            "resectable": sometimes(dice.choice((False, False, True, "medically_inoperable"))),
        },
        "prior_treatments": sometimes([make_treatment(dice) for _n in range(dice.randint(0, 4))]),
    }


def make_treatment(dice: random.Random) -> dict[str, Any]:
    year = dice.randint(2019, 2026)
    return {
        "agent": dice.choice(("everolimus", "octreotide", "sunitinib", "CAPTEM", "resection")),
        "class": dice.choice(("SSA", "mTOR_inhibitor", "TKI", "chemotherapy", "surgery")),
        "start_date": f"{year}-{dice.randint(1, 12):02}-01",
        "end_date": None if dice.random() < 0.4 else f"{year}-12-20",
        "status": dice.choice((None, "completed", "stopped", "planned")),
        "for_condition": dice.choice(("NET", "NET", "NET", "breast cancer")),
    }


def run(cases: int = CASES, pairs: int = PAIRS) -> dict[str, Any]:
    """Measure interleaved pairs and return the row for the table of benchmarks.

    `ours` and `reference` are cases a second; the ratio is ours over the reference's.
    """
    dice = random.Random(20260315)  # noqa: S311  (invented cases, nothing secret)
    snapshots = [parse_snapshot(make_case(dice)) for _n in range(cases)]
    people = [person_from(snapshot) for snapshot in snapshots]
    definition = load_definitions()[DEFAULT_INDICATION]

    def ours() -> None:
        for snapshot in snapshots:
            read_result(evaluate(snapshot, definition))

    def reference() -> None:
        for person in people:
            read_comparison(compare_person(person))

    check_same(snapshots, people)
    measured = [(_spend(ours), _spend(reference)) for _pair in range(pairs)]
    ratio = statistics.median(theirs / mine for mine, theirs in measured)
    return {
        "name": "matcher",
        "ours": round(cases / statistics.median(mine for mine, _theirs in measured)),
        "reference": round(cases / statistics.median(theirs for _mine, theirs in measured)),
        "ratio": round(ratio, 3),
        "goal": GOAL,
        "met": ratio >= GOAL,
    }


def read_result(result: Result) -> list[tuple[str, str, str, str | None]]:
    """Take every reason and question, so that nothing is left unmade."""
    return [(row.id, row.answer, row.reason, row.ask) for row in result.rows]


def read_comparison(comparison: Comparison) -> list[tuple[str, str, str, str | None]]:
    return [(row.name, row.answer, row.reason, row.ask) for row in comparison.rows]


def check_same(snapshots: list[Snapshot], people: list[Person]) -> None:
    """Hold the reference to the same answers, row by row.

    Raises:
        ValueError: the two differ on a case.

    """
    definition = load_definitions()[DEFAULT_INDICATION]
    for snapshot, person in zip(snapshots, people, strict=True):
        mine, theirs = evaluate(snapshot, definition), compare_person(person)
        one = (
            [(row.id, row.answer, row.unknown_kind, row.basis) for row in mine.rows],
            (mine.overall, mine.cohort, mine.dose and mine.dose.mg, mine.next_transition_date),
            mine.other_readings,
        )
        other = (
            [(row.name, row.answer, row.kind, row.basis) for row in theirs.rows],
            (theirs.overall, theirs.cohort, theirs.dose_mg, theirs.changes_on),
            {"B": theirs.under_b, "C": theirs.under_c},
        )
        if one != other:
            message = f"the reference answers otherwise: {one} {other}"
            raise ValueError(message)


def _spend(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
