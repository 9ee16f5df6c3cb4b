"""Dates and times as the pages of a dossier write them, in the language in force.

Digits are European in every language: a physician compares them with the reports. Everything here
writes itself when it is shown, so that one dossier can be shown in several languages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language

YEAR, MONTH, FULL = 4, 7, 10
"""Lengths of a date that may be partial."""

FORMATS: Final[Mapping[str, Mapping[int, str]]] = {
    "en": {YEAR: "Y", MONTH: "M Y", FULL: "j M Y"},
    "ru": {YEAR: "Y", MONTH: "m.Y", FULL: "d.m.Y"},
    "zh-hans": {YEAR: "Y年", MONTH: "Y年n月", FULL: "Y年n月j日"},
}
MONTHS: Final[Mapping[str, str]] = {
    "es": "ene feb mar abr may jun jul ago sept oct nov dic",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "hi": "जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर",
}
"""Where the framework's own names are misspelt, cut short or begin with a capital."""


def say_date(value: date | str | None) -> str:
    """Write a date that may be partial: “5 Mar 2014”, “Mar 2014”, “2014”; else as it stands."""
    if not value:
        return ""
    if isinstance(value, date):
        return _write(value, FULL)
    try:
        full = date.fromisoformat((value + "-01-01")[:FULL])
    except ValueError:
        return value
    return _write(full, len(value))


def say_month(value: date) -> str:
    return _write(value, MONTH)


def say_clock(moment: datetime) -> str:
    """A date and a time of day in the moment's own zone: “13 Jan 2027, 08:45”."""
    return f"{say_date(moment)}, {date_format(moment, 'H:i')}"


@dataclass(frozen=True)
class Day:
    """A date that may be partial, in ISO form."""

    text: str

    def __str__(self) -> str:
        return say_date(self.text)


@dataclass(frozen=True)
class Days:
    """From one day to another: “10 Dec 2026 – 22 Jan 2027”, in English “11 – 21 Jan 2027” too."""

    first: date
    last: date

    def __str__(self) -> str:
        if self.first == self.last:
            return say_date(self.first)
        return f"{self._begin()} – {say_date(self.last)}"

    def _begin(self) -> str:
        if get_language() != "en" or self.first.year != self.last.year:
            return say_date(self.first)
        is_same_month = self.first.month == self.last.month
        return str(self.first.day) if is_same_month else date_format(self.first, "j M")


@dataclass(frozen=True)
class Clock:
    """A moment on the clock of its place; with an end on the same day, both times."""

    at: datetime
    zone: str
    until: datetime | None = None

    def __str__(self) -> str:
        place = ZoneInfo(self.zone)
        end = f"–{date_format(self.until.astimezone(place), 'H:i')}" if self.until else ""
        return f"{say_clock(self.at.astimezone(place))}{end}"


def _write(value: date, length: int) -> str:
    language = get_language() or "en"
    if language in MONTHS:
        parts = (str(value.day), MONTHS[language].split()[value.month - 1], f"{value.year:04}")
        return " ".join(parts[{YEAR: 2, MONTH: 1}.get(length, 0) :])
    forms = FORMATS.get(language, FORMATS["en"])
    return date_format(value, forms.get(length, forms[FULL]))
