"""Observations of the facts: one for each value, and one for each side where sources disagree."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from cases.clinical.fact_values import show_value
from cases.clinical.snapshot import canonical_json, dump_snapshot
from cases.clinical.vocabulary import DISEASE_KEYS, PATIENT_KEYS, spec_for
from documents.dossiers.fhir import codes
from documents.dossiers.fhir.known import CaseKnown, KnownFact, Place
from documents.dossiers.fhir.parts import (
    FULL,
    Element,
    Ids,
    Resource,
    absent,
    coding,
    concept,
    effective,
    instant,
    is_date,
    prune,
    standard,
    tell,
)
from documents.dossiers.fhir.values import write_value

PATIENT: Final = "patient"
CANCER: Final = "cancer"
COMPARED: Final = {"system": codes.USE, "code": "compared"}
"""Tag of what entered the comparison, in distinction from what is told beside it."""
LABORATORY_CATEGORY: Final = [standard("observation-category", "laboratory")]
VITAL_SIGNS: Final = [standard("observation-category", "vital-signs")]
RELATED: Final = f"{codes.MCODE}related-condition"
APART: Final = ("comorbidity", "allergy", "current_medicine", "prior_treatments", "metastasis_site")
"""Facts that are resources of other types."""
STATED_BY_PATIENT: Final = ("date_of_birth", "sex")


def list_sides(raw: Any) -> list[Element]:
    """The sides of a value of a dumped snapshot; one without a source where none disagree."""
    if isinstance(raw, dict) and "conflict" in raw:
        sides: list[Element] = raw["conflict"]
        return sides
    return [] if raw is None else [{"value": raw, "source": ""}]


def observe_compared(known: CaseKnown, ids: Ids) -> list[Resource]:
    """An observation for every value of the snapshot that the patient or a list does not hold."""
    dumped = dump_snapshot(known.snapshot)
    found: list[Resource] = []
    for key in (*PATIENT_KEYS, *DISEASE_KEYS):
        sides = list_sides(dumped["patient" if key in PATIENT_KEYS else "disease"][key])
        if len(sides) == 1 and is_held_by_patient(key, sides[0]["value"]):
            continue
        behind = known.compared_facts.get(key, ())
        facts = [fact for fact in known.facts if fact.id in behind]
        found += [
            observe_side(known, ids, key=key, sides=sides, place=place, facts=facts)
            for place in range(len(sides))
        ]
    return found


def is_held_by_patient(key: str, value: Any) -> bool:
    return key in STATED_BY_PATIENT and (key == "sex" or is_date(value))


def observe_side(
    known: CaseKnown,
    ids: Ids,
    *,
    key: str,
    sides: Sequence[Mapping[str, Any]],
    place: int,
    facts: Sequence[KnownFact],
) -> Resource:
    """One value of one fact. With other sides beside it, it is preliminary and says so."""
    value, source = sides[place]["value"], sides[place]["source"]
    same = [fact for fact in facts if canonical_json(fact.value) == canonical_json(value)]
    made = observe(
        known,
        ids,
        name=f"{key}/{place}",
        key=key,
        value=value,
        facts=same or facts,
        is_compared=True,
    )
    if len(sides) > 1:
        others = "; ".join(
            show_value(key, side["value"]) for side in sides if side is not sides[place]
        )
        made["status"] = "preliminary"
        made.setdefault("note", []).insert(
            0, {"text": f"Confirmed sources disagree. Beside this stands: {others}."}
        )
        if source:
            made["extension"] = [
                *made.get("extension", ()),
                {"url": codes.CONFLICT_SOURCE, "valueString": source},
            ]
    return made


def observe_others(known: CaseKnown, ids: Ids) -> list[Resource]:
    """Facts that enter no comparison: stage, markers, performance status, earlier weights."""
    used = {fact for key in known.compared_facts for fact in known.compared_facts[key]}
    spoken = {*PATIENT_KEYS, *DISEASE_KEYS} - {"weight_kg"}
    return [
        observe(known, ids, name=f"fact/{fact.id}", key=fact.key, value=fact.value, facts=[fact])
        for fact in known.facts
        if fact.key not in {*spoken, *APART}
        and not fact.key.startswith("biomarker:")
        and not (fact.key == "weight_kg" and fact.id in used)
    ]


def observe(
    known: CaseKnown,
    ids: Ids,
    *,
    name: str,
    key: str,
    value: Any,
    facts: Sequence[KnownFact],
    is_compared: bool = False,
) -> Resource:
    """One observation with its profile, its day, its words on paper, and who stated it.

    The profile of a stage wants papers with their content, which ours never have: of those, the
    notes tell alone.
    """
    spec = spec_for(key)
    dated = max((fact.dated for fact in facts), default="")
    grades = [fact.value for fact in known.of("grade")]
    said = write_value(key, value, grade=grades[0] if len(set(grades)) == 1 else "")
    moments = [fact.confirmed_at for fact in facts if fact.confirmed_at]
    profile = find_profile(key, said, dated)
    label = spec.label
    made = {
        "resourceType": "Observation",
        "id": ids.give(name),
        "meta": {
            "profile": [profile] if profile else [],
            "tag": [COMPARED] if is_compared else [],
        },
        "text": tell(label, [(label, show_value(key, value)), ("As of", dated)]),
        "extension": relate_to_cancer(key, ids),
        "status": "final",
        "category": find_category(key),
        "code": name_fact(key),
        "subject": ids.link(PATIENT),
        "focus": [ids.link(CANCER)] if key == "stage" else [],
        **effective(dated),
        "issued": instant(max(moments)) if moments else "",
        **said,
        "note": write_notes(facts),
        "method": concept("Staging system not stated") if key == "stage" else {},
        "derivedFrom": [] if key == "stage" else link_papers(known, ids, _places_of(facts)),
    }
    if key == "weight_kg" and not effective(dated):
        made["_effectiveDateTime"] = {"extension": [absent("unknown")]}
    return prune(made)


def _places_of(facts: Iterable[KnownFact]) -> Iterator[Place]:
    return (place for fact in facts for place in fact.places)


def find_profile(key: str, said: Element, dated: str) -> str:
    """The profile that the observation keeps; a range and a rough date fit not everywhere."""
    if key == "weight_kg":
        return f"{codes.CORE}/bodyweight" if len(dated) == FULL and is_date(dated) else ""
    family = key.partition(":")[0]
    name = "tumor-marker-test" if family == "marker" else codes.PROFILES.get(key, "")
    if name == "tumor-marker-test" and not {"valueQuantity", "valueString"} & set(said):
        return ""
    if name == "cancer-disease-status" and dated and len(dated) != FULL:
        return ""
    return f"{codes.MCODE}{name}" if name else ""


def find_category(key: str) -> list[Element]:
    if key == "weight_kg":
        return VITAL_SIGNS
    is_laboratory = key in codes.LABORATORY or key.startswith(("marker:", "biomarker:"))
    return LABORATORY_CATEGORY if is_laboratory else [standard("observation-category", "exam")]


def relate_to_cancer(key: str, ids: Ids) -> list[Element]:
    if key in {"histology", "grade", "ki67_percent"} or key.startswith("marker:"):
        return [{"url": RELATED, "valueReference": ids.link(CANCER)}]
    return []


def name_fact(key: str) -> Element:
    """What is observed: in a public system where one is certain, always by the fact's own key."""
    family, _colon, rest = key.partition(":")
    public, ours = [], [coding(codes.FACT, family)]
    if loinc := codes.LOINC_OF.get(key):
        public = [coding(codes.LOINC, loinc)]
    if key == "grade":
        public = [coding(codes.NCIT, "C18000")]
    if key == "stage":
        public = [coding(codes.SNOMED, "399390009", "TNM stage grouping")]
    if family == "attention":
        ours.append(coding(f"{codes.VOCABULARY}/attention", rest))
    return concept(spec_for(key).label, *public, *ours)


