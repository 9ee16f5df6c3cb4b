"""The comparison as the dossier prints it, made from the facts that leave and from no others.

It is made anew by the one evaluator, so that a fact whose record was withdrawn yesterday is not
behind it. What people signed is printed with it only where they signed the same facts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import QuerySet

from cases.casework.models import Case
from cases.clinical.criteria import FactIn
from cases.clinical.definitions import DEFAULT_INDICATION, Definition, DefinitionStatus
from cases.clinical.evaluating import facts_behind, is_derived
from cases.clinical.in_use import definitions_in_use
from cases.clinical.logic import Answer as Logic, Basis
from cases.clinical.matcher import Result, evaluate, order_by_unknowns
from cases.clinical.models import Evaluation, Fact, SignOff, SignOffMeaning
from cases.clinical.queries import SettledLine, settled_rows
from cases.clinical.rows import Row
from cases.clinical.snapshot import hash_snapshot
from cases.clinical.standing import Standing
from cases.clinical.values import PartialDate
from cases.clinical.vocabulary import spec_for
from documents.dossiers.contents import SignOff as PrintedSignOff
from documents.dossiers.findings import (
    Answer,
    ContextNote,
    CriterionRow,
    DoseNote,
    Flag,
    OtherIndication,
    Overall,
    ReadingAnswer,
    UnknownKind,
)
from documents.dossiers.printed import Absence, Listed, Side
from documents.dossiers.saying import describe, say_date, say_short, say_value
from documents.dossiers.sources import SourceBook, dated_of

HANGS: Final = "The answer hangs on which of them holds."
MOST_BRIEF: Final = 3
"""Treatments named in a row of the first page; how many more there are is told."""
AUTHORITIES: Final[Mapping[str, str]] = {
    "US Food and Drug Administration": "FDA",
    "European Medicines Agency": "EMA",
}
STATUS_WORDS: Final[Mapping[DefinitionStatus, str]] = {
    DefinitionStatus.IN_REVIEW: "in review, not yet approved by a clinician",
    DefinitionStatus.APPROVED: "approved",
}


@dataclass(frozen=True)
class Comparison:
    flag: Flag | Absence
    others: Listed[OtherIndication]
    sign_offs: Listed[PrintedSignOff]


def compare_for_dossier(case: Case, book: SourceBook, standing: Standing) -> Comparison:
    """The default definition in full, the other ones in a line each."""
    results = {
        definition.id: evaluate(standing.snapshot, definition)
        for definition in definitions_in_use(standing.snapshot.reference_date)
    }
    flag = results.pop(DEFAULT_INDICATION, None)
    same = _find_comparisons(case, flag, standing)
    signed = _find_sign_offs(same)
    return Comparison(
        flag=_print_comparison(flag, book, standing, signed, settled_rows(case, same)),
        others=tuple(_print_other(result) for result in order_by_unknowns(results.values())),
        sign_offs=tuple(_print_sign_off(each) for each in signed)
        or Absence("not signed off yet, or the facts have changed since"),
    )


def _find_comparisons(
    case: Case, result: Result | None, standing: Standing
) -> QuerySet[Evaluation]:
    """The stored comparison of these very facts with this version of the definition, if any."""
    if result is None:
        return Evaluation.objects.none()
    return Evaluation.objects.current().filter(
        case=case,
        indication=result.definition.id,
        definition_digest=result.definition.digest,
        facts_hash=hash_snapshot(standing.snapshot, with_date=False),
        overall=result.overall.value,
    )


def _find_sign_offs(same: QuerySet[Evaluation]) -> list[SignOff]:
    return list(
        SignOff.objects.valid()
        .filter(evaluation__in=same)
        .select_related("signed_by")
        .order_by("signed_at")
    )


def _print_comparison(
    result: Result | None,
    book: SourceBook,
    standing: Standing,
    signed: Iterable[SignOff],
    rows: Mapping[str, SettledLine],
) -> Flag | Absence:
    if result is None:
        return Absence("no comparison was made: the definition is not in use")
    if not book.facts:
        return Absence("no comparison was made: no fact has been confirmed")
    return _print_flag(result, book, standing, signed, rows)


def _print_sign_off(row: SignOff) -> PrintedSignOff:
    meaning = str(row.get_meaning_display())
    return PrintedSignOff(
        role=str(row.signed_by.get_role_display()),
        name=row.signed_by.name,
        meaning=f"{meaning}: {row.statement}" if row.statement else meaning,
        at=row.signed_at,
        state="valid",
    )


def _print_flag(
    result: Result,
    book: SourceBook,
    standing: Standing,
    signed: Iterable[SignOff],
    rows: Mapping[str, SettledLine],
) -> Flag:
    definition = result.definition
    reviewed = next(
        (each.statement for each in signed if each.meaning == SignOffMeaning.READING_REVIEWED), ""
    )
    settled = {row.id: _say_settled(rows.get(row.id), reviewed) for row in result.rows}
    says = {reading.id: reading.says for reading in definition.readings}
    return Flag(
        definition_id=definition.id,
        definition_version=definition.version,
        definition_status=STATUS_WORDS[definition.status],
        published_as=_name_wording(definition),
        wording=definition.wording,
        label_read_on=definition.label_read_on,
        label_read_by=definition.label_read_by or "",
        reading=f"Reading {definition.reading}: {definition.reading_says}",
        overall=Overall(result.overall.value),
        cohort=result.cohort or "",
        rows=tuple(_print_row(row, result, book, standing, settled[row.id]) for row in result.rows),
        other_readings=tuple(
            ReadingAnswer(
                reading=name, wording=says[name].rstrip("."), answer=Overall(overall.value)
            )
            for name, overall in result.readings
        ),
        context=tuple(
            ContextNote(text=note.text, tag=note.tag.value) for note in definition.context
        ),
        dose=_print_dose(result, standing),
        next_change_on=result.next_transition_date,
    )


def _say_settled(line: SettledLine | None, reviewed: str) -> str:
    """A clinician's sentence on the row itself with name and day, else on the whole reading."""
    if line is None:
        return reviewed
    return f"{line.sentence} ({line.settled_by}, {say_date(line.settled_at.date())})"


