"""Facts in the words of a page: dates as pages write them, and short forms for the first page."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

from cases.clinical.fact_values import describe_value, show_value
from cases.clinical.terms import (
    THIS_TUMOUR,
    Histology,
    TreatmentClass,
    TreatmentStatus,
    label_of,
)
from cases.clinical.vocabulary import FactKind, spec_for

DATE_FORMATS: Final = {4: "Y", 7: "M Y"}
SHORT: Final[Mapping[tuple[str, Any], str]] = {
    ("histology", Histology.NET): "NET",
    ("histology", Histology.NEC): "NEC",
    ("resectable", False): "unresectable",
    ("resectable", True): "resectable",
    ("locally_advanced", True): "locally advanced",
    ("locally_advanced", False): "not locally advanced",
    ("metastatic", True): "metastatic",
    ("metastatic", False): "not metastatic",
    ("progressive", True): "progressive",
    ("progressive", False): "not progressive",
    ("sstr_positive", True): "positive",
    ("sstr_positive", False): "negative",
}
SHORT_LABELS: Final[Mapping[str, str]] = {"sstr_positive": "SSTR", "ecog": "ECOG"}
SHORT_CLASSES: Final[Mapping[str, str]] = {TreatmentClass.PRRT: "PRRT"}


def say_date(value: date | str | None) -> str:
    """Write a date that may be partial: “5 Mar 2014”, “Mar 2014”, “2014”; else as it stands."""
    if not value:
        return ""
    if isinstance(value, date):
        return date_format(value, "j M Y")
    try:
        full = date.fromisoformat((value + "-01-01")[:10])
    except ValueError:
        return value
    return date_format(full, DATE_FORMATS.get(len(value), "j M Y"))


def say_value(key: str, value: Any) -> str:
    """A value alone, dates in the form of the page."""
    kind = spec_for(key).kind
    if kind is FactKind.TREATMENT:
        return say_treatment(value)
    if kind is FactKind.DATE:
        return say_date(value)
    if kind is FactKind.BIOMARKER and value.get("date"):
        return show_value(key, {**value, "date": say_date(value["date"])})
    return show_value(key, value)


def describe(key: str, value: Any) -> str:
    """A value with the name of its fact: “Histology: typical carcinoid”, “Ki-67 8 %”."""
    spec = spec_for(key)
    if spec.kind is FactKind.TREATMENT:
        return say_treatment(value)
    if spec.kind is FactKind.DATE:
        return f"{spec.label}: {say_date(value)}"
    return describe_value(key, value)


def say_short(key: str, value: Any) -> str:
    """A value that needs no name beside it: “unresectable”, “NET”, “well differentiated”."""
    if spec_for(key).kind is FactKind.TREATMENT:
        return say_treatment_shortly(value)
    short = SHORT.get((key, value)) if isinstance(value, str | bool) else None
    return short or say_value(key, value)


def name_shortly(key: str) -> str:
    return SHORT_LABELS.get(key) or spec_for(key).label


def plain_field(entry: Mapping[str, Any], field: str) -> str:
    """A field of a treatment in words; where its sources disagree, every side."""
    value = entry.get(field)
    if isinstance(value, dict):
        return " / ".join(str(side["value"]) for side in value["conflict"])
    return "" if value is None else str(value)


def say_treatment(entry: Mapping[str, Any]) -> str:
    """One line of the history: what, of which class, from when to when, how it stands."""
    start, end = _say_dates(entry, "start_date"), _say_dates(entry, "end_date")
    period = start if start == end else " – ".join(part for part in (start, end) if part)
    condition = plain_field(entry, "for_condition")
    other = "" if condition in {"", THIS_TUMOUR} else f"for {condition}"
    parts = (_name_treatment(entry), period, _say_words(entry, "status", TreatmentStatus), other)
    return ", ".join(part for part in parts if part)


def say_treatment_shortly(entry: Mapping[str, Any]) -> str:
    """What was given and how it stands: “everolimus (mTOR inhibitor), stopped 16 Jan 2026”."""
    start, end = _say_dates(entry, "start_date"), _say_dates(entry, "end_date")
    status = plain_field(entry, "status")
    said = _say_words(entry, "status", TreatmentStatus)
    if status == TreatmentStatus.ONGOING:
        standing = f"{said} since {start}" if start else said
    elif start == end or status in {TreatmentStatus.PLANNED, TreatmentStatus.DECLINED}:
        standing = " ".join(part for part in (said if status not in DONE else "", start) if part)
    elif end:
        standing = f"{said or 'until'} {end}"
    else:
        standing = " ".join(part for part in (said, f"begun {start}" if start else "") if part)
    return ", ".join(part for part in (_name_treatment(entry), standing) if part)


DONE: Final = frozenset({TreatmentStatus.COMPLETED, TreatmentStatus.STOPPED})


def _name_treatment(entry: Mapping[str, Any]) -> str:
    agent = plain_field(entry, "agent")
    given = SHORT_CLASSES.get(plain_field(entry, "class")) or _say_words(
        entry, "class", TreatmentClass
    )
    return f"{agent} ({given})" if agent and given else agent or given or "treatment"


def _say_words(
    entry: Mapping[str, Any], field: str, words: type[TreatmentClass] | type[TreatmentStatus]
) -> str:
    said = plain_field(entry, field).split(" / ")
    return " / ".join(label_of(words(each)) if each in list(words) else each for each in said)


def _say_dates(entry: Mapping[str, Any], field: str) -> str:
    return " / ".join(say_date(each) for each in plain_field(entry, field).split(" / "))


def say_moment(moment: datetime, zone: str) -> str:
    """“13 Jan 2027, 08:45 New York time”: the clock of the place, named by its city."""
    return f"{_say_clock(moment, zone)} {_name_zone(zone)}"


def say_span(starts: datetime, starts_zone: str, ends: datetime, ends_zone: str) -> tuple[str, str]:
    """Both ends, what is the same at both said once; the second is empty within one day."""
    if _name_zone(starts_zone) != _name_zone(ends_zone):
        return say_moment(starts, starts_zone), say_moment(ends, ends_zone)
    first, last = (moment.astimezone(ZoneInfo(starts_zone)) for moment in (starts, ends))
    if first == last:
        return say_moment(starts, starts_zone), ""
    if first.date() == last.date():
        clock = f"{date_format(first, 'j M Y, H:i')}–{date_format(last, 'H:i')}"
        return f"{clock} {_name_zone(starts_zone)}", ""
    return _say_clock(starts, starts_zone), say_moment(ends, ends_zone)


def say_days(first: date, last: date) -> str:
    """“10 Dec 2026 – 22 Jan 2027”, “11 – 21 Jan 2027”, “11 Jan 2027”."""
    if first == last:
        return say_date(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} – {say_date(last)}"
    if first.year == last.year:
        return f"{date_format(first, 'j M')} – {say_date(last)}"
    return f"{say_date(first)} – {say_date(last)}"


def _say_clock(moment: datetime, zone: str) -> str:
    return date_format(moment.astimezone(ZoneInfo(zone)), "j M Y, H:i")


def _name_zone(zone: str) -> str:
    city = zone.rpartition("/")[2].replace("_", " ")
    return city if city == "UTC" else f"{city} time"
