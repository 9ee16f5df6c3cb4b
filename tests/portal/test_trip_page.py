"""Every moment of the journey stands in both time zones, and in a calendar file."""

from datetime import UTC, datetime

import pytest

from cases.travel.services import make_appointment
from tests import make
from tests.portal.family import page_of, sign_in

pytestmark = pytest.mark.django_db


def appoint(cast: make.Cast) -> None:
    make_appointment(
        case=cast.case,
        title="First visit",
        starts_at=datetime(2027, 1, 11, 8, 30, tzinfo=UTC),
        time_zone="Europe/Berlin",
        actor=cast.coordinator,
        now=make.NOW,
    )


def test_a_visit_is_shown_in_the_zone_of_the_place_and_of_the_family(cast: make.Cast) -> None:
    appoint(cast)
    type(cast.parent).objects.filter(pk=cast.parent.pk).update(time_zone="America/Lima")
    html = sign_in(cast.parent).get(page_of(cast.case, "trip")).content.decode()
    assert "Mon 11 January, 09:30" in html
    assert "Mon 11 January, 03:30" in html
    assert "Berlin" in html


def test_the_calendar_file_holds_the_visit(cast: make.Cast) -> None:
    appoint(cast)
    answer = sign_in(cast.parent).get(page_of(cast.case, "calendar"))
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert b"SUMMARY:First visit" in answer.content
