"""A family member reaches the pages of their own case; for everyone else there is no such page."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cases.accounts.models import AuditEvent
from cases.casework.models import CaseParty, Relation
from cases.casework.services import end_party
from tests import make
from tests.portal.family import PAGES, page_of, sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", PAGES)
def test_a_parent_sees_each_page_of_their_case(cast: make.Cast, page: str) -> None:
    assert sign_in(cast.parent).get(page_of(cast.case, page)).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_gets_404_on_each_page(cast: make.Cast, page: str) -> None:
    assert sign_in(cast.stranger).get(page_of(cast.case, page)).status_code == 404


def test_a_case_that_is_not_theirs_answers_like_one_that_is_not_there(cast: make.Cast) -> None:
    browser = sign_in(cast.stranger)
    theirs = browser.get(page_of(cast.case, "home"))
    nowhere = browser.get(reverse("portal:home", args=[uuid4()]))
    assert (theirs.status_code, nowhere.status_code) == (404, 404)
    assert len(theirs.content) == len(nowhere.content)


@pytest.mark.parametrize("page", PAGES)
def test_a_visitor_is_asked_to_sign_in(cast: make.Cast, page: str) -> None:
    answer = Client(headers={"host": "127.0.0.1"}).get(page_of(cast.case, page))
    assert answer.status_code == 302
    assert reverse("account_login") in answer.headers["Location"]


@pytest.mark.parametrize("page", PAGES)
def test_a_parent_whose_part_has_ended_gets_404(cast: make.Cast, page: str) -> None:
    party = cast.case.parties.get(user=cast.parent)
    end_party(party=party, actor=cast.coordinator, now=make.NOW)
    assert sign_in(cast.parent).get(page_of(cast.case, page)).status_code == 404


def test_a_short_address_leads_to_the_only_case(cast: make.Cast) -> None:
    answer = sign_in(cast.parent).get(reverse("portal:messages"))
    assert answer.headers["Location"] == page_of(cast.case, "messages")


def test_someone_with_two_cases_chooses(cast: make.Cast) -> None:
    other = make.case(patient=make.patient(name="Diego Velasco"))
    CaseParty.objects.create(case=other, user=cast.parent, relation=Relation.SIBLING)
    html = sign_in(cast.parent).get(reverse("portal:trip")).content.decode()
    assert page_of(other, "trip") in html
    assert page_of(cast.case, "trip") in html


def test_someone_without_a_case_is_told_whom_to_ask(cast: make.Cast) -> None:
    cast.case.parties.all().delete()
    html = sign_in(cast.parent).get(reverse("portal:home")).content.decode()
    assert "No case is open for you" in html


def test_each_look_is_recorded_without_a_name(cast: make.Cast) -> None:
    sign_in(cast.parent).get(page_of(cast.case, "documents"))
    event = AuditEvent.objects.filter(action="case.read").get()
    assert (event.actor_id, event.case_id) == (cast.parent.pk, cast.case.pk)
    assert event.detail == {"page": "portal.documents"}


def test_a_refused_look_is_not_recorded_as_one(cast: make.Cast) -> None:
    sign_in(cast.stranger).get(page_of(cast.case, "documents"))
    assert not AuditEvent.objects.filter(action="case.read").exists()
