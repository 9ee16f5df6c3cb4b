"""Dates as papers of any of our languages write them, each with every way to read it.

English and Spanish are read by their rule files; here are the months of the other languages, the
years of two digits and the order of year, month and day that Chinese papers use.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Final

from documents.records.plain_text import make_plain
from documents.records.proposals.dates import FoundDate, find_dates
from documents.records.proposals.rules import LANGUAGES, load_rules

MONTHS: Final = {
    "ru": "январ феврал март апрел ма[йя] июн июл август сентябр октябр ноябр декабр",
    "fr": "janv fevr mars avr mai juin juil aout sept oct nov dec",
    "de": "janu?a?r? febr?u?a?r? marz apr mai juni? juli? aug sept okt nov dez",
    "pt": "jan fev mar abr mai jun jul ago set out nov dez",
    "ar": "يناير فبراير مارس ابريل مايو يونيو يوليو اغسطس سبتمبر اكتوبر نوفمبر ديسمبر",
    "hi": "जनवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर",
}
YEAR: Final = r"(?P<year>(?:19|20)\d\d)"
CHINESE: Final = re.compile(
    rf"{YEAR} ?年 ?(?P<month>\d{{1,2}}) ?月(?: ?(?P<day>\d{{1,2}}) ?[日号])?"
)
SHORT_YEAR: Final = re.compile(
    r"(?<![\d/.-])(?P<first>\d{1,2})(?P<mark>[/.-])(?P<second>\d{1,2})(?P=mark)(?P<year>\d\d)(?![\d/.-]\d|\d)"
)
CENTURIES: Final = ("19", "20")


@cache
def _months() -> tuple[tuple[re.Pattern[str], int], ...]:
    """A pattern for each month of each further language, and its number."""
    found = []
    for names in MONTHS.values():
        for number, name in enumerate(make_plain(names).split(), start=1):
            pattern = (
                rf"(?<!\w)(?P<day>\d{{1,2}})\.? ?(?:de )?(?:{name}\w*)\.?(?: de)?,? {YEAR}(?!\d)"
            )
            found.append((re.compile(pattern, re.IGNORECASE), number))
    return tuple(found)


def find_written_dates(text: str, *, short_years: bool = False) -> list[FoundDate]:
    """Every date of a plain text (`make_plain`), in order; the longer of two that overlap."""
    found: list[FoundDate] = []
    candidates = [*_find_further(text), *(_find_short(text) if short_years else ())]
    for language in LANGUAGES:
        candidates += find_dates(text, load_rules(language))
    for one in sorted(candidates, key=lambda one: one.start - one.end):
        if all(one.start >= other.end or one.end <= other.start for other in found):
            found.append(one)
    return sorted(found, key=lambda one: one.start)


def _find_further(text: str) -> Iterator[FoundDate]:
    for match in CHINESE.finditer(text):
        day = int(match["day"]) if match["day"] else None
        yield from _found(match, [_iso(match["year"], int(match["month"]), day)])
    if text.isascii() and not any(
        word in text.lower() for word in ("de ", ". ", "mai", "ju", "out")
    ):
        return
    for pattern, number in _months():
        for match in pattern.finditer(text):
            yield from _found(match, [_iso(match["year"], number, int(match["day"]))])


def _find_short(text: str) -> Iterator[FoundDate]:
    for match in SHORT_YEAR.finditer(text):
        first, second = int(match["first"]), int(match["second"])
        years = [century + match["year"] for century in CENTURIES]
        orders = [(second, first)] if match["mark"] == "." else [(second, first), (first, second)]
        yield from _found(match, [_iso(year, *order) for year in years for order in orders])


def _iso(year: str, month: int, day: int | None) -> str:
    return f"{year}-{month:02d}" + (f"-{day:02d}" if day is not None else "")


def _found(match: re.Match[str], readings: list[str]) -> Iterator[FoundDate]:
    possible = tuple(dict.fromkeys(one for one in readings if _exists(one)))
    if possible:
        yield FoundDate(match.start(), match.end(), possible, match[0])


def _exists(reading: str) -> bool:
    year, month, day = [*map(int, reading.split("-")), 1][:3]
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
