"""The page of the people of a case says who was told of news by mail, and when."""

from collections.abc import Callable

import pytest
from django.test import Client

from cases.casework.services import ask_for_record, set_notices
from tests import make

pytestmark = pytest.mark.django_db


def test_the_coordinator_sees_when_the_family_was_told(
    cast: make.Cast, desk: Client, run_jobs: Callable[[], int]
) -> None:
    page = f"/admin/case/{cast.case.pk}/people/"
    assert "not told of anything by mail yet" in desk.get(page).content.decode()
    ask_for_record(
        case=cast.case,
        kind="imaging",
        title="CT of the abdomen",
        reason="The hospital compares it.",
        actor=cast.coordinator,
        now=make.NOW,
    )
    run_jobs()
    assert "last told by mail" in desk.get(page).content.decode()
    overview = desk.get(f"/admin/case/{cast.case.pk}/").content.decode()
    assert "The family was told by mail" in overview


def test_the_coordinator_sees_who_wants_no_mail(cast: make.Cast, desk: Client) -> None:
    party = cast.case.parties.get(user=cast.parent)
    set_notices(party=party, wanted=False, actor=cast.parent, now=make.NOW)
    page = desk.get(f"/admin/case/{cast.case.pk}/people/").content.decode()
    assert "wants no mail about news" in page
