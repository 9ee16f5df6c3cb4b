"""The treatment history: medicines, operations, radiotherapy, and the list that says if it is all.

What FHIR has no place for (sources that disagree on one field, a date that cannot be, an empty
name) stands in the extension `as-recorded`, a field at a time, and nothing else does.
"""

from collections.abc import Mapping
from typing import Any, Final

from cases.clinical.snapshot import dump_snapshot
from cases.clinical.terms import (
    THIS_TUMOUR,
    TreatmentClass,
    TreatmentStatus,
    label_of,
)
from documents.dossiers.fhir import codes
from documents.dossiers.fhir.known import CaseKnown, KnownFact
from documents.dossiers.fhir.observing import CANCER, COMPARED, PATIENT, list_sides, write_notes
from documents.dossiers.fhir.parts import (
    Element,
    Ids,
    Resource,
    absent,
    coding,
    concept,
    instant,
    is_date,
    is_in_order,
    prune,
    tell,
)

FIELDS: Final = ("agent", "class", "start_date", "end_date", "status", "for_condition")
CLASS: Final = f"{codes.VOCABULARY}/treatment-class"
RADIOTHERAPY_CODE: Final = coding(
    codes.SNOMED, "1217123003", "Radiotherapy course of treatment (regime/therapy)"
)
PROCEDURES: Final = frozenset(
    {TreatmentClass.SURGERY, TreatmentClass.LIVER_DIRECTED, TreatmentClass.RADIOTHERAPY}
)
PROCEDURE_STATES: Final[Mapping[str, str]] = {
    TreatmentStatus.COMPLETED: "completed",
    TreatmentStatus.STOPPED: "stopped",
    TreatmentStatus.ONGOING: "in-progress",
    TreatmentStatus.PLANNED: "preparation",
    TreatmentStatus.DECLINED: "not-done",
}
GIVEN_STATES: Final[Mapping[str, str]] = {
    TreatmentStatus.COMPLETED: "completed",
    TreatmentStatus.STOPPED: "stopped",
    TreatmentStatus.ONGOING: "in-progress",
}
ORDER_STATES: Final[Mapping[str, str]] = {
    TreatmentStatus.PLANNED: "active",
    TreatmentStatus.DECLINED: "cancelled",
}


def list_treatments(known: CaseKnown, ids: Ids) -> tuple[list[Resource], list[Resource]]:
    """The lists of the history, and the resources in them.

    One list says "these were all that counts"; several are histories that disagree; a list
    without the tag holds what was recorded while nobody has confirmed that it is complete.
    """
    sides = list_sides(dump_snapshot(known.snapshot)["prior_treatments"])
    facts = {fact.id: fact for fact in known.facts}
    behind = [
        facts[each] for each in known.compared_facts.get("prior_treatments", ()) if each in facts
    ]
    lists: list[Resource] = []
    entries: list[Resource] = []
    for place, side in enumerate(sides):
        matched = behind if [fact.value for fact in behind] == side["value"] else []
        made = [
            _describe(ids, f"treatment/{place}/{at}", entry, matched[at] if matched else None)
            for at, entry in enumerate(side["value"])
        ]
        lists.append(_list_up(known, ids, place, made, side["source"], is_compared=True))
        entries += made
    if not sides:
        recorded = known.of("prior_treatments")
        made = [_describe(ids, f"fact/{fact.id}", fact.value, fact) for fact in recorded]
        lists.append(_list_up(known, ids, 0, made, "", is_compared=False))
        entries += made
    return lists, entries


