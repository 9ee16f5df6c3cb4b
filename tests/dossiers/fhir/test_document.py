"""The document of a case: structurally what it claims to be, and all of what the dossier says."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.utils import translation

from cases.casework.consents import withdraw_consent
from cases.casework.promises import find_promises
from cases.clinical.definitions import DEFAULT_INDICATION, load_definitions
from cases.clinical.matcher import evaluate, to_json
from documents.dossiers.fhir.bundle import build_bundle
from documents.dossiers.fhir.collecting import bundle_case
from documents.dossiers.fhir.reading import Details, read_back
from documents.records.models import Document, DocumentState
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
from tests.dossiers.records import accepted_record, agree, fill_case, propose_from, read_from
from tests.make import Cast
from tests.samples.load import case_slugs, load_case

MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-"


@pytest.mark.parametrize("slug", case_slugs())
def test_a_sample_case_keeps_every_profile_and_reads_back_equal(cast: Cast, slug: str) -> None:
    known = know_case(open_sample(cast, load_case(slug)))
    data = build_bundle(known)
    assert check_document(json.loads(data)) == []
    read = read_back(data).snapshot
    assert read == known.snapshot
    for definition in load_definitions().values():
        assert to_json(evaluate(read, definition)) == to_json(evaluate(known.snapshot, definition))


def test_a_full_case_keeps_every_profile_and_reads_back_equal(cast: Cast) -> None:
    referral = fill_everything(cast)
    known = know_case(cast.case, referral)
    data = build_bundle(known)
    bundle = json.loads(data)
    assert check_document(bundle) == []
    assert read_back(data).snapshot == known.snapshot
    assert bundle["entry"][0]["resource"]["title"].endswith(f"{cast.case.reference}, version 3")
    empty = [
        part["title"] for part in bundle["entry"][0]["resource"]["section"] if "emptyReason" in part
    ]
    assert empty == []
    claimed = {
        url.removeprefix(MCODE)
        for entry in bundle["entry"]
        for url in entry["resource"].get("meta", {}).get("profile", ())
        if url.startswith(MCODE)
    }
    assert claimed == {
        "cancer-patient",
        "primary-cancer-condition",
        "secondary-cancer-condition",
        "histologic-behavior-and-type",
        "histologic-grade",
        "tumor-marker-test",
        "tnm-stage-group",
        "cancer-disease-status",
        "ecog-performance-status",
        "cancer-related-medication-administration",
        "cancer-related-medication-request",
        "cancer-related-surgical-procedure",
        "radiotherapy-course-summary",
        "genomics-report",
        "genomic-variant",
    }


def test_details_of_treatments_read_back(cast: Cast) -> None:
    referral = fill_everything(cast)
    known = know_case(cast.case, referral)
    treatments = known.snapshot.prior_treatments
    assert isinstance(treatments, tuple)
    by_agent = dict(
        zip(
            [each.agent for each in treatments], read_back(build_bundle(known)).details, strict=True
        )
    )
    assert by_agent["capecitabine/temozolomide"] == Details(
        best_response="stable disease", stop_reason="progression"
    )
    assert by_agent["distal pancreatectomy"] == Details(intent="curative")
    assert by_agent["external beam"] == Details(stop_reason="not tolerated")


def test_an_empty_case_says_why_every_section_is_empty(cast: Cast) -> None:
    bundle = tell_case(cast.case)
    assert check_document(bundle) == []
    sections = {part["code"]["text"]: part for part in bundle["entry"][0]["resource"]["section"]}
    for title in ("Other conditions", "Allergies", "Current medicines", "Source documents"):
        reason = sections[title]["emptyReason"]
        assert reason["coding"][0]["code"] == "unavailable"
        assert reason["text"] == "Nothing has been recorded and confirmed yet."
    history = resources_of(bundle, "List")[0]
    assert history["emptyReason"]["coding"][0]["code"] == "unavailable"
    assert resources_of(bundle, "Condition") == []


def test_the_same_contents_give_the_same_bytes(cast: Cast, now: datetime) -> None:
    referral = fill_everything(cast)
    first = bundle_case(cast.case, referral, now=now)
    assert bundle_case(cast.case, referral, now=now) == first
    later = bundle_case(cast.case, referral, now=now + timedelta(seconds=1))
    assert json.loads(later)["id"] != json.loads(first)["id"]
    assert [entry["fullUrl"] for entry in json.loads(later)["entry"]] == [
        entry["fullUrl"] for entry in json.loads(first)["entry"]
    ]


def test_whose_language_is_active_changes_no_byte(cast: Cast, now: datetime) -> None:
    referral = fill_everything(cast)
    english = bundle_case(cast.case, referral, now=now)
    with translation.override("ar"):
        assert bundle_case(cast.case, referral, now=now) == english


def test_ids_are_others_for_another_hospital(cast: Cast) -> None:
    referral = fill_everything(cast)
    office = {entry["fullUrl"] for entry in tell_case(cast.case)["entry"]}
    assert office.isdisjoint(entry["fullUrl"] for entry in tell_case(cast.case, referral)["entry"])


@pytest.mark.parametrize("state", [DocumentState.TO_REVIEW, DocumentState.WITHDRAWN])
def test_what_has_no_ground_is_nowhere(cast: Cast, state: DocumentState) -> None:
    file = fill_case(cast)
    assert "as in the report" in json.dumps(tell_case(cast.case))
    Document.objects.filter(pk=file.document_id).update(state=state)
    bundle = tell_case(cast.case)
    assert "as in the report" not in json.dumps(bundle)
    assert observations_of(bundle, "histology") == []


def test_a_proposal_is_nowhere(cast: Cast) -> None:
    file = accepted_record(cast.case, cast.coordinator)
    propose_from(file, "histology", "MiNEN_NEC_component", quote="canary of a proposal")
    said = json.dumps(tell_case(cast.case))
    assert "canary of a proposal" not in said
    assert "MiNEN" not in said


def test_sources_that_disagree_stand_side_by_side(cast: Cast) -> None:
    fill_case(cast)
    other = accepted_record(cast.case, cast.coordinator, title="Second opinion")
    read_from(other, cast.clinician, "histology", "NEC", quote="poorly differentiated NEC")
    bundle = tell_case(cast.case)
    assert check_document(bundle) == []
    sides = observations_of(bundle, "histology")
    assert [each["status"] for each in sides] == ["preliminary", "preliminary"]
    assert {each["valueCodeableConcept"]["coding"][-1]["code"] for each in sides} == {"NET", "NEC"}
    assert all("Confirmed sources disagree." in each["note"][0]["text"] for each in sides)
    assert {each["derivedFrom"][0]["display"] for each in sides} == {"S1", "S2"}
    cancer = resources_of(bundle, "Condition")[0]
    assert cancer["code"]["text"].startswith("neoplasm, histology not settled")
    row = criterion_of(bundle, "histology_net")
    assert row["dataAbsentReason"]["coding"][1]["code"] == "conflict"
    assert {each["reference"] for each in row["derivedFrom"]} >= {
        f"urn:uuid:{each['id']}" for each in sides
    }


def criterion_of(bundle: Bundle, name: str) -> Bundle:
    return next(
        each
        for each in resources_of(bundle, "Observation")
        if {"system": "https://navigator.example/fhir/criterion", "code": name}
        in each["code"]["coding"]
        and DEFAULT_INDICATION in each["method"]["text"]
    )


def test_an_unknown_row_says_its_kind(cast: Cast) -> None:
    file = accepted_record(cast.case, cast.coordinator)
    read_from(file, cast.coordinator, "histology", "paraganglioma")
    bundle = tell_case(cast.case)
    kinds = {
        name: criterion_of(bundle, name)["dataAbsentReason"]
        for name in ("histology_net", "unresectable")
    }
    assert kinds["histology_net"]["coding"][1]["code"] == "ambiguous"
    assert kinds["unresectable"]["coding"][1]["code"] == "missing"


def test_every_shown_wording_is_compared_and_nothing_is_promised(cast: Cast) -> None:
    referral = fill_everything(cast)
    bundle = tell_case(cast.case, referral)
    wholes = observations_of(bundle, "comparison")
    assert len(wholes) == len(load_definitions())
    assert wholes[0]["valueCodeableConcept"]["coding"][0]["code"] == "match"
    assert [text for text in texts_of(bundle) if any(find_promises(text))] == []


def texts_of(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from texts_of(each)
    elif isinstance(value, str):
        yield value


def test_who_signed_and_who_confirmed_is_told_with_what(cast: Cast) -> None:
    referral = fill_everything(cast)
    bundle = tell_case(cast.case, referral)
    words = resources_of(bundle, "Provenance")
    by_person = [
        (each["agent"][0]["who"]["display"], each["agent"][0]["type"]["coding"][0]["code"])
        for each in words
    ]
    assert by_person == [
        (cast.coordinator.name, "author"),
        (cast.clinician.name, "author"),
        (cast.coordinator.name, "verifier"),
    ]
    assert "Read against the report of Dr. Vogt." in words[1]["activity"]["text"]
    by_url = {entry["fullUrl"]: entry["resource"]["resourceType"] for entry in bundle["entry"]}
    confirmed = {by_url[each["reference"]] for each in words[2]["target"]}
    assert {
        "Observation",
        "Condition",
        "AllergyIntolerance",
        "MedicationAdministration",
    } <= confirmed


def test_a_translation_names_its_original_by_hash_and_no_content_leaves(cast: Cast) -> None:
    referral = fill_everything(cast)
    papers = resources_of(tell_case(cast.case, referral), "DocumentReference")
    translated = next(each for each in papers if "relatesTo" in each)
    original = next(each for each in papers if each["description"].startswith("Pathology"))
    assert translated["relatesTo"] == [
        {"code": "transforms", "target": {"reference": f"urn:uuid:{original['id']}"}}
    ]
    for paper in papers:
        assert paper["identifier"][0]["value"].startswith("ni:///sha-256;")
        assert not {"data", "url"} & set(paper["content"][0]["attachment"])


def test_the_name_in_the_images_and_the_text_of_letters_stay_here(cast: Cast) -> None:
    referral = fill_everything(cast)
    said = json.dumps(tell_case(cast.case, referral)).lower()
    assert "canary" not in said
    assert "urn:oid:1.2.826.0.1.3680043.8.498.1" in said


def test_without_a_consent_name_and_birth_date_are_masked(cast: Cast, now: datetime) -> None:
    fill_case(cast)
    file = accepted_record(cast.case, cast.coordinator)
    read_from(file, cast.coordinator, "date_of_birth", "1968-05-20")
    consent = agree(cast)
    patient = resources_of(tell_case(cast.case, cast.referral), "Patient")[0]
    assert (patient["name"][0]["text"], patient["birthDate"]) == ("Marta Velasco", "1968-05-20")
    withdraw_consent(consent=consent, actor=cast.parent, now=now)
    bundle = tell_case(cast.case, cast.referral)
    assert check_document(bundle) == []
    said = json.dumps(bundle)
    assert "Velasco" not in said
    assert "1968" not in said
    patient = resources_of(bundle, "Patient")[0]
    assert patient["name"] == [{"extension": [{"url": DATA_ABSENT, "valueCode": "masked"}]}]
    assert observations_of(bundle, "age_years")[0]["valueQuantity"]["value"] == 58
    assert resources_of(bundle, "Consent") == []
    assert read_back(json.dumps(bundle).encode()).snapshot.patient.date_of_birth is None


DATA_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"


def test_an_earlier_weight_is_told_and_not_compared(cast: Cast) -> None:
    enter(cast.case, cast.coordinator, "weight_kg", 74.5, dated="2026-05")
    enter(cast.case, cast.coordinator, "weight_kg", 70, dated="2026-11-02")
    bundle = tell_case(cast.case)
    assert check_document(bundle) == []
    now, earlier = observations_of(bundle, "weight_kg")
    assert (now["valueQuantity"]["value"], "tag" in now["meta"]) == (70, True)
    assert (earlier["valueQuantity"]["value"], "tag" in earlier.get("meta", {})) == (74.5, False)
    assert earlier["effectivePeriod"] == {"start": "2026-05", "end": "2026-05"}


@pytest.mark.parametrize(
    ("result", "is_variant"),
    [
        ({"result": "c.1243C>T, p.Arg415*"}, True),
        ({"result": "likely pathogenic", "alteration": "c.1243C>T"}, True),
        ({"result": "not detected", "alteration": "c.1243C>T"}, False),
        ({"result": "c.1243C>T not detected"}, False),
        ({"result": "p.(=)"}, False),
        ({"result": "detected"}, False),
    ],
)
def test_only_a_variant_that_was_found_is_said_to_be_present(
    cast: Cast, result: dict[str, str], *, is_variant: bool
) -> None:
    enter(cast.case, cast.coordinator, "biomarker:MEN1", result)
    bundle = tell_case(cast.case)
    assert check_document(bundle) == []
    found = observations_of(bundle, "biomarker")[0]
    assert ("LA9633-4" in json.dumps(found)) is is_variant
    assert ("component" in found) is is_variant
    assert is_variant or found["valueString"].startswith(result["result"])


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ({"below": 3}, {"valueQuantity": {"value": 3, "comparator": "<"}}),
        ({"low": 5, "high": 8}, {"valueRange": {"low": {"value": 5}, "high": {"value": 8}}}),
        (0, {"valueQuantity": {"value": 0}}),
    ],
)
def test_a_bound_and_a_range_are_no_numbers(cast: Cast, value: object, wanted: object) -> None:
    enter(cast.case, cast.coordinator, "ki67_percent", value)
    bundle = tell_case(cast.case)
    assert check_document(bundle) == []
    found = observations_of(bundle, "ki67_percent")[0]
    assert found["code"]["coding"][0] == {"system": "http://loinc.org", "code": "29593-1"}
    told = {key: without_units(each) for key, each in found.items() if key.startswith("value")}
    assert told == wanted


def without_units(value: object) -> object:
    if not isinstance(value, dict):
        return value
    return {
        key: without_units(each)
        for key, each in value.items()
        if key not in {"unit", "system", "code"}
    }
