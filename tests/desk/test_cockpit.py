"""The page of a case: its head, its next step, and what each part costs."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.casework import services
from cases.casework.consents import freeze_consent
from cases.casework.models import RequestState
from cases.clinical import services as facts
from cases.clinical.models import Fact
from cases.hospitals import services as hospitals
from documents.records.models import Document, DocumentState
from documents.records.services import withdraw_document
from tests import make
from tests.desk.office import PARTS, Office, confirm_all, page
from tests.records.sending import send

MOST_QUERIES = 24


def add_one_of_each(office: Office, number: int) -> None:
    case, actor, now = office.case, office.cast.coordinator, make.NOW
    services.add_note(case=case, text=f"Note {number}", actor=actor, now=now)
    services.ask_for_record(
        case=case, kind="imaging", title=f"CT {number}", reason="New", actor=actor, now=now
    )
    facts.enter_fact(
        case=case,
        key="allergy",
        value=f"thing {number}",
        stated_source="told",
        actor=actor,
        now=now,
    )
    hospitals.open_referral(case=case, contact=make.contact(), question="?", actor=actor, now=now)
    hospitals.send_message(thread=office.thread, body="Hello", actor=actor, now=now)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_costs_the_same_however_much_it_holds(
    office: Office, desk: Client, part: str
) -> None:
    address = page(office.case, part)
    add_one_of_each(office, 0)
    desk.get(address)
    with CaptureQueriesContext(connection) as few:
        assert desk.get(address).status_code == 200
    for number in range(1, 6):
        add_one_of_each(office, number)
    with CaptureQueriesContext(connection) as many:
        desk.get(address)
    assert len(many) == len(few) <= MOST_QUERIES


def find_step(desk: Client, office: Office) -> str:
    return str(desk.get(page(office.case, "overview")).context["next_step"].title)


def test_the_next_step_is_what_waits_first(office: Office, desk: Client) -> None:
    case, actor, now = office.case, office.cast.coordinator, make.NOW
    assert find_step(desk, office) == "Review 1 record"
    Document.objects.filter(pk=office.document.pk).update(
        state=DocumentState.ACCEPTED, reviewed_by=actor
    )
    assert find_step(desk, office) == "Answer the family"
    hospitals.send_message(thread=office.thread, body="It did.", actor=actor, now=now)
    assert find_step(desk, office) == "Waiting for the family"
    services.set_request_state(
        request=case.record_requests.get(), state=RequestState.FULFILLED, actor=actor, now=now
    )
    assert find_step(desk, office) == "All records are here"
    freeze_consent(case=case, actor=actor, now=now)
    assert find_step(desk, office) == "Nothing is sent"


def test_a_record_that_may_be_anothers_comes_before_everything(
    office: Office, desk: Client
) -> None:
    held = send(office.case, b"Another paper", actor=office.cast.parent)
    Document.objects.filter(pk=held.pk).update(state=DocumentState.OTHER_PATIENT)
    assert find_step(desk, office) == "Look at a held record"


def test_the_head_says_what_stops_us_and_who_may_be_sent_to(office: Office, desk: Client) -> None:
    services.set_hold(
        case=office.case, reason="Passport", actor=office.cast.coordinator, now=make.NOW
    )
    freeze_consent(case=office.case, actor=office.cast.coordinator, now=make.NOW)
    html = desk.get(page(office.case, "records")).content.decode()
    for words in (
        "On hold",
        "Passport",
        "Frozen: nothing is sent",
        office.cast.reviewer.hospital.name,
    ):
        assert words in html


def test_the_familys_words_stand_in_their_own_direction(office: Office, desk: Client) -> None:
    hospitals.receive_message(
        thread=office.thread, body="مرحبا", author=office.cast.parent, now=make.NOW
    )
    html = desk.get(page(office.case, "messages")).content.decode()
    assert '<p class="original" dir="auto">مرحبا</p>' in html


GONE = "confirmed, but its record is no longer in use"


def test_a_confirmed_fact_says_when_its_record_is_no_longer_in_use(
    office: Office, desk: Client
) -> None:
    address = page(office.case, "facts")
    confirm_all(office)
    assert GONE not in desk.get(address).content.decode()
    withdraw_document(document=office.document, actor=office.cast.coordinator, now=make.NOW)
    shown = desk.get(address)
    html = shown.content.decode()
    values = [v for group in shown.context["groups"] for fact in group.facts for v in fact.values]
    assert html.count(GONE) == len(values) > 0
    assert "Confirm each on another record that says the same" in html


def test_a_fact_confirmed_before_its_record_says_that_the_record_waits(
    office: Office, desk: Client
) -> None:
    for fact in Fact.objects.proposed().filter(case=office.case):
        facts.confirm_fact(fact=fact, actor=office.cast.coordinator, now=make.NOW)
    html = desk.get(page(office.case, "facts")).content.decode()
    assert "confirmed, its record is not accepted yet" in html
    assert GONE not in html


def test_what_a_person_stated_needs_no_record(office: Office, desk: Client) -> None:
    add_one_of_each(office, 0)
    html = desk.get(page(office.case, "facts")).content.decode()
    assert GONE not in html
