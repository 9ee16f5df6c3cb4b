"""Conditions: the primary tumour, its metastases, other illnesses; allergies and medicines."""

from collections.abc import Sequence
from typing import Final

from cases.clinical.fact_values import show_value
from cases.clinical.terms import Histology, PrimarySite
from cases.clinical.values import Conflict
from cases.clinical.vocabulary import DISEASE_KEYS, label_of, spec_for
from documents.dossiers.fhir import codes
from documents.dossiers.fhir.known import CaseKnown, KnownFact
from documents.dossiers.fhir.observing import (
    CANCER,
    PATIENT,
    link_papers,
    write_notes,
)
from documents.dossiers.fhir.parts import (
    Element,
    Ids,
    Resource,
    coding,
    concept,
    effective,
    instant,
    is_date,
    prune,
    standard,
    tell,
)
from documents.dossiers.fhir.values import word_concept

ACTIVE: Final = standard("condition-clinical", "active")
CONFIRMED: Final = standard("condition-ver-status", "confirmed")
PROBLEM: Final = [standard("condition-category", "problem-list-item")]


def has_cancer(known: CaseKnown) -> bool:
    """Whether anything is known of the tumour, so that it can be named as a condition."""
    disease = known.snapshot.disease
    told = any(getattr(disease, key) is not None for key in DISEASE_KEYS)
    return told or bool(known.facts) or bool(known.snapshot.prior_treatments)


def describe_cancer(known: CaseKnown, ids: Ids, stages: Sequence[Resource]) -> Resource:
    """The primary tumour, as far as sources agree; what they disagree on is in observations."""
    disease = known.snapshot.disease
    histology, site = disease.histology, disease.primary_site
    word = histology if isinstance(histology, Histology) else None
    place = site if isinstance(site, PrimarySite) else None
    said = label_of(word) if word else "neoplasm, histology not settled"
    text = f"{said}, primary site {label_of(place)}" if place else said
    dates = {fact.value for fact in known.of("diagnosis_date") if is_date(fact.value)}
    extensions: list[Element] = []
    if len(dates) == 1:
        url = f"{codes.CORE}/condition-assertedDate"
        extensions.append({"url": url, "valueDateTime": next(iter(dates))})
    if word:
        morphology = word_concept(spec_for("histology"), word, grade=_grade_of(known))
        url = f"{codes.MCODE}histology-morphology-behavior"
        extensions.append({"url": url, "valueCodeableConcept": morphology})
    facts = known.of("histology", "primary_site")
    return prune(
        {
            "resourceType": "Condition",
            "id": ids.give(CANCER),
            "meta": {"profile": [f"{codes.MCODE}primary-cancer-condition"]},
            "text": tell("Primary tumour", [("Diagnosis", text)]),
            "extension": extensions,
            "clinicalStatus": ACTIVE,
            "verificationStatus": standard(
                "condition-ver-status",
                "differential" if isinstance(histology, Conflict) else "confirmed",
            )
            if histology
            else {},
            "category": PROBLEM,
            "code": concept(text, *_code_cancer(word, place)),
            "bodySite": [word_concept(spec_for("primary_site"), place)] if place else [],
            "subject": ids.link(PATIENT),
            "stage": [
                {
                    "summary": stage["valueCodeableConcept"],
                    "assessment": [{"reference": f"urn:uuid:{stage['id']}"}],
                }
                for stage in stages
            ],
            "evidence": _cite(known, ids, facts),
            "note": write_notes(facts),
        }
    )


def _grade_of(known: CaseKnown) -> str:
    grade = known.snapshot.disease.grade
    return grade if isinstance(grade, str) else ""


def _code_cancer(word: Histology | None, place: PrimarySite | None) -> list[Element]:
    """ICD-10-CM where histology and site name one code together; it decides nothing."""
    if word == Histology.NEC:
        return [coding(codes.ICD_10_CM, "C7A.1")]
    code = codes.WELL_KNOWN_SITES.get(place or "") if word in codes.WELL_DIFFERENTIATED else None
    return [coding(codes.ICD_10_CM, code)] if code else []


