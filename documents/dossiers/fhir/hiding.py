"""The same case without the person: structured facts alone. It is not anonymous (docs/fhir.md).

Left out: names of everyone, the case reference, every free text, addresses, papers, images,
letters, appointments, requests and the consent. Of the birth date the year stays, below 90 years.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final
from uuid import uuid5

from cases.clinical.snapshot import Snapshot, dump_snapshot, parse_snapshot
from cases.clinical.terms import THIS_TUMOUR, AttentionTopic
from cases.clinical.vocabulary import FactKind, spec_for
from documents.dossiers.fhir.codes import INTENTS
from documents.dossiers.fhir.known import (
    DEIDENTIFIED,
    CaseKnown,
    ComparedRow,
    KnownFact,
    Person,
    Signed,
)
from documents.dossiers.fhir.observing import list_sides
from documents.dossiers.fhir.parts import SPACE
from documents.records.proposals.rules import load_rules

OLDEST: Final = 89
"""Years of age up to which the year of birth is told."""
OTHER_CONDITION: Final = "another condition"
RESULTS: Final = re.compile(
    r"(?:[cp]\.[A-Za-z0-9()*_=>+?-]+[,; ]*)+"
    r"|(?:complete )?loss|lost|stable|high|low|positive|negative|mutated|mutation|deletion"
    r"|amplification|methylated|unmethylated|[<>≤≥]?[0-9]{1,4}(?:[.,][0-9]{1,3})? ?(?:%|mut/Mb)?",
    re.IGNORECASE,
)
UNIT: Final = re.compile(r"[A-Za-zµ%/.*^0-9]{0,12}")


def hide_person(known: CaseKnown) -> CaseKnown:
    """What `build_bundle` may say where no person may be known from it."""
    facts = tuple(_hide_fact(fact) for fact in known.facts if _is_kept(fact))
    kept = {fact.id for fact in facts}
    return CaseKnown(
        case_id=known.case_id,
        case_reference=_name_anew(known),
        now=known.now,
        snapshot=_hide_in_snapshot(known),
        audience=DEIDENTIFIED,
        version=known.version,
        organisation=known.organisation,
        facts=facts,
        compared_facts={
            key: tuple(fact for fact in behind if fact in kept)
            for key, behind in known.compared_facts.items()
        },
        is_history_complete=known.is_history_complete,
        wordings=tuple(
            replace(wording, rows=tuple(_hide_words(row) for row in wording.rows))
            for wording in known.wordings
        ),
        signed=tuple(_hide_signer(signed) for signed in known.signed),
    )


def _name_anew(known: CaseKnown) -> str:
    return str(uuid5(SPACE, f"{known.case_id}/{DEIDENTIFIED}"))


def _is_kept(fact: KnownFact) -> bool:
    """Facts with a value from a list or a number; of biomarkers those in the usual short words."""
    kind = spec_for(fact.key).kind
    if kind is FactKind.BIOMARKER:
        return all(
            RESULTS.fullmatch(fact.value[part])
            for part in ("result", "alteration")
            if fact.value.get(part)
        )
    if kind is FactKind.ATTENTION:
        return fact.key.partition(":")[2] in set(AttentionTopic)
    if kind is FactKind.MARKER:
        return UNIT.fullmatch(fact.value["unit"]) is not None
    return kind is not FactKind.TEXT and fact.key != "date_of_birth"


def _hide_fact(fact: KnownFact) -> KnownFact:
    return KnownFact(
        id=fact.id,
        key=fact.key,
        value=_hide_in_value(fact),
        dated=fact.dated,
        details={"intent": said}
        if (said := fact.details.get("intent", "")).lower() in INTENTS
        else {},
        confirmed_by=_hide_name(fact.confirmed_by) if fact.confirmed_by else None,
        confirmed_at=fact.confirmed_at,
    )


def _hide_in_value(fact: KnownFact) -> Any:
    kind = spec_for(fact.key).kind
    if kind is FactKind.TREATMENT:
        return _hide_in_treatment(fact.value)
    if kind is FactKind.ATTENTION:
        return fact.value is not False
    if kind is FactKind.BIOMARKER:
        return {
            part: said for part, said in fact.value.items() if part not in {"assay", "specimen"}
        }
    return fact.value


def _hide_in_snapshot(known: CaseKnown) -> Snapshot:
    dumped = dump_snapshot(known.snapshot)
    dumped["case"] = _name_anew(known)
    year = known.reference_date.year
    for part in ("patient", "disease"):
        dumped[part] = {key: _hide_sources(value) for key, value in dumped[part].items()}
    dumped["patient"]["date_of_birth"] = _hide_birth(dumped["patient"]["date_of_birth"], year)
    dumped["prior_treatments"] = _hide_in_histories(dumped["prior_treatments"])
    return parse_snapshot(dumped)


def _hide_birth(raw: Any, year: int) -> str | None:
    """The year, where every source has the same one and the person is not too old to be many."""
    years = {side["value"][:4] for side in list_sides(raw)}
    if len(years) != 1:
        return None
    born = years.pop()
    return born if 0 <= year - int(born) <= OLDEST else None


def _hide_sources(raw: Any) -> Any:
    if isinstance(raw, dict) and "conflict" in raw:
        return {"conflict": [{"value": side["value"]} for side in raw["conflict"]]}
    return raw


def _hide_in_histories(raw: Any) -> Any:
    if raw is None:
        return None
    sides = [
        {"value": [_hide_in_treatment(entry) for entry in side["value"]]}
        for side in list_sides(raw)
    ]
    return {"conflict": sides} if len(sides) > 1 else sides[0]["value"]


def _hide_in_treatment(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry with the agent only where it is one that reports name, and without other words."""
    hidden = {field: _hide_sources(value) for field, value in entry.items()}
    agents = {side["value"] for side in list_sides(hidden["agent"])}
    if not agents <= known_agents():
        hidden["agent"] = None
    conditions = {side["value"] for side in list_sides(hidden["for_condition"])}
    if conditions - {THIS_TUMOUR}:
        hidden["for_condition"] = (
            OTHER_CONDITION
            if THIS_TUMOUR not in conditions
            else {"conflict": [{"value": THIS_TUMOUR}, {"value": OTHER_CONDITION}]}
        )
    return hidden


@cache
def known_agents() -> frozenset[str]:
    return frozenset(agent.name for agent in load_rules("en").agents)


def _hide_words(row: ComparedRow) -> ComparedRow:
    """The answer with the wording's own words; reasons quote what was recorded."""
    return replace(row, reason="", settled="", papers=())


def _hide_signer(signed: Signed) -> Signed:
    return replace(signed, by=_hide_name(signed.by), statement="")


def _hide_name(person: Person) -> Person:
    return Person(name="", role=person.role)
