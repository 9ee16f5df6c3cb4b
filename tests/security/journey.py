"""The planted case on its way: appointments, a trip, a dossier and its link."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

from cases.accounts.codes import hash_token
from cases.casework.models import Case, Relation
from cases.jobs.models import Job
from cases.travel.models import Appointment, CostEstimate, Traveller, Trip, TripItem
from documents.dossiers.links import make_token
from documents.dossiers.models import Dossier, DossierVersion, Grant, VersionState
from documents.records.vault import seal_bytes
from tests import make
from tests.security.word import CANARY, DOSSIER


@dataclass(frozen=True)
class Travels:
    appointment: Appointment
    trip: Trip
    traveller: Traveller
    item: TripItem
    cost: CostEstimate


def plant_travels(case: Case, cast: make.Cast) -> Travels:
    soon = make.NOW + timedelta(days=3)
    hospital = cast.reviewer.hospital
    trip = Trip.objects.create(
        case=case,
        hospital=hospital,
        city=f"{CANARY} town",
        country="Germany",
        time_zone="Europe/Berlin",
        local_contact=f"{CANARY} aunt",
        note=f"{CANARY} note",
    )
    return Travels(
        appointment=Appointment.objects.create(
            case=case,
            hospital=hospital,
            title=f"{CANARY} visit",
            place=f"{CANARY} ward",
            starts_at=soon,
            time_zone="Europe/Berlin",
            preparation=f"{CANARY} fasting",
        ),
        trip=trip,
        traveller=Traveller.objects.create(
            trip=trip, name=f"{CANARY} Marta", relation=Relation.PATIENT, needs=f"{CANARY} chair"
        ),
        item=TripItem.objects.create(
            trip=trip,
            kind="flight",
            title=f"{CANARY} flight",
            starts_at=soon,
            starts_zone="America/Lima",
            ends_at=soon + timedelta(hours=12),
            ends_zone="Europe/Berlin",
            booking_reference=f"{CANARY}1",
        ),
        cost=CostEstimate.objects.create(
            case=case,
            hospital=hospital,
            what=f"{CANARY} scan",
            amount=1200,
            currency="EUR",
            stated_on=date(2026, 11, 1),
        ),
    )


@dataclass(frozen=True)
class GoingOut:
    dossier: Dossier
    version: DossierVersion
    grant: Grant
    job: Job


def plant_dossier(cast: make.Cast) -> GoingOut:
    now = make.NOW
    dossier = Dossier.objects.create(case=cast.case, referral=cast.referral, created_at=now)
    stored = seal_bytes(case_id=cast.case.pk, data=DOSSIER, folder="dossiers")
    version = DossierVersion.objects.create(
        dossier=dossier,
        number=1,
        state=VersionState.SENT,
        reference_date=date(2026, 11, 22),
        contents={"patient": CANARY},
        contents_sha256="1" * 64,
        file_sha256=stored.sha256,
        size=stored.size,
        page_count=1,
        object_name=stored.object_name,
        asked_by=cast.coordinator,
        asked_at=now,
        sealed_at=now,
        sealed_by=cast.coordinator,
    )
    grant_id = uuid4()
    grant = Grant.objects.create(
        id=grant_id,
        version=version,
        contact=cast.reviewer,
        token_hash=hash_token(make_token(grant_id)),
        created_at=now,
        created_by=cast.coordinator,
        expires_at=now + timedelta(days=3650),
    )
    job = Job.objects.create(
        kind="dossiers.build_version",
        args={"version_id": str(version.pk)},
        subject=f"dossiers.dossierversion:{version.pk}",
        case_id=cast.case.pk,
        state="done",
        attempts=1,
    )
    return GoingOut(dossier, version, grant, job)
