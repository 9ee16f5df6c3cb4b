"""Definitions over the API: read-only, for staff, with what each version says."""

import pytest

from cases.accounts.models import AuditEvent
from tests import make
from tests.api.asking import Asking
from tests.clinical.shipping import DEFAULT, Release, release, row_of

__all__ = ["release"]

pytestmark = pytest.mark.django_db


def test_staff_list_all_definitions_and_see_who_stands_behind_them(cast: make.Cast) -> None:
    answer = Asking(cast.administrator).get("/definitions/")
    assert answer.status_code == 200
    rows = answer.json()["results"]
    assert len(rows) == 9
    assert {row["state"] for row in rows} == {"in_review"}
    assert {row["approved_by"] for row in rows} == {None}
    assert AuditEvent.objects.get(action="api.listed").case_id is None


def test_one_version_says_its_wording_logic_and_questions(cast: make.Cast) -> None:
    row = row_of()
    shown = Asking(cast.coordinator).get(f"/definitions/{row.pk}/").json()
    assert (shown["indication"], shown["version"], shown["is_active"]) == (DEFAULT, "1.0.0", True)
    content = shown["content"]
    assert "previously treated" in content["wording"]
    assert set(content["readings"]) == {"A", "B", "C"}
    first = content["criteria"][0]
    assert (first["id"], first["tag"]) == ("age_ge_12", "LABEL")
    assert "12 or more" in first["logic"]
    assert first["ask"]["missing"] == "What is the full date of birth?"


def test_a_list_is_narrowed_by_indication_and_state(cast: make.Cast) -> None:
    asking = Asking(cast.coordinator)
    one = asking.get("/definitions/", indication=DEFAULT, state="in_review").json()["results"]
    assert [row["indication"] for row in one] == [DEFAULT]
    assert asking.get("/definitions/", state="approved").json()["results"] == []
    assert asking.get("/definitions/", status="approved").status_code == 400


def test_a_file_that_changed_shows_no_content(cast: make.Cast, release: Release) -> None:
    release.bring("age_at_least: 12", "age_at_least: 13", version="1.0.0")
    shown = Asking(cast.coordinator).get(f"/definitions/{row_of().pk}/").json()
    assert shown["content"] is None


def test_nothing_is_written_and_families_come_to_nothing(cast: make.Cast) -> None:
    path = f"/definitions/{row_of().pk}/"
    assert Asking(cast.coordinator).post(path).status_code == 405
    assert Asking(cast.parent).get(path).status_code == 404
    assert Asking(None).get(path).status_code == 401
