"""A journey is read in two clocks, and its calendar file keeps itself up to date."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from cases.travel.errors import AppointmentMoveRefused, EndsBeforeStart, UnknownTimeZone
from cases.travel.itinerary import list_steps, write_calendar
from cases.travel.models import AppointmentState, Trip, TripItemKind, TripState
from cases.travel.services import (
    add_trip_item,
    make_appointment,
    move_appointment,
    move_trip,
    plan_trip,
)
from tests import make

pytestmark = pytest.mark.django_db
# Berlin leaves summer time at 01:00 UTC on this night; Lima has none.
LAST_SUMMER_NIGHT = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)


def plan(cast: make.Cast) -> Trip:
    return plan_trip(
        case=cast.case,
        city="Lindenau",
        country="Germany",
        time_zone="Europe/Berlin",
        actor=cast.coordinator,
        now=make.NOW,
    )


def add_flight(trip: Trip, cast: make.Cast, *, hours: int = 12) -> None:
    add_trip_item(
        trip=trip,
        kind=TripItemKind.FLIGHT,
        title="Lima to Lindenau",
        starts_at=LAST_SUMMER_NIGHT - timedelta(hours=12),
        starts_zone="America/Lima",
        ends_at=LAST_SUMMER_NIGHT - timedelta(hours=12) + timedelta(hours=hours),
        ends_zone="Europe/Berlin",
        actor=cast.coordinator,
        now=make.NOW,
    )


def test_each_end_of_a_flight_is_read_in_its_own_zone(cast: make.Cast) -> None:
    add_flight(plan(cast), cast)
    (step,) = list_steps(cast.case, reader_zone="America/Lima")
    assert step.begins.same
    assert step.begins.there.hour == 6
    assert (step.ends.there.day, step.ends.there.hour) == (25, 1)
    assert step.ends.here.hour == 18


@pytest.mark.parametrize(("hours_later", "offset"), [(1, 2), (2, 1)])
def test_an_appointment_on_either_side_of_the_clock_change_keeps_its_wall_clock(
    cast: make.Cast, hours_later: int, offset: int
) -> None:
    make_appointment(
        case=cast.case,
        title="Admission",
        starts_at=LAST_SUMMER_NIGHT + timedelta(hours=hours_later),
        time_zone="Europe/Berlin",
        actor=cast.coordinator,
        now=make.NOW,
    )
    (step,) = list_steps(cast.case, reader_zone="UTC")
    assert step.begins.there.utcoffset() == timedelta(hours=offset)


def test_the_calendar_keeps_the_uid_when_a_plan_changes(cast: make.Cast) -> None:
    add_flight(plan(cast), cast)
    appointment = make_appointment(
        case=cast.case,
        title="First visit",
        starts_at=LAST_SUMMER_NIGHT + timedelta(days=2),
        time_zone="Europe/Berlin",
        actor=cast.coordinator,
        now=make.NOW,
    )

    def read() -> dict[str, str]:
        calendar = Calendar.from_ical(write_calendar(cast.case, now=make.NOW))
        return {str(event["uid"]): str(event["status"]) for event in calendar.walk("VEVENT")}

    before = read()
    move_appointment(
        appointment=appointment, to=AppointmentState.CANCELLED, actor=cast.lead, now=make.NOW
    )
    after = read()
    assert before.keys() == after.keys()
    assert sorted(before.values()) == ["CONFIRMED", "TENTATIVE"]
    assert sorted(after.values()) == ["CANCELLED", "CONFIRMED"]


def test_a_cancelled_appointment_is_not_confirmed_again(cast: make.Cast) -> None:
    appointment = make_appointment(
        case=cast.case,
        title="First visit",
        starts_at=LAST_SUMMER_NIGHT,
        time_zone="Europe/Berlin",
        actor=cast.coordinator,
        now=make.NOW,
    )
    for to in (AppointmentState.CONFIRMED, AppointmentState.CANCELLED):
        move_appointment(appointment=appointment, to=to, actor=cast.lead, now=make.NOW)
    with pytest.raises(AppointmentMoveRefused):
        move_appointment(
            appointment=appointment, to=AppointmentState.CONFIRMED, actor=cast.lead, now=make.NOW
        )


def test_a_cancelled_trip_is_no_part_of_the_itinerary(cast: make.Cast) -> None:
    trip = plan(cast)
    add_flight(trip, cast)
    move_trip(trip=trip, to=TripState.CANCELLED, actor=cast.lead, now=make.NOW)
    assert list_steps(cast.case, reader_zone="UTC") == []


def test_an_end_before_the_beginning_and_a_zone_that_is_none_are_refused(cast: make.Cast) -> None:
    with pytest.raises(EndsBeforeStart):
        add_flight(plan(cast), cast, hours=-1)
    with pytest.raises(UnknownTimeZone):
        plan_trip(
            case=cast.case,
            city="Lindenau",
            country="Germany",
            time_zone="Mars/Base",
            actor=cast.coordinator,
            now=make.NOW,
        )
