"""The document: a Composition with its sections, everything they point at, and nothing else.

    build_bundle(known) -> bytes

is the whole interface: UTF-8 JSON, the same bytes for the same `CaseKnown`. It reads no database,
no clock and no settings.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cases.clinical.snapshot import canonical_json, dump_snapshot
from cases.clinical.vocabulary import PATIENT_KEYS
from documents.dossiers.fhir import codes, disease, journey, papers, person
from documents.dossiers.fhir.comparing import list_comparisons
from documents.dossiers.fhir.genomics import list_biomarkers
from documents.dossiers.fhir.known import DEIDENTIFIED, CaseKnown
from documents.dossiers.fhir.observing import (
    CANCER,
    PATIENT,
    list_sides,
    observe_age,
    observe_compared,
    observe_others,
)
from documents.dossiers.fhir.parts import (
    Element,
    Ids,
    Resource,
    coding,
    concept,
    instant,
    prune,
    tell,
)
from documents.dossiers.fhir.treating import list_treatments

FILE_NAME: Final = "case.fhir.json"
"""Name of the document where it is attached to a PDF."""
MEDIA_TYPE: Final = "application/fhir+json"
INNER: Final = slice(len('<div xmlns="http://www.w3.org/1999/xhtml">'), -len("</div>"))
MEASURED: Final = frozenset(
    {"ki67_percent", "mitoses_per_2mm2", "weight_kg", "ecog", "child_pugh", "marker", "age_years"}
)
NOTHING: Final = ("unavailable", "Nothing has been recorded and confirmed yet.")


@dataclass(frozen=True)
class Section:
    """A part of the Composition: what stands in it, or why nothing does."""

    key: str
    title: str
    resources: Sequence[Resource] = ()
    empty: tuple[str, str] = NOTHING
    loinc: str = ""
    words: str = ""


def build_bundle(known: CaseKnown) -> bytes:
    """The case as an FHIR R4 document bundle, in UTF-8.

    Every resource names the mCODE STU4 profile that it keeps, if there is one; every link ends in
    the document. `read_back` reads the snapshot from it again.
    """
    ids = Ids.of(known.case_id, known.audience)
    sections = list_sections(known, ids)
    composition = compose(known, ids, sections)
    resources = [
        composition,
        person.describe_patient(known, ids),
        person.describe_office(known, ids),
        *person.list_people(known, ids),
        *(resource for section in sections for resource in section.resources),
    ]
    name = ids.give(f"document/{known.version or instant(known.now)}")
    document = {
        "resourceType": "Bundle",
        "id": name,
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{name}"},
        "type": "document",
        "timestamp": instant(known.now),
        "entry": [
            {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
            for resource in resources
        ],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def list_sections(known: CaseKnown, ids: Ids) -> list[Section]:
    observed = [
        *observe_compared(known, ids),
        *observe_age(known, ids),
        *observe_others(known, ids),
    ]
    keys = {each["id"]: _key_of(each) for each in observed}
    measured = [each for each in observed if keys[each["id"]] in MEASURED]
    attention = [each for each in observed if keys[each["id"]] == "attention"]
    found = [each for each in observed if each not in measured and each not in attention]
    cancer = []
    if disease.has_cancer(known):
        stages = [each for each in found if keys[each["id"]] == "stage"]
        cancer = [disease.describe_cancer(known, ids, stages)]
    spread = disease.list_metastases(known, ids)
    lists, treatments = list_treatments(known, ids)
    reports, results = list_biomarkers(known, ids)
    problems = disease.list_problems(known, ids)
    allergies = disease.list_allergies(known, ids)
    medicines = disease.list_medicines(known, ids)
    listed = papers.list_papers(known, ids)
    clinical = [
        *cancer, *spread, *observed, *treatments, *results, *problems, *allergies, *medicines
    ]  # fmt: skip
    made = find_made(known, ids, clinical)
    seen = {each["id"] for each in (*observed, *results)}
    behind = {fact: [each for each in names if each in seen] for fact, names in made.items()}
    wholes, rows = list_comparisons(known, ids, behind)
    return [
        Section(
            "question",
            "Question",
            person.list_hospitals(known, ids),
            loinc="42349-1",
            words=known.question,
        ),
        Section("diagnosis", "Diagnosis and stage", [*cancer, *spread, *found]),
        Section("measurements", "Markers and measurements", measured),
        Section("treatments", "Treatment history", [*lists, *treatments]),
        Section("biomarkers", "Biomarkers", [*reports, *results]),
        Section("imaging", "Images", papers.list_studies(known, ids), loinc="18748-4"),
        Section("problems", "Other conditions", problems, loinc="11450-4"),
        Section("allergies", "Allergies", allergies, loinc="48765-2"),
        Section("medicines", "Current medicines", medicines, loinc="10160-0"),
        Section("attention", "For the prescriber's attention", attention),
        Section("comparison", "Comparison with published wordings", [*wholes, *rows]),
        Section("sources", "Source documents", listed),
        Section("missing", "Records asked for", journey.list_tasks(known, ids)),
        Section("travel", "Appointments", journey.list_visits(known, ids)),
        Section("correspondence", "Correspondence", journey.list_letters(known, ids)),
        Section("consent", "Consent", person.list_consents(known, ids)),
        Section("standing", "Who stands for it", journey.list_words_given(known, ids, made)),
    ]


def _key_of(observation: Mapping[str, Any]) -> str:
    """The key of the fact that an observation is of; of a family, the family's name."""
    found: str = next(
        each["code"] for each in observation["code"]["coding"] if each["system"] == codes.FACT
    )
    return found


