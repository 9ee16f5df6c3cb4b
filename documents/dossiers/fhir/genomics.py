"""Biomarkers: variants where the result is written as one, tumour marker tests where it is not."""

import re
from typing import Final

from cases.clinical.fact_values import show_value
from documents.dossiers.fhir import codes
from documents.dossiers.fhir.known import CaseKnown, KnownFact
from documents.dossiers.fhir.observing import (
    CANCER,
    LABORATORY_CATEGORY,
    PATIENT,
    RELATED,
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
    prune,
    tell,
)

VARIANT: Final = re.compile(r"[cp]\.[A-Za-z0-9()*_>+?-]+")
FOUND_WORDS: Final = frozenset(
    {"detected", "present", "mutated", "pathogenic", "likely pathogenic", "pathogenic variant"}
)
SEPARATORS: Final = re.compile(r"[\s,;()]*")
COMPONENTS: Final = {"c": "48004-6", "p": "48005-3"}
PRESENT: Final = coding(codes.LOINC, "LA9633-4", "Present")


def list_biomarkers(known: CaseKnown, ids: Ids) -> tuple[list[Resource], list[Resource]]:
    """A report for each paper that biomarkers stand in, and its results."""
    by_paper: dict[str, list[KnownFact]] = {}
    for fact in known.of("biomarker:"):
        by_paper.setdefault(fact.places[0].paper if fact.places else "", []).append(fact)
    reports, results = [], []
    for paper, facts in by_paper.items():
        made = [_describe_result(known, ids, fact) for fact in facts]
        reports.append(_describe_report(ids, paper, facts, made))
        results += made
    return reports, results


def _describe_report(
    ids: Ids, paper: str, facts: list[KnownFact], made: list[Resource]
) -> Resource:
    moments = [fact.confirmed_at for fact in facts if fact.confirmed_at]
    dated = max((_date_of(fact) for fact in facts), default="")
    told = [("Source", paper or "stated"), ("Results", len(made))]
    return prune(
        {
            "resourceType": "DiagnosticReport",
            "id": ids.give(f"genomics/{paper}"),
            "meta": {"profile": [f"{codes.MCODE}genomics-report"]},
            "text": tell("Biomarkers as reported", told),
            "status": "final",
            "category": [{"coding": [coding(f"{codes.TERMINOLOGY}/v2-0074", "GE", "Genetics")]}],
            "code": concept("Biomarkers as reported"),
            "subject": ids.link(PATIENT),
            "effectiveDateTime": dated if effective(dated) else "",
            "issued": instant(max(moments)) if moments else "",
            "result": [{"reference": f"urn:uuid:{each['id']}"} for each in made],
        }
    )


def _describe_result(known: CaseKnown, ids: Ids, fact: KnownFact) -> Resource:
    name = fact.key.partition(":")[2]
    said = show_value(fact.key, fact.value)
    found = _find_variants(fact)
    key = coding(codes.FACT, "biomarker")
    common: Resource = {
        "resourceType": "Observation",
        "id": ids.give(f"fact/{fact.id}"),
        "text": tell(name, [("Result", said), ("As of", _date_of(fact))]),
        "status": "final",
        "category": LABORATORY_CATEGORY,
        "subject": ids.link(PATIENT),
        "issued": instant(fact.confirmed_at) if fact.confirmed_at else "",
        "method": concept(fact.value.get("assay", "")),
        "note": write_notes([fact]),
        "derivedFrom": link_papers(known, ids, fact.places),
    }
    if found:
        return prune(
            {
                **common,
                "meta": {"profile": [f"{codes.MCODE}genomic-variant"]},
                "code": concept(name, coding(codes.LOINC, "69548-6"), key),
                "effectiveDateTime": _date_of(fact) if effective(_date_of(fact)) else "",
                "valueCodeableConcept": {"coding": [PRESENT], "text": said},
                "component": _write_components(name, found),
            }
        )
    related = {"url": RELATED, "valueReference": ids.link(CANCER)}
    return prune(
        {
            **common,
            "meta": {"profile": [f"{codes.MCODE}tumor-marker-test"]},
            "extension": [related],
            "code": concept(name, key),
            **effective(_date_of(fact)),
            "valueString": said,
        }
    )


def _find_variants(fact: KnownFact) -> list[str]:
    """The variants, only where the result says nothing but that they were found.

    “Not detected” beside the name of a variant, and every other word, stays in words.
    """
    said = [fact.value[part] for part in ("result", "alteration") if fact.value.get(part)]
    if any(not _is_pure(each) and each.lower() not in FOUND_WORDS for each in said):
        return []
    return list(dict.fromkeys(found for each in said for found in VARIANT.findall(each)))


def _is_pure(said: str) -> bool:
    return SEPARATORS.fullmatch(VARIANT.sub("", said)) is not None


def _write_components(gene: str, variants: list[str]) -> list[Element]:
    parts = [{"code": _component("48018-6"), "valueCodeableConcept": concept(gene)}]
    for kind, loinc in COMPONENTS.items():
        written = [each for each in variants if each[0] == kind][:1]
        parts += [
            {
                "code": _component(loinc),
                "valueCodeableConcept": concept(each, coding(codes.HGVS, each)),
            }
            for each in written
        ]
    return parts


def _component(loinc: str) -> Element:
    return {"coding": [coding(codes.LOINC, loinc)]}


def _date_of(fact: KnownFact) -> str:
    return fact.value.get("date") or fact.dated
