"""The form without identity: the same coded facts, and nothing in it that leads to a person."""

import io
from datetime import date, datetime

import pikepdf
import pypdfium2
import pytest

from cases.casework.models import Case, Patient
from cases.clinical.models import Fact
from cases.hospitals.models import Contact, Hospital, Referral, Thread
from documents.dossiers.gather import Gathered, gather_version
from documents.dossiers.models import DossierVersion, VersionVariant
from documents.dossiers.printed import Absence
from documents.dossiers.render import render_dossier
from documents.dossiers.saying import say_months
from documents.dossiers.services import begin_version
from documents.records.models import Document, DocumentFile, Evidence, RecordKind
from tests.clinical.knowing import enter
from tests.dossiers.records import accepted_record, agree, fill_case, read_from
from tests.make import NOW, Cast
from tests.security.planting import plant
from tests.security.word import CANARY


def gather(cast: Cast, now: datetime) -> tuple[DossierVersion, Gathered]:
    version, _new = begin_version(
        case=cast.case,
        referral=cast.referral,
        actor=cast.coordinator,
        now=now,
        variant=VersionVariant.DEIDENTIFIED,
    )
    return version, gather_version(version, now=now)


def read_text(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as opened:
        text = " ".join(page.get_textpage().get_text_range() for page in opened)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        about = " ".join(str(value) for value in dict(opened.docinfo).values())
        return " ".join(f"{text} {about} {opened.Root.Metadata.read_bytes().decode()}".split())


def tell_everything(cast: Cast) -> None:
    """Every field that people type into, filled with words that lead to somebody."""
    fill_case(cast)
    agree(cast)
    actor = cast.coordinator
    file = accepted_record(
        cast.case,
        actor,
        kind=RecordKind.IMAGING,
        title="CT of Hortensia Quill",
        study_date="2026-08-01",
    )
    read_from(
        file, actor, "metastasis_site", "liver, seen by Dr. Zapfelmann", "Dr. Zapfelmann saw it"
    )
    Document.objects.filter(pk=file.document_id).update(issuer="Klinikum Zwetschgenau")
    for key, value in {
        "comorbidity": "asthma since she lived in Zwetschgenau",
        "allergy": "penicillin, told by Hortensia",
        "current_medicine": "ramipril from Dr. Zapfelmann",
        "attention:planned_surgery": "knee, Zwetschgenau, 12 May 2027",
        "biomarker:MEN1": {
            "result": "Quill variant",
            "assay": "Zwetschgenau panel",
            "date": "2026-03-04",
        },
        "biomarker:HORTENSIA": {"result": "positive"},
        "marker:Quill index": {"value": 4, "unit": "Zwetschgen"},
        "marker:Chromogranin A": {"value": 412, "unit": "ng/mL"},
        "tnm": "T3 N1 M1 (Zapfelmann)",
    }.items():
        enter(cast.case, actor, key, value, dated="2026-05-17")
    treatment = {
        "agent": "Zwetschgenau protocol",
        "class": "chemotherapy",
        "start_date": "2025-02-11",
        "end_date": "2025-06-23",
        "status": "stopped",
        "for_condition": "NET",
    }
    enter(cast.case, actor, "prior_treatments", treatment)
    Fact.objects.filter(case=cast.case, key="prior_treatments").update(
        details={"best_response": "good, says Zapfelmann", "stop_reason": "Hortensia travelled"}
    )
    Fact.objects.filter(case=cast.case).update(note="Zapfelmann", reason="Hortensia")
    Evidence.objects.filter(fact__case=cast.case).update(quote="Hortensia Quill, 12 Oct 1968")
    Patient.objects.filter(pk=cast.case.patient_id).update(
        name="Hortensia Quill", native_name="Ортензия Квилл", country="Ruritania", language="ru"
    )
    Case.objects.filter(pk=cast.case.pk).update(inquiry="Hortensia is ill", hold_reason="Quill")
    Hospital.objects.filter(pk=cast.referral.hospital_id).update(
        name="Hospital of Zwetschgenau", city="Zwetschgenau", department="Quill ward"
    )
    Contact.objects.filter(hospital=cast.referral.hospital_id).update(name="Dr. Zapfelmann")
    Referral.objects.filter(pk=cast.referral.pk).update(question="Can you see Hortensia Quill?")
    Thread.objects.filter(case=cast.case).update(subject="About Hortensia Quill")
    cast.case.record_requests.create(
        kind=RecordKind.IMAGING,
        title="CT of Hortensia",
        reason="Zapfelmann asks",
        asked_at=NOW,
    )


def test_nothing_of_the_person_is_in_the_file(cast: Cast, now: datetime) -> None:
    tell_everything(cast)
    version, gathered = gather(cast, now)
    cast.case.refresh_from_db()
    born = str(cast.case.patient.birth_date)
    text = read_text(render_dossier(gathered.contents))
    said = text + str(gathered.frozen)
    for word in (
        "Hortensia",
        "Quill",
        "Квилл",
        "Zapfelmann",
        "Zwetschgen",
        "Ruritania",
        "Russian",
        "penicillin",
        "asthma",
        "ramipril",
        "S1",
        cast.case.reference,
        cast.coordinator.name,
        cast.clinician.name,
        born,
    ):
        assert word not in said, word
    for day in ("17 May", "11 Feb", "23 Jun", "12 May", "4 Mar", "1 Aug", "18 Sep", "2 Nov"):
        assert day not in text, day
    assert version.alias in text
    assert gathered.files == ()


def test_the_planted_word_of_every_table_is_not_in_the_file(cast: Cast, now: datetime) -> None:
    planted = plant(cast)
    _version, gathered = gather(cast, now)
    assert CANARY not in read_text(render_dossier(gathered.contents)) + str(gathered.frozen)
    assert DocumentFile.objects.filter(pk=planted.file.pk).exists()


def test_what_an_opinion_needs_is_still_there(cast: Cast, now: datetime) -> None:
    tell_everything(cast)
    text = read_text(render_dossier(gather(cast, now)[1].contents))
    for words in (
        "neuroendocrine tumour (NET), well differentiated, pancreas",
        "everolimus",
        "412 ng/mL",
        "6 months before",
        "58 years",
        "everolimus; chemotherapy",
        "stage",
        "unresectable",
        "1 site is recorded in words, which are left out",
        "Planned surgery",
    ):
        assert words.lower() in text.lower(), words


def test_its_reference_is_random_and_found_in_our_database_only(cast: Cast, now: datetime) -> None:
    version, _gathered = gather(cast, now)
    DossierVersion.objects.filter(pk=version.pk).update(state="failed")
    other, _gathered = gather(cast, now)
    assert version.alias.startswith("X-")
    assert version.alias != other.alias
    assert version.printed_reference == version.alias


@pytest.mark.parametrize(
    ("born", "said"),
    [("1937-01", "89 years"), ("1936-01", "90 years or older")],
)
def test_ages_from_ninety_on_are_one_group(cast: Cast, now: datetime, born: str, said: str) -> None:
    fill_case(cast)
    Patient.objects.filter(pk=cast.case.patient_id).update(birth_date=born)
    Fact.objects.filter(case=cast.case, key="date_of_birth").delete()
    text = read_text(render_dossier(gather(cast, now)[1].contents))
    assert said in text
    assert ("90 years or older" in text) == (said == "90 years or older")


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ("2026-11-20", "within the same month"),
        ("2026-10-20", "1 month before"),
        ("2025-02-11", "21 months before"),
        ("2025-02", "21 months before"),
        ("2024", "about 2 years before"),
        ("2027-01-20", "in 2 months"),
        ("spring", "at a time not recorded"),
    ],
)
def test_times_are_whole_months_before_the_reference_date(first: str, said: str) -> None:
    assert say_months(first, date(2026, 11, 22)) == said


def test_the_dose_row_and_who_read_the_label_are_left_out(cast: Cast, now: datetime) -> None:
    fill_case(cast)
    flag = gather(cast, now)[1].contents.flag
    assert not isinstance(flag, Absence)
    assert isinstance(flag.dose, Absence)
    assert all(not row.cites and not row.confirmed_by and not row.settled for row in flag.rows)
