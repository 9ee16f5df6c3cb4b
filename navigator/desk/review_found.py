"""What the machine found about the paper itself, put beside the field that it may fill.

Nothing of it is believed: a person sees the words, and uses them or not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise

from documents.records.models import Document, RecordKind
from navigator.desk.review_drawing import FoundPlace
from navigator.desk.review_person import list_people

FIELDS: Final = ("kind", "issuer", "specimen_date", "study_date", "report_date")
LONGEST_QUOTE: Final = 120


@dataclass(frozen=True)
class Found:
    """What one field may take, and the words it was read in; `page` 0: nobody knows where.

    Several `choices` are the readings of one written date: a person says which is meant.
    """

    field: str
    choices: tuple[tuple[str, str | Promise], ...]
    page: int
    quote: str
    is_kept: bool

    @property
    def of(self) -> str:
        return f"found-{self.field}"

    @property
    def is_ambiguous(self) -> bool:
        return len(self.choices) > 1


def list_found(document: Document, kept: Mapping[str, Any]) -> dict[str, Found]:
    """By field; `kept` are the values that the form shows."""
    found = {}
    for field in FIELDS:
        told = document.findings.get(field)
        values = list_values(field, told)
        if not isinstance(told, dict) or not values:
            continue
        found[field] = Found(
            field=field,
            choices=tuple((value, name_value(field, value)) for value in values),
            page=_number(told.get("page")),
            quote=shorten(str(told.get("quote") or "")),
            is_kept=str(kept.get(field) or "") in values,
        )
    return found


def list_values(field: str, told: object) -> list[str]:
    """The value that was found, or every reading of it; none that the field cannot take."""
    if not isinstance(told, dict):
        return []
    readings = told.get("readings") if told.get("ambiguous") else None
    values = readings if isinstance(readings, list) and readings else [told.get("value")]
    said = [" ".join(value.split()) for value in values if isinstance(value, str)]
    return [value for value in said if value and (field != "kind" or value in RecordKind.values)]


def name_value(field: str, value: str) -> str | Promise:
    return RecordKind(value).label if field == "kind" else value


def list_places(document: Document, number: int) -> list[FoundPlace]:
    """Where the words of findings stand on one page."""
    named = [(f"found-{field}", document.findings.get(field)) for field in FIELDS]
    named += list_people(document)
    return [
        FoundPlace(of, _number(told.get("start")), _number(told.get("end")))
        for of, told in named
        if isinstance(told, dict) and told.get("page") == number
    ]


def shorten(quote: str) -> str:
    words = " ".join(quote.split())
    return words if len(words) <= LONGEST_QUOTE else words[: LONGEST_QUOTE - 1] + "…"


def _number(told: Any) -> int:
    return told if isinstance(told, int) else 0
