"""The review of a record: a real letter read by the real path, then decided beside its page."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.accounts.models import AuditEvent
from cases.clinical.models import Fact, FactState
from documents.records.models import Document, DocumentState, PersonCheck
from tests import make
from tests.desk.doing import read_news
from tests.desk.office import Office
from tests.records.sending import NOTE, send

DETAILS = {
    "title": "Letter of the oncologist",
    "kind": "oncology_letter",
    "issuer": "Karura Ridge Hospital",
    "language": "en",
    "report_date": "2026-11-03",
    "shown_to_hospitals": "on",
}


def show(desk: Client, document: Document, number: int = 1) -> Any:
    return desk.get(reverse("admin:review", args=[document.pk]), {"page": number})


def decide(desk: Client, document: Document, **typed: Any) -> Any:
    return desk.post(reverse("admin:review_do", args=[document.pk]), typed, follow=True)


def decide_fact(desk: Client, document: Document, fact: Fact, do: str, **typed: Any) -> Any:
    return desk.post(
        reverse("admin:review_fact", args=[document.pk]),
        {"fact": str(fact.pk), "do": do, "page": "1", **typed},
        follow=True,
    )


def find_proposal(office: Office, key: str) -> Fact:
    found = Fact.objects.proposed().filter(case=office.case, key=key).first()
    assert found is not None
    return found


def test_the_words_of_each_proposal_are_drawn_on_the_page(office: Office, desk: Client) -> None:
    response = show(desk, office.document)
    html = response.content.decode()
    chips, marks = response.context["chips"], response.context["marks"]
    assert chips
    assert all(0 <= mark.left <= 1 and 0 < mark.width <= 1 for mark in marks)
    drawn = set(re.findall(r'<rect [^>]*data-mark="([^"]+)"', html))
    of_the_paper = {mark for mark in drawn if mark.startswith(("found-", "person-"))}
    assert {str(chip.fact_id) for chip in chips} == drawn - of_the_paper
    assert 'viewBox="0 0 1 1" preserveAspectRatio="none"' in html
    for chip in chips:
        assert chip.quotes


def test_numbers_of_the_drawing_are_written_alike_in_every_language(
    office: Office, desk: Client
) -> None:
    desk.cookies["django_language"] = "es"
    html = show(desk, office.document).content.decode()
    places = re.findall(r'<rect [^>]*x="([^"]+)"', html)
    assert places
    assert all(re.fullmatch(r"[0-9.e-]+", place) for place in places)


def test_a_proposal_is_confirmed_beside_its_words(office: Office, desk: Client) -> None:
    fact = find_proposal(office, "histology")
    response = decide_fact(desk, office.document, fact, "confirm")
    assert response.status_code == 200
    fact.refresh_from_db()
    assert (fact.state, fact.decided_by) == (FactState.CONFIRMED, office.cast.coordinator)
    chip = next(chip for chip in response.context["chips"] if chip.fact_id == fact.pk)
    assert not chip.waits
    assert AuditEvent.objects.filter(action="fact.confirmed").exists()


def test_a_proposal_is_corrected_and_its_words_stand_behind_the_new_value(
    office: Office, desk: Client
) -> None:
    fact = find_proposal(office, "histology")
    decide_fact(desk, office.document, fact, "correct", value="atypical_carcinoid")
    corrected = Fact.objects.confirmed().get(case=office.case, key="histology")
    assert corrected.value == "atypical_carcinoid"
    assert corrected.evidence.exists()


def test_a_treatment_is_corrected_in_its_parts(office: Office, desk: Client) -> None:
    fact = find_proposal(office, "prior_treatments")
    typed = {"agent": "octreotide LAR", "class": "SSA", "status": "stopped", "start_date": "2024"}
    decide_fact(desk, office.document, fact, "correct", **typed)
    corrected = Fact.objects.confirmed().get(case=office.case, key="prior_treatments")
    assert corrected.value["agent"] == "octreotide LAR"
    assert corrected.value["for_condition"] == fact.value["for_condition"]


def test_a_correction_that_is_refused_comes_back_as_it_was_typed(
    office: Office, desk: Client
) -> None:
    fact = find_proposal(office, "prior_treatments")
    typed = {"agent": "a new name", "class": "", "status": "stopped"}
    response = decide_fact(desk, office.document, fact, "correct", **typed)
    assert response.status_code == 400
    assert "a new name" in response.content.decode()
    fact.refresh_from_db()
    assert fact.state == FactState.PROPOSED


def test_a_proposal_that_is_not_so_is_rejected_once(office: Office, desk: Client) -> None:
    fact = find_proposal(office, "histology")
    decide_fact(desk, office.document, fact, "reject")
    fact.refresh_from_db()
    assert fact.state == FactState.REJECTED
    assert decide_fact(desk, office.document, fact, "confirm").status_code == 400


def test_a_record_is_accepted_with_its_details_and_the_next_one_opens(
    office: Office, desk: Client, run_jobs: Callable[[], int]
) -> None:
    following = send(office.case, NOTE, actor=office.cast.parent)
    run_jobs()
    response = decide(desk, office.document, do="accept", **DETAILS)
    office.document.refresh_from_db()
    assert office.document.state == DocumentState.ACCEPTED
    assert office.document.issuer == "Karura Ridge Hospital"
    assert office.document.reviewed_by == office.cast.coordinator
    shown = reverse("admin:review", args=[following.pk])
    assert response.redirect_chain[-1][0] == f"{shown}?page=1"


def test_a_script_is_answered_with_the_page_that_follows_and_its_address(
    office: Office, desk: Client, run_jobs: Callable[[], int]
) -> None:
    following = send(office.case, NOTE, actor=office.cast.parent)
    run_jobs()
    address = reverse("admin:review_do", args=[office.document.pk])
    response = desk.post(address, {"do": "accept", **DETAILS}, headers={"x-swap": "yes"})
    expected = reverse("admin:review", args=[following.pk])
    assert response.headers["Content-Location"] == f"{expected}?page=1"
    assert response.context["record"].id == following.pk
    assert "“Letter of the oncologist” is accepted." in response.content.decode()


def test_details_that_cannot_be_true_are_refused_and_kept_in_the_form(
    office: Office, desk: Client
) -> None:
    typed = {**DETAILS, "report_date": "3 November", "title": "A better title"}
    response = decide(desk, office.document, do="accept", **typed)
    assert response.status_code == 400
    assert "A better title" in response.content.decode()
    assert "3 November" in response.content.decode()
    office.document.refresh_from_db()
    assert office.document.state == DocumentState.TO_REVIEW


def test_a_record_is_returned_with_a_reason_only(office: Office, desk: Client) -> None:
    refused = decide(desk, office.document, do="reject", reason="")
    assert refused.status_code == 400
    decide(
        desk,
        office.document,
        do="reject",
        code="page_missing",
        reason="It is page two.",
        language="en",
    )
    office.document.refresh_from_db()
    assert office.document.state == DocumentState.REJECTED
    told = (office.document.reason_code, office.document.reason, office.document.reason_language)
    assert told == ("page_missing", "It is page two.", "en")
    decide(desk, office.document, do="reopen")
    office.document.refresh_from_db()
    assert office.document.state == DocumentState.TO_REVIEW


def test_a_record_that_may_be_anothers_is_held_and_cleared(office: Office, desk: Client) -> None:
    decide(desk, office.document, do="other")
    office.document.refresh_from_db()
    assert office.document.state == DocumentState.OTHER_PATIENT
    assert "it is this patient’s" in show(desk, office.document).content.decode()
    decide(desk, office.document, do="clear", reason="It is her maiden name")
    office.document.refresh_from_db()
    assert office.document.state == DocumentState.TO_REVIEW
    assert office.document.person_check == PersonCheck.CLEARED


def test_an_accepted_record_is_taken_out_of_use(office: Office, desk: Client) -> None:
    decide(desk, office.document, do="accept")
    decide(desk, office.document, do="withdraw", reason="Sent by mistake")
    office.document.refresh_from_db()
    assert office.document.state == DocumentState.WITHDRAWN


def test_a_move_that_is_not_possible_is_said_and_an_unknown_one_not_found(
    office: Office, desk: Client
) -> None:
    refused = decide(desk, office.document, do="clear")
    assert refused.status_code == 400
    assert read_news(refused)
    assert decide(desk, office.document, do="burn").status_code == 404


def test_the_printed_birth_date_stands_beside_the_patients(office: Office, desk: Client) -> None:
    html = show(desk, office.document).content.decode()
    assert "1968-05-14" in html
    assert str(PersonCheck.SAME.label).replace("'", "&#x27;") in html


def test_what_comes_next_is_named_for_fetching_ahead_and_takes_no_news_with_it(
    office: Office, desk: Client, run_jobs: Callable[[], int]
) -> None:
    following = send(office.case, NOTE, actor=office.cast.parent)
    run_jobs()
    html = show(desk, office.document, 1).content.decode()
    ahead = re.findall(r'data-ahead="([^"]*)"', html)[0].split()
    here, behind = (reverse("admin:review", args=[one.pk]) for one in (office.document, following))
    assert ahead == [f"{here}?page=2", behind]
    decide_fact_only = {"fact": str(find_proposal(office, "histology").pk), "do": "confirm"}
    desk.post(reverse("admin:review_fact", args=[office.document.pk]), decide_fact_only)
    desk.post(reverse("admin:review_do", args=[office.document.pk]), {"do": "details", **DETAILS})
    assert "are kept" not in desk.get(here, headers={"x-ahead": "yes"}).content.decode()
    assert "are kept" in desk.get(here).content.decode()


def test_a_page_beyond_the_last_is_the_last(office: Office, desk: Client) -> None:
    assert show(desk, office.document, 99).context["view"].number == 2
    address = reverse("admin:review", args=[office.document.pk])
    assert desk.get(address, {"page": "-1; drop"}).context["view"].number == 1


def test_the_review_begins_with_what_waited_longest(office: Office, desk: Client) -> None:
    response = desk.get(reverse("admin:review_queue"))
    assert response["Location"] == reverse("admin:review", args=[office.document.pk])
    decide(desk, office.document, do="accept")
    assert desk.get(reverse("admin:review_queue"))["Location"] == reverse("admin:index")


def test_text_without_a_picture_is_shown_with_its_words_marked(
    cast: make.Cast, desk: Client, run_jobs: Callable[[], int]
) -> None:
    document = send(cast.case, b"Pathology report\n\nKi-67: 9%.\n", actor=cast.parent)
    run_jobs()
    html = show(desk, document).content.decode()
    assert re.search(r'<mark data-mark="[^"]+">[^<]*9', html)


@pytest.mark.parametrize("number", [1, 2])
def test_the_page_costs_the_same_however_much_stands_on_it(
    office: Office, desk: Client, number: int
) -> None:
    show(desk, office.document, number)
    with CaptureQueriesContext(connection) as queries:
        show(desk, office.document, number)
    assert len(queries) <= 24


def test_undecided_proposals_are_counted_before_a_record_is_accepted_and_with_it(
    office: Office, desk: Client
) -> None:
    waiting = Fact.objects.proposed().filter(case=office.case)
    for fact in waiting.all()[2:]:
        decide_fact(desk, office.document, fact, "reject")
    html = show(desk, office.document).content.decode()
    assert ">2 proposals are undecided." in html
    news = read_news(decide(desk, office.document, do="accept"))
    assert "is accepted. 2 proposals of it are undecided" in news[-1]
    assert waiting.count() == 2
    assert ">2 proposals are undecided." not in show(desk, office.document).content.decode()


def test_of_a_record_whose_proposals_are_decided_none_are_spoken_of(
    office: Office, desk: Client
) -> None:
    for fact in list(Fact.objects.proposed().filter(case=office.case)):
        decide_fact(desk, office.document, fact, "reject")
    assert "undecided" not in show(desk, office.document).content.decode().split("rv-keys")[0]
    news = read_news(decide(desk, office.document, do="accept"))
    assert news[-1].endswith("is accepted.")


def test_of_a_page_that_the_script_has_already_only_what_differs_is_sent(
    office: Office, desk: Client, run_jobs: Callable[[], int]
) -> None:
    following = send(office.case, NOTE, actor=office.cast.parent)
    run_jobs()
    address = reverse("admin:review_do", args=[office.document.pk])
    expected = reverse("admin:review", args=[following.pk])
    looks = AuditEvent.objects.filter(action="case.read").count()
    headers = {"x-swap": "yes", "x-have": f"/admin/elsewhere/ {expected}"}
    response = desk.post(address, {"do": "accept", **DETAILS}, headers=headers)
    assert response.headers["Content-Location"] == f"{expected}?page=1"
    html = response.content.decode()
    assert "<html" not in html
    assert "“Letter of the oncologist” is accepted." in html
    assert "1 of 1 waiting" in html
    assert AuditEvent.objects.filter(action="case.read").count() == looks + 1
