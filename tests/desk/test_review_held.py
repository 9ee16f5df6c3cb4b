"""A held record says in one sentence why, shows each printed name once, and leads to two acts."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.accounts.models import AuditEvent
from cases.casework.models import Note
from cases.clinical.models import Fact
from documents.records.models import Document, DocumentState, PersonCheck, ReturnReason
from documents.records.services import mark_other_patient
from tests import make
from tests.desk.office import Office
from tests.records.discs import make_image, pack
from tests.records.sending import NOTE, is_about_ruth, send

RunJobs = Callable[[], int]
OTHERS = b"""Patient: BAPTISTE, DESMOND A.
Date of birth: 27 Sep 1961

Patient: Baptiste, Desmond A
Date of birth: 27/09/1961

Ki-67: 9%.
"""


@pytest.fixture
def held(cast: make.Cast, run_jobs: RunJobs) -> Document:
    document = send(is_about_ruth(cast.case), OTHERS, actor=cast.parent)
    run_jobs()
    document.refresh_from_db()
    assert document.state == DocumentState.OTHER_PATIENT
    return document


def show(desk: Client, document: Document) -> Any:
    return desk.get(reverse("admin:review", args=[document.pk]))


def decide(desk: Client, document: Document, **typed: Any) -> Any:
    return desk.post(reverse("admin:review_do", args=[document.pk]), typed, follow=True)


def read_why(response: Any) -> str:
    why: str = response.context["whose"].why
    assert response.content.decode().count(why) == 1
    return why


def test_what_is_printed_stands_once_beside_the_patients(held: Document, desk: Client) -> None:
    response = show(desk, held)
    whose, html = response.context["whose"], response.content.decode()
    assert [(one.text, one.tone) for one in whose.names] == [("BAPTISTE, DESMOND A", "stop")]
    assert [(one.text, one.tone) for one in whose.dates] == [("1961-09-27", "stop")]
    table = re.findall(r'<table class="person-sides">.*?</table>', html, re.DOTALL)[0]
    assert table.count("BAPTISTE") == table.count("1961-09-27") == 1
    assert table.count("Ruth Achieng Odhiambo") == table.count("1968-05-14") == 1


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (PersonCheck.BOTH_DIFFER, "another name and another birth date are printed"),
        (PersonCheck.NAME_DIFFERS, "another name is printed"),
        (PersonCheck.BIRTH_DATE_DIFFERS, "another birth date is printed"),
    ],
)
def test_one_sentence_says_what_differs(
    held: Document, desk: Client, check: PersonCheck, words: str
) -> None:
    Document.objects.filter(pk=held.pk).update(person_check=check)
    assert words in read_why(show(desk, held))


def test_a_record_that_a_person_held_says_who_and_when(office: Office, desk: Client) -> None:
    lead = office.cast.lead
    mark_other_patient(document=office.document, actor=lead, now=make.NOW)
    why = read_why(show(desk, office.document))
    assert why.startswith(f"Held by {lead.name} (")
    decided = AuditEvent.objects.filter(action="document.held", actor_id=lead.pk)
    assert decided.count() == 1


def test_a_paper_of_a_held_archive_leads_to_the_archive(
    cast: make.Cast, desk: Client, run_jobs: RunJobs
) -> None:
    files = [("a", make_image()), ("report.txt", NOTE)]
    archive = send(is_about_ruth(cast.case), pack(files), name="Scans of May.zip")
    run_jobs()
    part = archive.parts.get()
    decide(desk, archive, do="other")
    response = show(desk, part)
    assert "came out of “Scans of May”" in read_why(response)
    assert reverse("admin:review", args=[archive.pk]) in response.content.decode()


def test_it_is_theirs_with_a_reason_that_stays_with_the_case(
    held: Document, desk: Client, cast: make.Cast, run_jobs: RunJobs
) -> None:
    refused = decide(desk, held, do="clear", reason="  ")
    assert refused.status_code == 400
    assert "Say in a sentence why it is this patient’s" in refused.content.decode()
    assert not Note.objects.filter(case=held.case_id).exists()
    decide(desk, held, do="clear", reason="Her late husband’s name, printed by mistake")
    run_jobs()
    held.refresh_from_db()
    assert (held.state, held.person_check) == (DocumentState.TO_REVIEW, PersonCheck.CLEARED)
    note = Note.objects.get(case=held.case_id)
    assert "Her late husband’s name" in note.text
    assert note.author == cast.coordinator
    event = AuditEvent.objects.get(action="document.cleared")
    assert event.detail == {"found": "both_differ", "note": str(note.pk)}
    html = show(desk, held).content.decode()
    assert f"{cast.coordinator.name} (" in html
    assert "Her late husband’s name" in html
    assert Fact.objects.proposed().filter(case=held.case_id, key="ki67_percent").exists()


def test_it_is_not_theirs_and_goes_back_with_the_reason_chosen_already(
    held: Document, desk: Client
) -> None:
    html = show(desk, held).content.decode()
    assert "Accept the record" not in html
    chosen = re.findall(r'<input type="radio" name="code" value="(\w+)"[^>]* checked', html)
    assert chosen == [ReturnReason.WRONG_PERSON]
    decide(desk, held, do="reject", code=chosen[0], language="en")
    held.refresh_from_db()
    assert (held.state, held.reason_code) == (DocumentState.REJECTED, "wrong_person")


def test_it_is_not_theirs_and_is_taken_away(held: Document, desk: Client) -> None:
    assert "Take it away" in show(desk, held).content.decode()
    decide(desk, held, do="withdraw", reason="A neighbour’s")
    held.refresh_from_db()
    assert held.state == DocumentState.WITHDRAWN


def test_of_a_record_that_is_not_held_no_reason_is_chosen(office: Office, desk: Client) -> None:
    html = show(desk, office.document).content.decode()
    chosen = re.findall(r'<input type="radio" name="code" value="(\w*)"[^>]* checked', html)
    assert chosen == [""]
    assert "Take it away" not in html
    assert "Until you decide" not in html
