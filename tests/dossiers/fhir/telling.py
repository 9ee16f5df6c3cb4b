"""Cases for tests of FHIR documents: the samples, a full one, and a snapshot without rows."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from cases.casework.models import Case, Patient
from cases.casework.services import ask_for_record
from cases.clinical.definitions import DEFAULT_INDICATION, load_definitions
from cases.clinical.evaluating import evaluate_case
from cases.clinical.models import SignOffMeaning
from cases.clinical.services import confirm_history_complete
from cases.clinical.sign_offs import sign_off_evaluation
from cases.clinical.snapshot import Snapshot
from cases.hospitals.models import Audience, Direction, Message, MessageState, Referral, Thread
from cases.travel.models import Appointment, AppointmentState
from documents.dossiers.fhir.bundle import build_bundle
from documents.dossiers.fhir.collecting import bundle_case, collect_known
from documents.dossiers.fhir.known import CaseKnown
from documents.dossiers.gather import gather_version
from documents.dossiers.models import Dossier, DossierVersion
from documents.records.models import (
    Document,
    DocumentFile,
    ImagingSeries,
    ImagingStudy,
    RecordKind,
    Translation,
    TranslationState,
)
from tests import make
from tests.clinical.knowing import enter
from tests.dossiers.records import accepted_record, agree, fill_case, read_from
from tests.make import NOW, Cast
from tests.samples.shapes import SampleCase

Bundle = dict[str, Any]


def tell_snapshot(snapshot: Snapshot) -> bytes:
    """The document of a snapshot behind which no rows stand."""
    return build_bundle(
        CaseKnown(
            case_id="case",
            case_reference=snapshot.case or "NV-2026-00001",
            now=datetime(2026, 11, 22, 9, tzinfo=UTC),
            snapshot=snapshot,
        )
    )


def tell_case(case: Case, referral: Referral | None = None, **options: bool) -> Bundle:
    read: Bundle = json.loads(bundle_case(case, referral, now=NOW, **options))
    return read


def know_case(case: Case, referral: Referral | None = None) -> CaseKnown:
    """What the document of a case is made of."""
    version = DossierVersion(
        dossier=Dossier(case=case, referral=referral, created_at=NOW),
        number=3,
        reference_date=NOW.date(),
        asked_at=NOW,
    )
    return collect_known(version, gather_version(version, now=NOW))


def resources_of(bundle: Bundle, kind: str) -> list[Bundle]:
    found = [entry["resource"] for entry in bundle["entry"]]
    return [resource for resource in found if resource["resourceType"] == kind]


def observations_of(bundle: Bundle, key: str) -> list[Bundle]:
    """The observations of a fact, by its key or the name of its family."""
    return [
        each
        for each in resources_of(bundle, "Observation")
        if any(
            coding == {"system": "https://navigator.example/fhir/fact", "code": key}
            for coding in each["code"]["coding"]
        )
    ]


def open_sample(cast: Cast, sample: SampleCase) -> Case:
    """A sample as its coordinator would leave it: records accepted, facts confirmed or stated."""
    patient = Patient.objects.create(
        name=sample.patient.full_name,
        native_name=sample.patient.native_name,
        birth_date=sample.patient.birth_date.isoformat(),
        sex=sample.patient.sex,
        country=sample.patient.country,
        language=sample.patient.language,
    )
    case = make.case(owner=cast.coordinator, patient=patient)
    files = {file.name: _keep_file(cast, case, sample, file.name) for file in sample.files}
    for said in sample.confirmed:
        read_from(files[said.file], cast.coordinator, said.fact, said.value, quote=said.quote)
    for stated in sample.entered:
        dated = stated.as_of.isoformat() if stated.as_of else ""
        enter(case, cast.coordinator, stated.fact, stated.value, dated=dated)
    if sample.treatments_complete:
        confirm_history_complete(
            case=case, stated_source="the family's physician", actor=cast.coordinator, now=NOW
        )
    return case


def _keep_file(cast: Cast, case: Case, sample: SampleCase, name: str) -> DocumentFile:
    file = sample.file_named(name)
    kept = accepted_record(
        case, cast.coordinator, title=file.title, study_date=file.report_date.isoformat()
    )
    data = sample.path_of(file).read_bytes()
    DocumentFile.objects.filter(pk=kept.pk).update(
        sha256=hashlib.sha256(data).hexdigest(), size=len(data), page_count=file.pages
    )
    return kept


def fill_everything(cast: Cast) -> Referral:
    """The cast's case with something in every section of its document."""
    report = fill_case(cast)
    case, coordinator = cast.case, cast.coordinator
    Document.objects.filter(pk=report.document_id).update(language="es", issuer="Clínica Lindenau")
    for key, value, dated in FACTS:
        enter(case, coordinator, key, value, dated=dated)
    for key, value in READ:
        read_from(report, coordinator, key, value)
    for entry, details in TREATMENTS:
        fact = enter(case, coordinator, "prior_treatments", entry)
        fact.details = details
        fact.save(update_fields=["details"])
    confirm_history_complete(
        case=case, stated_source="the family's physician", actor=coordinator, now=NOW
    )
    _keep_translation(cast, report)
    _keep_study(cast)
    _sign(cast)
    agree(cast)
    _write_and_meet(cast)
    return cast.referral


