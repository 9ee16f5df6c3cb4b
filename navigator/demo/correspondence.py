"""Hospitals of the demonstration: referrals, letters, visits and trips."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import translation

from cases.accounts.models import User
from cases.casework.models import Case, Relation
from cases.casework.services import ask_for_record
from cases.clinical.asking import WANTED
from cases.hospitals.models import Audience, Contact, Hospital, HospitalRequirement, Referral
from cases.hospitals.services import (
    find_family_thread,
    open_referral,
    receive_message,
    send_message,
)
from cases.travel.models import TripItemKind, TripState
from cases.travel.services import (
    add_traveller,
    add_trip_item,
    make_appointment,
    move_trip,
    plan_trip,
)
from documents.records.models import RecordKind
from navigator.demo.families import find_relative
from navigator.demo.samples import COUNTRIES, ITEM_KINDS, KINDS, RELATIONS, at_noon
from tests.samples import shapes
from tests.samples.load import load_hospitals


@transaction.atomic
def keep_hospitals() -> dict[str, Hospital]:
    """The invented hospitals with their contacts and what they want to see."""
    kept = {}
    for key, sample in load_hospitals().items():
        hospital, _made = Hospital.objects.get_or_create(
            name=sample.name,
            defaults={
                "city": sample.city,
                "country": COUNTRIES.get(sample.country, sample.country),
                "time_zone": sample.time_zone,
                "language": sample.languages[0],
            },
        )
        for person in sample.contacts:
            Contact.objects.get_or_create(
                hospital=hospital,
                email=person.email,
                defaults={"name": person.name, "position": person.role},
            )
        for wanted in sample.requirements:
            HospitalRequirement.objects.get_or_create(
                hospital=hospital,
                kind=KINDS.get(wanted.kind) or wanted.kind,
                defaults={"not_older_than_days": wanted.max_age_days, "note": wanted.label[:200]},
            )
        kept[key] = hospital
    return kept


def refer_and_write(
    sample: shapes.SampleCase,
    case: Case,
    hospitals: dict[str, Hospital],
    coordinator: User,
) -> None:
    """Referrals, the letters to and fro, appointments and the trip, once."""
    now = at_noon(max(file.received for file in sample.files))
    for asked in sample.referrals:
        hospital = hospitals[asked.hospital]
        if case.referrals.filter(hospital=hospital).exists():
            continue
        open_referral(
            case=case,
            contact=hospital.contacts.get(email=asked.contact),
            question=" ".join(asked.question.split()),
            actor=coordinator,
            now=now,
        )
    if not case.threads.filter(messages__isnull=False).exists():
        write_letters(sample, case, hospitals, coordinator)
    if not case.appointments.exists():
        plan_visits(sample, case, hospitals, coordinator, now)
    if not case.trips.exists():
        plan_trips(sample, case, hospitals, coordinator, now)


def write_letters(
    sample: shapes.SampleCase,
    case: Case,
    hospitals: dict[str, Hospital],
    coordinator: User,
) -> None:
    for letter in sample.messages:
        body = " ".join(letter.body.split())
        if letter.party == "family":
            thread = find_family_thread(case=case, now=letter.sent)
            if letter.direction == "in":
                receive_message(
                    thread=thread, body=body, author=find_relative(case), now=letter.sent
                )
            else:
                send_message(thread=thread, body=body, actor=coordinator, now=letter.sent)
            continue
        thread = case.threads.select_related("referral__contact").get(
            audience=Audience.HOSPITAL, referral__hospital=hospitals[letter.party]
        )
        if letter.direction == "in":
            receive_message(
                thread=thread,
                body=body,
                contact=thread.referral.contact if thread.referral else None,
                entered_by=coordinator,
                now=letter.sent,
            )
        else:
            send_message(thread=thread, body=body, actor=coordinator, now=letter.sent)


def plan_visits(
    sample: shapes.SampleCase,
    case: Case,
    hospitals: dict[str, Hospital],
    coordinator: User,
    now: datetime,
) -> None:
    for visit in sample.appointments:
        hospital = hospitals[visit.hospital]
        make_appointment(
            case=case,
            title=visit.title,
            hospital=hospital,
            referral=Referral.objects.filter(case=case, hospital=hospital).first(),
            place=visit.place,
            starts_at=visit.starts,
            minutes=visit.minutes,
            time_zone=hospital.time_zone,
            preparation=visit.bring,
            confirmed=True,
            actor=coordinator,
            now=now,
        )


def plan_trips(
    sample: shapes.SampleCase,
    case: Case,
    hospitals: dict[str, Hospital],
    coordinator: User,
    now: datetime,
) -> None:
    home = sample.patient.time_zone
    for planned in sample.trips:
        hospital = hospitals[planned.hospital]
        trip = plan_trip(
            case=case,
            city=hospital.city,
            country=hospital.country,
            time_zone=hospital.time_zone,
            hospital=hospital,
            local_contact=planned.local_contact,
            actor=coordinator,
            now=now,
        )
        for traveller in planned.travellers:
            relation = (
                Relation.PATIENT
                if traveller.role == "patient"
                else RELATIONS.get(traveller.relation, Relation.OTHER)
            )
            added = add_traveller(
                trip=trip, name=traveller.name, relation=relation, actor=coordinator, now=now
            )
            added.passport_expires_on = traveller.passport_expires
            added.save(update_fields=["passport_expires_on"])
        for item in planned.items:
            add_trip_item(
                trip=trip,
                kind=ITEM_KINDS.get(item.kind) or TripItemKind(item.kind),
                title=item.title,
                place=item.place,
                starts_at=item.starts,
                starts_zone=zone_of(item.starts, home, hospital.time_zone),
                ends_at=item.ends,
                ends_zone=zone_of(item.ends, home, hospital.time_zone),
                booking_reference=item.reference,
                actor=coordinator,
                now=now,
            )
        if planned.state != "planning":
            move_trip(trip=trip, to=TripState(planned.state), actor=coordinator, now=now)


def zone_of(at: datetime, home: str, there: str) -> str:
    """Which of the two places a moment is told in, by its offset."""
    return home if at.astimezone(ZoneInfo(home)).utcoffset() == at.utcoffset() else there


def ask_for_papers(
    sample: shapes.SampleCase,
    case: Case,
    hospitals: dict[str, Hospital],
    coordinator: User,
) -> None:
    """The family's checklist, before anything is sent: what the first hospital wants to see."""
    now = sample.inquiry.received
    for asked in sample.referrals[:1]:
        name = hospitals[asked.hospital].name
        for wanted in load_hospitals()[asked.hospital].requirements:
            kind = str(KINDS.get(wanted.kind) or wanted.kind)
            title, reason = wanted.label[:150], wanted.why or f"{name} asks for it."
            if case.patient.language != "en":
                title, reason = words_for_everyone(kind)
            ask_for_record(
                case=case,
                kind=kind,
                title=title,
                reason=reason,
                not_older_than_days=wanted.max_age_days,
                actor=coordinator,
                now=now,
            )


def words_for_everyone(kind: str) -> tuple[str, str]:
    """Our own sentences for a kind of record, which each family reads in its language.

    The hospitals' words stand in English only; a family that reads another gets these.
    """
    with translation.override("en"):
        for paper in WANTED.values():
            if paper.kind == kind:
                return str(paper.title), str(paper.reason)
        return str(RecordKind(kind).label), ""
