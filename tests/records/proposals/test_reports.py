"""What is proposed from synthetic reports: measured, and every trap tried by name."""

import pytest

from documents.records.proposals import propose
from tests.records.proposals.measure import (
    Score,
    propose_from,
    read_expected,
    read_report,
    report_names,
    score_report,
    springs_trap,
)

PRECISION_FLOOR = 0.97
RECALL_FLOOR = 0.90
FEWEST_REPORTS = 16

TRAPS = [(name, trap) for name in report_names() for trap in read_expected(name)["traps"]]


def test_proposals_are_nearly_always_right_and_seldom_missing() -> None:
    score = Score()
    for name in report_names():
        score.add(score_report(name))
    assert len(report_names()) >= FEWEST_REPORTS
    words = "\n".join([score.table(), *score.differences])
    assert score.precision >= PRECISION_FLOOR, words
    assert score.recall >= RECALL_FLOOR, words


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
