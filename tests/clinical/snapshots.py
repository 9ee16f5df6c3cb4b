"""Case snapshots for the pure tests: one case that meets every row, and changes to it."""

from copy import deepcopy
from typing import Any

from cases.clinical.definitions import DEFAULT_INDICATION, load_definitions
from cases.clinical.matcher import Result, evaluate
from cases.clinical.rows import Row
from cases.clinical.snapshot import parse_snapshot

PATIENT = ("date_of_birth", "sex", "weight_kg")
EVEROLIMUS: dict[str, Any] = {
    "agent": "everolimus",
    "class": "mTOR_inhibitor",
    "start_date": "2024-02-01",
    "end_date": "2025-06-30",
    "status": "completed",
    "for_condition": "NET",
}
MEETS_ALL: dict[str, Any] = {
    "schema": "case-snapshot/1",
    "reference_date": "2026-03-15",
    "patient": {"date_of_birth": "1968-05-20", "sex": "female", "weight_kg": 70.0},
    "disease": {
        "histology": "NET",
        "differentiation": "well",
        "grade": "G2",
        "ki67_percent": 8,
        "primary_site": "pancreas",
        "locally_advanced": False,
        "metastatic": True,
        "resectable": False,
    },
    "prior_treatments": [EVEROLIMUS],
}


def raw_case(**changes: Any) -> dict[str, Any]:
    """The case that meets all, with values put in by their bare keys."""
    raw = deepcopy(MEETS_ALL)
    for key, value in changes.items():
        if key in {"reference_date", "prior_treatments"}:
            raw[key] = value
        else:
            raw["patient" if key in PATIENT else "disease"][key] = value
    return raw


def treated_with(treatment_class: str | None, **changes: Any) -> dict[str, Any]:
    """One entry of the history: given for this tumour, before the reference date."""
    return {**EVEROLIMUS, "agent": "agent", "class": treatment_class, **changes}


def conflict(*values: Any) -> dict[str, Any]:
    return {
        "conflict": [
            {"value": value, "source": f"letter {number}"}
            for number, value in enumerate(values, start=1)
        ]
    }


YES_AND_NO = conflict(*(True, False))


def answer_case(indication: str = DEFAULT_INDICATION, /, **changes: Any) -> Result:
    """The comparison of the case that meets all, with changes."""
    return evaluate(parse_snapshot(raw_case(**changes)), load_definitions()[indication])


def row_of(criterion: str, indication: str = DEFAULT_INDICATION, /, **changes: Any) -> Row:
    return answer_case(indication, **changes).row(criterion)


def said(row: Row) -> tuple[str, str | None]:
    """An answer with its kind of unknown."""
    return row.answer.value, None if row.unknown_kind is None else row.unknown_kind.value
