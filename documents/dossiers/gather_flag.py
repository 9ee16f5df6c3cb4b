"""The comparison as the dossier prints it, made from the facts that leave and from no others.

It is made anew by the one evaluator, so that a fact whose record was withdrawn yesterday is not
behind it. What people signed is printed with it only where they signed the same facts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils import formats

from cases.casework.models import Case
from cases.clinical.definitions import DEFAULT_INDICATION, Definition, DefinitionStatus
from cases.clinical.evaluating import definitions_in_use, facts_behind
from cases.clinical.fact_values import describe_value
from cases.clinical.logic import Answer as Logic, Basis
from cases.clinical.matcher import Result, evaluate, order_by_unknowns
from cases.clinical.models import Evaluation, Fact, SignOff, SignOffMeaning
from cases.clinical.rows import Row
from cases.clinical.snapshot import hash_snapshot
from cases.clinical.standing import Standing
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
from documents.dossiers.sources import SourceBook

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
    flag = results.pop(DEFAULT_INDICATION)
    signed = _find_sign_offs(case, flag, standing)
    return Comparison(
        flag=_print_flag(flag, book, standing, signed)
        if book.facts
        else Absence("no comparison was made: no fact has been confirmed"),
        others=tuple(_print_other(result) for result in order_by_unknowns(results.values())),
        sign_offs=tuple(_print_sign_off(each) for each in signed)
        or Absence("not signed off yet, or the facts have changed since"),
    )


def _find_sign_offs(case: Case, result: Result, standing: Standing) -> list[SignOff]:
    """What was signed on these very facts and this version of the definition."""
    return list(
        SignOff.objects.valid()
        .filter(
            evaluation__in=Evaluation.objects.current().filter(
                case=case,
                indication=result.definition.id,
                definition_version=result.definition.version,
                facts_hash=hash_snapshot(standing.snapshot, with_date=False),
                overall=result.overall.value,
            )
        )
        .select_related("signed_by")
        .order_by("signed_at")
    )


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
    result: Result, book: SourceBook, standing: Standing, signed: Iterable[SignOff]
) -> Flag:
    definition = result.definition
    settled = next(
        (each.statement for each in signed if each.meaning == SignOffMeaning.READING_REVIEWED), ""
    )
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
        rows=tuple(_print_row(row, result, book, standing, settled) for row in result.rows),
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


def _name_wording(definition: Definition) -> str:
    what = f"{definition.product} {definition.form}"
    return f"section {definition.label_section} of the {definition.jurisdiction} label of {what}"


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
    return CriterionRow(
        id=row.id,
        phrase=row.phrase,
        tag=row.tag.value,
        answer=Answer(row.answer.value),
        unknown_kind=UnknownKind(row.unknown_kind.value) if row.unknown_kind else None,
        derived=row.basis is Basis.DERIVED,
        fact="" if sides else _say_facts(row, standing),
        reason=_say_why(row, facts),
        cites=book.cites(facts),
        sides=sides,
        confirmed_by=", ".join(names),
        confirmed_on=last.decided_at.date() if last and last.decided_at else None,
        settled=settled if is_unknown and row.unknown_kind == UnknownKind.AMBIGUOUS.value else "",
        ask=row.ask or "",
        other_readings=tuple(
            ReadingAnswer(
                reading=other.reading.replace("_", " "),
                wording=other.says.rstrip("."),
                answer=Answer(other.row.answer.value),
            )
            for other in result.other_rows()
            if other.row.id == row.id
        ),
    )


def _say_why(row: Row, facts: Sequence[Fact]) -> str:
    """The evaluator's reason where it says more than the fact, and who stated what stands there."""
    said = []
    if not facts and "date_of_birth" in row.facts and row.answer is not Logic.UNKNOWN:
        said.append("Birth date as stated in the patient's record.")
    elif row.answer is Logic.UNKNOWN or row.basis is Basis.DERIVED or "disagree" in row.reason:
        said.append(row.reason)
    stated = dict.fromkeys(fact.stated_source for fact in facts if fact.stated_source)
    said += [f"Stated: {source}." for source in stated]
    return " ".join(said)


def _say_facts(row: Row, standing: Standing) -> str:
    """The facts behind a row in words; the birth date as the age that the row speaks of."""
    if "date_of_birth" in row.facts:
        return row.reason.partition(".")[0] if row.answer is not Logic.UNKNOWN else ""
    said = dict.fromkeys(
        describe_value(fact.key, fact.value) for fact in facts_behind(row, standing)
    )
    return "; ".join(said)


def _print_dose(result: Result, standing: Standing) -> DoseNote | Absence:
    """Quoted label text beside the weight it was looked up for; never advice (rule P11)."""
    if result.dose is None:
        return Absence("shown only where the facts correspond to the wording")
    if result.dose.mg is None:
        return Absence(result.dose.text)
    weights = standing.by_key.get("weight_kg", ())
    told = describe_value(weights[0].key, weights[0].value) if weights else ""
    dated = f" of {_say_day(weights[0].dated)}" if weights and weights[0].dated else ""
    return DoseNote(
        quote=result.dose.text,
        source=f"Label section 2; {told}{dated}" if told else "Label section 2",
    )


def _say_day(text: str) -> str:
    try:
        return formats.date_format(date.fromisoformat(text), "j M Y")
    except ValueError:
        return text


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