def _name_wording(definition: Definition) -> str:
    """“the US label of cabozantinib tablets for neuroendocrine tumours (FDA, section 1.4)”."""
    substance = definition.product.partition(" (")[0]
    illness = definition.title.partition(", ")[2].removesuffix(f" ({definition.jurisdiction})")
    what = f"{substance} {definition.form}" + (f" for {illness}" if illness else "")
    authority = AUTHORITIES.get(definition.authority, definition.authority)
    section = f", section {definition.label_section}" if definition.label_section else ""
    return f"the {definition.jurisdiction} label of {what} ({authority}{section})"


def _print_row(
    row: Row, result: Result, book: SourceBook, standing: Standing, settled: str
) -> CriterionRow:
    facts = facts_behind(row, standing)
    last = max(facts, key=lambda fact: fact.decided_at or fact.proposed_at, default=None)
    names = dict.fromkeys(fact.decided_by.name for fact in facts if fact.decided_by)
    sides: tuple[Side, ...] = ()
    for key in dict.fromkeys(fact.key for fact in facts if fact.key in standing.conflicts):
        sides += book.sides([fact for fact in facts if fact.key == key])
    is_unknown = row.answer is Logic.UNKNOWN
    fact = "" if sides else _say_facts(row, standing)
    return CriterionRow(
        id=row.id,
        phrase=row.phrase,
        tag=row.tag.value,
        answer=Answer(row.answer.value),
        unknown_kind=UnknownKind(row.unknown_kind.value) if row.unknown_kind else None,
        derived=is_derived(row, standing.derived),
        fact=fact,
        brief="" if sides else _say_briefly(row, facts, standing),
        reason=_say_why(row, facts, fact),
        cites=book.cites(facts),
        sides=sides,
        confirmed_by=", ".join(names),
        confirmed_on=last.decided_at.date() if last and last.decided_at else None,
        settled=settled if is_unknown and row.unknown_kind == UnknownKind.AMBIGUOUS.value else "",
        ask=row.ask or "",
        other_readings=tuple(
            ReadingAnswer(
                reading=other.reading,
                wording=other.says.rstrip("."),
                answer=Answer(other.row.answer.value),
            )
            for other in result.other_rows()
            if other.row.id == row.id and other.row.answer is not row.answer
        ),
    )