def write_notes(facts: Iterable[KnownFact]) -> list[Element]:
    """Each place with its words, and who said what stands on no paper."""
    lines = [say_place(place) for fact in facts for place in fact.places]
    lines += [f"Stated: {fact.stated_source}" for fact in facts if fact.stated_source]
    return [{"text": line} for line in dict.fromkeys(lines)]


def say_place(place: Place) -> str:
    page = f", page {place.page}" if place.page else ""
    quote = f": “{place.quote}”" if place.quote else ""
    return f"Source {place.paper}{page}{quote}"


def link_papers(known: CaseKnown, ids: Ids, places: Iterable[Place]) -> list[Element]:
    """Links to the papers, each once; the display is the key that the dossier's pages print."""
    listed = {paper.key for paper in known.papers}
    keys = dict.fromkeys(place.paper for place in places if place.paper in listed)
    return [ids.link(f"paper/{key}", display=key) for key in keys]


def observe_age(known: CaseKnown, ids: Ids) -> list[Resource]:
    """The age on the reference date, where the birth date itself may not be told."""
    age = known.identity.age_years
    if age is None or not known.identity.withheld:
        return []
    day: date = known.reference_date
    return [
        {
            "resourceType": "Observation",
            "id": ids.give("age"),
            "text": tell("Age", [("Completed years", age)]),
            "status": "final",
            "category": [standard("observation-category", "exam")],
            "code": concept("Age in completed years", coding(codes.FACT, "age_years")),
            "subject": ids.link(PATIENT),
            "effectiveDateTime": day.isoformat(),
            "valueQuantity": {"value": age, "unit": "years", "system": codes.UCUM, "code": "a"},
        }
    ]
