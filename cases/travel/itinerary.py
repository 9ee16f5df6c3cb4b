"""The journey in the order of time, for a page and for a calendar.

Every moment is given twice: in the zone of the place, and in the zone of the reader. The
calendar file names places and titles as the coordinator wrote them, and never an illness.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from cases.casework.models import Case
from cases.travel.models import Appointment, AppointmentState, TripItem, TripItemKind, TripState


@dataclass(frozen=True)
class Moment:
    """One point in time as two clocks show it; `same` where both zones read alike."""

    there: datetime
    here: datetime
    place_zone: str

    @property
    def same(self) -> bool:
        return self.there.utcoffset() == self.here.utcoffset()


@dataclass(frozen=True)
class Step:
    """One line of the itinerary. `uid` stays the same however often the plan changes."""

    uid: str
    kind: str
    title: str
    place: str
    begins: Moment
    ends: Moment
    note: str
    cancelled: bool
    tentative: bool


def show_moment(at: datetime, place_zone: str, reader_zone: str) -> Moment:
    return Moment(
        there=at.astimezone(ZoneInfo(place_zone)),
        here=at.astimezone(ZoneInfo(reader_zone)),
        place_zone=place_zone,
    )


def list_steps(case: Case, *, reader_zone: str) -> list[Step]:
    """Everything dated on the way: appointments and parts of trips, earliest first (2 queries)."""
    steps = [step_of_appointment(row, reader_zone) for row in case.appointments.all()]
    items = (
        TripItem.objects.filter(trip__case=case)
        .exclude(trip__state=TripState.CANCELLED)
        .select_related("trip")
    )
    steps += [step_of_item(item, reader_zone) for item in items]
    return sorted(steps, key=lambda step: (step.begins.there, step.uid))


def step_of_appointment(row: Appointment, reader_zone: str) -> Step:
    ends_at = row.starts_at + timedelta(minutes=row.minutes)
    return Step(
        uid=f"appointment-{row.pk}",
        kind="appointment",
        title=row.title,
        place=row.place,
        begins=show_moment(row.starts_at, row.time_zone, reader_zone),
        ends=show_moment(ends_at, row.time_zone, reader_zone),
        note=row.preparation,
        cancelled=row.state == AppointmentState.CANCELLED,
        tentative=row.state == AppointmentState.PROPOSED,
    )


def step_of_item(item: TripItem, reader_zone: str) -> Step:
    reference = (
        _("Booking reference %(code)s") % {"code": item.booking_reference}
        if item.booking_reference
        else ""
    )
    return Step(
        uid=f"trip-{item.pk}",
        kind=TripItemKind(item.kind).value,
        title=item.title,
        place=item.place,
        begins=show_moment(item.starts_at, item.starts_zone, reader_zone),
        ends=show_moment(item.ends_at, item.ends_zone, reader_zone),
        note=reference,
        cancelled=False,
        tentative=False,
    )


def write_calendar(case: Case, *, now: datetime) -> bytes:
    """The steps as an iCalendar file; the same step keeps its UID, so a phone updates it."""
    calendar = Calendar()
    calendar.add("prodid", "-//Navigator//Itinerary//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", case.reference)
    host = settings.SITE_URL.partition("://")[2].partition(":")[0]
    for step in list_steps(case, reader_zone="UTC"):
        event = Event()
        event.add("uid", f"{step.uid}@{host}")
        event.add("dtstamp", now)
        event.add("dtstart", step.begins.there)
        event.add("dtend", step.ends.there)
        event.add("summary", step.title)
        event.add("class", "PRIVATE")
        if step.place:
            event.add("location", step.place)
        if step.note:
            event.add("description", step.note)
        status = "CANCELLED" if step.cancelled else "TENTATIVE" if step.tentative else "CONFIRMED"
        event.add("status", status)
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())
