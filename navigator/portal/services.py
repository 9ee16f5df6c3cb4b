"""What a person who is not yet known asks for: to be heard."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from cases.accounts.models import Role, Team, User
from cases.casework.models import Case, Patient, Relation
from cases.casework.services import add_party, make_task, open_case

TEAM_ROLES = [Role.COORDINATOR, Role.TEAM_LEAD]


@dataclass(frozen=True)
class Inquiry:
    writer_name: str
    relation: Relation
    patient_name: str
    country: str
    email: str
    phone: str
    language: str
    time_zone: str
    words: str


def find_intake_team() -> Team | None:
    """The team that sees a new inquiry and shares it out.

    The one that the office chose; while it chose none, or one in which nobody could answer, the
    first by name that has somebody who can. Nobody's inquiry waits where nobody looks.
    """
    able = Team.objects.filter(members__role__in=TEAM_ROLES, members__is_active=True).distinct()
    return able.filter(takes_inquiries=True).first() or able.first()


@transaction.atomic
def send_inquiry(*, inquiry: Inquiry, now: datetime) -> Case:
    """Open a case from an inquiry, and ask a coordinator to answer it.

    The writer becomes a party to it, reached by the address alone. An address that belongs to
    someone already is answered in the same way; a family's account keeps its own name, and one
    of staff is never tied to a case from outside.
    """
    patient = Patient.objects.create(
        name=inquiry.patient_name,
        country=inquiry.country,
        language=inquiry.language,
        time_zone=inquiry.time_zone,
    )
    case = open_case(
        patient=patient,
        inquiry=inquiry.words,
        actor=None,
        now=now,
        team=find_intake_team(),
    )
    writer = User.objects.filter(email=inquiry.email.lower()).first()
    if writer is None:
        writer = User.objects.create_user(
            inquiry.email,
            name=inquiry.writer_name,
            role=Role.FAMILY,
            language=inquiry.language,
            time_zone=inquiry.time_zone,
            phone=inquiry.phone,
        )
    if writer.role == Role.FAMILY:
        add_party(case=case, user=writer, relation=inquiry.relation, actor=None, now=now)
    make_task(
        title="A new inquiry waits for an answer",
        case=case,
        code="inquiry_new",
        target=f"casework.case:{case.pk}",
        now=now,
    )
    return case
