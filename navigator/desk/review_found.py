"""What the machine found about the paper itself, put beside the field that it may fill.

Nothing of it is believed: a person sees the words, and uses them or not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise

from cases.casework.models import Patient
from documents.records.models import Document, RecordKind
from navigator.desk.review_drawing import FoundPlace

FIELDS: Final = ("kind", "issuer", "specimen_date", "study_date", "report_date")
MOST_PEOPLE: Final = 5
LONGEST_QUOTE: Final = 120


@dataclass(frozen=True)
class Found:
    """A value for one field, and the words that it was read in; `page` 0: nobody knows where."""

    field: str
    value: str
    label: str | Promise
    page: int
    quote: str
    is_ambiguous: bool
    is_kept: bool

    @property
    def of(self) -> str:
        return f"found-{self.field}"


@dataclass(frozen=True)
class PrintedPerson:
    """A name, a birth date or both, as printed; whether they are the patient's is for a person."""

    name: str
    birth_date: str
    page: int
    quote: str
    has_their_birth_date: bool


def list_found(document: Document, kept: Mapping[str, Any]) -> dict[str, Found]:
    """By field; `kept` are the values that the form shows."""
    found = {}
    for field in FIELDS:
        told = document.findings.get(field)
        value = str(told.get("value") or "") if isinstance(told, dict) else ""
        if not value or (field == "kind" and value not in RecordKind.values):
            continue
        found[field] = Found(
            field=field,
            value=value,
            label=RecordKind(value).label if field == "kind" else value,
            page=_number(told.get("page")),
            quote=shorten(str(told.get("quote") or "")),
            is_ambiguous=bool(told.get("ambiguous")),
            is_kept=value == str(kept.get(field) or ""),
        )
    return found


def list_places(document: Document, number: int) -> list[FoundPlace]:
    """Where the words of findings stand on one page."""
    return [
        FoundPlace(f"found-{field}", _number(told.get("start")), _number(told.get("end")))
        for field in FIELDS
        if isinstance(told := document.findings.get(field), dict) and told.get("page") == number
    ]


def list_people(document: Document, patient: Patient) -> list[PrintedPerson]:
    told = document.findings.get("people")
    if not isinstance(told, list):
        return []
    return [
        PrintedPerson(
            name=str(one.get("name") or ""),
            birth_date=str(one.get("birth_date") or ""),
            page=_number(one.get("page")),
            quote=shorten(str(one.get("quote") or "")),
            has_their_birth_date=one.get("birth_date") == patient.birth_date,
        )
        for one in told[:MOST_PEOPLE]
        if isinstance(one, dict)
    ]


def shorten(quote: str) -> str:
    words = " ".join(quote.split())
    return words if len(words) <= LONGEST_QUOTE else words[: LONGEST_QUOTE - 1] + "…"


def _number(told: Any) -> int:
    return told if isinstance(told, int) else 0
