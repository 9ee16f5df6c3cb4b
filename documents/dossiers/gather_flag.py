"""The comparison as the dossier prints it, made from the facts that leave and from no others.

It is made anew by the one evaluator, so that a fact whose record was withdrawn yesterday is not
behind it. What people signed is printed with it only where they signed the same facts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from django.db.models import QuerySet

from cases.casework.models import Case
from cases.clinical.criteria import FactIn
from cases.clinical.definitions import DEFAULT_INDICATION, Definition, DefinitionStatus
from cases.clinical.evaluating import facts_behind, is_derived
from cases.clinical.logic import Answer as Logic, Basis
from cases.clinical.matcher import Result, order_by_unknowns
from cases.clinical.models import Evaluation, Fact, SignOff, SignOffMeaning
from cases.clinical.people_said import SettledLine, settled_rows
from cases.clinical.rows import Row
from cases.clinical.snapshot import hash_snapshot
from cases.clinical.standing import Standing
from cases.clinical.values import PartialDate
from documents.dossiers.contents import SignOff as PrintedSignOff
from documents.dossiers.days import Day
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
from documents.dossiers.said import (
    as_said,
    gettext_noop,
    join_said,
    say as _,
    say_many as ngettext,
)
from documents.dossiers.saying import describe, name_fact, say_short, say_value
from documents.dossiers.sources import SourceBook, dated_of

AGE: Final = "age_"
MOST_BRIEF: Final = 3
"""Treatments named in a row of the first page; how many more there are is told."""
AUTHORITIES: Final[Mapping[str, str]] = {
    "US Food and Drug Administration": "FDA",
    "European Medicines Agency": "EMA",
}
STATUS_WORDS: Final[Mapping[DefinitionStatus, str]] = {
    DefinitionStatus.IN_REVIEW: gettext_noop("in review, not yet approved by a clinician"),
    DefinitionStatus.APPROVED: gettext_noop("approved"),
}


@dataclass(frozen=True)
class Comparison:
    flag: Flag | Absence
    others: Listed[OtherIndication]
    sign_offs: Listed[PrintedSignOff]


def compare_for_dossier(
    case: Case, book: SourceBook, standing: Standing, results: Iterable[Result]
) -> Comparison:
    """The default definition in full, the other ones in a line each."""
    others = {result.definition.id: result for result in results}
    flag = others.pop(DEFAULT_INDICATION, None)
    same = find_comparisons(case, flag, standing)
    signed = list_sign_offs(same)
    return Comparison(
        flag=_print_comparison(flag, book, standing, signed, settled_rows(case, same)),
        others=tuple(_print_other(result) for result in order_by_unknowns(others.values())),
        sign_offs=tuple(_print_sign_off(each) for each in signed)
        or Absence(_("not signed off yet, or the facts have changed since")),
    )


def without_birth(flag: Flag | Absence) -> Flag | Absence:
    """The comparison without what the day of birth could be read from: where it is withheld."""
    if isinstance(flag, Absence):
        return flag
    rows = tuple(replace(row, sides=()) if row.id.startswith(AGE) else row for row in flag.rows)
    return replace(flag, rows=rows, next_change_on=None, next_change_why="")


def find_comparisons(case: Case, result: Result | None, standing: Standing) -> QuerySet[Evaluation]:
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


def list_sign_offs(same: QuerySet[Evaluation]) -> list[SignOff]:
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
        return Absence(_("no comparison was made: the definition is not in use"))
    if not book.facts:
        return Absence(_("no comparison was made: no fact has been confirmed"))
    return _print_flag(result, book, standing, signed, rows)


def _print_sign_off(row: SignOff) -> PrintedSignOff:
    meaning = as_said(str(row.get_meaning_display()))
    return PrintedSignOff(
        role=as_said(str(row.signed_by.get_role_display())),
        name=row.signed_by.name,
        meaning=join_said(meaning, row.statement, by=": "),
        at=row.signed_at,
        state=_("valid"),
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
        definition_status=as_said(STATUS_WORDS[definition.status]),
        published_as=_name_wording(definition),
        wording=definition.wording,
        label_read_on=definition.label_read_on,
        label_read_by=definition.label_read_by or "",
        reading=_(
            "Reading %(name)s: %(says)s", name=definition.reading, says=definition.reading_says
        ),
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
    return _(
        "%(sentence)s (%(name)s, %(day)s)",
        sentence=line.sentence,
        name=line.settled_by,
        day=Day(line.settled_at.date().isoformat()),
    )


def _name_wording(definition: Definition) -> str:
    """“the US label of cabozantinib tablets for neuroendocrine tumours (FDA, section 1.4)”."""
    substance = definition.product.partition(" (")[0]
    illness = definition.title.partition(", ")[2].removesuffix(f" ({definition.jurisdiction})")
    what = f"{substance} {definition.form}" + (f" for {illness}" if illness else "")
    authority = AUTHORITIES.get(definition.authority, definition.authority)
    if not definition.label_section:
        return _(
            "the %(place)s label of %(what)s (%(authority)s)",
            place=definition.jurisdiction,
            what=what,
            authority=authority,
        )
    return _(
        "the %(place)s label of %(what)s (%(authority)s, section %(section)s)",
        place=definition.jurisdiction,
        what=what,
        authority=authority,
        section=definition.label_section,
    )


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
    said: list[str] = []
    if not facts and "date_of_birth" in row.facts and row.answer is not Logic.UNKNOWN:
        said.append(_("Birth date as stated in the patient’s record."))
    elif "disagree" in row.reason:
        same = row.answer is not Logic.UNKNOWN
        said.append(
            _("The answer is the same for each.") if same else _("The answer hangs on which holds.")
        )
    elif row.answer is Logic.UNKNOWN or row.basis is Basis.DERIVED:
        recorded = f"{row.reason.partition('. ')[0]}. " if row.entries else f"{fact}. "
        said.append(row.reason.removeprefix(recorded) if fact else row.reason)
    stated = dict.fromkeys(fact.stated_source for fact in facts if fact.stated_source)
    said += [_("Stated: %(source)s.", source=source.rstrip(".")) for source in stated]
    return join_said(*said, by=" ")


def _say_facts(row: Row, standing: Standing) -> str:
    """The facts behind a row in words; the birth date as the age that the row speaks of."""
    if "date_of_birth" in row.facts:
        if row.answer is Logic.UNKNOWN:
            return ""
        return _say_age_of(standing) or row.reason.partition(".")[0]
    said = dict.fromkeys(describe(fact.key, fact.value) for fact in facts_behind(row, standing))
    return join_said(*said)


def _say_briefly(row: Row, facts: Sequence[Fact], standing: Standing) -> str:
    """The same in a few words: “unresectable”, “58 years on 22 Nov 2026”."""
    if "date_of_birth" in row.facts:
        return _say_age_of(standing)
    test = row.criterion.test
    recorded = {fact.key for fact in facts}
    if row.answer is Logic.UNKNOWN and isinstance(test, FactIn) and test.fact not in recorded:
        return ""
    ordered = sorted(facts, key=lambda fact: fact.key != "metastatic")
    said = list(dict.fromkeys(say_short(fact.key, fact.value) for fact in ordered))
    more = len(said) - MOST_BRIEF
    rest = ngettext("and %(count)d more", "and %(count)d more", more) if more > 0 else ""
    brief = join_said(*said[:MOST_BRIEF], rest)
    stated = any(fact.stated_source for fact in facts)
    return _("%(fact)s (stated)", fact=brief) if stated and brief else brief


def _say_age_of(standing: Standing) -> str:
    day = standing.snapshot.reference_date
    age = completed_years(standing.snapshot.patient.date_of_birth, day)
    if age is None:
        return ""
    return ngettext("%(count)d year on %(day)s", "%(count)d years on %(day)s", age, day=day)


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
        return Absence(_("shown only where the facts correspond to the wording"))
    quote = result.dose.text.removeprefix("Label: ")
    if result.dose.mg is None:
        return Absence(quote)
    return DoseNote(quote=quote[:1].upper() + quote[1:], source=_say_weight(standing))


def _say_weight(standing: Standing) -> str:
    weights = standing.by_key.get("weight_kg", ())
    if not weights:
        return _("Label, section 2")
    weight = say_value(weights[0].key, weights[0].value)
    if not dated_of(weights[0]):
        return _("Label, section 2; recorded weight %(weight)s", weight=weight)
    day = Day(dated_of(weights[0]))
    return _("Label, section 2; recorded weight %(weight)s on %(day)s", weight=weight, day=day)


def _print_other(result: Result) -> OtherIndication:
    definition = result.definition
    unknown = dict.fromkeys(
        name_fact(key) for row in result.rows if row.answer is Logic.UNKNOWN for key in row.facts
    )
    return OtherIndication(
        definition_id=definition.id,
        definition_version=definition.version,
        definition_status=as_said(STATUS_WORDS[definition.status]),
        title=definition.title,
        overall=Overall(result.overall.value),
        unknowns=result.unknown_count,
        note=_("To resolve: %(facts)s.", facts=join_said(*unknown, by=", ")) if unknown else "",
    )
