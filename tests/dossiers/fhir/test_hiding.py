"""A de-identified document: structured facts stay, everything by which a person is known goes."""

import json
import re

import pytest

from cases.clinical.snapshot import dump_snapshot
from documents.dossiers.fhir.bundle import build_bundle
from documents.dossiers.fhir.hiding import hide_person
from documents.dossiers.fhir.reading import read_back
from tests.clinical.knowing import enter
from tests.dossiers.fhir.rules import check_document
from tests.dossiers.fhir.telling import (
    Bundle,
    fill_everything,
    know_case,
    observations_of,
    open_sample,
    resources_of,
    tell_case,
)
from tests.dossiers.records import accepted_record, fill_case, read_from
from tests.make import Cast
from tests.samples.load import case_slugs, load_case


@pytest.mark.parametrize("slug", case_slugs())
def test_a_sample_without_its_person_keeps_its_profiles_and_reads_back(
    cast: Cast, slug: str
) -> None:
    sample = load_case(slug)
    hidden = hide_person(know_case(open_sample(cast, sample)))
    data = build_bundle(hidden)
    assert check_document(json.loads(data)) == []
    assert read_back(data).snapshot == hidden.snapshot
    said = data.decode()
    for name in (sample.patient.family_name, sample.patient.native_name, cast.coordinator.name):
        assert not name or name not in said
    assert sample.patient.birth_date.isoformat() not in said
    assert not [file.title for file in sample.files if file.title in said]


def test_nothing_that_somebody_wrote_is_left(cast: Cast) -> None:
    referral = fill_everything(cast)
    enter(cast.case, cast.coordinator, "biomarker:MGMT", "as her aunt Rosa was told")
    enter(cast.case, cast.coordinator, "attention:aunt_rosa", "yes")
    enter(
        cast.case,
        cast.coordinator,
        "prior_treatments",
        {"agent": "what Dr. Anselm gave", "class": "TKI", "for_condition": "the one of 2011"},
    )
    bundle = tell_case(cast.case, referral, deidentified=True)
    assert check_document(bundle) == []
    said = json.dumps(bundle)
    for words in (
        "Velasco", "Rosa", "rosa", "Moreau", "Weiss", "Anselm", "Vogt", "Lindenau", "Peru",
        "NV-2026", "the one of 2011", "penicillin", "diabetes", "metformin", "apixaban", "liver",
        "Ward", 'progression"', "Pathology report", "as in the report", "S1", "1968-", "cT3",
    ):  # fmt: skip
        assert words not in said, words
    kinds = {entry["resource"]["resourceType"] for entry in bundle["entry"]}
    assert kinds.isdisjoint(
        {
            "DocumentReference",
            "ImagingStudy",
            "Communication",
            "Appointment",
            "Consent",
            "Task",
            "AllergyIntolerance",
            "MedicationStatement",
        }
    )
    assert resources_of(bundle, "Patient")[0]["birthDate"] == "1968"


def test_what_is_structured_stays(cast: Cast) -> None:
    referral = fill_everything(cast)
    bundle = tell_case(cast.case, referral, deidentified=True)
    assert observations_of(bundle, "grade")[0]["valueCodeableConcept"]["text"] == "G2"
    assert "c.1243C>T" in json.dumps(observations_of(bundle, "biomarker"))
    assert observations_of(bundle, "attention")[0]["valueBoolean"] is True
    agents = {
        each["medicationCodeableConcept"]["text"]
        for each in resources_of(bundle, "MedicationAdministration")
    }
    assert "everolimus" in agents
    assert len(observations_of(bundle, "comparison")) > 1
    section = bundle["entry"][0]["resource"]["section"][7]
    assert section["emptyReason"]["coding"][0]["code"] == "withheld"


def test_no_address_is_shared_with_the_document_that_names(cast: Cast) -> None:
    referral = fill_everything(cast)
    named, hidden = (
        set(re.findall(r"urn:uuid:[0-9a-f-]{36}", json.dumps(told)))
        for told in (
            tell_case(cast.case, referral),
            tell_case(cast.case, referral, deidentified=True),
        )
    )
    assert named
    assert named.isdisjoint(hidden)


@pytest.mark.parametrize(
    ("born", "told"),
    [("1968-05-20", "1968"), ("1937", "1937"), ("1936-12-31", None), ("2027", None)],
)
def test_a_birth_date_is_told_to_the_year_below_ninety(
    cast: Cast, born: str, told: str | None
) -> None:
    cast.case.patient.birth_date = born
    cast.case.patient.save(update_fields=["birth_date"])
    fill_case(cast)
    patient = resources_of(tell_case(cast.case, deidentified=True), "Patient")[0]
    assert patient.get("birthDate") == told


def test_sources_that_disagree_lose_their_names(cast: Cast) -> None:
    fill_case(cast)
    file = accepted_record(cast.case, cast.coordinator)
    read_from(file, cast.clinician, "histology", "NEC")
    enter(cast.case, cast.coordinator, "histology", "NEC")
    hidden = hide_person(know_case(cast.case))
    sides = dump_snapshot(hidden.snapshot)["disease"]["histology"]["conflict"]
    assert [side["source"] for side in sides] == ["", ""]
    bundle: Bundle = json.loads(build_bundle(hidden))
    assert check_document(bundle) == []
    assert len(observations_of(bundle, "histology")) == 2
