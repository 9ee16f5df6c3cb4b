"""What is under way: papers that are asked for, appointments, letters, and who stands for what."""

from collections.abc import Iterable, Mapping
from typing import Final

from documents.dossiers.contents import Letter
from documents.dossiers.fhir.comparing import name_comparison
from documents.dossiers.fhir.known import AskedRecord, CaseKnown, KnownFact, Person, Visit
from documents.dossiers.fhir.observing import PATIENT
from documents.dossiers.fhir.parts import (
    Element,
    Ids,
    Resource,
    concept,
    instant,
    prune,
    standard,
    tell,
)
from documents.dossiers.fhir.person import OFFICE, link_person

TASK_STATES: Final[Mapping[str, str]] = {
    "open": "requested",
    "received": "in-progress",
    "cannot_get": "failed",
}
VISIT_STATES: Final[Mapping[str, str]] = {
    "proposed": "proposed",
    "confirmed": "booked",
    "done": "fulfilled",
}


def list_tasks(known: CaseKnown, ids: Ids) -> list[Resource]:
    return [_describe_task(ids, asked) for asked in known.requests]


def _describe_task(ids: Ids, asked: AskedRecord) -> Resource:
    return prune(
        {
            "resourceType": "Task",
            "id": ids.give(f"request/{asked.id}"),
            "text": tell("Record asked for", [("What", asked.what), ("Why", asked.why)]),
            "status": TASK_STATES[asked.state],
            "intent": "order",
            "code": concept("Record asked of the family"),
            "description": asked.what,
            "for": ids.link(PATIENT),
            "authoredOn": instant(asked.asked_at),
            "requester": ids.link(OFFICE),
            "reasonCode": concept(asked.why) if asked.why else {},
        }
    )


def list_visits(known: CaseKnown, ids: Ids) -> list[Resource]:
    return [_describe_visit(ids, visit) for visit in known.visits]


def _describe_visit(ids: Ids, visit: Visit) -> Resource:
    starts, ends = instant(visit.starts_at), instant(visit.ends_at)
    return prune(
        {
            "resourceType": "Appointment",
            "id": ids.give(f"visit/{visit.id}"),
            "text": tell(visit.what, [("Where", visit.place), ("Begins", starts)]),
            "status": VISIT_STATES[visit.state],
            "description": visit.what,
            "start": starts,
            "end": ends,
            "participant": [
                {
                    "actor": ids.link(PATIENT),
                    "status": "needs-action" if visit.state == "proposed" else "accepted",
                },
                *(
                    [{"actor": {"display": visit.place}, "status": "accepted"}]
                    if visit.place
                    else []
                ),
            ],
        }
    )


def list_letters(known: CaseKnown, ids: Ids) -> list[Resource]:
    """That something was written, when and about what; never what."""
    return [_describe_letter(ids, place, letter) for place, letter in enumerate(known.letters)]


def _describe_letter(ids: Ids, place: int, letter: Letter) -> Resource:
    ours: Element = ids.link(OFFICE)
    theirs: Element = {"display": letter.party or "hospital"}
    is_out = letter.way == "to"
    day = letter.on.isoformat()
    return prune(
        {
            "resourceType": "Communication",
            "id": ids.give(f"letter/{place}"),
            "text": tell(
                "Letter", [(letter.way, letter.party), ("On", day), ("About", letter.about)]
            ),
            "status": "completed",
            "topic": concept(letter.about),
            "subject": ids.link(PATIENT),
            "sent" if is_out else "received": day,
            "sender": ours if is_out else theirs,
            "recipient": [theirs if is_out else ours],
            "note": [{"text": letter.state}] if letter.state else [],
        }
    )


def list_words_given(
    known: CaseKnown, ids: Ids, made: Mapping[str, Iterable[str]]
) -> list[Resource]:
    """Who signed the first comparison, and who confirmed which facts.

    `made` holds the ids of the resources that each fact became.
    """
    found = [
        _describe_word(
            ids,
            name=f"sign-off/{place}",
            person=signed.by,
            recorded=instant(signed.at),
            meaning=": ".join(filter(None, (signed.meaning, signed.statement))),
            targets=[ids.give(name_comparison(known.wordings[0]))],
            kind="author",
        )
        for place, signed in enumerate(known.signed)
        if known.wordings
    ]
    by_person: dict[Person, list[KnownFact]] = {}
    for fact in known.facts:
        if fact.confirmed_by and fact.confirmed_at and made.get(fact.id):
            by_person.setdefault(fact.confirmed_by, []).append(fact)
    for person in sorted(by_person, key=lambda each: (each.name, each.role)):
        facts = by_person[person]
        last = max(fact.confirmed_at for fact in facts if fact.confirmed_at)
        found.append(
            _describe_word(
                ids,
                name=f"confirmations/{person.role}/{person.name}",
                person=person,
                recorded=instant(last),
                meaning="Confirmed these facts, the last of them at this time",
                targets=list(dict.fromkeys(each for fact in facts for each in made[fact.id])),
                kind="verifier",
            )
        )
    return found


def _describe_word(
    ids: Ids,
    *,
    name: str,
    person: Person,
    recorded: str,
    meaning: str,
    targets: list[str],
    kind: str,
) -> Resource:
    return {
        "resourceType": "Provenance",
        "id": ids.give(name),
        "text": tell(meaning, [("By", person.name or person.role), ("At", recorded)]),
        "target": [{"reference": f"urn:uuid:{each}"} for each in targets],
        "recorded": recorded,
        "activity": concept(meaning),
        "agent": [
            {
                "type": standard("provenance-participant-type", kind),
                "who": link_person(ids, person),
                "onBehalfOf": ids.link(OFFICE),
            }
        ],
    }
