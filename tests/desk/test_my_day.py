"""My day: every number opens its list, and many cases cost no more than one."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from cases.casework import services
from cases.casework.models import Case
from cases.hospitals import services as hospitals
from cases.hospitals.models import Referral, ReferralState
from cases.travel import services as travel
from documents.records.models import Document, DocumentState
from tests import make
from tests.records.sending import send
from tests.signing import sign_in

MOST_QUERIES = 14
DAY = reverse("admin:index")


def give_work(case: Case, cast: make.Cast) -> None:
    """One of everything that waits."""
    now = timezone.now()
    actor = cast.coordinator
    services.make_task(
        title="Call back", case=case, assignee=actor, due_in=timedelta(days=1), now=now
    )
    thread = hospitals.find_family_thread(case=case, now=now)
    hospitals.receive_message(thread=thread, body="Any news?", author=cast.parent, now=now)
    document = send(case, f"Report of {case.reference}".encode(), actor=cast.parent)
    Document.objects.filter(pk=document.pk).update(state=DocumentState.TO_REVIEW)
    travel.make_appointment(
        case=case,
        title="Call with the board",
        starts_at=now + timedelta(hours=5),
        time_zone="Europe/Berlin",
        actor=actor,
        now=now,
    )
    Referral.objects.update_or_create(
        case=case,
        hospital=cast.reviewer.hospital,
        defaults={
            "contact": cast.reviewer,
            "question": "May we ask?",
            "state": ReferralState.SENT,
            "created_at": now,
            "sent_at": now - timedelta(days=20),
            "answer_due_at": now - timedelta(days=3),
        },
    )


def count_queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_my_day_costs_the_same_for_one_case_and_for_thirty(cast: make.Cast, desk: Client) -> None:
    give_work(cast.case, cast)
    desk.get(DAY)
    one = count_queries(desk, DAY)
    for _number in range(29):
        give_work(make.case(owner=cast.coordinator, team=cast.case.team), cast)
    thirty = count_queries(desk, DAY)
    assert one == thirty <= MOST_QUERIES


def test_the_list_of_cases_costs_the_same_for_one_case_and_for_thirty(
    cast: make.Cast, desk: Client
) -> None:
    address = reverse("admin:casework_case_changelist")
    desk.get(address)
    one = count_queries(desk, address)
    for _number in range(29):
        make.case(owner=cast.coordinator, team=cast.case.team)
    assert count_queries(desk, address) == one <= MOST_QUERIES


def test_every_number_opens_a_list_of_just_as_many(cast: make.Cast, desk: Client) -> None:
    give_work(cast.case, cast)
    give_work(make.case(owner=cast.coordinator, team=cast.case.team), cast)
    figures = desk.get(DAY).context["day"].figures
    assert [figure.count for figure in figures if figure.count] == [2, 2, 2, 2, 2]
    for figure in figures:
        response = desk.get(figure.url)
        assert response.status_code == 200, figure.url
        assert response.context["cl"].result_count == figure.count, figure.label


def test_what_waits_longest_stands_first_and_every_line_is_a_link(
    cast: make.Cast, desk: Client
) -> None:
    give_work(cast.case, cast)
    day = desk.get(DAY).context["day"]
    for lines in (day.tasks, day.threads, day.records, day.referrals, day.appointments):
        assert lines, lines
        for line in lines:
            assert desk.get(line.url).status_code == 200, line.url


def test_an_empty_day_says_so_and_helps(desk: Client) -> None:
    html = desk.get(DAY).content.decode()
    assert "Everyone was answered." in html
    assert "No record waits." in html


def test_the_day_of_another_team_is_not_mine(cast: make.Cast, desk: Client) -> None:
    theirs = make.case(owner=cast.outsider, team=cast.outsider.teams.first())
    give_work(theirs, cast)
    day = desk.get(DAY).context["day"]
    assert not any((day.tasks, day.threads, day.records, day.appointments, day.referrals))
    assert theirs.reference not in desk.get(DAY).content.decode()


@pytest.mark.parametrize(
    "model",
    [
        "casework_case",
        "casework_task",
        "casework_recordrequest",
        "casework_consent",
        "casework_patient",
        "records_document",
        "hospitals_referral",
        "hospitals_thread",
        "hospitals_message",
        "hospitals_hospital",
        "hospitals_contact",
        "travel_trip",
        "travel_appointment",
        "dossiers_dossier",
        "dossiers_dossierversion",
        "dossiers_grant",
        "clinical_fact",
        "clinical_evaluation",
    ],
)
def test_every_list_of_the_desk_opens(cast: make.Cast, desk: Client, model: str) -> None:
    give_work(cast.case, cast)
    assert desk.get(reverse(f"admin:{model}_changelist")).status_code == 200


NO_SCANNER = "No virus scanner is set up"


@pytest.mark.parametrize("who", ["lead", "administrator"])
@pytest.mark.parametrize(
    ("holds", "words"), [(True, "held back"), (False, "not looked at for viruses")]
)
def test_the_desk_says_that_no_scanner_is_set_up(
    cast: make.Cast, settings: Settings, who: str, *, holds: bool, words: str
) -> None:
    settings.CLAMD_ADDRESS, settings.HOLD_WITHOUT_SCANNER = "", holds
    html = sign_in(getattr(cast, who)).get(DAY).content.decode()
    assert NO_SCANNER in html
    assert words in html


def test_nothing_is_said_where_there_is_one_or_to_who_cannot_change_it(
    cast: make.Cast, desk: Client, settings: Settings
) -> None:
    settings.CLAMD_ADDRESS = ""
    assert NO_SCANNER not in desk.get(DAY).content.decode()
    settings.CLAMD_ADDRESS = "scanner:3310"
    assert NO_SCANNER not in sign_in(cast.lead).get(DAY).content.decode()
