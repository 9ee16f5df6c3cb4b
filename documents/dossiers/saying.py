"""Facts in the words of a page: values as recorded, our own words around them as sentences."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from cases.clinical.fact_values import show_value
from cases.clinical.terms import (
    THIS_TUMOUR,
    Histology,
    TreatmentClass,
    TreatmentStatus,
    label_of,
)
from cases.clinical.vocabulary import FactKind, spec_for
from documents.dossiers.days import MONTH, YEAR, Clock, Day, Days, say_date
from documents.dossiers.said import Said, as_said, join_said, say as _, say_many as ngettext

__all__ = ["Days", "say_date"]

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
DONE: Final = frozenset({TreatmentStatus.COMPLETED, TreatmentStatus.STOPPED})
QUANTITIES: Final = frozenset({FactKind.NUMBER, FactKind.MEASURE, FactKind.COUNT, FactKind.STAGE})

DAYS_A_MONTH: Final = 30.44
MIDDLE_OF: Final = {YEAR: "-07-01", MONTH: "-15"}
"""The day that stands for a year or a month of which no more is known."""


def name_fact(key: str) -> Said:
    """The name of a fact, in the language of the frame."""
    return as_said(spec_for(key).label)


def name_shortly(key: str) -> str:
    return SHORT_LABELS.get(key) or name_fact(key)


def say_value(key: str, value: Any) -> str:
    """A value alone, as recorded; dates in the form of the page, yes and no in its language."""
    kind = spec_for(key).kind
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if kind is FactKind.TREATMENT:
        return say_treatment(value)
    if kind is FactKind.DATE:
        return Said("%(day)s", {"day": Day(value)})
    if kind is FactKind.BIOMARKER and value.get("date"):
        return show_value(key, {**value, "date": say_date(value["date"])})
    return show_value(key, value)


def describe(key: str, value: Any) -> str:
    """A value with the name of its fact: “Histology: typical carcinoid”, “Ki-67 8 %”."""
    kind = spec_for(key).kind
    if kind is FactKind.TREATMENT:
        return say_treatment(value)
    parts = {"label": name_fact(key), "value": say_value(key, value)}
    is_quantity = kind in QUANTITIES and value is not None
    return Said("%(label)s %(value)s" if is_quantity else "%(label)s: %(value)s", parts)


def say_short(key: str, value: Any) -> str:
    """A value that needs no name beside it: “unresectable”, “NET”, “well differentiated”."""
    if spec_for(key).kind is FactKind.TREATMENT:
        return say_treatment_shortly(value)
    short = SHORT.get((key, value)) if isinstance(value, str | bool) else None
    return short or say_value(key, value)


def plain_field(entry: Mapping[str, Any], field: str) -> str:
    """A field of a treatment in words; where its sources disagree, every side."""
    value = entry.get(field)
    if isinstance(value, dict):
        return " / ".join(str(side["value"]) for side in value["conflict"])
    return "" if value is None else str(value)


def say_treatment(entry: Mapping[str, Any]) -> str:
    """One line of the history: what, of which class, from when to when, how it stands."""
    start, end = _say_dates(entry, "start_date"), _say_dates(entry, "end_date")
    period = start if start == end else join_said(start, end, by=" – ")
    condition = plain_field(entry, "for_condition")
    other = "" if condition in {"", THIS_TUMOUR} else _("for %(illness)s", illness=condition)
    status = _say_words(entry, "status", TreatmentStatus)
    return join_said(_name_treatment(entry), period, status, other, by=", ")


def say_treatment_shortly(entry: Mapping[str, Any]) -> str:
    """What was given and how it stands: “everolimus (mTOR inhibitor), stopped 16 Jan 2026”."""
    start, end = _say_dates(entry, "start_date"), _say_dates(entry, "end_date")
    status = plain_field(entry, "status")
    said = _say_words(entry, "status", TreatmentStatus)
    if status == TreatmentStatus.ONGOING:
        standing = _("ongoing since %(day)s", day=start) if start else said
    elif start == end or status in {TreatmentStatus.PLANNED, TreatmentStatus.DECLINED}:
        standing = join_said(said if status not in DONE else "", start, by=" ")
    elif end:
        standing = join_said(said or _("until"), end, by=" ")
    else:
        standing = join_said(said, _("begun %(day)s", day=start) if start else "", by=" ")
    return join_said(_name_treatment(entry), standing, by=", ")


def _name_treatment(entry: Mapping[str, Any]) -> str:
    agent = plain_field(entry, "agent")
    given = SHORT_CLASSES.get(plain_field(entry, "class")) or _say_words(
        entry, "class", TreatmentClass
    )
    if agent and given:
        return Said("%(agent)s (%(given)s)", {"agent": agent, "given": given})
    return agent or given or _("treatment")


def _say_words(
    entry: Mapping[str, Any], field: str, words: type[TreatmentClass] | type[TreatmentStatus]
) -> str:
    said = plain_field(entry, field).split(" / ")
    return join_said(
        *(as_said(label_of(words(each))) if each in list(words) else each for each in said),
        by=" / ",
    )


def _say_dates(entry: Mapping[str, Any], field: str) -> str:
    days = plain_field(entry, field).split(" / ")
    return join_said(*(Said("%(day)s", {"day": Day(day)}) for day in days), by=" / ")


def say_months(first: str, day: date) -> Said:
    """How long before the reference date a date was: whole months, or years where no more is known.

    A date of year precision gives years. Nothing can be said of a date that cannot be.
    """
    try:
        known = date.fromisoformat(first + MIDDLE_OF.get(len(first), ""))
    except ValueError:
        return _("at a time not recorded")
    if len(first) == YEAR:
        years = day.year - known.year
        return ngettext("about %(count)d year before", "about %(count)d years before", years)
    return say_months_of((day - known).days)


def say_months_of(days: int) -> Said:
    months = round(days / DAYS_A_MONTH)
    if months < 0:
        return ngettext("in %(count)d month", "in %(count)d months", -months)
    if months == 0:
        return _("within the same month")
    return ngettext("%(count)d month before", "%(count)d months before", months)


def say_moment(moment: datetime, zone: str, until: datetime | None = None) -> str:
    """“13 Jan 2027, 08:45 New York time”: the clock of the place, named by its city."""
    clock = Clock(moment, zone, until)
    city = zone.rpartition("/")[2].replace("_", " ")
    if city == "UTC":
        return Said("%(clock)s UTC", {"clock": clock})
    return _("%(clock)s %(city)s time", clock=clock, city=city)


def say_span(starts: datetime, starts_zone: str, ends: datetime, ends_zone: str) -> tuple[str, str]:
    """Both ends, what is the same at both said once; the second is empty within one day."""
    if starts_zone.rpartition("/")[2] != ends_zone.rpartition("/")[2]:
        return say_moment(starts, starts_zone), say_moment(ends, ends_zone)
    first, last = (moment.astimezone(ZoneInfo(starts_zone)) for moment in (starts, ends))
    if first == last:
        return say_moment(starts, starts_zone), ""
    if first.date() == last.date():
        return say_moment(starts, starts_zone, until=ends), ""
    clock = Said("%(clock)s", {"clock": Clock(starts, starts_zone)})
    return clock, say_moment(ends, ends_zone)
