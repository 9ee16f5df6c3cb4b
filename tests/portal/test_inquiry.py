"""Anyone may write to us; a case opens once, and the writer can come back to it."""

import re
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from cases.accounts.models import Role, Team, User
from cases.casework.models import Case, CaseParty, Stage, Task
from navigator.portal.visitor_views import MOST_INQUIRIES_AN_HOUR
from tests import make
from tests.signing import sign_in

pytestmark = pytest.mark.django_db

WORDS = "My mother has a tumour of the small bowel. Se lo encontraron en mayo."


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"host": "127.0.0.1"})


def fill(**changes: str) -> dict[str, str]:
    given = {
        "writer_name": "Rosa Quispe",
        "relation": "child",
        "patient_name": "Elena Quispe",
        "country": "Peru",
        "email": "rosa.quispe@family.example",
        "phone": "",
        "language": "es",
        "time_zone": "America/Lima",
        "words": WORDS,
        "website": "",
        "form_id": str(uuid.uuid4()),
    }
    return {**given, **changes}


def send(visitor: Client, **changes: str) -> int:
    return visitor.post(reverse("portal:inquiry"), fill(**changes)).status_code


def test_the_page_is_open_to_everyone_and_its_form_is_new_each_time(visitor: Client) -> None:
    ids = {
        re.findall(r'name="form_id" value="([^"]+)"', page.content.decode())[0]
        for page in (visitor.get(reverse("portal:inquiry")) for _ in range(2))
    }
    assert len(ids) == 2


def test_an_inquiry_opens_a_case_that_the_team_sees(visitor: Client) -> None:
    team = make.team()
    coordinator = make.user(team=team)
    assert send(visitor) == 302
    case = Case.objects.visible_to(coordinator).get()
    assert (case.stage, case.inquiry, case.patient.name) == (Stage.INQUIRY, WORDS, "Elena Quispe")
    assert Task.objects.open().filter(case=case, code="inquiry_new").exists()


def test_the_writer_is_a_party_who_signs_in_by_code_alone(visitor: Client) -> None:
    send(visitor)
    writer = User.objects.get(email="rosa.quispe@family.example")
    assert (writer.role, writer.language, writer.time_zone) == (Role.FAMILY, "es", "America/Lima")
    assert not writer.has_usable_password()
    assert Case.objects.visible_to(writer).exists()


def test_the_receipt_names_the_reference_to_the_writer_only(visitor: Client) -> None:
    send(visitor)
    reference = Case.objects.get().reference
    receipt = reverse("portal:inquiry_sent")
    assert reference in visitor.get(receipt).content.decode()
    assert reference not in Client(headers={"host": "127.0.0.1"}).get(receipt).content.decode()


def test_the_same_form_sent_twice_opens_one_case(visitor: Client) -> None:
    form_id = str(uuid.uuid4())
    assert [send(visitor, form_id=form_id) for _ in range(2)] == [302, 302]
    assert Case.objects.count() == 1


def test_a_machine_that_fills_the_hidden_field_opens_none(visitor: Client) -> None:
    assert send(visitor, website="https://spam.example") == 302
    assert not Case.objects.exists()


def test_an_address_of_staff_is_answered_alike_and_tied_to_nothing(visitor: Client) -> None:
    coordinator = make.user()
    assert send(visitor, email=coordinator.email) == 302
    assert Case.objects.count() == 1
    assert not CaseParty.objects.exists()


def test_a_known_family_keeps_its_own_name(visitor: Client) -> None:
    known = make.user(role=Role.FAMILY, name="Rosa", email="rosa.quispe@family.example")
    send(visitor, writer_name="Somebody Else")
    known.refresh_from_db()
    assert known.name == "Rosa"
    assert known.parties.count() == 1


@pytest.mark.parametrize("field", ["writer_name", "patient_name", "email", "words", "time_zone"])
def test_what_is_missing_is_said_beside_the_field(visitor: Client, field: str) -> None:
    answer = visitor.post(reverse("portal:inquiry"), fill(**{field: ""}))
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert not Case.objects.exists()


def test_too_many_inquiries_of_one_network_have_to_wait(visitor: Client) -> None:
    answers = [send(visitor) for _ in range(MOST_INQUIRIES_AN_HOUR + 1)]
    assert answers == [302] * MOST_INQUIRIES_AN_HOUR + [429]


def test_the_office_chooses_the_team_that_takes_inquiries(visitor: Client) -> None:
    make.user(team=make.team("Andes"))
    chosen = make.team("Zambezi")
    coordinator = make.user(team=chosen)
    Team.objects.filter(pk=chosen.pk).update(takes_inquiries=True)
    send(visitor)
    assert Case.objects.visible_to(coordinator).get().team == chosen


def test_a_chosen_team_in_which_nobody_could_answer_loses_no_inquiry(visitor: Client) -> None:
    able = make.team("Andes")
    make.user(team=able)
    empty = make.team("Zambezi")
    make.user(team=empty, role=Role.TRANSLATOR)
    left = make.user(team=empty)
    User.objects.filter(pk=left.pk).update(is_active=False)
    Team.objects.filter(pk=empty.pk).update(takes_inquiries=True)
    send(visitor)
    assert Case.objects.get().team == able


def test_one_team_at_most_takes_inquiries() -> None:
    first, second = make.team("Andes"), make.team("Zambezi")
    Team.objects.filter(pk=first.pk).update(takes_inquiries=True)
    client = sign_in(make.user(role=Role.ADMINISTRATOR))
    typed = {"name": "Zambezi", "members": [], "takes_inquiries": "on"}
    page = client.post(reverse("admin:accounts_team_change", args=[second.pk]), typed)
    assert "Another team already takes new inquiries" in page.content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        Team.objects.filter(pk=second.pk).update(takes_inquiries=True)
