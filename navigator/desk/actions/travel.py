"""Appointments, trips, and the people of a case."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.accounts.models import Role, User
from cases.accounts.services import invite_person
from cases.casework import consents, services
from cases.casework.models import Case
from cases.travel import services as travel
from cases.travel.models import AppointmentState, TripState
from navigator.desk import forms
from navigator.desk.actions.registry import Data, as_choice, as_uuid, case_action


@case_action("appointment", part="travel", form=forms.AppointmentForm, done=_("Noted."))
def note_appointment(case: Case, user: User, data: Data) -> object:
    names = ("title", "place", "starts_at", "minutes", "time_zone", "preparation")
    return travel.make_appointment(
        case=case, actor=user, now=timezone.now(), **{name: data[name] for name in names}
    )


@case_action("appointment-move", part="travel", done=_("Noted."))
def move_one_appointment(case: Case, user: User, data: Data) -> object:
    row = get_object_or_404(case.appointments, pk=as_uuid(data.get("appointment")))
    to = as_choice(AppointmentState, data.get("to"))
    return travel.move_appointment(appointment=row, to=to, actor=user, now=timezone.now())


@case_action("trip", part="travel", form=forms.TripForm, done=_("The trip is begun."))
def begin_trip(case: Case, user: User, data: Data) -> object:
    names = ("city", "country", "time_zone", "local_contact", "note")
    return travel.plan_trip(
        case=case, actor=user, now=timezone.now(), **{name: data[name] for name in names}
    )


@case_action("trip-move", part="travel", done=_("Noted."))
def move_one_trip(case: Case, user: User, data: Data) -> object:
    row = get_object_or_404(case.trips, pk=as_uuid(data.get("trip")))
    to = as_choice(TripState, data.get("to"))
    return travel.move_trip(trip=row, to=to, actor=user, now=timezone.now())


@case_action("traveller", part="travel", form=forms.TravellerForm, done=_("Added."))
def add_one_traveller(case: Case, user: User, data: Data) -> object:
    del case
    names = ("trip", "name", "relation")
    return travel.add_traveller(
        actor=user, now=timezone.now(), **{name: data[name] for name in names}
    )


@case_action("trip-item", part="travel", form=forms.TripItemForm, done=_("Added."))
def add_one_item(case: Case, user: User, data: Data) -> object:
    del case
    names = (
        "trip",
        "kind",
        "title",
        "place",
        "starts_at",
        "starts_zone",
        "ends_at",
        "ends_zone",
        "booking_reference",
    )
    return travel.add_trip_item(
        actor=user, now=timezone.now(), **{name: data[name] for name in names}
    )


@case_action(
    "invite", part="people", form=forms.InviteForm, done=_("The invitation is on its way.")
)
def invite_relative(case: Case, user: User, data: Data) -> object:
    """Make or find the person, let them see the case, and invite them by mail."""
    now = timezone.now()
    with transaction.atomic():
        person = User.objects.filter(email=data["email"].lower(), role=Role.FAMILY).first()
        if person is None:
            if User.objects.filter(email=data["email"].lower()).exists():
                raise ValidationError(
                    _("This address cannot be used for a family member."), code="address_taken"
                )
            person = User.objects.create_user(
                data["email"],
                name=data["name"],
                role=Role.FAMILY,
                language=case.patient.language,
                time_zone=case.patient.time_zone,
            )
        services.add_party(
            case=case,
            user=person,
            relation=data["relation"],
            may_consent=data["may_consent"],
            actor=user,
            now=now,
        )
        return invite_person(
            user=person,
            actor=user,
            now=now,
            question=str(_("The patient's date of birth, as 2014-03-21"))
            if case.patient.birth_date
            else "",
            answer=case.patient.birth_date,
        )


@case_action("freeze", part="people", done=_("Nothing leaves the house any more."))
def freeze(case: Case, user: User, data: Data) -> object:
    del data
    return consents.freeze_consent(case=case, actor=user, now=timezone.now())


@case_action("unfreeze", part="people", done=_("Sending is possible again."))
def unfreeze(case: Case, user: User, data: Data) -> object:
    del data
    return consents.lift_freeze(case=case, actor=user, now=timezone.now())
