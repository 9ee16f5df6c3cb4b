"""Reading a document of ours back: the snapshot that went out, from the resources themselves."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cases.clinical.snapshot import SCHEMA, Snapshot, parse_snapshot
from cases.clinical.terms import THIS_TUMOUR
from cases.clinical.vocabulary import DISEASE_KEYS, PATIENT_KEYS
from documents.dossiers.fhir import codes
from documents.dossiers.fhir.observing import COMPARED
from documents.dossiers.fhir.treating import (
    CLASS,
    FIELDS,
    GIVEN_STATES,
    ORDER_STATES,
    PROCEDURE_STATES,
)
from documents.dossiers.fhir.values import read_value

Read = Mapping[str, Any]
STATES: Final = {
    "MedicationAdministration": {sent: status for status, sent in GIVEN_STATES.items()},
    "MedicationRequest": {sent: status for status, sent in ORDER_STATES.items()},
    "Procedure": {sent: status for status, sent in PROCEDURE_STATES.items()},
}


@dataclass(frozen=True)
class Details:
    """What was told of a treatment and never counted."""

    intent: str = ""
    best_response: str = ""
    stop_reason: str = ""


@dataclass(frozen=True)
class ReadCase:
    """The facts of a document; `details` are of the treatments, in the order of the history."""

    snapshot: Snapshot
    details: tuple[Details, ...]


def read_back(data: bytes) -> ReadCase:
    """The case as it went out.

    Raises:
        KeyError, SnapshotError: the document is not one of ours.

    """
    entries = json.loads(data)["entry"]
    resources = [entry["resource"] for entry in entries]
    by_url = {entry["fullUrl"]: entry["resource"] for entry in entries}
    patient = next(each for each in resources if each["resourceType"] == "Patient")
    composition = resources[0]
    sides = dict(_group(resources))
    lists = sides.pop("prior_treatments", [])
    histories = [
        {
            "value": [_read_treatment(each) for each in _entries_of(listed, by_url)],
            "source": _source_of(listed),
        }
        for listed in lists
    ]
    known = {key: _join([_read_side(key, each) for each in found]) for key, found in sides.items()}
    _read_patient(patient, known)
    snapshot = parse_snapshot(
        {
            "schema": SCHEMA,
            "case": patient["identifier"][0]["value"],
            "reference_date": composition["event"][0]["period"]["end"],
            "patient": {key: known.get(key) for key in PATIENT_KEYS},
            "disease": {key: known.get(key) for key in DISEASE_KEYS},
            "prior_treatments": _join(histories),
        }
    )
    first = _entries_of(lists[0], by_url) if lists else []
    return ReadCase(snapshot, tuple(_read_details(each) for each in first))


def _group(resources: Iterable[Read]) -> Iterator[tuple[str, list[Read]]]:
    """What entered the comparison, by the key of its fact, in the order of the document."""
    grouped: dict[str, list[Read]] = {}
    for resource in resources:
        if COMPARED in resource.get("meta", {}).get("tag", ()):
            key = next(
                each["code"] for each in resource["code"]["coding"] if each["system"] == codes.FACT
            )
            grouped.setdefault(key, []).append(resource)
    yield from grouped.items()


def _entries_of(listed: Read, by_url: Mapping[str, Read]) -> list[Read]:
    return [by_url[each["item"]["reference"]] for each in listed.get("entry", ())]


def _join(sides: list[dict[str, Any]]) -> Any:
    if not sides:
        return None
    return sides[0]["value"] if len(sides) == 1 else {"conflict": sides}


def _read_side(key: str, observation: Read) -> dict[str, Any]:
    return {"value": read_value(key, observation), "source": _source_of(observation)}


def _source_of(resource: Read) -> str:
    found = _extension(resource, codes.CONFLICT_SOURCE)
    return found["valueString"] if found else ""


def _extension(element: Read, url: str) -> Any:
    return next((each for each in element.get("extension", ()) if each["url"] == url), None)


def _read_patient(patient: Read, known: dict[str, Any]) -> None:
    """What the patient's own resource holds, where no observations disagree on it."""
    if "birthDate" in patient:
        known["date_of_birth"] = patient["birthDate"]
    if "_gender" not in patient:
        known["sex"] = patient["gender"]


def _read_treatment(resource: Read) -> dict[str, Any]:
    """One entry of the history, field by field; what FHIR could not carry comes as recorded."""
    kind = resource["resourceType"]
    named = resource.get("medicationCodeableConcept") or resource["code"]
    categories = resource.get("category", [])
    category = categories[0] if isinstance(categories, list) and categories else categories
    plain = {
        "agent": None if _extension(named, codes.DATA_ABSENT) else named["text"],
        "class": next(
            (
                each["code"]
                for each in (category or {}).get("coding", ())
                if each["system"] == CLASS
            ),
            None,
        ),
        **_read_dates(resource),
        "status": None if "_status" in resource else STATES[kind][resource["status"]],
        "for_condition": _read_condition(resource),
    }
    return plain | _read_odd_fields(resource)


def _read_dates(resource: Read) -> dict[str, Any]:
    period = resource.get("effectivePeriod") or resource.get("performedPeriod") or {}
    if resource.get("dosageInstruction"):
        period = resource["dosageInstruction"][0]["timing"]["repeat"]["boundsPeriod"]
    return {"start_date": period.get("start"), "end_date": period.get("end")}


def _read_condition(resource: Read) -> str | None:
    if resource.get("reasonReference"):
        return THIS_TUMOUR
    return resource["reasonCode"][0]["text"] if resource.get("reasonCode") else None


def _read_odd_fields(resource: Read) -> dict[str, Any]:
    sides: dict[str, list[dict[str, Any]]] = {field: [] for field in FIELDS}
    for extension in resource.get("extension", ()):
        if extension["url"] == codes.AS_RECORDED:
            told = {part["url"]: part["valueString"] for part in extension["extension"]}
            side = {"value": told.get("value", ""), "source": told.get("source", "")}
            sides[told["field"]].append(side)
    return {field: _join(found) for field, found in sides.items() if found}


def _read_details(resource: Read) -> Details:
    intent = _extension(resource, f"{codes.MCODE}procedure-intent")
    reasons = resource.get("statusReason", [])
    reason = reasons[0] if isinstance(reasons, list) and reasons else reasons
    notes = [each["text"] for each in resource.get("note", ())]
    response = next((each for each in notes if each.startswith("Best response: ")), "")
    is_order = resource["resourceType"] == "MedicationRequest"
    return Details(
        intent=intent["valueCodeableConcept"]["text"] if intent else "",
        best_response=response.removeprefix("Best response: "),
        stop_reason="" if is_order else (reason or {}).get("text", ""),
    )
