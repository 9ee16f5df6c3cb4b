"""What is proposed from synthetic reports: measured, and every trap tried by name."""

from pathlib import Path

import pytest

from documents.records.proposals import propose
from tests.records.proposals.measure import (
    HELD_OUT,
    REPORTS,
    propose_from,
    read_expected,
    read_report,
    report_names,
    score_folder,
    springs_trap,
)

FEWEST_REPORTS = 30

TRAPS = [(name, trap) for name in report_names() for trap in read_expected(name)["traps"]]


@pytest.mark.parametrize(
    ("folder", "precision", "recall"),
    [(REPORTS, 0.99, 0.98), (HELD_OUT, 0.97, 0.92)],
    ids=["fitted", "held out"],
)
def test_proposals_are_nearly_always_right_and_seldom_missing(
    folder: Path, precision: float, recall: float
) -> None:
    score = score_folder(folder)
    words = "\n".join([score.table(), *score.differences])
    assert score.precision >= precision, words
    assert score.recall >= recall, words


def test_there_are_reports_of_many_kinds() -> None:
    assert len(report_names()) >= FEWEST_REPORTS
    assert report_names(HELD_OUT)


@pytest.mark.parametrize(("name", "trap"), TRAPS)
def test_a_trap_is_not_proposed(name: str, trap: str) -> None:
    sprung = [one for one in propose_from(name) if springs_trap(trap, one)]
    assert sprung == []


@pytest.mark.parametrize("name", report_names())
def test_every_quote_is_the_text_at_its_offsets(name: str) -> None:
    pages = read_report(name)
    for proposal in propose(pages):
        page = pages[proposal.page - 1]
        assert page[proposal.start : proposal.end] == proposal.quote
        assert proposal.quote.strip()


@pytest.mark.parametrize("name", report_names())
def test_a_rule_names_its_language(name: str) -> None:
    assert {one.rule.split("/")[0] for one in propose_from(name)} <= {"en", "es"}
