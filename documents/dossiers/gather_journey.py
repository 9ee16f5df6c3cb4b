"""The way of a case as the dossier prints it: who asks whom, what is missing, letters, travel.

A hospital reads of its own correspondence and appointments, never of another hospital's.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from cases.casework.models import Case, Consent, ConsentPurpose, RequestState
from cases.clinical.models import Fact
from cases.clinical.standing import Standing
from cases.clinical.terms import Sex as SexTerm, label_of
from cases.clinical.values import PartialDate
from cases.hospitals.models import Audience, Direction, Message, MessageState, Referral
from cases.travel.models import Appointment, AppointmentState, Trip, TripItem, TripState
from documents.dossiers.contents import (
    Confirmation,
    Letter,
    Patient,
    Question,
    Recipient,
    TravelItem,
)
from documents.dossiers.findings import Flag, MissingItem, UnknownKind
from documents.dossiers.gather_flag import completed_years
from documents.dossiers.printed import Absence, Listed
from documents.dossiers.said import Said, as_said, join_said, say as _, say_many as ngettext
from documents.dossiers.saying import Days, say_moment, say_span
from documents.dossiers.sources import SourceBook, date_of, full_date, name_language
from documents.records.models import RecordKind

NOT_RELEASED: Final = Absence(_("not released by the consent"))
REQUEST_WORDS: Final = {
    RequestState.OPEN: _("not received yet"),
    RequestState.RECEIVED: _("received, being checked"),
    RequestState.CANNOT_GET: _("the family cannot get it"),
}
NOT_A_LETTER: Final = [MessageState.DRAFT, MessageState.HELD, MessageState.BOUNCED]


def print_recipient(referral: Referral | None) -> Recipient | Absence:
    if referral is None:
        return Absence(_("no hospital has been chosen yet"))
    hospital = referral.hospital
    return Recipient(
        hospital=hospital.name,
        unit=hospital.department,
        place=f"{hospital.city}, {hospital.country}",
        contact=referral.contact.name if referral.contact else "",
    )


def print_question(case: Case, referral: Referral | None) -> Question | Absence:
    if referral is None:
        return Absence(_("the question has not been agreed with the family yet"))
    owner = case.owner
    return Question(
        text=referral.question,
        asked_by=settings.ORGANISATION,
        answer_to=", ".join(part for part in (owner.name, owner.email, owner.phone) if part)
        if owner
        else settings.ORGANISATION,
    )


def print_patient(case: Case, referral: Referral | None, standing: Standing) -> Patient:
    """The patient as far as a consent that names this hospital allows.

    Without one, name and day of birth stay out; the age in years stays, because every reading
    of the findings needs it. Without a hospital the dossier stays in the house.
    """
    patient = case.patient
    consent = find_share_consent(case, referral)
    shown = referral is None or consent is not None
    born = standing.snapshot.patient.date_of_birth
    exact = born.text if isinstance(born, PartialDate) and born.is_possible else ""
    sex = standing.snapshot.patient.sex
    return Patient(
        name=patient.name if shown else NOT_RELEASED,
        native_name=patient.native_name if shown else "",
        birth_date=(exact or _why_no_birth(standing)) if shown else NOT_RELEASED,
        age_years=completed_years(born, standing.snapshot.reference_date),
        sex=as_said(label_of(SexTerm(sex)))
        if isinstance(sex, str) and sex in list(SexTerm)
        else _absent_sex(sex),
        country=patient.country or Absence(_("not recorded")),
        language=name_language(patient.language) or Absence(_("not recorded")),
        consent=_say_consent(referral, consent),
    )


def find_share_consent(case: Case, referral: Referral | None) -> Consent | None:
    """The live consent that names the referral's hospital."""
    if referral is None:
        return None
    consent: Consent | None = (
        case.consents.live()
        .filter(purpose=ConsentPurpose.SHARE, recipient_id=referral.hospital_id)
        .first()
    )
    return consent