def _keep_translation(cast: Cast, report: DocumentFile) -> None:
    translated = accepted_record(cast.case, cast.coordinator, title="Translation of the report")
    Translation.objects.create(
        document=report.document,
        of_file=report,
        from_language="es",
        to_language="en",
        state=TranslationState.APPROVED,
        translated=translated.document,
        requested_by=cast.coordinator,
        requested_at=NOW,
        changed_at=NOW,
    )


def _keep_study(cast: Cast) -> None:
    disc = accepted_record(
        cast.case, cast.coordinator, kind=RecordKind.IMAGING, title="CT of the abdomen"
    )
    study = ImagingStudy.objects.create(
        document=disc.document,
        study_uid="1.2.826.0.1.3680043.8.498.1",
        modalities="CT",
        description="CT abdomen",
        study_date="2026-10-21",
        patient_name="VELASCO^MARTA^CANARY",
    )
    ImagingSeries.objects.create(
        study=study,
        series_uid="1.2.826.0.1.3680043.8.498.2",
        number=2,
        modality="CT",
        description="portal venous",
        image_count=203,
    )


def _sign(cast: Cast) -> None:
    row = evaluate_case(case=cast.case, definition=load_definitions()[DEFAULT_INDICATION], now=NOW)
    sign_off_evaluation(
        evaluation=row,
        meaning=SignOffMeaning.FACTS_COMPLETE,
        statement="",
        actor=cast.coordinator,
        now=NOW,
    )
    sign_off_evaluation(
        evaluation=row,
        meaning=SignOffMeaning.READING_REVIEWED,
        statement="Read against the report of Dr. Vogt.",
        actor=cast.clinician,
        now=NOW,
    )


def _write_and_meet(cast: Cast) -> None:
    case, hospital = cast.case, cast.reviewer.hospital
    thread = Thread.objects.create(
        case=case,
        referral=cast.referral,
        audience=Audience.HOSPITAL,
        subject="Dossier NV",
        created_at=NOW,
    )
    Message.objects.create(
        thread=thread,
        direction=Direction.OUT,
        state=MessageState.SENT,
        contact=cast.reviewer,
        body="canary of a letter",
        message_id="<1@office.example>",
        created_at=NOW,
        sent_at=NOW,
    )
    Appointment.objects.create(
        case=case,
        hospital=hospital,
        title="First visit",
        place="Ward 3",
        starts_at=NOW + timedelta(days=20),
        time_zone="Europe/Berlin",
        state=AppointmentState.CONFIRMED,
    )
    ask_for_record(
        case=case,
        kind=RecordKind.LABORATORY,
        title="Blood count of the last month",
        reason="The hospital asks for a recent one",
        actor=cast.coordinator,
        now=NOW,
    )


FACTS: list[tuple[str, Any, str]] = [
    ("weight_kg", 74.5, "2026-05-02"),
    ("mitoses_per_2mm2", {"low": 3, "high": 5}, "2026-09"),
    ("stage", "IV", ""),
    ("tnm", "cT3 cN1 cM1a", "2026-09-18"),
    ("disease_status", "progressive", "2026-10-21"),
    ("nodal_metastasis", True, ""),
    ("metastasis_site", "liver", ""),
    ("diagnosis_date", "2023-11", ""),
    ("ecog", 1, "2026-11-03"),
    ("child_pugh", "A", ""),
    ("comorbidity", "type 2 diabetes <diet>", ""),
    ("allergy", "penicillin & relatives", ""),
    ("current_medicine", "metformin 500 mg", ""),
    ("marker:chromogranin A", {"value": {"above": 900}, "unit": "ng/mL"}, "2026-10-01"),
    ("marker:5-HIAA", {"value": 31, "unit": "mg/24 h"}, ""),
    ("attention:anticoagulant", "apixaban", ""),
    ("attention:pregnancy", True, ""),
]
READ: list[tuple[str, Any]] = [
    ("biomarker:MEN1", {"result": "c.1243C>T, p.Arg415*", "assay": "NGS", "date": "2026-09-20"}),
    ("biomarker:DAXX", {"result": "loss of expression"}),
]
TREATMENTS: list[tuple[dict[str, Any], dict[str, str]]] = [
    (
        {"agent": "lanreotide", "class": "SSA", "start_date": "2021-04", "status": "ongoing"},
        {"intent": "palliative"},
    ),
    (
        {
            "agent": "capecitabine/temozolomide",
            "class": "chemotherapy",
            "start_date": "2026-02-09",
            "end_date": "2026-09-18",
            "status": "stopped",
            "for_condition": "NET",
        },
        {"stop_reason": "progression", "best_response": "stable disease"},
    ),
    (
        {"agent": "distal pancreatectomy", "class": "surgery", "start_date": "2023-12-01",
         "end_date": "2023-12-01", "status": "completed", "for_condition": "NET"},
        {"intent": "curative"},
    ),
    (
        {"agent": "external beam", "class": "radiotherapy", "start_date": "2025",
         "status": "stopped", "for_condition": "breast cancer"},
        {"stop_reason": "not tolerated"},
    ),
    ({"agent": "sunitinib", "class": "TKI", "status": "planned", "for_condition": "NET"}, {}),
    ({"agent": "interferon", "class": "interferon", "status": "declined"}, {}),
]  # fmt: skip
