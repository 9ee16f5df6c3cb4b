"""Consent: given for one purpose, to a named hospital where papers go there; gone at once.

A withdrawal, a freeze or a death takes effect in its own transaction: the rooms to the right
hear of it there and close their links and queues before it commits.
"""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from cases.accounts.audit import record
from cases.accounts.models import Role, User
from cases.casework import errors
from cases.casework.models import (
    Case,
    CaseParty,
    Consent,
    ConsentPurpose,
    Patient,
    Relation,
    TimelineEntry,
)
from cases.casework.services import add_timeline_entry
from cases.casework.signals import consent_frozen, consent_withdrawn, patient_died

TEXT_VERSION = "2026-1"
DEATH: Final = "patient_died"
DEATH_ROLES: Final = frozenset({Role.COORDINATOR, Role.TEAM_LEAD})
ONE_DAY: Final = timedelta(days=1)
TIME_TO_UNDO: Final = ONE_DAY


def has_live_consent(case: Case, purpose: ConsentPurpose, recipient_id: UUID | None = None) -> bool:
    return case.consents.live().filter(purpose=purpose, recipient_id=recipient_id).exists()


def require_sendable(case: Case, *, hospital_id: UUID, hospital_name: str) -> None:
    """Refuse unless the case is not frozen and a live consent names the hospital."""
    if case.is_frozen:
        raise errors.CaseFrozen
    if not has_live_consent(case, ConsentPurpose.SHARE, hospital_id):
        raise errors.ConsentMissing(hospital_name)


@transaction.atomic
def give_consent(
    *,
    case: Case,
    purpose: ConsentPurpose,
    actor: User,
    now: datetime,
    language: str,
    recipient_id: UUID | None = None,
    recipient_name: str = "",
) -> Consent:
    """Record a family member's agreement; the same agreement twice is one row.

    Their capacity is that of their party to the case; staff cannot agree for a family.
    """
    party = (
        CaseParty.objects.filter(
            case=case, user=actor, may_consent=True, ended_at__isnull=True
        ).first()
        if actor.role == Role.FAMILY
        else None
    )
    if party is None:
        raise errors.ConsentNotTheirs
    if (purpose == ConsentPurpose.SHARE) != (recipient_id is not None):
        raise errors.ConsentNamesNoHospital(str(purpose.label))
    Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    live = case.consents.live().filter(purpose=purpose, recipient_id=recipient_id).first()
    if live is not None:
        return live
    consent = Consent.objects.create(
        case=case,
        purpose=purpose,
        recipient_id=recipient_id,
        recipient_name=recipient_name,
        given_by=actor,
        capacity=Relation(party.relation),
        text_version=TEXT_VERSION,
        text_language=language,
        given_at=now,
    )
    detail = {"purpose": purpose.value, "recipient": str(recipient_id or "")}
    record(
        action="consent.given",
        actor=actor,
        case_id=case.pk,
        target=f"casework.consent:{consent.pk}",
        detail=detail,
        now=now,
    )
    add_timeline_entry(
        case=case, code="consent_given", actor=actor, now=now, detail=detail, shown_to_family=True
    )
    return consent


@transaction.atomic
def withdraw_consent(*, consent: Consent, actor: User, now: datetime) -> Consent:
    """Take an agreement back, at once; a second withdrawal changes nothing."""
    Case.objects.select_for_update(no_key=True).get(pk=consent.case_id)
    consent = (
        Consent.objects.select_for_update(of=("self",), no_key=True)
        .select_related("case")
        .get(pk=consent.pk)
    )
    if consent.withdrawn_at is not None:
        return consent
    consent.withdrawn_at, consent.withdrawn_by = now, actor
    consent.save(update_fields=["withdrawn_at", "withdrawn_by"])
    detail = {"purpose": consent.purpose, "recipient": str(consent.recipient_id or "")}
    record(
        action="consent.withdrawn",
        actor=actor,
        case_id=consent.case_id,
        target=f"casework.consent:{consent.pk}",
        detail=detail,
        now=now,
    )
    add_timeline_entry(
        case=consent.case,
        code="consent_withdrawn",
        actor=actor,
        now=now,
        detail=detail,
        shown_to_family=True,
    )
    consent_withdrawn.send(
        sender=Consent,
        case_id=consent.case_id,
        now=now,
        purpose=consent.purpose,
        recipient_id=consent.recipient_id,
    )
    return consent


@transaction.atomic
def freeze_consent(*, case: Case, actor: User, now: datetime) -> Case:
    """Stop everything that would leave the house, until it is lifted."""
    case = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if case.consent_frozen_at is None:
        case.consent_frozen_at = now
        case.save(update_fields=["consent_frozen_at"])
        record(action="consent.frozen", actor=actor, case_id=case.pk, now=now)
        add_timeline_entry(case=case, code="consent_frozen", actor=actor, now=now)
        consent_frozen.send(sender=Case, case_id=case.pk, now=now)
    return case


@transaction.atomic
def lift_freeze(*, case: Case, actor: User, now: datetime) -> Case:
    case = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if case.consent_frozen_at is not None:
        case.consent_frozen_at = None
        case.save(update_fields=["consent_frozen_at"])
        record(action="consent.freeze_lifted", actor=actor, case_id=case.pk, now=now)
        add_timeline_entry(case=case, code="consent_freeze_lifted", actor=actor, now=now)
    return case


@transaction.atomic
def record_death(*, case: Case, on: date, actor: User, now: datetime) -> Case:
    """One confirmed act that stops all automation and all links of the patient's cases.

    `take_back_death` undoes it for a day. Recorded twice, the first date stands.
    """
    require_death_role(actor)
    patient = case.patient = Patient.objects.select_for_update(no_key=True).get(pk=case.patient_id)
    if on > now.date() + ONE_DAY:  # it may be tomorrow where they live
        raise errors.DeathInTheFuture
    if patient.deceased_on is None:
        patient.deceased_on = on
        patient.save(update_fields=["deceased_on"])
        for each in patient.cases.all():
            record(action="patient.died", actor=actor, case_id=each.pk, now=now)
            add_timeline_entry(case=each, code=DEATH, actor=actor, now=now)
            patient_died.send(sender=Case, case_id=each.pk, now=now)
    return case


@transaction.atomic
def take_back_death(*, case: Case, actor: User, now: datetime) -> Case:
    """Undo a death that was recorded by mistake, within a day of recording it.

    Links that have neither run out nor been closed open again, and work goes on. Messages that
    waited to be sent stay drafts: a person reads them again before they go.
    """
    require_death_role(actor)
    patient = case.patient = Patient.objects.select_for_update(no_key=True).get(pk=case.patient_id)
    if patient.deceased_on is None:
        return case
    until = find_undo_end(patient)
    if until is None or now >= until:
        raise errors.DeathStands
    patient.deceased_on = None
    patient.save(update_fields=["deceased_on"])
    for each in patient.cases.all():
        record(action="patient.death_taken_back", actor=actor, case_id=each.pk, now=now)
        add_timeline_entry(case=each, code="patient_death_taken_back", actor=actor, now=now)
    return case


def find_undo_end(patient: Patient) -> datetime | None:
    """Until when a recorded death can be taken back; None where none was recorded here."""
    entries = TimelineEntry.objects.filter(case__patient=patient, code=DEATH)
    at = entries.order_by("-at").values_list("at", flat=True).first()
    return at + TIME_TO_UNDO if at is not None else None


def require_death_role(actor: User) -> None:
    if actor.role not in DEATH_ROLES:
        raise errors.DeathNotTheirs
