"""Facts of a case for tests, confirmed the way people confirm them."""

from datetime import datetime
from typing import Any

from cases.accounts.models import User
from cases.casework.models import Case
from cases.clinical.models import Fact
from cases.clinical.services import confirm_history_complete, enter_fact
from tests.make import NOW

SOURCE = "letter of Dr. Anselm Vogt, read out on the telephone"
EVEROLIMUS = {
    "agent": "everolimus",
    "class": "mTOR_inhibitor",
    "start_date": "2024-02-01",
    "end_date": "2025-06-30",
    "status": "completed",
    "for_condition": "NET",
}
LANREOTIDE = {
    "agent": "lanreotide",
    "class": "SSA",
    "start_date": "2021-04",
    "status": "ongoing",
    "for_condition": "NET",
}
PNET: dict[str, Any] = {
    "histology": "NET",
    "differentiation": "well",
    "grade": "G2",
    "ki67_percent": 8,
    "primary_site": "pancreas",
    "metastatic": True,
    "locally_advanced": False,
    "resectable": False,
}


def enter(
    case: Case, actor: User, key: str, value: object, *, now: datetime = NOW, dated: str = ""
) -> Fact:
    return enter_fact(
        case=case, key=key, value=value, stated_source=SOURCE, actor=actor, now=now, dated=dated
    )


def enter_pnet(case: Case, actor: User, *, now: datetime = NOW, without: str = "") -> None:
    """A metastatic pancreatic NET after everolimus, weight 70 kg: the label's wording, met."""
    for key, value in PNET.items():
        if key != without:
            enter(case, actor, key, value, now=now)
    enter(case, actor, "weight_kg", 70, now=now, dated="2026-11-02")
    if without != "prior_treatments":
        enter(case, actor, "prior_treatments", EVEROLIMUS, now=now)
        confirm_history_complete(case=case, stated_source=SOURCE, actor=actor, now=now)
