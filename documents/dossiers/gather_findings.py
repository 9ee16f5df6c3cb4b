"""The illness as the dossier prints it: diagnosis, treatments, markers, values, images, history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from cases.clinical.models import Fact
from cases.clinical.standing import Standing
from cases.clinical.terms import THIS_TUMOUR, TreatmentClass, TreatmentStatus, label_of
from cases.clinical.vocabulary import spec_for
from documents.dossiers.findings import (
    AttentionItem,
    Biomarker,
    HistoryGroup,
    LineKind,
    LineStatus,
    Point,
    Series,
    TreatmentLine,
)
from documents.dossiers.label_warnings import LABEL_SAYS
from documents.dossiers.printed import Absence, Fact as PrintedFact, Listed, partial_date
from documents.dossiers.said import as_said, gettext_noop, join_said, say as _
from documents.dossiers.saying import (
    name_fact,
    name_shortly,
    plain_field,
    say_short,
    say_value,
)
from documents.dossiers.sources import SourceBook, dated_of, full_date, note_of

DETAILS: Final = (
    "histology",
    "differentiation",
    "grade",
    "mitoses_per_2mm2",
    "primary_site",
    "locally_advanced",
    "metastatic",
    "nodal_metastasis",
    "resectable",
    "disease_status",
    "progressive",
    "functional_syndrome",
    "germline_vhl",
    "needs_immediate_surgery",
    "diagnosis_date",
)
KEY_MARKERS: Final = ("ki67_percent", "sstr_positive", "ecog")
HISTORY: Final = (
    (gettext_noop("Performance status"), ("ecog", "child_pugh")),
    (gettext_noop("Other conditions"), ("comorbidity",)),
    (gettext_noop("Allergies"), ("allergy",)),
    (gettext_noop("Current medicines"), ("current_medicine",)),
)
KINDS: Final[Mapping[TreatmentClass, LineKind]] = {
    TreatmentClass.SSA: LineKind.SSA,
    TreatmentClass.SURGERY: LineKind.LOCAL,
    TreatmentClass.LIVER_DIRECTED: LineKind.LOCAL,
    TreatmentClass.RADIOTHERAPY: LineKind.LOCAL,
    TreatmentClass.SYMPTOMATIC: LineKind.OTHER,
}
STATUSES: Final[Mapping[str, LineStatus]] = {
    TreatmentStatus.ONGOING: LineStatus.ONGOING,
    TreatmentStatus.PLANNED: LineStatus.PLANNED,
    TreatmentStatus.DECLINED: LineStatus.DECLINED,
}
NOTHING_RECORDED: Final = Absence(_("nothing has been recorded and confirmed yet"))


def print_diagnosis(book: SourceBook) -> PrintedFact | Absence:
    """One line of the confirmed histology, differentiation, grade, site and spread."""
    histology = book.say("histology", label=False)
    if histology is None:
        return Absence(_("no histology has been confirmed yet"))
    if histology.sides:
        return histology
    parts: list[str] = []
    used = book.of("histology")
    for key in ("differentiation", "histology"):
        found = book.say(key, label=False)
        if found is not None and not found.sides:
            parts.append(found.text)
            used += book.of(key)
    text = " ".join(parts)
    site = book.say("primary_site", label=False)
    if site is not None and not site.sides:
        text = f"{text}, {site.text}"
        used += book.of("primary_site")
    grade = book.say("grade", label=False)
    if grade is not None and not grade.sides:
        text = f"{text}, {grade.text}"
    spread = book.of("metastatic")
    if spread and all(fact.value is True for fact in spread):
        text = f"{text}, metastatic"
    return PrintedFact(text=text[:1].upper() + text[1:], cites=book.cites(used)[:4])


def print_stage(book: SourceBook) -> PrintedFact | Absence:
    stage, tnm = book.say("stage", label=False), book.say("tnm", label=False)
    if stage is None and tnm is None:
        return Absence(_("no stage has been confirmed yet"))
    if stage is None or tnm is None or stage.sides or tnm.sides:
        return stage or tnm or NOTHING_RECORDED
    return PrintedFact(
        text=f"{stage.text} ({tnm.text})", cites=stage.cites + tnm.cites, on=stage.on
    )


def print_details(book: SourceBook) -> Listed[PrintedFact]:
    said = (book.say(key) for key in DETAILS)
    return tuple(fact for fact in said if fact is not None) or NOTHING_RECORDED


def print_metastases(book: SourceBook) -> Listed[PrintedFact]:
    """The sites that are facts; without one the words of the sources, never a partial list."""
    sites = book.say_each("metastasis_site")
    if sites:
        return sites
    spread = book.of("metastatic")
    if not spread:
        return Absence(_("no site of metastasis has been confirmed"))
    if all(fact.value is False for fact in spread):
        return Absence(_("recorded as not metastatic"))
    return tuple(
        PrintedFact(
            text=_("in the words of the source: “%(quote)s”", quote=cite.quote), cites=(cite,)
        )
        for cite in book.cites(fact for fact in spread if fact.value is True)
        if cite.quote
    ) or Absence(_("metastatic; no site has been confirmed as a fact of its own"))


def print_markers(book: SourceBook, standing: Standing) -> Listed[PrintedFact]:
    """Key markers, weight and the latest of each laboratory marker, under short names."""
    markers = [
        replace(fact, label=name_shortly(key), text=_say_marker(key, fact, book))
        for key in KEY_MARKERS
        if (fact := book.say(key)) is not None
    ]
    for facts in [standing.by_key.get("weight_kg", ()), *_by_key(book.of("marker:")).values()]:
        if not facts:
            continue
        latest = max(facts, key=dated_of)
        markers.append(
            PrintedFact(
                label=name_shortly(latest.key),
                text=say_value(latest.key, latest.value),
                cites=book.cites([latest]),
                on=full_date(dated_of(latest)),
                note=note_of(latest),
            )
        )
    return tuple(markers) or Absence(_("no marker has been confirmed yet"))


def _say_marker(key: str, fact: PrintedFact, book: SourceBook) -> str:
    """“positive” under the short name of a marker, where the whole name says yes or no."""
    return fact.text if fact.sides else say_short(key, book.of(key)[0].value)


def print_treatments(book: SourceBook, standing: Standing) -> Listed[TreatmentLine]:
    """Every confirmed entry in the order of time; systemic lines for this tumour are numbered."""
    facts = sorted(
        book.of("prior_treatments"), key=lambda fact: plain_field(fact.value, "start_date") or "9"
    )
    if not facts:
        if standing.is_history_complete:
            return ()
        return Absence(_("the treatment history has not been collected and confirmed yet"))
    lines = []
    number = 0
    for fact in facts:
        line = _print_treatment(fact, book)
        if line.kind in {LineKind.SYSTEMIC, LineKind.SSA} and not line.for_condition:
            number += line.status in {LineStatus.GIVEN, LineStatus.ONGOING}
            line = _print_treatment(fact, book, number=number)
        lines.append(line)
    return tuple(lines)


def _print_treatment(fact: Fact, book: SourceBook, *, number: int | None = None) -> TreatmentLine:
    entry = fact.value
    what = plain_field(entry, "class")
    condition = plain_field(entry, "for_condition")
    given = TreatmentClass(what) if what in list(TreatmentClass) else None
    status = STATUSES.get(plain_field(entry, "status"), LineStatus.GIVEN)
    end = _possible(plain_field(entry, "end_date"))
    if status is LineStatus.GIVEN and not plain_field(entry, "status") and not end:
        status = LineStatus.ONGOING
    return TreatmentLine(
        number=number if status in {LineStatus.GIVEN, LineStatus.ONGOING} else None,
        agent=plain_field(entry, "agent")
        or (as_said(label_of(given)) if given else _("agent not recorded")),
        kind=KINDS.get(given, LineKind.SYSTEMIC) if given else LineKind.OTHER,
        class_name=as_said(label_of(given)) if given else what,
        intent=fact.details.get("intent", ""),
        start=_possible(plain_field(entry, "start_date")),
        end=end,
        status=status,
        best_response=fact.details.get("best_response", ""),
        stop_reason=fact.details.get("stop_reason", ""),
        for_condition="" if condition in {"", THIS_TUMOUR} else condition,
        cites=book.cites([fact]),
    )


def _possible(text: str) -> str:
    """A date that can be drawn; one that cannot be is left out of the drawing."""
    try:
        return partial_date(text)
    except ValueError:
        return ""


def print_biomarkers(book: SourceBook) -> Listed[Biomarker]:
    found = []
    for fact in book.of("biomarker:"):
        value = fact.value
        result = ", ".join(value[part] for part in ("result", "alteration") if value.get(part))
        found.append(
            Biomarker(
                name=name_fact(fact.key),
                result=result or _("not stated"),
                assay=value.get("assay", ""),
                specimen=value.get("specimen", ""),
                on=full_date(value.get("date") or dated_of(fact)),
                cites=book.cites([fact]),
            )
        )
    return tuple(found) or Absence(_("no biomarker has been confirmed yet"))


def print_series(book: SourceBook) -> Listed[Series]:
    """Values that were measured on two days at least."""
    measured = _by_key(book.of("weight_kg", "ki67_percent", "marker:"))
    series = [_print_series(key, facts, book) for key, facts in measured.items()]
    return tuple(each for each in series if each is not None) or Absence(
        _("no value was recorded on more than one day")
    )


def _print_series(key: str, facts: Iterable[Fact], book: SourceBook) -> Series | None:
    spec = spec_for(key)
    points: dict[tuple[date, str], Point] = {}
    units: set[str] = set()
    for fact in sorted(facts, key=dated_of):
        on = full_date(dated_of(fact))
        value = fact.value["value"] if key.startswith("marker:") else fact.value
        unit = fact.value["unit"] if key.startswith("marker:") else spec.unit
        units.add(unit)
        if on is None:
            continue
        text = say_value(fact.key, fact.value).removesuffix(unit).strip()
        number = float(value) if isinstance(value, int | float) else None
        points.setdefault(
            (on, text), Point(on=on, text=text, value=number, cites=book.cites([fact]))
        )
    if len({on for on, _text in points}) < 2 or len(units) > 1:  # noqa: PLR2004  # two days
        return None
    return Series(name=as_said(spec.label), unit=units.pop(), points=tuple(points.values()))


def print_history(book: SourceBook) -> tuple[HistoryGroup, ...]:
    groups = []
    for name, keys in HISTORY:
        facts = tuple(
            fact
            for key in keys
            for fact in (book.say_each(key) if spec_for(key).repeats else _only(book.say(key)))
        )
        groups.append(HistoryGroup(name=as_said(name), facts=facts or NOTHING_RECORDED))
    return tuple(groups)


def _only(fact: PrintedFact | None) -> tuple[PrintedFact, ...]:
    return () if fact is None else (fact,)


def print_attention(book: SourceBook) -> Listed[AttentionItem]:
    """Confirmed facts that touch a warning of the label; not what is confirmed as absent."""
    items = [
        AttentionItem(
            topic=name_fact(fact.key),
            fact=_say_with_note(fact),
            label_says=as_said(LABEL_SAYS.get(fact.key.partition(":")[2], "")),
            on=full_date(dated_of(fact)),
            cites=book.cites([fact]),
        )
        for fact in book.of("attention:")
        if fact.value is not False
    ]
    items += [
        AttentionItem(
            topic=name_fact("child_pugh"),
            fact=f"Child-Pugh {fact.value}",
            label_says=as_said(LABEL_SAYS["liver_function"]),
            on=full_date(dated_of(fact)),
            cites=book.cites([fact]),
        )
        for fact in book.of("child_pugh")
        if fact.value in {"B", "C"}
    ]
    return tuple(items) or Absence(_("no confirmed fact touches a warning of the label"))


def _say_with_note(fact: Fact) -> str:
    said = say_value(fact.key, fact.value)
    return join_said(said, note_of(fact))


def _by_key(facts: Sequence[Fact]) -> dict[str, list[Fact]]:
    grouped: dict[str, list[Fact]] = {}
    for fact in facts:
        grouped.setdefault(fact.key, []).append(fact)
    return grouped
