"""Lists and rows: what is seen, what is recorded, and what a list costs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.accounts.models import AuditEvent
from tests import make
from tests.api.asking import Asking
from tests.api.filling import fill_case, fill_cases
from tests.clinical.knowing import enter

pytestmark = pytest.mark.django_db
LISTS = ["cases", "records", "facts", "evaluations", "dossiers"]


def test_a_case_is_shown_to_its_team_and_the_look_is_recorded(cast: make.Cast) -> None:
    answer = Asking(cast.clinician).get(f"/cases/{cast.case.pk}/")
    assert answer.status_code == 200
    assert answer.json()["reference"] == cast.case.reference
    event = AuditEvent.objects.get(action="api.read")
    assert event.case_id == cast.case.pk
    assert event.target == f"casework.case:{cast.case.pk}"
    assert event.actor_id == cast.clinician.pk


@pytest.mark.parametrize("rows", LISTS)
def test_every_list_of_a_case_is_recorded_as_a_look_at_it(cast: make.Cast, rows: str) -> None:
    fill_case(cast.case, cast.coordinator)
    query = {} if rows == "cases" else {"case": str(cast.case.pk)}
    answer = Asking(cast.coordinator).get(f"/{rows}/", **query)
    assert answer.status_code == 200
    event = AuditEvent.objects.get(action="api.listed")
    assert event.detail["shown"] == len(answer.json()["results"])
    if query and event.detail["shown"]:
        assert event.case_id == cast.case.pk


@pytest.mark.parametrize("rows", LISTS)
def test_a_list_of_fifty_costs_as_many_queries_as_one_of_five(cast: make.Cast, rows: str) -> None:
    asking = Asking(cast.coordinator)
    fill_cases(cast.coordinator, 5)
    asking.get(f"/{rows}/")
    few = count_queries(asking, rows)
    fill_cases(cast.coordinator, 45)
    assert count_queries(asking, rows) == few


def count_queries(asking: Asking, rows: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert asking.get(f"/{rows}/").status_code == 200
    return len(queries)


def test_pages_follow_each_other_without_a_gap_or_a_double(cast: make.Cast) -> None:
    for at in range(7):
        one = make.case(owner=cast.coordinator)
        one.opened_at = make.NOW - timedelta(days=at % 3)
        one.save()
    asking, seen = Asking(cast.coordinator), list[str]()
    page = asking.get("/cases/", page_size="3").json()
    seen += [row["id"] for row in page["results"]]
    while page["next"]:
        page = asking.client.get(page["next"]).json()
        seen += [row["id"] for row in page["results"]]
    assert len(seen) == len(set(seen)) == 8


def test_no_page_is_larger_than_two_hundred(cast: make.Cast) -> None:
    for _ in range(201):
        make.case(owner=cast.coordinator)
    answer = Asking(cast.coordinator).get("/cases/", page_size="9999")
    assert len(answer.json()["results"]) == 200


def test_a_list_is_narrowed_by_what_it_names(cast: make.Cast) -> None:
    enter(cast.case, cast.coordinator, "weight_kg", 70)
    enter(cast.case, cast.coordinator, "grade", "G2")
    asking = Asking(cast.coordinator)
    assert [row["key"] for row in asking.get("/facts/", key="grade").json()["results"]] == ["grade"]
    assert asking.get("/facts/", state="proposed").json()["results"] == []


def test_a_filter_does_not_tell_whether_a_foreign_case_exists(cast: make.Cast) -> None:
    asking = Asking(cast.outsider)
    foreign = asking.get("/facts/", case=str(cast.case.pk))
    missing = asking.get("/facts/", case="00000000-0000-4000-8000-000000000000")
    assert foreign.status_code == missing.status_code == 200
    assert foreign.json() == missing.json()