def find_made(
    known: CaseKnown, ids: Ids, resources: Iterable[Mapping[str, Any]]
) -> dict[str, list[str]]:
    """The ids of the resources that each fact became, by the fact's own id."""
    present = {resource["id"] for resource in resources} | {ids.give(PATIENT)}
    dumped = dump_snapshot(known.snapshot)
    names: dict[str, list[str]] = {fact.id: [f"fact/{fact.id}"] for fact in known.facts}
    values = {fact.id: canonical_json(fact.value) for fact in known.facts}
    for key, behind in known.compared_facts.items():
        if key == "prior_treatments":
            for place, fact in enumerate(behind):
                names.setdefault(fact, []).append(f"treatment/0/{place}")
            continue
        part = dumped["patient" if key in PATIENT_KEYS else "disease"]
        if key not in part:
            continue
        sides = [canonical_json(side["value"]) for side in list_sides(part[key])]
        for fact in behind:
            same = [place for place, side in enumerate(sides) if side == values.get(fact)]
            places = same or range(len(sides))
            names.setdefault(fact, []).extend(f"{key}/{place}" for place in places)
            names[fact] += [PATIENT] if key in {"date_of_birth", "sex"} else []
            names[fact] += [CANCER] if key in {"histology", "primary_site"} else []
    given = {fact: dict.fromkeys(map(ids.give, each)) for fact, each in names.items()}
    return {fact: [each for each in made if each in present] for fact, made in given.items()}


def compose(known: CaseKnown, ids: Ids, sections: Sequence[Section]) -> Resource:
    authors = [ids.link(person.OFFICE)]
    if known.coordinator:
        authors.append({"type": "Practitioner", "display": known.coordinator})
    day = known.reference_date.isoformat()
    version = f", version {known.version}" if known.version else ""
    told = [
        ("Reference", known.case_reference),
        ("Version", known.version or "none: made for this question alone"),
        ("Facts as of", day),
        ("Made by", known.organisation),
    ]
    return {
        "resourceType": "Composition",
        "id": ids.give("composition"),
        "language": "en",
        "text": tell("Case dossier", told),
        "status": "final",
        "type": concept("Referral note", coding(codes.LOINC, "57133-1", "Referral note")),
        "subject": ids.link(PATIENT),
        "date": instant(known.now),
        "author": authors,
        "title": f"Case dossier {known.case_reference}{version}",
        "custodian": ids.link(person.OFFICE),
        "event": [{"period": {"end": day}}],
        "section": [_write_section(known, section) for section in sections],
    }


def _write_section(known: CaseKnown, section: Section) -> Element:
    ours = coding(f"{codes.OURS}/section", section.key)
    loinc = [coding(codes.LOINC, section.loinc)] if section.loinc else []
    is_empty = not section.resources and not section.words
    reason, said = section.empty
    if known.audience == DEIDENTIFIED:
        reason, said = "withheld", "Left out, or not recorded: nobody is to be known from this."
    words = said if is_empty else section.words
    text = tell(section.title, [("", words)] if words else ())
    inner = "".join(resource["text"]["div"][INNER] for resource in section.resources)
    text["div"] = f"{text['div'][: INNER.stop]}{inner}</div>"
    return prune(
        {
            "title": section.title,
            "code": concept(section.title, *loinc, ours),
            "text": text,
            "entry": [
                {"reference": f"urn:uuid:{resource['id']}"} for resource in section.resources
            ],
            "emptyReason": concept(said, coding(f"{codes.TERMINOLOGY}/list-empty-reason", reason))
            if is_empty
            else {},
        }
    )
