"""What the desk's tests stand on: a case with everything in it, and the addresses of its pages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse

from cases.casework import services
from cases.casework.consents import give_consent
from cases.casework.models import Case, ConsentPurpose
from cases.clinical import services as facts
from cases.clinical.models import Fact
from cases.hospitals import services as hospitals
from cases.hospitals.models import Thread
from cases.travel import services as travel
from cases.travel.models import Appointment, Trip
from documents.dossiers.models import Dossier, DossierItem, DossierVersion, VersionState
from documents.dossiers.services import request_dossier
from documents.records.models import Document, DocumentFile, RecordKind
from documents.records.services import accept_document
from documents.records.vault import seal_bytes
from tests import make
from tests.records.sending import LETTER, is_about_ruth, send

PARTS = (
    "overview",
    "records",
    "facts",
    "flag",
    "dossiers",
    "referrals",
    "messages",
    "travel",
    "people",
)


def page(case: Case, part: str) -> str:
    return reverse("admin:cockpit_part", args=[case.pk, part])


def action(case: Case, name: str) -> str:
    return reverse("admin:case_do", args=[case.pk, name])


@dataclass(frozen=True)
class Office:
    """A case in the middle of its way: a letter read, a trip, a family that wrote."""

    cast: make.Cast
    document: Document
    thread: Thread
    appointment: Appointment
    trip: Trip

    @property
    def case(self) -> Case:
        return self.cast.case


def furnish(cast: make.Cast, run_jobs: Callable[[], int]) -> Office:
    case, actor, now = is_about_ruth(cast.case), cast.coordinator, make.NOW
    hospital = cast.reviewer.hospital
    give_consent(
        case=case,
        purpose=ConsentPurpose.SHARE,
        actor=cast.parent,
        now=now,
        language="en",
        recipient_id=hospital.pk,
        recipient_name=hospital.name,
    )
    document = send(
        case, LETTER, actor=cast.parent, name="letter.pdf", kind=RecordKind.ONCOLOGY_LETTER
    )
    run_jobs()
    document.refresh_from_db()
    thread = hospitals.find_family_thread(case=case, now=now)
    hospitals.receive_message(
        thread=thread, body="Did the letter arrive?", author=cast.parent, now=now
    )
    services.make_task(
        title="Ask for the discs", case=case, assignee=actor, due_in=timedelta(days=1), now=now
    )
    services.ask_for_record(
        case=case, kind="imaging", title="CT", reason="The latest one", actor=actor, now=now
    )
    trip = travel.plan_trip(
        case=case,
        city="Lindenau",
        country="Germany",
        time_zone="Europe/Berlin",
        actor=actor,
        now=now,
    )
    appointment = travel.make_appointment(
        case=case,
        title="First visit",
        starts_at=now + timedelta(hours=20),
        time_zone="Europe/Berlin",
        actor=actor,
        now=now,
    )
    return Office(cast, document, thread, appointment, trip)


def confirm_all(office: Office) -> None:
    """Every proposal stands, and the letter is accepted."""
    actor, now = office.cast.coordinator, make.NOW
    for fact in Fact.objects.proposed().filter(case=office.case):
        facts.confirm_fact(fact=fact, actor=actor, now=now)
    accept_document(document=office.document, actor=actor, now=now)


def put_version(office: Office) -> DossierVersion:
    """A version for the referral that waits to be checked, with a letter for its bytes."""
    case = office.case
    stored = seal_bytes(case_id=case.pk, data=LETTER)
    dossier = Dossier.objects.create(case=case, referral=office.cast.referral, created_at=make.NOW)
    version = DossierVersion.objects.create(
        dossier=dossier,
        number=1,
        state=VersionState.TO_CHECK,
        reference_date=make.NOW.date(),
        contents={"case_reference": case.reference},
        contents_sha256="c" * 64,
        file_sha256=stored.sha256,
        size=stored.size,
        page_count=2,
        object_name=stored.object_name,
        asked_by=office.cast.coordinator,
        asked_at=make.NOW,
    )
    file = DocumentFile.objects.get(document=office.document)
    DossierItem.objects.create(version=version, file=file, position=1)
    return version


def build_version(office: Office, run_jobs: Callable[[], int]) -> DossierVersion:
    """A version for the referral, made by the real job, waiting to be checked."""
    confirm_all(office)
    version = request_dossier(
        case=office.case, referral=office.cast.referral, actor=office.cast.coordinator, now=make.NOW
    )
    run_jobs()
    version.refresh_from_db()
    return version
