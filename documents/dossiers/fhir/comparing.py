"""Where the facts stand to published wordings: one observation for each criterion.

Nothing here speaks of what anybody may have: a wording, the facts, met or not met or unknown.
"""

from collections.abc import Mapping

from documents.dossiers.fhir import codes
from documents.dossiers.fhir.known import CaseKnown, ComparedRow, ComparedWording, Place
from documents.dossiers.fhir.observing import PATIENT, link_papers
from documents.dossiers.fhir.parts import (
    Element,
    Ids,
    Resource,
    coding,
    concept,
    prune,
    standard,
    tell,
)


def name_comparison(wording: ComparedWording) -> str:
    return f"comparison/{wording.definition}"


def list_comparisons(
    known: CaseKnown, ids: Ids, observed: Mapping[str, list[str]]
) -> tuple[list[Resource], list[Resource]]:
    """An observation for each wording, and one for each of its criteria.

    `observed` names the observations that each fact became.
    """
    wholes: list[Resource] = []
    rows: list[Resource] = []
    for wording in known.wordings:
        made = [_describe_row(known, ids, wording, row, observed) for row in wording.rows]
        wholes.append(_describe_whole(known, ids, wording, made))
        rows += made
    return wholes, rows


def _describe_whole(
    known: CaseKnown, ids: Ids, wording: ComparedWording, rows: list[Resource]
) -> Resource:
    sentence = codes.OVERALL[wording.overall]
    return prune(
        {
            "resourceType": "Observation",
            "id": ids.give(name_comparison(wording)),
            "text": tell(wording.title, [("Comparison", sentence), *_name_definition(wording)]),
            "status": "final",
            "category": [standard("observation-category", "survey")],
            "code": concept(
                f"Comparison with a published wording: {wording.title}",
                coding(codes.FACT, "comparison"),
            ),
            "subject": ids.link(PATIENT),
            "effectiveDateTime": known.reference_date.isoformat(),
            "valueCodeableConcept": concept(sentence, coding(codes.ANSWER, wording.overall)),
            "method": _name_method(wording),
            "hasMember": [{"reference": f"urn:uuid:{row['id']}"} for row in rows],
        }
    )


def _describe_row(
    known: CaseKnown,
    ids: Ids,
    wording: ComparedWording,
    row: ComparedRow,
    observed: Mapping[str, list[str]],
) -> Resource:
    behind = dict.fromkeys(each for fact in row.facts for each in observed.get(fact, ()))
    papers = link_papers(known, ids, (Place(paper=key) for key in row.papers))
    notes = (
        row.reason,
        f"Settled by a clinician: {row.settled}" if row.settled else "",
        f"To ask: {row.ask}" if row.ask else "",
    )
    return prune(
        {
            "resourceType": "Observation",
            "id": ids.give(f"{name_comparison(wording)}/{row.id}"),
            "text": tell(
                row.phrase,
                [("Answer", row.answer.replace("_", " ")), ("Kind of unknown", row.unknown_kind)],
            ),
            "extension": [{"url": codes.DERIVED, "valueBoolean": True}] if row.is_derived else [],
            "status": "final",
            "category": [
                standard("observation-category", "survey"),
                {"coding": [coding(codes.CRITERION_TAG, row.tag)]},
            ],
            "code": concept(row.phrase, coding(codes.CRITERION, row.id)),
            "subject": ids.link(PATIENT),
            "effectiveDateTime": known.reference_date.isoformat(),
            **_write_answer(row),
            "method": _name_method(wording),
            "note": [{"text": text} for text in notes if text],
            "derivedFrom": [*({"reference": f"urn:uuid:{each}"} for each in behind), *papers],
        }
    )


def _write_answer(row: ComparedRow) -> Element:
    if row.answer != "unknown":
        words = row.answer.replace("_", " ")
        return {"valueCodeableConcept": concept(words, coding(codes.ANSWER, row.answer))}
    standard_code, words = codes.UNKNOWNS[row.unknown_kind]
    return {
        "dataAbsentReason": concept(
            words,
            coding(f"{codes.TERMINOLOGY}/data-absent-reason", standard_code),
            coding(codes.UNKNOWN_KIND, row.unknown_kind),
        )
    }


def _name_definition(wording: ComparedWording) -> list[tuple[str, object]]:
    return [("Definition", f"{wording.definition} {wording.version}"), ("Status", wording.status)]


def _name_method(wording: ComparedWording) -> Element:
    return concept(
        f"{wording.definition} {wording.version} ({wording.status})",
        coding(f"{codes.OURS}/definition", wording.definition),
    )
