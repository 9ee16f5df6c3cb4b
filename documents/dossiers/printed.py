"""What every printed part of a dossier is made of: tidied text, sources, and reasons for absence.

* A part that is not there says why: `Absence(reason)`, and the reason is printed.
* Every clinical statement carries its `Cite`s: source document, page, quoted words.
* Text is tidied when a value is made (`tidy.py`), so nothing later has to distrust it.
"""

import re
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Final, TypeVar

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .said import Said
from .tidy import LONG, SHORT, tidy_text

ROWS = 500
"""Most rows in one part. More is refused: cutting clinical rows silently would be a lie."""

_PARTIAL_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


class DossierTooLong(ValidationError):
    """A part holds more rows than one document can sensibly carry."""

    def __init__(self, *, part: str, rows: int) -> None:
        super().__init__(
            _("“%(part)s” has %(rows)d rows; a dossier carries at most %(most)d. Choose fewer."),
            code="dossier_too_long",
            params={"part": part, "rows": rows, "most": ROWS},
        )


PROSE: Final = {"limit": LONG}
"""Metadata of a field that holds prose, which may be longer than a value."""

APART: Final = {"apart": True}
"""Metadata of a field that does not count in the contents hash."""


@dataclass(frozen=True, kw_only=True)
class Printed:
    """Base of every part: tidies its own text and bounds its own lists."""

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, Promise):
                value = str(value)
            if type(value) is str:
                tidied = tidy_text(value, limit=each.metadata.get("limit", SHORT))
                object.__setattr__(self, each.name, tidied)
            elif isinstance(value, tuple) and len(value) > ROWS:
                raise DossierTooLong(part=f"{type(self).__name__}.{each.name}", rows=len(value))


@dataclass(frozen=True)
class Absence:
    """Why a part is empty, as a clause that is printed: “the family has not been asked yet”."""

    reason: str
    is_absent: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        if not isinstance(self.reason, Said):
            object.__setattr__(self, "reason", Said(tidy_text(str(self.reason))))


T = TypeVar("T")
Listed = tuple[T, ...] | Absence


def partial_date(text: str) -> str:
    """Return an ISO date of year, month or day precision unchanged, or raise ValueError."""
    if not _PARTIAL_DATE.fullmatch(text):
        raise ValueError("a date is YYYY, YYYY-MM or YYYY-MM-DD")
    date.fromisoformat((text + "-01-01")[:10])
    return text


@dataclass(frozen=True, kw_only=True)
class Cite(Printed):
    """Where a statement stands: key of a `Source`, page, and the words."""

    source: str
    page: int | None = None
    quote: str = field(default="", metadata=PROSE)


@dataclass(frozen=True, kw_only=True)
class Side(Printed):
    """One side of a conflict between confirmed sources."""

    text: str
    brief: str = ""
    """The same without the name of the fact beside it, for the first page."""
    cites: tuple[Cite, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Fact(Printed):
    """A confirmed fact in words. With `sides`, its sources disagree and all sides are printed."""

    text: str = field(metadata=PROSE)
    label: str = ""
    cites: tuple[Cite, ...] = ()
    on: date | None = None
    note: str = ""
    sides: tuple[Side, ...] = ()
