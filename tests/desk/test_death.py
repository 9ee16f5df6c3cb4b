"""A death is recorded on a page of its own, with the reference typed, and undone for a day."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from cases.casework.models import Patient
from tests import make
from tests.signing import sign_in

pytestmark = pytest.mark.django_db


def page_of(cast: make.Cast) -> str:
    return reverse("admin:case_death", args=[cast.case.pk])


def typed(cast: make.Cast) -> dict[str, str]:
    return {"on": timezone.localdate().isoformat(), "reference": cast.case.reference.lower()}


def is_dead(cast: make.Cast) -> bool:
    return Patient.objects.get(pk=cast.case.patient_id).deceased_on is not None


def test_the_page_shows_whom_it_is_about_and_what_happens(cast: make.Cast) -> None:
    words = sign_in(cast.coordinator).get(page_of(cast)).content.decode()
    assert f'<h1 class="send-to">{cast.case.patient.name}' in words
    assert "You can undo it for a day" in words
    assert not is_dead(cast)


@pytest.mark.parametrize(
    "wrong", [{"reference": "NV-2026-99999"}, {"reference": ""}, {"on": ""}, {"on": "9999-01-01"}]
)
def test_nothing_is_recorded_by_a_slip(cast: make.Cast, wrong: dict[str, str]) -> None:
    answer = sign_in(cast.coordinator).post(page_of(cast), {**typed(cast), **wrong})
    assert answer.status_code == 400
    assert not is_dead(cast)


def test_it_is_recorded_and_undone_within_the_day(cast: make.Cast) -> None:
    client = sign_in(cast.coordinator)
    words = client.post(page_of(cast), typed(cast), follow=True).content.decode()
    assert is_dead(cast)
    assert "It was a mistake: undo it" in words
    answer = client.post(page_of(cast), {"undo": "yes"}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("admin:cockpit", args=[cast.case.pk])
    assert not is_dead(cast)


def test_after_a_day_the_page_offers_no_undo_and_refuses_one(cast: make.Cast) -> None:
    client = sign_in(cast.coordinator)
    client.post(page_of(cast), typed(cast))
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        client = sign_in(cast.coordinator)
        assert "It was a mistake" not in client.get(page_of(cast)).content.decode()
        words = client.post(page_of(cast), {"undo": "yes"}, follow=True).content.decode()
    assert "A day has passed" in words
    assert is_dead(cast)


def test_a_clinician_reads_who_may_do_it(cast: make.Cast) -> None:
    client = sign_in(cast.clinician)
    assert 'name="reference"' not in client.get(page_of(cast)).content.decode()
    assert client.post(page_of(cast), typed(cast)).status_code == 400
    assert not is_dead(cast)