def _list_up(
    known: CaseKnown, ids: Ids, place: int, made: list[Resource], source: str, *, is_compared: bool
) -> Resource:
    if is_compared:
        reason, said = "nilknown", "Confirmed: nothing was given."
    else:
        reason, said = "unavailable", "The history has not been collected and confirmed yet."
    note = said if not made else "" if known.is_history_complete else "Not confirmed as complete."
    return prune(
        {
            "resourceType": "List",
            "id": ids.give(f"treatments/{place}"),
            "meta": {"tag": [COMPARED] if is_compared else []},
            "text": tell("Treatment history", [("Entries", len(made)), ("Note", note)]),
            "extension": [{"url": codes.CONFLICT_SOURCE, "valueString": source}] if source else [],
            "status": "current",
            "mode": "snapshot",
            "title": "Treatment history",
            "code": concept("Treatment history", coding(codes.FACT, "prior_treatments")),
            "subject": ids.link(PATIENT),
            "date": instant(known.now),
            "note": [{"text": note}] if note else [],
            "entry": [{"item": {"reference": f"urn:uuid:{each['id']}"}} for each in made],
            "emptyReason": {}
            if made
            else concept(said, coding(f"{codes.TERMINOLOGY}/list-empty-reason", reason)),
        }
    )


def _describe(ids: Ids, name: str, entry: Mapping[str, Any], fact: KnownFact | None) -> Resource:
    """One entry as the resource that its class asks for."""
    told = {field: entry.get(field) for field in FIELDS}
    odd = _list_odd_fields(told)
    plain = {
        field: value for field, value in told.items() if field not in odd and value is not None
    }
    given = TreatmentClass(plain["class"]) if "class" in plain else None
    details = fact.details if fact else {}
    status, is_derived = _find_status(plain, odd)
    what = plain.get("agent") or (label_of(given) if given else "treatment, not named")
    common: Resource = {
        "id": ids.give(name),
        "text": tell("Treatment", _tell_entry(what, given, told, status, details)),
        "extension": [*_write_intent(details), *_write_odd(told, odd)],
        "_status": {"extension": [{"url": codes.DERIVED, "valueBoolean": True}]}
        if is_derived
        else {},
        "subject": ids.link(PATIENT),
        "category": concept(label_of(given), coding(CLASS, given)) if given else {},
        **_write_condition(plain, ids),
        "note": _write_course(fact),
    }
    named = concept(what)
    if "agent" not in plain:
        named["extension"] = [absent("unknown")]
    reason = concept(details["stop_reason"]) if details.get("stop_reason") else {}
    if given in PROCEDURES:
        return _write_procedure(common, status, named, plain, reason)
    if status in ORDER_STATES:
        return _write_request(common, status, named, plain)
    return _write_administration(common, status, named, plain, reason)


def _find_status(plain: Mapping[str, str], odd: Mapping[str, Any]) -> tuple[str, bool]:
    """The status as recorded; where none is, completed, or ongoing without an end."""
    if "status" in plain:
        return plain["status"], False
    has_end = "end_date" in plain or "end_date" in odd
    return (TreatmentStatus.COMPLETED if has_end else TreatmentStatus.ONGOING), "status" not in odd


def _list_odd_fields(told: Mapping[str, Any]) -> dict[str, list[Element]]:
    """Fields that no standard element can carry as they are, with their sides."""
    odd = {field: list_sides(value) for field, value in told.items() if _is_odd(field, value)}
    start, end = told["start_date"], told["end_date"]
    if start and end and not {"start_date", "end_date"} & set(odd) and not is_in_order(start, end):
        odd |= {field: list_sides(told[field]) for field in ("start_date", "end_date")}
    plain = {field: value for field, value in told.items() if field not in odd}
    is_order = plain.get("status") in ORDER_STATES and plain.get("class") not in PROCEDURES
    if is_order and plain.get("end_date"):
        odd["end_date"] = list_sides(end)  # an order has a beginning alone
    return odd


def _is_odd(field: str, value: Any) -> bool:
    if isinstance(value, dict) or value == "":
        return True
    return field in {"start_date", "end_date"} and value is not None and not is_date(value)


def _write_odd(told: Mapping[str, Any], odd: Mapping[str, list[Element]]) -> list[Element]:
    return [
        {
            "url": codes.AS_RECORDED,
            "extension": [
                {"url": part, "valueString": said}
                for part, said in (
                    ("field", field),
                    ("value", side["value"]),
                    ("source", side["source"] if isinstance(told[field], dict) else ""),
                )
                if said
            ],
        }
        for field, sides in odd.items()
        for side in sides
    ]


