"""Dossiers, referrals, messages and the journey: each action done, and refused."""

from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from cases.accounts.models import AuditEvent
from cases.hospitals import services as hospitals
from cases.hospitals.models import Audience, Message, MessageState, ReferralState, Thread
from cases.jobs.models import Job
from cases.travel.models import AppointmentState, TripState
from documents.dossiers.models import DossierVersion
from navigator.desk.actions.registry import ACTIONS
from tests import make
from tests.desk.doing import do, is_done, is_refused, typed_again
from tests.desk.office import page

ZONE = "Europe/Berlin"


def test_a_dossier_is_asked_for_and_its_progress_is_shown(cast: make.Cast, desk: Client) -> None:
    assert is_done(do(desk, cast.case, "dossier", referral=str(cast.referral.pk)))
    job = Job.objects.get(kind="dossiers.build_version")
    html = desk.get(page(cast.case, "dossiers")).content.decode()
    assert f"progress/?job={job.pk}" in html
    answer = desk.get(f"{page(cast.case, 'progress')}?job={job.pk}")
    assert 'data-job-state="working"' in answer.content.decode()


def test_a_dossier_for_a_referral_of_another_case_is_refused(cast: make.Cast, desk: Client) -> None:
    theirs = make.referral(case=make.case(), contact=make.contact())
    assert is_refused(do(desk, cast.case, "dossier", referral=str(theirs.pk)))


def test_the_progress_of_another_cases_work_is_not_found(cast: make.Cast, desk: Client) -> None:
    assert do(desk, cast.case, "dossier").status_code == 200
    job = Job.objects.get(kind="dossiers.build_version")
    other = make.case(owner=cast.coordinator)
    assert desk.get(f"{page(other, 'progress')}?job={job.pk}").status_code == 404
    assert desk.get(f"{page(cast.case, 'progress')}?job=nonsense").status_code == 404


def test_a_referral_is_begun_once_a_hospital(cast: make.Cast, desk: Client) -> None:
    contact = make.contact()
    typed = {"contact": str(contact.pk), "question": "Would you see her?"}
    assert is_done(do(desk, cast.case, "referral", **typed))
    response = do(desk, cast.case, "referral", **typed)
    assert is_refused(response)
    assert typed_again(response, "question") == "Would you see her?"


def test_a_referral_is_not_sent_without_consent_and_its_answer_is_noted_later(
    cast: make.Cast, desk: Client
) -> None:
    referral = str(cast.referral.pk)
    assert is_done(do(desk, cast.case, "referral-move", referral=referral, to="ready"))
    refused = do(desk, cast.case, "referral-move", referral=referral, to="sent")
    assert is_refused(refused)
    assert is_done(do(desk, cast.case, "referral-move", referral=referral, to="withdrawn"))
    cast.referral.refresh_from_db()
    assert cast.referral.state == ReferralState.WITHDRAWN


def test_a_message_goes_to_the_family_and_an_empty_one_does_not(
    cast: make.Cast, desk: Client
) -> None:
    assert is_done(do(desk, cast.case, "message", body="Dear Rosa"))
    assert Message.objects.get().state == MessageState.QUEUED
    assert is_refused(do(desk, cast.case, "message", body=""))


def test_a_hospitals_message_without_consent_is_refused_and_its_words_are_kept(
    cast: make.Cast, desk: Client
) -> None:
    thread = Thread.objects.create(
        case=cast.case,
        referral=cast.referral,
        audience="hospital",
        subject="A question",
        created_at=make.NOW,
    )
    response = do(desk, cast.case, "message", thread=str(thread.pk), body="Please see page 2")
    assert is_refused(response)
    assert typed_again(response, "body") == "Please see page 2"


def test_what_came_by_telephone_is_filed_as_received(cast: make.Cast, desk: Client) -> None:
    assert is_done(do(desk, cast.case, "message-in", body="She called: the CT is on Friday."))
    assert cast.case.threads.get().waiting_on_us_since is not None
    assert is_refused(do(desk, cast.case, "message-in", body=""))


def test_mail_in_doubt_is_sent_once_more_by_a_person(cast: make.Cast, desk: Client) -> None:
    thread = hospitals.find_family_thread(case=cast.case, now=make.NOW)
    message = hospitals.send_message(
        thread=thread, body="Hello", actor=cast.coordinator, now=make.NOW
    )
    assert is_refused(do(desk, cast.case, "message-again", message=str(message.pk)))
    Message.objects.filter(pk=message.pk).update(state=MessageState.UNKNOWN)
    assert "Send once more" in desk.get(page(cast.case, "messages")).content.decode()
    assert is_done(do(desk, cast.case, "message-again", message=str(message.pk)))


