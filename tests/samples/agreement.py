"""Whether a proposal says what the careful reader took from the page."""

from __future__ import annotations

from typing import Any

from cases.clinical.fact_values import FactValueError, parse_value
from tests.samples.shapes import ExpectedProposal, SampleCase, Trap

NEVER_GIVEN = {"planned", "declined"}


def agrees(expected: ExpectedProposal, fact: str, value: object) -> bool:
    """The same fact with the same value, spelling aside.

    A treatment agrees by its class and its first day (a proposal without a day agrees too), a
    biomarker by the shorter of two spellings standing in the longer, a warning by its topic, a
    date that can be read in two ways by one of them.
    """
    if fact != expected.fact or fact.startswith("attention:"):
        return fact == expected.fact
    if isinstance(value, dict) and "conflict" in value:
        return any(agrees(expected, fact, side["value"]) for side in value["conflict"])
    try:
        ours, theirs = parse_value(fact, expected.value), parse_value(fact, value)
    except FactValueError:
        return False
    if fact == "prior_treatments":
        return _same_treatment(ours, theirs)
    return bool(ours == theirs) or _same_biomarker(ours, theirs)


def _same_biomarker(ours: object, theirs: object) -> bool:
    if not (isinstance(ours, dict) and isinstance(theirs, dict)):
        return False
    one, other = (str(value.get("result", "")).lower() for value in (ours, theirs))
    return bool(one and other) and (one in other or other in one)


def _same_treatment(ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    if ours.get("class") != theirs.get("class") or theirs.get("status") in NEVER_GIVEN:
        return False
    ours_from, theirs_from = ours.get("start_date") or "", theirs.get("start_date") or ""
    return str(ours_from).startswith(str(theirs_from))


def springs(trap: Trap, fact: str, value: object, page: int, quote: str) -> bool:
    """Whether a proposal fell into a trap: the fact it must not be, from the words of the trap.

    A treatment proposed as planned or declined has not fallen in: it says what the words say.
    """
    if fact != trap.fact or page != trap.page:
        return False
    if isinstance(value, dict) and value.get("status") in NEVER_GIVEN:
        return False
    if trap.value is not None and str(trap.value) != str(value):
        return False
    quoted, trapped = " ".join(quote.split()), " ".join(trap.quote.split())
    return quoted in trapped or trapped in quoted


def stands_in_case(case: SampleCase, fact: str, value: object) -> bool:
    """Whether a proposal repeats what another page of the case rightly says."""
    return any(agrees(expected, fact, value) for expected in case.proposals)