def _write_intent(details: Mapping[str, str]) -> list[Element]:
    said = details.get("intent", "")
    if not said:
        return []
    known = codes.INTENTS.get(said.lower())
    intent = concept(said, *([coding(codes.SNOMED, *known)] if known else []))
    return [{"url": f"{codes.MCODE}procedure-intent", "valueCodeableConcept": intent}]


def _write_condition(plain: Mapping[str, str], ids: Ids) -> Element:
    condition = plain.get("for_condition")
    if condition is None:
        return {}
    if condition == THIS_TUMOUR:
        return {"reasonReference": [ids.link(CANCER)]}
    return {"reasonCode": [concept(condition)]}


def _write_course(fact: KnownFact | None) -> list[Element]:
    if fact is None:
        return []
    response = fact.details.get("best_response", "")
    said = [{"text": f"Best response: {response}"}] if response else []
    return [*said, *write_notes([fact])]


def _tell_entry(
    what: str,
    given: TreatmentClass | None,
    told: Mapping[str, Any],
    status: str,
    details: Mapping[str, str],
) -> list[tuple[str, object]]:
    dates = " – ".join(
        " / ".join(str(side["value"]) for side in list_sides(told[field]))
        for field in ("start_date", "end_date")
        if told[field]
    )
    return [
        ("What", what),
        ("Class", label_of(given) if given else ""),
        ("When", dates),
        ("Status", status),
        ("Reason for stopping", details.get("stop_reason", "")),
    ]


def _write_period(plain: Mapping[str, str]) -> Element:
    return prune({"start": plain.get("start_date"), "end": plain.get("end_date")})


def _write_administration(
    common: Resource, status: str, named: Element, plain: Mapping[str, str], reason: Element
) -> Resource:
    """Given or running. The profile asks for a time: where none is known, it says so."""
    period = _write_period(plain) or {"extension": [absent("unknown")]}
    return prune(
        {
            "resourceType": "MedicationAdministration",
            **common,
            "meta": {"profile": [f"{codes.MCODE}cancer-related-medication-administration"]},
            "status": GIVEN_STATES[status],
            "statusReason": [reason],
            "medicationCodeableConcept": named,
            "effectivePeriod": period,
        }
    )


def _write_request(
    common: Resource, status: str, named: Element, plain: Mapping[str, str]
) -> Resource:
    """Planned or declined: nothing was given."""
    is_declined = status == TreatmentStatus.DECLINED
    return prune(
        {
            "resourceType": "MedicationRequest",
            **common,
            "meta": {"profile": [f"{codes.MCODE}cancer-related-medication-request"]},
            "status": ORDER_STATES[status],
            "statusReason": concept("Declined") if is_declined else {},
            "intent": "proposal" if is_declined else "plan",
            "category": [common["category"]],
            "medicationCodeableConcept": named,
            "dosageInstruction": [
                {"timing": {"repeat": {"boundsPeriod": {"start": plain.get("start_date")}}}}
            ],
        }
    )


def _write_procedure(
    common: Resource,
    status: str,
    named: Element,
    plain: Mapping[str, str],
    reason: Element,
) -> Resource:
    given = TreatmentClass(plain["class"])
    profiles = {
        TreatmentClass.SURGERY: "cancer-related-surgical-procedure",
        TreatmentClass.RADIOTHERAPY: "radiotherapy-course-summary",
    }
    profile = profiles.get(given)
    if given is TreatmentClass.RADIOTHERAPY:
        named = {"coding": [RADIOTHERAPY_CODE], **named}
    return prune(
        {
            "resourceType": "Procedure",
            **common,
            "meta": {"profile": [f"{codes.MCODE}{profile}"] if profile else []},
            "status": PROCEDURE_STATES[status],
            "statusReason": reason,
            "code": named,
            "performedPeriod": _write_period(plain),
        }
    )
