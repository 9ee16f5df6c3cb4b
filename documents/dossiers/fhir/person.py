"""Who it is about and who speaks: patient, organisations, colleagues, the consent."""

from collections.abc import Iterable
from typing import Final

from cases.clinical.terms import Sex
from cases.clinical.values import PartialDate
from documents.dossiers.fhir import codes
from documents.dossiers.fhir.known import CaseKnown, Person
from documents.dossiers.fhir.observing import PATIENT
from documents.dossiers.fhir.parts import (
    Element,
    Ids,
    Resource,
    absent,
    coding,
    concept,
    instant,
    is_date,
    prune,
    standard,
    tell,
)

OFFICE: Final = "office"
HOSPITAL: Final = "hospital"


def describe_patient(known: CaseKnown, ids: Ids) -> Resource:
    """The patient as far as the consent allows; what it does not allow is said to be masked.

    One name is recorded, as written: which part is the family's is not known and not guessed.
    """
    identity = known.identity
    sex = known.snapshot.patient.sex
    named = [text for text in (identity.name, identity.native_name) if text]
    reason = "masked" if identity.withheld else "unknown"
    born = _write_birth(known)
    told = [
        ("Name", identity.name or "left out by the consent"),
        ("Born", born.get("birthDate", "not told here")),
        ("Sex", str(sex) if isinstance(sex, Sex) else "not recorded, or sources disagree"),
        ("Country", identity.country),
    ]
    return prune(
        {
            "resourceType": "Patient",
            "id": ids.give(PATIENT),
            "meta": {"profile": [f"{codes.MCODE}cancer-patient"]},
            "text": tell("Patient", told),
            "identifier": [
                {
                    "system": codes.CASE_REFERENCE,
                    "value": known.case_reference,
                    "assigner": {"display": known.organisation},
                }
            ],
            "name": [{"text": text, "extension": [absent(reason)]} for text in named]
            or [{"extension": [absent(reason)]}],
            "gender": str(sex) if isinstance(sex, Sex) else "unknown",
            "_gender": {} if isinstance(sex, Sex) else {"extension": [absent("unknown")]},
            **born,
            "address": [{"country": identity.country}] if identity.country else [],
            "communication": [
                {"language": {"coding": [coding("urn:ietf:bcp:47", identity.language)]}}
            ]
            if identity.language
            else [],
        }
    )


def _write_birth(known: CaseKnown) -> Element:
    if known.identity.withheld:
        return {"_birthDate": {"extension": [absent("masked")]}}
    born = known.snapshot.patient.date_of_birth
    if isinstance(born, PartialDate) and is_date(born.text):
        return {"birthDate": born.text}
    return {"_birthDate": {"extension": [absent("error" if born else "unknown")]}}


def describe_office(known: CaseKnown, ids: Ids) -> Resource:
    return {
        "resourceType": "Organization",
        "id": ids.give(OFFICE),
        "text": tell("Made by", [("Organisation", known.organisation)]),
        "active": True,
        "name": known.organisation,
    }


def list_hospitals(known: CaseKnown, ids: Ids) -> list[Resource]:
    """The hospital that is asked, where one is."""
    if not known.hospital:
        return []
    told = [("Hospital", known.hospital), ("Department", known.hospital_unit)]
    return [
        prune(
            {
                "resourceType": "Organization",
                "id": ids.give(HOSPITAL),
                "text": tell("Asked of", told),
                "active": True,
                "name": known.hospital,
                "contact": [{"purpose": concept(known.hospital_unit)}]
                if known.hospital_unit
                else [],
                "address": [{"text": known.hospital_place}] if known.hospital_place else [],
            }
        )
    ]


def link_person(ids: Ids, person: Person) -> Element:
    return ids.link(f"person/{person.role}/{person.name}", display=person.name or person.role)


def list_people(known: CaseKnown, ids: Ids) -> list[Resource]:
    """Everyone who confirmed a fact or signed, each once, in the order of their names."""
    return [_describe_person(ids, person) for person in sorted(_people_of(known), key=_by_name)]


def _people_of(known: CaseKnown) -> set[Person]:
    confirmed = {fact.confirmed_by for fact in known.facts if fact.confirmed_by}
    return confirmed | {each.by for each in known.signed}


def _by_name(person: Person) -> tuple[str, str]:
    return person.name, person.role


def _describe_person(ids: Ids, person: Person) -> Resource:
    return prune(
        {
            "resourceType": "Practitioner",
            "id": ids.give(f"person/{person.role}/{person.name}"),
            "text": tell("Colleague", [("Name", person.name), ("Role", person.role)]),
            "name": [{"text": person.name}] if person.name else [],
            "qualification": [{"code": concept(person.role)}],
        }
    )


def list_consents(known: CaseKnown, ids: Ids) -> list[Resource]:
    """The consent that names this hospital; another hospital's is none of its business."""
    agreed = known.agreement
    if agreed is None:
        return []
    told: Iterable[tuple[str, object]] = [
        ("Given on", agreed.given_at.date().isoformat()),
        ("By, in the capacity of", agreed.capacity),
        ("Version of the text", agreed.text_version),
        ("Hospital", known.hospital),
    ]
    return [
        {
            "resourceType": "Consent",
            "id": ids.give(f"consent/{agreed.id}"),
            "text": tell("Consent to send the records to a named hospital", told),
            "status": "active",
            "scope": standard("consentscope", "patient-privacy"),
            "category": [{"coding": [coding(codes.LOINC, "59284-0", "Consent Document")]}],
            "patient": ids.link(PATIENT),
            "dateTime": instant(agreed.given_at),
            "organization": [ids.link(OFFICE)],
            "policyRule": concept(f"Consent text, version {agreed.text_version}"),
            "provision": {
                "type": "permit",
                "actor": [
                    {
                        "role": {
                            "coding": [coding(f"{codes.TERMINOLOGY}/v3-ParticipationType", "IRCP")]
                        },
                        "reference": ids.link(HOSPITAL),
                    }
                ],
            },
        }
    ]
