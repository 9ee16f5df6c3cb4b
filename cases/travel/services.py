"""What people plan: appointments in the zone of the place, trips with their parts."""

from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from django.db import transaction

from cases.accounts.audit import record
from cases.accounts.models import User
from cases.casework.models import Case, Relation
from cases.casework.services import add_timeline_entry
from cases.hospitals.models import Hospital, Referral
from cases.travel import errors
from cases.travel.models import (
    Appointment,
    AppointmentState,
    Traveller,
    Trip,
    TripItem,
    TripItemKind,
    TripState,
)

T = TripState
TRIP_MOVES: dict[TripState, frozenset[TripState]] = {
    T.PLANNING: frozenset({T.VISA, T.BOOKED, T.CANCELLED}),
    T.VISA: frozenset({T.PLANNING, T.BOOKED, T.CANCELLED}),
    T.BOOKED: frozenset({T.PLANNING, T.TRAVELLING, T.CANCELLED}),
    T.TRAVELLING: frozenset({T.ON_SITE, T.CANCELLED}),
    T.ON_SITE: frozenset({T.RETURNED}),
    T.RETURNED: frozenset(),
    T.CANCELLED: frozenset({T.PLANNING}),
}
A = AppointmentState
APPOINTMENT_MOVES: dict[AppointmentState, frozenset[AppointmentState]] = {
    A.PROPOSED: frozenset({A.CONFIRMED, A.CANCELLED}),
    A.CONFIRMED: frozenset({A.DONE, A.CANCELLED}),
    A.DONE: frozenset(),
    A.CANCELLED: frozenset(),
}


def find_zone(name: str) -> ZoneInfo:
    """The zone of a name such as `Europe/Berlin`; refuses what is none."""
    if name not in available_timezones():
        raise errors.UnknownTimeZone(name)
    return ZoneInfo(name)


@transaction.atomic
def make_appointment(  # noqa: PLR0913  # one argument a column
    *,
    case: Case,
    title: str,
    starts_at: datetime,
    time_zone: str,
    actor: User,
    now: datetime,
    minutes: int = 60,
    place: str = "",
    preparation: str = "",
    hospital: Hospital | None = None,
    referral: Referral | None = None,
    confirmed: bool = False,
) -> Appointment:
    """Note a visit, a call or an admission; `starts_at` is aware, the zone is the place's."""
    find_zone(time_zone)
    appointment = Appointment.objects.create(
        case=case,
        hospital=hospital,
        referral=referral,
        title=title,
        place=place,
        starts_at=starts_at,
        minutes=minutes,
        time_zone=time_zone,
        preparation=preparation,
        state=A.CONFIRMED if confirmed else A.PROPOSED,
    )
    _tell(case, "appointment_made", f"travel.appointment:{appointment.pk}", actor, now)
    return appointment


@transaction.atomic
def move_appointment(
    *, appointment: Appointment, to: AppointmentState, actor: User, now: datetime
) -> Appointment:
    """Confirm, finish or cancel an appointment."""
    appointment = Appointment.objects.select_for_update(no_key=True).get(pk=appointment.pk)
    if to not in APPOINTMENT_MOVES[AppointmentState(appointment.state)]:
        raise errors.AppointmentMoveRefused
    appointment.state = to
    appointment.save(update_fields=["state"])
    _tell(appointment.case, f"appointment_{to}", f"travel.appointment:{appointment.pk}", actor, now)
    return appointment


@transaction.atomic
def plan_trip(
    *,
    case: Case,
    city: str,
    country: str,
    time_zone: str,
    actor: User,
    now: datetime,
    hospital: Hospital | None = None,
    local_contact: str = "",
    note: str = "",
) -> Trip:
    find_zone(time_zone)
    trip = Trip.objects.create(
        case=case,
        hospital=hospital,
        city=city,
        country=country,
        time_zone=time_zone,
        local_contact=local_contact,
        note=note,
    )
    _tell(case, "trip_planned", f"travel.trip:{trip.pk}", actor, now)
    return trip


@transaction.atomic
def move_trip(*, trip: Trip, to: TripState, actor: User, now: datetime) -> Trip:
    trip = Trip.objects.select_for_update(no_key=True).get(pk=trip.pk)
    if to not in TRIP_MOVES[TripState(trip.state)]:
        raise errors.TripMoveRefused(left=trip.get_state_display(), wanted=str(TripState(to).label))
    trip.state = to
    trip.save(update_fields=["state"])
    _tell(trip.case, f"trip_{to}", f"travel.trip:{trip.pk}", actor, now)
    return trip


@transaction.atomic
def add_traveller(
    *, trip: Trip, name: str, relation: Relation, actor: User, now: datetime
) -> Traveller:
    traveller = Traveller.objects.create(trip=trip, name=name, relation=relation)
    record(
        action="traveller.added",
        actor=actor,
        case_id=trip.case_id,
        target=f"travel.traveller:{traveller.pk}",
        now=now,
    )
    return traveller


@transaction.atomic
def add_trip_item(  # noqa: PLR0913  # one argument a column
    *,
    trip: Trip,
    kind: TripItemKind,
    title: str,
    starts_at: datetime,
    starts_zone: str,
    ends_at: datetime,
    ends_zone: str,
    actor: User,
    now: datetime,
    place: str = "",
    booking_reference: str = "",
) -> TripItem:
    """Add a leg or a stay; each end is aware and has the zone in which people will read it."""
    find_zone(starts_zone)
    find_zone(ends_zone)
    if ends_at < starts_at:
        raise errors.EndsBeforeStart
    item = TripItem.objects.create(
        trip=trip,
        kind=kind,
        title=title,
        place=place,
        starts_at=starts_at,
        starts_zone=starts_zone,
        ends_at=ends_at,
        ends_zone=ends_zone,
        booking_reference=booking_reference,
    )
    record(
        action="trip_item.added",
        actor=actor,
        case_id=trip.case_id,
        target=f"travel.tripitem:{item.pk}",
        now=now,
    )
    return item


def _tell(case: Case, code: str, target: str, actor: User, now: datetime) -> None:
    record(action=code.replace("_", ".", 1), actor=actor, case_id=case.pk, target=target, now=now)
    add_timeline_entry(
        case=case, code=code, actor=actor, now=now, target=target, shown_to_family=True
    )
