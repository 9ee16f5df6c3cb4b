"""Families of the demonstration: their cases, consents and papers.

Every step goes through the same service as a click, and is passed over where it was done before,
so that an interrupted start can be taken up again.
"""

from datetime import datetime

from django.db import transaction

from cases.accounts.models import Role, User
from cases.casework.consents import give_consent
from cases.casework.models import STAGES, Case, ConsentPurpose, Patient, Relation, Stage
from cases.casework.services import add_party, advance_stage, open_case
from cases.hospitals.models import Hospital
from documents.records.services import accept_upload
from navigator.demo.samples import COUNTRIES, RELATIONS, at_noon, kind_of, language_of
from tests.samples import shapes


@transaction.atomic
def open_sample_case(sample: shapes.SampleCase, coordinator: User) -> Case:
    """The family's inquiry becomes a case with its patient and the relative who wrote."""
    patient = sample.patient
    found = Case.objects.filter(patient__name=patient.full_name, owner=coordinator).first()
    if found is not None:
        return found
    case = open_case(
        patient=Patient.objects.create(
            name=patient.full_name,
            native_name=patient.native_name,
            birth_date=patient.birth_date.isoformat(),
            sex=patient.sex,
            country=COUNTRIES.get(patient.country, patient.country),
            language=language_of(patient.language),
            time_zone=patient.time_zone,
        ),
        inquiry=sample.inquiry.words,
        actor=coordinator,
        owner=coordinator,
        team=coordinator.teams.first(),
        now=sample.inquiry.received,
    )
    contact = sample.contact
    relative = User.objects.filter(email=contact.email).first() or User.objects.create_user(
        contact.email,
        name=contact.name,
        role=Role.FAMILY,
        language=language_of(contact.language),
        time_zone=patient.time_zone,
        phone=contact.phone,
    )
    add_party(
        case=case,
        user=relative,
        relation=RELATIONS.get(contact.relation, Relation.OTHER),
        may_consent=True,
        actor=coordinator,
        now=sample.inquiry.received,
    )
    return case


def find_relative(case: Case) -> User:
    return case.parties.select_related("user").get().user


def give_sample_consents(
    sample: shapes.SampleCase, case: Case, hospitals: dict[str, Hospital]
) -> None:
    relative = find_relative(case)
    for agreed in sample.consents:
        hospital = hospitals.get(agreed.hospital)
        give_consent(
            case=case,
            purpose=ConsentPurpose(agreed.purpose),
            actor=relative,
            now=at_noon(agreed.given),
            language=language_of(agreed.language),
            recipient_id=hospital.pk if hospital else None,
            recipient_name=hospital.name if hospital else "",
        )


def send_papers(sample: shapes.SampleCase, case: Case) -> int:
    """The family uploads what it has; the same bytes twice are one document."""
    relative = find_relative(case)
    asked = {request.kind: request for request in case.record_requests.all()}
    for file in sample.files:
        with sample.path_of(file).open("rb") as stream:
            accept_upload(
                case=case,
                source=stream,
                original_name=file.name,
                kind=kind_of(file),
                title=file.title,
                request=asked.get(kind_of(file)),
                actor=relative,
                now=at_noon(file.received),
            )
    return len(sample.files)


def move_to_stage(sample: shapes.SampleCase, case: Case, coordinator: User, now: datetime) -> None:
    """Stage by stage to where the case stands; no further than that, and never back."""
    wanted = STAGES.index(Stage(sample.stage))
    case.refresh_from_db()
    while STAGES.index(Stage(case.stage)) < wanted:
        following = STAGES[STAGES.index(Stage(case.stage)) + 1]
        case = advance_stage(case=case, to=following, actor=coordinator, now=now)
