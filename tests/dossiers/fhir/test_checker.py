"""The checker can fail: a document that breaks one rule is found by that rule."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from cases.clinical.snapshot import parse_snapshot
from tests.clinical.snapshots import raw_case
from tests.dossiers.fhir.definitions import (
    FILE,
    codes_in,
    find_definition,
    pinned,
    regex_of,
)
from tests.dossiers.fhir.rules import check_document
from tests.dossiers.fhir.telling import Bundle, tell_snapshot

Breaks = Callable[[Bundle], None]
MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-"
DAR = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
PROBLEM = "http://terminology.hl7.org/CodeSystem/condition-category"


def of(bundle: Bundle, kind: str, words: str = "") -> Any:
    """The first resource of a type that says these words."""
    return next(
        entry["resource"]
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == kind and words in json.dumps(entry["resource"])
    )


def part(kind: str, words: str = "", /, **changes: Any) -> Breaks:
    """Change fields of a resource; None takes one out."""

    def break_it(bundle: Bundle) -> None:
        resource = of(bundle, kind, words)
        for name, value in changes.items():
            if value is None:
                resource.pop(name)
            else:
                resource[name] = value

    return break_it


def whole(**changes: Any) -> Breaks:
    def break_it(bundle: Bundle) -> None:
        for name, value in changes.items():
            bundle.pop(name) if value is None else bundle.update({name: value})

    return break_it


def swap_entries(bundle: Bundle) -> None:
    bundle["entry"][0], bundle["entry"][1] = bundle["entry"][1], bundle["entry"][0]


def repeat_address(bundle: Bundle) -> None:
    bundle["entry"].append(deepcopy(bundle["entry"][-1]))


def rename_id(bundle: Bundle) -> None:
    of(bundle, "Patient")["id"] = "other"


def add_orphan(bundle: Bundle) -> None:
    orphan = deepcopy(of(bundle, "Observation", "C18000"))
    orphan["id"] = "00000000-0000-4000-8000-000000000000"
    bundle["entry"].append({"fullUrl": f"urn:uuid:{orphan['id']}", "resource": orphan})


def lead_to_patient(bundle: Bundle) -> None:
    address = f"urn:uuid:{of(bundle, 'Patient')['id']}"
    of(bundle, "MedicationAdministration")["reasonReference"] = [{"reference": address}]


def deny_profile_of_patient(bundle: Bundle) -> None:
    del of(bundle, "Patient")["meta"]


def empty_and_not(bundle: Bundle) -> None:
    section = bundle["entry"][0]["resource"]["section"][1]
    section["emptyReason"] = {"text": "nothing"}


def section_of_nothing(bundle: Bundle) -> None:
    bundle["entry"][0]["resource"]["section"][6] = {"title": "Other conditions"}


GRADE, KI67, WEIGHT = "C18000", "29593-1", "29463-7"
BROKEN: dict[str, tuple[str, Breaks]] = {
    "an element is missing": ("min", part("Observation", GRADE, status=None)),
    "a value that the profile wants is missing": (
        "min",
        part("Observation", GRADE, valueCodeableConcept=None),
    ),
    "a system of an identifier is missing": ("min", part("Patient", identifier=[{"value": "1"}])),
    "one too many": (
        "max",
        part("Patient", communication=[{"language": {"text": "a"}, "preferred": [True, True]}]),
    ),
    "an element that may not stand there": (
        "max",
        part(
            "Condition",
            extension=[
                {
                    "url": f"{MCODE}histology-morphology-behavior",
                    "extension": [{"url": "a", "valueCode": "b"}],
                    "valueCodeableConcept": {"text": "c"},
                }
            ],
        ),
    ),
    "an unknown element": ("unknown", part("Patient", birthdate="1968")),
    "an unknown element inside": ("unknown", part("Patient", name=[{"full": "A", "text": "B"}])),
    "a choice of another type": ("unknown", part("Observation", KI67, valueTime="10:00:00")),
    "a choice that the profile does not allow": (
        "unknown",
        part("Observation", "89247-1", valueQuantity={"value": 1}, valueInteger=None),
    ),
    "a list where one stands": ("array", part("Patient", gender=["female"])),
    "one where a list stands": ("array", part("Patient", name={"text": "A"})),
    "a fixed code is another": (
        "fixed",
        part(
            "Observation", GRADE, code={"coding": [{"system": "http://loinc.org", "code": "1-8"}]}
        ),
    ),
    "a required slice is missing": (
        "slice",
        part("Observation", GRADE, category=[{"text": "laboratory"}]),
    ),
    "a slice by its codes is missing": (
        "slice",
        part(
            "Condition", category=[{"coding": [{"system": PROBLEM, "code": "encounter-diagnosis"}]}]
        ),
    ),
    "a word that the value set lacks": ("binding", part("Patient", gender="femal")),
    "a code that the value set lacks": (
        "binding",
        part(
            "Condition",
            clinicalStatus={
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
                        "code": "alive",
                    }
                ]
            },
        ),
    ),
    "a text where a number stands": (
        "type",
        part("Observation", WEIGHT, valueQuantity={"value": "70"}),
    ),
    "yes where a number stands": (
        "type",
        part("Observation", WEIGHT, valueQuantity={"value": True}),
    ),
    "a text where an object stands": ("type", part("Patient", name=["Marta"])),
    "a date that is none": ("regex", part("Patient", birthDate="20.5.1968")),
    "a month that is none": ("regex", part("Patient", birthDate="1968-13")),
    "an empty text": ("regex", part("Patient", name=[{"text": ""}])),
    "an instant without a zone": ("regex", whole(timestamp="2026-11-22T09:00:00")),
    "an empty object": ("empty", part("Patient", name=[{}])),
    "a profile of another type": (
        "profile",
        part("Patient", meta={"profile": [f"{MCODE}histologic-grade"]}),
    ),
    "a link that leads nowhere": (
        "reference",
        part("Observation", GRADE, subject={"reference": "urn:uuid:0"}),
    ),
    "a link to another type": ("target", lead_to_patient),
    "a link to what does not keep the profile": ("target", deny_profile_of_patient),
    "a value and why it is absent": (
        "obs-6",
        part("Observation", GRADE, dataAbsentReason={"text": "unknown"}),
    ),
    "neither a value nor why": (
        "us-core-2",
        part("Observation", "differentiation", valueCodeableConcept=None),
    ),
    "a rough day of a laboratory": (
        "us-core-1",
        part("Observation", KI67, effectiveDateTime="2026"),
    ),
    "a unit of another system": (
        "us-core-3",
        part("Observation", KI67, valueQuantity={"value": 8, "system": "urn:units", "code": "%"}),
    ),
    "a name and why there is none": (
        "us-core-6",
        part(
            "Patient",
            name=[{"family": "Velasco", "extension": [{"url": DAR, "valueCode": "unknown"}]}],
        ),
    ),
    "neither a name nor why": ("us-core-6", part("Patient", name=[{"text": "Marta"}])),
    "a period that ends before it begins": (
        "per-1",
        part("MedicationAdministration", effectivePeriod={"start": "2025-02", "end": "2024"}),
    ),
    "a range the wrong way round": (
        "rng-2",
        part(
            "Observation",
            "differentiation",
            valueCodeableConcept=None,
            valueRange={"low": {"value": 8}, "high": {"value": 5}},
        ),
    ),
    "an extension that says nothing": ("ext-1", part("Patient", extension=[{"url": "urn:a"}])),
    "an order of nobody": ("us-core-21", part("MedicationRequest", intent="order")),
    "no generated text": ("txt-1", part("Patient", text=None)),
    "a text that is no XHTML": (
        "txt-1",
        part("Patient", text={"status": "generated", "div": "<div>"}),
    ),
    "a script in the text": (
        "txt-1",
        part(
            "Patient",
            text={
                "status": "generated",
                "div": '<div xmlns="http://www.w3.org/1999/xhtml"><script>1</script></div>',
            },
        ),
    ),
    "a text that says nothing": (
        "txt-2",
        part(
            "Patient",
            text={
                "status": "generated",
                "div": '<div xmlns="http://www.w3.org/1999/xhtml"> </div>',
            },
        ),
    ),
    "a section that is empty and is not": ("cmp-2", empty_and_not),
    "a section of nothing": ("cmp-1", section_of_nothing),
    "a list that is empty and is not": ("lst-1", part("List", emptyReason={"text": "nothing"})),
    "a condition without its state": ("con-3", part("Condition", clinicalStatus=None)),
    "no Composition in front": ("bdl-11", swap_entries),
    "one address twice": ("bdl-7", repeat_address),
    "an address that is not the id": ("full-url", rename_id),
    "no identifier": ("bdl-9", whole(identifier=None)),
    "no time": ("bdl-10", whole(timestamp=None)),
    "not a document": ("document", whole(type="collection")),
    "something to which nothing leads": ("orphan", add_orphan),
}


@pytest.fixture
def document() -> Bundle:
    """A sound document with an order in it, to break."""
    planned = {"agent": "sunitinib", "class": "TKI", "status": "planned", "for_condition": "NET"}
    given = {**planned, "status": "stopped", "start_date": "2024", "end_date": "2025"}
    raw = raw_case(prior_treatments=[given, planned])
    read: Bundle = json.loads(tell_snapshot(parse_snapshot(raw)))
    read["entry"].append(make_ecog(read))
    section = read["entry"][0]["resource"]["section"][2]
    section["entry"].append({"reference": read["entry"][-1]["fullUrl"]})
    return read


def make_ecog(bundle: Bundle) -> Bundle:
    ecog = deepcopy(of(bundle, "Observation", WEIGHT))
    del ecog["valueQuantity"]
    ecog.pop("_effectiveDateTime", None)
    ecog |= {
        "id": "00000000-0000-4000-8000-000000000001",
        "meta": {"profile": [f"{MCODE}ecog-performance-status"]},
        "code": {"coding": [{"system": "http://loinc.org", "code": "89247-1"}]},
        "valueInteger": 1,
    }
    return {"fullUrl": f"urn:uuid:{ecog['id']}", "resource": ecog}


def test_a_sound_document_has_no_finding(document: Bundle) -> None:
    assert check_document(document) == []


@pytest.mark.parametrize("name", list(BROKEN))
def test_what_is_broken_is_found_by_its_rule(document: Bundle, name: str) -> None:
    rule, break_it = BROKEN[name]
    break_it(document)
    assert rule in {finding.rule for finding in check_document(document)}


def test_what_is_pinned_is_small_and_whole() -> None:
    assert FILE.stat().st_size < 60_000
    assert len(pinned()["definitions"]) > 100
    grade = find_definition(f"{MCODE}histologic-grade")
    assert grade is not None
    assert "us-core" in grade.by_id["Observation.category"].slices
    sets = pinned()["sets"]
    assert codes_in("http://hl7.org/fhir/ValueSet/administrative-gender") == frozenset(
        sets["http://hl7.org/fhir/ValueSet/administrative-gender"]
    )
    pattern = regex_of("date")
    assert pattern is not None
    assert pattern.fullmatch("1968-05")
    assert not pattern.fullmatch("1968-00")
