"""Elements that resources are made of: codes, dates, quantities, links and generated text."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import escape
from typing import Any, Final
from uuid import UUID, uuid5

from documents.dossiers.fhir import codes

Resource = dict[str, Any]
Element = dict[str, Any]

SPACE: Final = UUID("5f0d6a5c-6d0b-5f8e-9a39-6f1f2f0f6c11")
"""Namespace of the ids of all our documents."""
NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
FULL: Final = 10
DATE_LENGTHS: Final = frozenset({4, 7, FULL})
COMPARATORS: Final[Mapping[str, str]] = {"below": "<", "high": "<=", "low": ">=", "above": ">"}


@dataclass(frozen=True)
class Ids:
    """Steady ids: the same name below the same seed is the same id in every document."""

    seed: UUID

    @classmethod
    def of(cls, case_id: str, audience: str) -> "Ids":
        return cls(uuid5(SPACE, f"{case_id}/{audience}"))

    def give(self, name: str) -> str:
        return str(uuid5(self.seed, name))

    def link(self, name: str, *, display: str = "") -> Element:
        """A reference to the resource of that name in the same document."""
        plain = {"reference": f"urn:uuid:{self.give(name)}"}
        return {**plain, "display": display} if display else plain


def prune(element: Mapping[str, Any]) -> Element:
    """Without what is empty: FHIR has no null, no empty text, list or object."""
    kept = {}
    for key, value in element.items():
        if isinstance(value, dict):
            full: Any = prune(value)
        elif isinstance(value, list):
            full = [each for each in map(_prune_entry, value) if each]
        else:
            full = value
        if full or isinstance(full, int | float):
            kept[key] = full
    return kept


def _prune_entry(entry: Any) -> Any:
    return prune(entry) if isinstance(entry, dict) else entry


def tell(title: str, lines: Iterable[tuple[str, object]] = ()) -> Element:
    """The generated text of a resource, for people and for programs that understand no more."""
    rows = "".join(
        f"<p>{f'<b>{_escape(label)}</b>: ' if label else ''}{_escape(said)}</p>"
        for label, said in lines
        if said != ""
    )
    div = f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{_escape(title)}</p>{rows}</div>'
    return {"status": "generated", "div": div}


def _escape(text: object) -> str:
    return escape(NO_XML.sub("", str(text)), quote=False)


def coding(system: str, code: str, display: str = "") -> Element:
    plain = {"system": system, "code": code}
    return {**plain, "display": display} if display else plain


def concept(text: str, *codings: Element) -> Element:
    found: Element = {"coding": list(codings)} if codings else {}
    return {**found, "text": text} if text else found


def standard(name: str, code: str) -> Element:
    """A concept of one of HL7's own code systems, where the code says all."""
    return {"coding": [coding(f"{codes.TERMINOLOGY}/{name}", code)]}


def absent(reason: str) -> Element:
    """The extension that says why a value is not there."""
    return {"url": codes.DATA_ABSENT, "valueCode": reason}


def instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def is_date(text: str) -> bool:
    """Whether FHIR can carry a date as written: of the calendar, and from the year 1 on."""
    try:
        date.fromisoformat((text + "-01-01")[:FULL])
    except ValueError:
        return False
    return len(text) in DATE_LENGTHS


def effective(dated: str) -> Element:
    """When a value held: a day, or the period that a rough date means."""
    if not is_date(dated):
        return {}
    if len(dated) == FULL:
        return {"effectiveDateTime": dated}
    return {"effectivePeriod": {"start": dated, "end": dated}}


def is_in_order(start: str, end: str) -> bool:
    """Whether a period does not end before it begins, as far as partial dates tell."""
    shared = min(len(start), len(end))
    return start[:shared] <= end[:shared]


def measure(value: Any, unit: str, ucum: str = "") -> Element:
    """A number, a bound or a range as the value of an observation."""
    units = {"unit": unit, **({"system": codes.UCUM, "code": ucum} if ucum else {})}
    if not isinstance(value, dict):
        return {"valueQuantity": prune({"value": value, **units})}
    if set(value) == {"low", "high"}:
        return {
            "valueRange": {end: prune({"value": value[end], **units}) for end in ("low", "high")}
        }
    ends = {
        end: prune({"value": value[end], "comparator": sign, **units})
        for end, sign in COMPARATORS.items()
        if end in value
    }
    if len(ends) == 1:
        return {"valueQuantity": next(iter(ends.values()))}
    return {
        "component": [
            {"code": concept(end, coding(codes.FACT, end)), "valueQuantity": quantity}
            for end, quantity in ends.items()
        ]
    }


def read_measure(source: Mapping[str, Any]) -> Any:
    """What `measure` wrote; None where there is no measure."""
    if "valueRange" in source:
        return {end: source["valueRange"][end]["value"] for end in ("low", "high")}
    quantities = [source["valueQuantity"]] if "valueQuantity" in source else []
    quantities += [part["valueQuantity"] for part in source.get("component", [])]
    ends = {sign: end for end, sign in COMPARATORS.items()}
    if not quantities:
        return None
    if "comparator" not in quantities[0]:
        return quantities[0]["value"]
    return {ends[each["comparator"]]: each["value"] for each in quantities}