def _why_no_birth(standing: Standing) -> Absence:
    if "date_of_birth" in standing.conflicts:
        return Absence(_("sources disagree"))
    return Absence(_("not recorded"))


def _absent_sex(sex: object) -> Absence:
    return Absence(_("not recorded") if sex is None else _("sources disagree"))


def _say_consent(referral: Referral | None, consent: Consent | None) -> str:
    if referral is None:
        return _("For use in the office only: no hospital is named")
    if consent is None:
        return _("Name and birth date are left out: no consent names this hospital yet")
    return _(
        "Full identity, under the consent of %(day)s (text version %(version)s) "
        "that names this hospital",
        day=consent.given_at.date(),
        version=consent.text_version,
    )


def print_missing(
    case: Case, referral: Referral | None, flag: Flag | Absence, book: SourceBook, day: date
) -> Listed[MissingItem]:
    """What was asked of the family, what this hospital wants and has not, and open rows."""
    requests = list(case.record_requests.filter(state__in=list(REQUEST_WORDS)))
    items = [
        MissingItem(
            what=request.title,
            why=request.reason,
            asked_of=_("the family"),
            asked_on=request.asked_at.date(),
            state=REQUEST_WORDS[RequestState(request.state)],
        )
        for request in requests
    ]
    asked_kinds = {request.kind for request in requests}
    items += _list_unmet_wishes(referral, book, day, asked_kinds)
    if isinstance(flag, Flag):
        items += [
            MissingItem(
                what=row.ask,
                why=_("“%(phrase)s” cannot be compared without it", phrase=row.phrase),
            )
            for row in flag.rows
            if row.unknown_kind is UnknownKind.MISSING and row.ask
        ]
    return tuple(items) or Absence(_("nothing is known to be missing"))


def _list_unmet_wishes(
    referral: Referral | None, book: SourceBook, day: date, asked: set[str]
) -> list[MissingItem]:
    """Kinds of record that the hospital asks for and that are not there, or too old."""
    if referral is None:
        return []
    items = []
    for wish in referral.hospital.requirements.all():
        dates = [
            full_date(date_of(source.document))
            for source in book.files
            if source.document.kind == wish.kind
        ]
        if wish.kind in asked:
            continue
        label = as_said(str(dict(RecordKind.choices).get(wish.kind, wish.kind)))
        ages = [(day - done).days for done in dates if done is not None]
        if not dates:
            items.append(MissingItem(what=label, why=_("The hospital asks for it")))
        elif _is_too_old(ages, wish.not_older_than_days):
            why = _(
                "The hospital asks for one at most %(limit)d days old; "
                "the latest is %(age)d days old",
                limit=wish.not_older_than_days,
                age=min(ages),
            )
            items.append(MissingItem(what=_("Newer: %(record)s", record=label), why=why))
    return items


def _is_too_old(ages: list[int], limit: int | None) -> bool:
    return limit is not None and bool(ages) and min(ages) > limit


def print_correspondence(case: Case, referral: Referral | None) -> Listed[Letter]:
    messages = Message.objects.filter(
        thread__case=case, thread__audience=Audience.HOSPITAL
    ).exclude(state__in=NOT_A_LETTER)
    if referral is not None:
        messages = messages.filter(thread__referral=referral)
    letters = [
        Letter(
            on=(message.sent_at or message.created_at).date(),
            way="to" if message.direction == Direction.OUT else "from",
            party=_name_party(message),
            about=message.thread.subject,
            state=as_said(str(MessageState(message.state).label)),
        )
        for message in messages.select_related("thread__referral__hospital", "contact").order_by(
            "created_at", "id"
        )
    ]
    letters.sort(key=lambda letter: letter.on)  # what waited for a server left later
    return tuple(letters) or Absence(_("nobody has been written to yet"))


