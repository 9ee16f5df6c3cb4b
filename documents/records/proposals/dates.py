"""Dates as reports write them, read without guessing.

A date is as exact as its words: `2013`, `2013-04` or `2013-04-02`. A numeric date whose day and
month could change places stays ambiguous, with both readings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from documents.records.proposals.rules import Rules

CENTURY = re.compile(r"(?:19|20)\d\d")
YEAR = r"(?P<year>(?:19|20)\d\d)"
ISO = re.compile(
    rf"(?<![\d/.-]){YEAR}-(?P<month>0[1-9]|1[0-2])(?:-(?P<day>0[1-9]|[12]\d|3[01]))?(?![\d/]|-\d)"
)
ISO_LOOSE = re.compile(rf"(?<![\d/.-]){YEAR}[/.](?P<month>\d\d)[/.](?P<day>\d\d)(?!\d)")
YEAR_MONTH = re.compile(rf"(?<![\d/.-]){YEAR}[/.](?P<month>0[1-9]|1[0-2])(?![\d/%-]|\.\d)")
NUMERIC = re.compile(
    rf"(?<![\d/.-])(?P<first>\d{{1,2}})(?P<mark>[/.-])(?P<second>\d{{1,2}})(?P=mark){YEAR}(?!\d)"
)
MONTH_YEAR = re.compile(
    rf"(?<![\d/.])(?<!\D\d\d-)(?<!\D\d-)(?P<month>0?[1-9]|1[0-2])[/.-]{YEAR}(?!\d|[/.]\d)"
)
YEAR_ONLY = re.compile(rf"(?<![\d/.,-]){YEAR}(?![\d%]|[.,]\d| ?(?:mg|ml|cells|celulas|hpf)\b)")
SHORT_RANGE = re.compile(rf"(?<![\d/.-]){YEAR} ?[-/] ?(?P<end>1[3-9]|[2-9]\d)(?![\d/-])")
YEAR_RANGE = re.compile(rf"(?<![\d/.-]){YEAR} ?- ?(?P<end>(?:19|20)\d\d)(?![\d-])")


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date in a sentence: where it stands and what it may mean.

    More than one reading means that it is ambiguous; `words` are then quoted to the person.
    """

    start: int
    end: int
    readings: tuple[str, ...]
    words: str

    @property
    def value(self) -> str:
        """The date as far as it is certain: of an ambiguous one only the year."""
        return self.readings[0] if len(self.readings) == 1 else self.readings[0][:4]

    @property
    def is_ambiguous(self) -> bool:
        """Whether day and month could change places."""
        return len(self.readings) > 1


def find_dates(text: str, rules: Rules) -> list[FoundDate]:
    """Every date in the sentence, in order, none overlapping another."""
    found: list[FoundDate] = []
    if CENTURY.search(text) is None:
        return found
    for candidate in _find_all(text, rules):
        if candidate.readings and all(
            candidate.start >= other.end or candidate.end <= other.start for other in found
        ):
            found.append(candidate)
    return sorted(found, key=lambda one: one.start)


def _find_all(text: str, rules: Rules) -> Iterator[FoundDate]:
    yield from _find_year_ranges(text)
    for pattern in (ISO, ISO_LOOSE):
        for match in pattern.finditer(text):
            parts = [match["year"], match["month"]] + ([match["day"]] if match["day"] else [])
            yield _found(match, ["-".join(parts)])
    for match in YEAR_MONTH.finditer(text):
        yield _found(match, [f"{match['year']}-{match['month']}"])
    for match in NUMERIC.finditer(text):
        yield _found(match, _numeric_readings(match))
    yield from _find_in_words(text, rules)
    for match in MONTH_YEAR.finditer(text):
        yield _found(match, [f"{match['year']}-{int(match['month']):02d}"])
    for match in YEAR_ONLY.finditer(text):
        yield _found(match, [match["year"]])


def _find_year_ranges(text: str) -> Iterator[FoundDate]:
    """Both years of "2017-2018" and of "2017-18", which is no month."""
    for pattern in (YEAR_RANGE, SHORT_RANGE):
        for match in pattern.finditer(text):
            first, last = match["year"], match["year"][: -len(match["end"])] + match["end"]
            if first < last or pattern is YEAR_RANGE:
                yield FoundDate(match.start("year"), match.end("year"), (first,), first)
                yield FoundDate(match.start("end"), match.end("end"), (last,), match["end"])


def _find_in_words(text: str, rules: Rules) -> Iterator[FoundDate]:
    """Dates whose month is a word of the report's language."""
    for match in rules.words["month_of_range"].finditer(text):
        month = rules.months.get(match["month"].lower())
        if month is not None:
            value = f"{match['year']}-{month:02d}"
            yield FoundDate(match.start("month"), match.end("month"), (value,), match["month"])
    for name in ("date_in_words", "date_month_first", "month_year"):
        for match in rules.words[name].finditer(text):
            groups = match.groupdict()
            month = rules.months.get(groups["month"].lower().rstrip("."))
            if month is None:
                continue
            parts = f"{groups['year']}-{month:02d}"
            day = groups.get("day")
            yield _found(match, [f"{parts}-{int(day):02d}" if day else parts])


def _found(match: re.Match[str], readings: list[str]) -> FoundDate:
    possible = tuple(dict.fromkeys(reading for reading in readings if _exists(reading)))
    return FoundDate(match.start(), match.end(), possible, match[0])


def _numeric_readings(match: re.Match[str]) -> list[str]:
    """Day first, then month first; with points between them dates are always day first."""
    year, first, second = match["year"], int(match["first"]), int(match["second"])
    day_first = f"{year}-{second:02d}-{first:02d}"
    month_first = f"{year}-{first:02d}-{second:02d}"
    return [day_first] if match["mark"] == "." else [day_first, month_first]


def _exists(reading: str) -> bool:
    year, month, day = [*map(int, reading.split("-")), 1, 1][:3]
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