def test_an_appointment_is_noted_on_the_clock_of_the_place_and_confirmed(
    cast: make.Cast, desk: Client
) -> None:
    typed = {"title": "First visit", "starts": "2027-01-11T09:30", "minutes": "45"}
    assert is_done(do(desk, cast.case, "appointment", **typed, time_zone=ZONE))
    row = cast.case.appointments.get()
    assert row.starts_at.isoformat() == "2027-01-11T08:30:00+00:00"
    move = {"appointment": str(row.pk)}
    assert is_done(do(desk, cast.case, "appointment-move", **move, to="confirmed"))
    row.refresh_from_db()
    assert row.state == AppointmentState.CONFIRMED
    assert is_refused(do(desk, cast.case, "appointment-move", **move, to="nowhere"))
    response = do(desk, cast.case, "appointment", **typed, time_zone="Mars/Base")
    assert is_refused(response)
    assert typed_again(response, "title") == "First visit"


def test_a_trip_is_begun_and_filled(cast: make.Cast, desk: Client) -> None:
    typed = {"city": "Lindenau", "country": "Germany", "time_zone": ZONE}
    assert is_done(do(desk, cast.case, "trip", **typed))
    assert is_refused(do(desk, cast.case, "trip", **{**typed, "city": ""}))
    trip = cast.case.trips.get()
    travels = {"trip": str(trip.pk), "name": "Rosa Velasco", "relation": "parent"}
    assert is_done(do(desk, cast.case, "traveller", **travels))
    assert is_refused(do(desk, cast.case, "traveller", **{**travels, "name": ""}))
    flight = {
        "trip": str(trip.pk),
        "kind": "flight",
        "title": "Lima – Frankfurt",
        "starts": "2027-01-09T20:10",
        "starts_zone": "America/Lima",
        "ends": "2027-01-10T14:40",
        "ends_zone": ZONE,
    }
    assert is_done(do(desk, cast.case, "trip-item", **flight))
    backwards = do(desk, cast.case, "trip-item", **{**flight, "ends": "2027-01-01T00:00"})
    assert is_refused(backwards)
    assert typed_again(backwards, "title") == "Lima – Frankfurt"
    assert "Lima – Frankfurt" in desk.get(page(cast.case, "travel")).content.decode()


def test_a_trip_moves_along_its_states_and_not_anywhere(cast: make.Cast, desk: Client) -> None:
    do(desk, cast.case, "trip", city="Lindenau", country="Germany", time_zone=ZONE)
    trip = cast.case.trips.get()
    assert is_done(do(desk, cast.case, "trip-move", trip=str(trip.pk), to="visa"))
    assert is_refused(do(desk, cast.case, "trip-move", trip=str(trip.pk), to="returned"))
    trip.refresh_from_db()
    assert trip.state == TripState.VISA


def test_an_action_that_is_only_opened_is_not_done_and_leads_to_its_part(
    cast: make.Cast, desk: Client
) -> None:
    before = AuditEvent.objects.count()
    for name, action in ACTIONS.items():
        answer = desk.get(page(cast.case, "do") + f"{name}/")
        assert (answer.status_code, answer["Location"]) == (302, page(cast.case, action.part))
    assert AuditEvent.objects.count() == before


def test_no_job_runs_in_the_request(
    cast: make.Cast, desk: Client, run_jobs: Callable[[], int]
) -> None:
    do(desk, cast.case, "message", body="Dear Rosa")
    assert run_jobs() == 1


def test_the_form_and_the_language_of_a_dossier_are_chosen(cast: make.Cast, desk: Client) -> None:
    asked = {"referral": str(cast.referral.pk), "variant": "summary", "language": "ar"}
    assert is_done(do(desk, cast.case, "dossier", **asked))
    version = DossierVersion.objects.get()
    assert (version.variant, version.language) == ("summary", "ar")
    html = desk.get(page(cast.case, "dossiers")).content.decode()
    assert "One-page summary" in html
    assert "العربية" in html


@pytest.mark.parametrize("wrong", [{"variant": "poster"}, {"language": "tlh"}])
def test_a_form_or_language_that_there_is_not_is_refused(
    cast: make.Cast, desk: Client, wrong: dict[str, str]
) -> None:
    assert is_refused(do(desk, cast.case, "dossier", referral=str(cast.referral.pk), **wrong))
    assert not DossierVersion.objects.exists()


@pytest.mark.parametrize("question", ["Is she eligible?", "¿Es candidata?", "她符合条件吗？"])
def test_a_promise_is_refused_where_it_is_typed(
    cast: make.Cast, desk: Client, question: str
) -> None:
    contact = make.contact()
    answer = do(desk, cast.case, "referral", contact=str(contact.pk), question=question)
    assert is_refused(answer)
    html = answer.content.decode()
    assert "is never said of a patient" in html
    assert "Say instead" in html
    assert question in unescape(html)
    assert is_done(
        do(desk, cast.case, "referral", contact=str(contact.pk), question="What do you advise?")
    )


def test_what_a_hospital_wrote_is_filed_in_its_own_words(cast: make.Cast, desk: Client) -> None:
    thread = Thread.objects.create(
        case=cast.case,
        referral=cast.referral,
        audience=Audience.HOSPITAL,
        subject="About a review",
        created_at=make.NOW,
    )
    body = "She is a good candidate; we recommend surgery."
    assert is_done(do(desk, cast.case, "message-in", thread=str(thread.pk), body=body))
    assert is_refused(do(desk, cast.case, "message", thread=str(thread.pk), body=body))
    assert Message.objects.get().body == body