def _cite(known: CaseKnown, ids: Ids, facts: Sequence[KnownFact]) -> list[Element]:
    papers = link_papers(known, ids, (place for fact in facts for place in fact.places))
    return [{"detail": papers}] if papers else []


def list_metastases(known: CaseKnown, ids: Ids) -> list[Resource]:
    """A condition for each confirmed site; where only the spread is known, one that says so."""
    found = [
        _describe_metastasis(known, ids, f"fact/{fact.id}", f"Metastasis: {fact.value}", [fact])
        for fact in known.of("metastasis_site")
    ]
    nodes = [fact for fact in known.of("nodal_metastasis") if fact.value is True]
    if nodes:
        found.append(
            _describe_metastasis(known, ids, "metastasis/nodes", "Metastasis in lymph nodes", nodes)
        )
    if not known.of("metastasis_site") and known.snapshot.disease.metastatic is True:
        text = "Metastatic disease, site not recorded as a fact of its own"
        facts = known.of("metastatic")
        found.append(_describe_metastasis(known, ids, "metastasis/some", text, facts))
    return found


def _describe_metastasis(
    known: CaseKnown, ids: Ids, name: str, text: str, facts: Sequence[KnownFact]
) -> Resource:
    site = facts[0].value if facts and isinstance(facts[0].value, str) else ""
    histology = known.snapshot.disease.histology
    code = codes.METASTASES.get(site.lower()) if histology in codes.WELL_DIFFERENTIATED else None
    related = {"url": f"{codes.CORE}/condition-related", "valueReference": ids.link(CANCER)}
    return prune(
        {
            "resourceType": "Condition",
            "id": ids.give(name),
            "meta": {"profile": [f"{codes.MCODE}secondary-cancer-condition"]},
            "text": tell("Metastasis", [("Condition", text)]),
            "extension": [related],
            "clinicalStatus": ACTIVE,
            "verificationStatus": CONFIRMED,
            "category": PROBLEM,
            "code": concept(text, *([coding(codes.ICD_10_CM, code)] if code else [])),
            "bodySite": [concept(site)] if site else [],
            "subject": ids.link(PATIENT),
            "evidence": _cite(known, ids, facts),
            "note": write_notes(facts),
        }
    )


def list_problems(known: CaseKnown, ids: Ids) -> list[Resource]:
    return [
        prune(
            {
                "resourceType": "Condition",
                "id": ids.give(f"fact/{fact.id}"),
                "text": tell("Other illness", [("Condition", fact.value)]),
                "clinicalStatus": ACTIVE,
                "verificationStatus": CONFIRMED,
                "category": PROBLEM,
                "code": concept(fact.value),
                "subject": ids.link(PATIENT),
                "evidence": _cite(known, ids, [fact]),
                "note": write_notes([fact]),
            }
        )
        for fact in known.of("comorbidity")
    ]


def list_allergies(known: CaseKnown, ids: Ids) -> list[Resource]:
    return [
        prune(
            {
                "resourceType": "AllergyIntolerance",
                "id": ids.give(f"fact/{fact.id}"),
                "text": tell("Allergy", [("As recorded", fact.value)]),
                "clinicalStatus": standard("allergyintolerance-clinical", "active"),
                "verificationStatus": standard("allergyintolerance-verification", "confirmed"),
                "code": concept(fact.value),
                "patient": ids.link(PATIENT),
                "recordedDate": instant(fact.confirmed_at) if fact.confirmed_at else "",
                "note": write_notes([fact]),
            }
        )
        for fact in known.of("allergy")
    ]


def list_medicines(known: CaseKnown, ids: Ids) -> list[Resource]:
    return [
        prune(
            {
                "resourceType": "MedicationStatement",
                "id": ids.give(f"fact/{fact.id}"),
                "text": tell("Current medicine", [("As recorded", fact.value)]),
                "status": "active",
                "medicationCodeableConcept": concept(show_value(fact.key, fact.value)),
                "subject": ids.link(PATIENT),
                **effective(fact.dated),
                "derivedFrom": link_papers(known, ids, fact.places),
                "note": write_notes([fact]),
            }
        )
        for fact in known.of("current_medicine")
    ]
