"""Values that are not plain: partial dates, ranges, and sources that disagree."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Generic, TypeAlias, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

PARTIAL_DATE: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", re.ASCII)
MAX_AGE_YEARS: Final = 130
"""A birth date longer ago than this cannot be true (rule P3)."""


def day_number(day: date) -> int:
    """A date as YYYYMMDD, so that completed years are one subtraction (see `years_between`)."""
    return day.year * 10_000 + day.month * 100 + day.day


def day_from_number(number: int) -> date:
    """The date that `day_number` came from."""
    return date(number // 10_000, number // 100 % 100, number % 100)


def years_between(start: int, end: int) -> int:
    """Completed years between two day numbers (rule P3).

    Who was born on 29 February completes a year on 1 March where the year has no such day.
    """
    return (end - start) // 10_000


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as it was written: `2013`, `2014-03` or `2014-03-09`.

    `first` and `last` are the earliest and latest day it may mean, as day numbers; both are 0
    where no such day exists (`2014-02-30`), which is a value that cannot be true (rule P3).
    """

    text: str
    first: int
    last: int

    @property
    def is_possible(self) -> bool:
        """Whether the calendar has such a day."""
        return self.first != 0

    @property
    def is_exact(self) -> bool:
        return self.first == self.last

    @classmethod
    def read(cls, text: str) -> "PartialDate":
        """Read `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.

        Raises:
            ValueError: another form. A day that the calendar lacks is no error here.

        """
        found = PARTIAL_DATE.fullmatch(text)
        if found is None:
            message = f"{text!r} is not a date as YYYY-MM-DD, YYYY-MM or YYYY"
            raise ValueError(message)
        year = int(found[1])
        month, day = (None if part is None else int(part) for part in found.groups()[1:])
        try:
            first = date(year, 1 if month is None else month, 1 if day is None else day)
            last_month = 12 if month is None else month
            last = date(
                year,
                last_month,
                monthrange(year, last_month)[1] if day is None else day,
            )
        except ValueError:
            return cls(text, 0, 0)
        return cls(text, day_number(first), day_number(last))


@dataclass(frozen=True, slots=True)
class Interval:
    """A measured value given as a range or a bound, such as Ki-67 `5-8 %` or `<3 %`.

    Either end may be missing. An open end does not contain its limit (`<3`, `>20`).
    """

    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False

    def to_json(self) -> dict[str, float]:
        """`low`/`high` contain their limit, `above`/`below` do not."""
        answer: dict[str, float] = {}
        if self.low is not None:
            answer["above" if self.low_open else "low"] = self.low
        if self.high is not None:
            answer["below" if self.high_open else "high"] = self.high
        return answer

    @classmethod
    def from_json(cls, raw: dict[str, float]) -> "Interval":
        """Read what `to_json` wrote.

        Raises:
            ValueError: no end, two ends on one side, or ends the wrong way round.

        """
        if not raw or ("low" in raw and "above" in raw) or ("high" in raw and "below" in raw):
            message = "a range has one lower end (low or above), one upper (high or below), or both"
            raise ValueError(message)
        low, high = raw.get("low", raw.get("above")), raw.get("high", raw.get("below"))
        has_open_end = "above" in raw or "below" in raw
        if low is not None and high is not None and (low > high or (low == high and has_open_end)):
            message = f"the range from {low:g} to {high:g} holds no value"
            raise ValueError(message)
        return cls(low, high, "above" in raw, "below" in raw)

    def __str__(self) -> str:
        if self.low is not None and self.high is not None and not (self.low_open or self.high_open):
            return f"{self.low:g}-{self.high:g}"
        parts = []
        if self.low is not None:
            parts.append(f"{'>' if self.low_open else '≥'}{self.low:g}")
        if self.high is not None:
            parts.append(f"{'<' if self.high_open else '≤'}{self.high:g}")
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Side(Generic[T_co]):
    """One source's value in a conflict. `source` is empty where it is not stated."""

    value: T_co
    source: str = ""


@dataclass(frozen=True, slots=True)
class Conflict(Generic[T_co]):
    """Confirmed sources that disagree, two sides at least.

    The sides stand as given. Each value among them may be the true one (rule P2).
    """

    sides: tuple[Side[T_co], ...]

    def values(self) -> Iterator[T_co]:
        """Each different value once, in the order of the sides."""
        seen: list[object] = []
        for side in self.sides:
            if side.value not in seen:
                seen.append(side.value)
                yield side.value


Known: TypeAlias = T | Conflict[T] | None
"""A value, sources that disagree, or nothing recorded."""


def possible_values(fact: Known[T]) -> tuple[T | None, ...]:
    """Every value that a fact may still take; `(None,)` where nothing is recorded (rule P2)."""
    if isinstance(fact, Conflict):
        return tuple(fact.values())
    return (fact,)
