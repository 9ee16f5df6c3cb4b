"""The evaluator answers for each sample case what its `case.yaml` expects."""

from __future__ import annotations

import pytest

from cases.clinical.definitions import load_definitions
from cases.clinical.fact_values import parse_value
from cases.clinical.matcher import evaluate
from cases.clinical.snapshot import parse_snapshot
from tests.samples.load import build_snapshot, case_slugs, load_case
from tests.samples.shapes import EnteredFact, ExpectedFlag, ExpectedProposal, ExpectedUnknown

DEFAULT_INDICATION = "us-fda/cabozantinib-tablets/net"


@pytest.mark.parametrize("slug", case_slugs())
def test_the_flag_is_the_expected_one(slug: str) -> None:
    case = load_case(slug)
    definition = load_definitions()[DEFAULT_INDICATION]
    result = evaluate(parse_snapshot(build_snapshot(case)), definition)
    assert case.flag == ExpectedFlag(
        overall=result.overall.value,
        cohort=result.cohort,
        not_met=tuple(row.id for row in result.rows if row.answer.value == "not_met"),
        unknown=tuple(
            ExpectedUnknown(criterion=row.id, kind=row.unknown_kind.value)
            for row in result.rows
            if row.unknown_kind is not None
        ),
        derived=tuple(row.id for row in result.rows if row.basis.value == "derived"),
        dose_note_mg=result.dose.mg if result.dose is not None else None,
        next_transition_date=result.next_transition_date,
    )


@pytest.mark.parametrize("slug", case_slugs())
def test_every_expected_value_is_one_that_its_fact_can_take(slug: str) -> None:
    case = load_case(slug)
    facts: list[ExpectedProposal | EnteredFact] = [*case.proposals, *case.entered]
    for fact in facts:
        parse_value(fact.fact, fact.value)