def _say_why(row: Row, facts: Sequence[Fact], fact: str) -> str:
    """The evaluator's reason where it says more than the fact, and who stated what stands there."""
    said = []
    if not facts and "date_of_birth" in row.facts and row.answer is not Logic.UNKNOWN:
        said.append("Birth date as stated in the patient's record.")
    elif "disagree" in row.reason:
        same = row.answer is not Logic.UNKNOWN
        said.append(
            "The answer is the same for each." if same else "The answer hangs on which holds."
        )
    elif row.answer is Logic.UNKNOWN or row.basis is Basis.DERIVED:
        recorded = f"{row.reason.partition('. ')[0]}. " if row.entries else f"{fact}. "
        said.append(row.reason.removeprefix(recorded) if fact else row.reason)
    stated = dict.fromkeys(fact.stated_source for fact in facts if fact.stated_source)
    said += [f"Stated: {source.rstrip('.')}." for source in stated]
    return " ".join(said)


def _say_facts(row: Row, standing: Standing) -> str:
    """The facts behind a row in words; the birth date as the age that the row speaks of."""
    if "date_of_birth" in row.facts:
        if row.answer is Logic.UNKNOWN:
            return ""
        day = say_date(standing.snapshot.reference_date)
        return row.reason.partition(".")[0].replace("the reference date", day)
    said = dict.fromkeys(describe(fact.key, fact.value) for fact in facts_behind(row, standing))
    return "; ".join(said)


def _say_briefly(row: Row, facts: Sequence[Fact], standing: Standing) -> str:
    """The same in a few words: “unresectable”, “58 years on 22 Nov 2026”."""
    snapshot = standing.snapshot
    if "date_of_birth" in row.facts:
        age = completed_years(snapshot.patient.date_of_birth, snapshot.reference_date)
        return "" if age is None else f"{age} years on {say_date(snapshot.reference_date)}"
    test = row.criterion.test
    recorded = {fact.key for fact in facts}
    if row.answer is Logic.UNKNOWN and isinstance(test, FactIn) and test.fact not in recorded:
        return ""
    ordered = sorted(facts, key=lambda fact: fact.key != "metastatic")
    said = list(dict.fromkeys(say_short(fact.key, fact.value) for fact in ordered))
    more = len(said) - MOST_BRIEF
    rest = f"; and {more} more" if more > 0 else ""
    stated = any(fact.stated_source for fact in facts)
    return "; ".join(said[:MOST_BRIEF]) + rest + (" (stated)" if stated else "")


def completed_years(born: object, day: date) -> int | None:
    """Age where every day that the birth date may mean gives the same; else None."""
    if not isinstance(born, PartialDate) or not born.is_possible:
        return None
    today = day.year * 10_000 + day.month * 100 + day.day
    ages = {(today - born.first) // 10_000, (today - born.last) // 10_000}
    age = ages.pop()
    return age if not ages and age >= 0 else None


def _print_dose(result: Result, standing: Standing) -> DoseNote | Absence:
    """Quoted label text beside the weight it was looked up for; never advice (rule P11)."""
    if result.dose is None:
        return Absence("shown only where the facts correspond to the wording")
    quote = result.dose.text.removeprefix("Label: ")
    if result.dose.mg is None:
        return Absence(quote)
    weights = standing.by_key.get("weight_kg", ())
    told = f"; recorded weight {say_value(weights[0].key, weights[0].value)}" if weights else ""
    dated = f" on {say_date(dated_of(weights[0]))}" if weights and dated_of(weights[0]) else ""
    return DoseNote(quote=quote[:1].upper() + quote[1:], source=f"Label, section 2{told}{dated}")


def _print_other(result: Result) -> OtherIndication:
    definition = result.definition
    unknown = dict.fromkeys(
        spec_for(key).label
        for row in result.rows
        if row.answer is Logic.UNKNOWN
        for key in row.facts
    )
    return OtherIndication(
        definition_id=definition.id,
        definition_version=definition.version,
        definition_status=STATUS_WORDS[definition.status],
        title=definition.title,
        overall=Overall(result.overall.value),
        unknowns=result.unknown_count,
        note=f"To resolve: {', '.join(unknown)}." if unknown else "",
    )
