"""Rows for tests, made by plain typed functions. Names are invented."""

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime

from cases.accounts.models import Role, Team, User
from cases.casework.models import (
    Case,
    CaseParty,
    Consent,
    ConsentPurpose,
    Patient,
    Relation,
    Stage,
)
from cases.hospitals.models import Contact, Hospital, Referral

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
_numbers = itertools.count(1)
PASSWORD = "a long sentence to sign in with"  # of people who do not exist


def user(
    *,
    role: Role = Role.COORDINATOR,
    name: str = "Ines Moreau",
    email: str = "",
    team: Team | None = None,
    language: str = "en",
    time_zone: str = "UTC",
) -> User:
    person = User.objects.create_user(
        email or f"person{next(_numbers)}@office.example",
        PASSWORD,
        name=name,
        role=role,
        language=language,
        time_zone=time_zone,
    )
    if team is not None:
        team.members.add(person)
    return person


def team(name: str = "") -> Team:
    return Team.objects.create(name=name or f"Team {next(_numbers)}")


def patient(
    *, name: str = "Marta Velasco", native_name: str = "", birth_date: str = "1968-05-20"
) -> Patient:
    return Patient.objects.create(
        name=name, native_name=native_name, birth_date=birth_date, sex="female", country="Peru"
    )


def case(
    *,
    owner: User | None = None,
    team: Team | None = None,
    patient: Patient | None = None,
    stage: Stage = Stage.RECORDS,
    agreed: bool = True,
) -> Case:
    """A case whose family has agreed that its papers are kept, unless told otherwise."""
    made: Case = Case.objects.create(
        reference=f"NV-2026-{next(_numbers):05d}",
        patient=patient or globals()["patient"](),
        stage=stage,
        owner=owner,
        team=team,
        opened_at=NOW,
        stage_since=NOW,
    )
    if agreed:
        agree(made)
    return made


def agree(case: Case, *, purpose: ConsentPurpose = ConsentPurpose.KEEP_RECORDS) -> Consent:
    """The agreement of a relative who has no other part in the test."""
    return Consent.objects.create(
        case=case,
        purpose=purpose,
        given_by=user(role=Role.FAMILY, name="Ana Velasco"),
        capacity=Relation.PARENT,
        text_version="1",
        text_language="en",
        given_at=NOW,
    )


def hospital(*, name: str = "") -> Hospital:
    return Hospital.objects.create(
        name=name or f"Hospital Lindenau {next(_numbers)}",
        city="Lindenau",
        country="Germany",
        time_zone="Europe/Berlin",
    )


def contact(*, hospital: Hospital | None = None, email: str = "") -> Contact:
    return Contact.objects.create(
        hospital=hospital or globals()["hospital"](),
        name="Dr. Anselm Vogt",
        email=email or f"board{next(_numbers)}@hospital.example",
    )


def referral(*, case: Case, contact: Contact) -> Referral:
    return Referral.objects.create(
        case=case,
        hospital=contact.hospital,
        contact=contact,
        question="Would your board review this case?",
        created_at=NOW,
    )


def relative(
    *, case: Case, name: str = "Rosa Velasco", email: str = "", may_consent: bool = True
) -> User:
    """A family member with a part in the case."""
    person = user(role=Role.FAMILY, name=name, email=email)
    CaseParty.objects.create(
        case=case, user=person, relation=Relation.PARENT, may_consent=may_consent
    )
    return person


@dataclass(frozen=True)
class Cast:
    """One case and everyone around it.

    `stranger` is a parent of another family, `outsider` a coordinator of another team,
    `administrator` has no clinical access.
    """

    case: Case
    coordinator: User
    lead: User
    clinician: User
    parent: User
    stranger: User
    outsider: User
    administrator: User
    reviewer: Contact
    referral: Referral


def cast(*, agreed: bool = True) -> Cast:
    mine, other = team(), team()
    coordinator = user(team=mine)
    ours = case(owner=coordinator, team=mine, agreed=agreed)
    parent = user(role=Role.FAMILY, name="Rosa Velasco", email="rosa@family.example")
    CaseParty.objects.create(case=ours, user=parent, relation=Relation.PARENT, may_consent=True)
    stranger = user(role=Role.FAMILY, name="Omar Haddad", email="omar@family.example")
    theirs = case(
        owner=user(team=other), team=other, patient=patient(name="Lina Haddad"), agreed=agreed
    )
    CaseParty.objects.create(case=theirs, user=stranger, relation=Relation.PARENT)
    reviewer = contact()
    return Cast(
        case=ours,
        coordinator=coordinator,
        lead=user(role=Role.TEAM_LEAD, name="Noor Lindqvist", team=mine),
        clinician=user(role=Role.CLINICIAN, name="Dr. Hanna Weiss", team=mine),
        parent=parent,
        stranger=stranger,
        outsider=user(name="Tomas Rieger", team=other),
        administrator=user(role=Role.ADMINISTRATOR, name="Ada Brandt"),
        reviewer=reviewer,
        referral=referral(case=ours, contact=reviewer),
    )