def _name_party(message: Message) -> str:
    referral = message.thread.referral
    hospital = referral.hospital.name if referral else ""
    contact = message.contact.name if message.contact else ""
    return ", ".join(part for part in (contact, hospital) if part)


def concerns(referral: Referral | None) -> Q:
    """What concerns this hospital, and no other one's; without a hospital, everything."""
    return Q() if referral is None else Q(hospital=referral.hospital_id) | Q(hospital=None)


def print_travel(case: Case, referral: Referral | None) -> Listed[TravelItem]:
    """Appointments and trips that concern this hospital, in the zone of the place."""
    ours = concerns(referral)
    appointments = (
        Appointment.objects.filter(ours, case=case)
        .exclude(state=AppointmentState.CANCELLED)
        .select_related("hospital")
    )
    items = [
        TravelItem(
            what=appointment.title,
            state=as_said(str(AppointmentState(appointment.state).label)),
            when=say_moment(appointment.starts_at, appointment.time_zone),
            note=_name_place(appointment),
        )
        for appointment in appointments
    ]
    trips = (
        Trip.objects.filter(ours, case=case)
        .exclude(state=TripState.CANCELLED)
        .prefetch_related("travellers", "items")
    )
    for trip in trips:
        items += _print_trip(trip)
    return tuple(items) or Absence(_("no appointment or trip is planned yet"))


def _name_place(appointment: Appointment) -> str:
    """The place and its hospital, which the place may name itself."""
    hospital = appointment.hospital.name if appointment.hospital else ""
    if hospital in appointment.place:
        return str(appointment.place)
    return ", ".join(part for part in (appointment.place, hospital) if part)


def _print_trip(trip: Trip) -> list[TravelItem]:
    """The trip with its days, then its parts; the trip's state is told once."""
    travellers = list(trip.travellers.all())
    visas = dict.fromkeys(as_said(str(each.get_visa_display())) for each in travellers)
    parts = list(trip.items.all())
    days = [part.starts_at.astimezone(ZoneInfo(part.starts_zone)).date() for part in parts]
    days += [part.ends_at.astimezone(ZoneInfo(part.ends_zone)).date() for part in parts]
    items = [
        TravelItem(
            what=_("Trip to %(city)s, %(country)s", city=trip.city, country=trip.country),
            state=as_said(str(TripState(trip.state).label)),
            when=Said("%(days)s", {"days": Days(min(days), max(days))}) if days else "",
            note=ngettext(
                "%(count)d travelling; visa: %(states)s",
                "%(count)d travelling; visa: %(states)s",
                len(travellers),
                states=join_said(*visas, by=", "),
            )
            if travellers
            else "",
        )
    ]
    return [*items, *(_print_part(part) for part in parts)]


def _print_part(part: TripItem) -> TravelItem:
    when, until = say_span(part.starts_at, part.starts_zone, part.ends_at, part.ends_zone)
    return TravelItem(
        what=join_said(as_said(str(part.get_kind_display())), part.title, by=": "),
        state="",
        when=when,
        until=until,
        note=part.place,
    )


def print_confirmations(facts: Iterable[Fact]) -> Listed[Confirmation]:
    """Who confirmed how many of the facts that stand here."""
    by_person: dict[int, list[Fact]] = {}
    for fact in facts:
        if fact.decided_by_id is not None:
            by_person.setdefault(fact.decided_by_id, []).append(fact)
    confirmations = []
    for confirmed in by_person.values():
        person = confirmed[0].decided_by
        moments = [fact.decided_at for fact in confirmed if fact.decided_at is not None]
        if person is not None and moments:
            confirmations.append(
                Confirmation(
                    name=person.name,
                    role=as_said(str(person.get_role_display())),
                    facts=len(confirmed),
                    last_on=max(moments).date(),
                )
            )
    confirmations.sort(key=lambda each: (-each.facts, each.name))
    return tuple(confirmations) or Absence(_("no fact has been confirmed"))
