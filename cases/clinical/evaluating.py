"""Comparing a case with the shipped definitions, and keeping what changed.

The caller holds the case's row locked. Nothing is written where facts, definition and answer
are what they were; otherwise the earlier comparison is superseded and what people signed on it
becomes stale.
"""

from collections.abc import Iterable, Set as AbstractSet
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet

from cases.accounts.audit import record
from cases.casework.models import Case
from cases.clinical.compared import keep_columns
from cases.clinical.criteria import FactIn
from cases.clinical.definition_parts import Definition
from cases.clinical.in_use import read_use
from cases.clinical.logic import Basis
from cases.clinical.matcher import Result, evaluate
from cases.clinical.models import Evaluation, Fact, Settlement, SignOff
from cases.clinical.rows import Row
from cases.clinical.snapshot import dump_snapshot, hash_snapshot
from cases.clinical.standing import Standing, build_standing

ANSWERED: Final = ("id", "answer", "unknown_kind", "basis")


def evaluate_all(*, case: Case, now: datetime) -> list[Evaluation]:
    """Compare a case with every definition in use; returns what was written.

    What was compared with a definition that is not active any more is ended.
    """
    standing = build_standing(case, now.date())
    keep_columns(case, standing.snapshot)
    use = read_use(now.date())
    current = {row.indication: row for row in Evaluation.objects.current().filter(case=case)}
    written = []
    for definition in use.definitions:
        stored, is_new = _store(
            case=case,
            definition=definition,
            standing=standing,
            earlier=current.get(definition.id),
            now=now,
        )
        if is_new:
            written.append(stored)
    ended = [row.pk for name, row in current.items() if name not in use.indications]
    if ended:
        end_comparisons(Evaluation.objects.filter(pk__in=ended), now=now)
    if written or ended:
        record(
            action="case.evaluated",
            actor=None,
            now=now,
            case_id=case.pk,
            detail={"written": len(written), "ended": len(ended)},
        )
    return written


def evaluate_case(*, case: Case, definition: Definition, now: datetime) -> Evaluation:
    """Compare a case with one definition; the current comparison, newly written or not."""
    standing = build_standing(case, now.date())
    keep_columns(case, standing.snapshot)
    earlier: Evaluation | None = (
        Evaluation.objects.current().filter(case=case, indication=definition.id).first()
    )
    stored, _is_new = _store(
        case=case, definition=definition, standing=standing, earlier=earlier, now=now
    )
    return stored


def _store(
    *,
    case: Case,
    definition: Definition,
    standing: Standing,
    earlier: Evaluation | None,
    now: datetime,
) -> tuple[Evaluation, bool]:
    """The current comparison, and whether it had to be written because it says anything new."""
    result = evaluate(standing.snapshot, definition)
    made = Evaluation(
        case=case,
        indication=definition.id,
        definition_version=definition.version,
        definition_digest=definition.digest,
        reference_date=standing.snapshot.reference_date,
        overall=result.overall.value,
        cohort=result.cohort or "",
        next_transition_date=result.next_transition_date,
        snapshot=dump_snapshot(standing.snapshot),
        facts_hash=hash_snapshot(standing.snapshot, with_date=False),
        result=dump_comparison(result, definition, standing.derived),
        facts=name_facts(result.rows, standing),
        evaluated_at=now,
    )
    if earlier is not None:
        if _says(earlier) == _says(made):
            return earlier, False
        end_comparisons(Evaluation.objects.filter(pk=earlier.pk), now=now)
    made.save(force_insert=True)
    return made, True


def end_comparisons(rows: QuerySet[Evaluation], *, now: datetime) -> int:
    """Supersede current comparisons; what people said on them becomes stale. How many ended."""
    spoil_words(rows, now=now)
    return rows.filter(superseded_at__isnull=True).update(superseded_at=now)


def spoil_words(rows: QuerySet[Evaluation], *, now: datetime) -> None:
    """Sign-offs and settled rows hold no more for these comparisons."""
    for words in (SignOff.objects.valid(), Settlement.objects.valid()):
        words.filter(evaluation__in=rows).update(stale_at=now)


def _says(row: Evaluation) -> tuple[Any, ...]:
    """What a comparison says, without its words and its day: words may name today's age."""
    return (
        row.definition_version,
        row.definition_digest,
        row.facts_hash,
        row.facts,
        row.overall,
        row.cohort,
        row.next_transition_date,
        row.result["dose_note_mg"],
        [[criterion[key] for key in ANSWERED] for criterion in row.result["criteria"]],
        [[reading["id"], reading["overall"]] for reading in row.result["other_readings"]],
    )


def name_facts(rows: Iterable[Row], standing: Standing) -> dict[str, list[str]]:
    """Which rows of `Fact` stand behind each criterion, by its id."""
    return {row.id: [str(fact.pk) for fact in facts_behind(row, standing)] for row in rows}


def facts_behind(row: Row, standing: Standing) -> list[Fact]:
    """The confirmed facts that a row was answered from.

    Of treatments only the entries that settle it, where the evaluator names them; what a value
    could have been derived from stands behind it only where it was not recorded itself.
    """
    test = row.criterion.test
    is_recorded = isinstance(test, FactIn) and bool(standing.by_key.get(test.fact))
    keys = (test.fact,) if isinstance(test, FactIn) and is_recorded else row.facts
    found: list[Fact] = []
    for key in keys:
        behind = standing.by_key.get(key, ())
        if key == "prior_treatments" and row.entries:
            behind = tuple(behind[position] for position in row.entries)
        found.extend(behind)
    return found


def dump_comparison(
    result: Result, definition: Definition, derived: AbstractSet[str] = frozenset()
) -> dict[str, Any]:
    """A comparison as it is stored: complete in itself, so that old ones keep their words.

    `derived` names facts whose value follows from other facts; a row that reads one says so.
    """
    others: dict[str, list[dict[str, str]]] = {row.id: [] for row in result.rows}
    for other in result.other_rows():
        others[other.row.id].append(
            {"id": other.reading, "says": other.says, "answer": other.row.answer.value}
        )
    said = {reading.id: reading.says for reading in definition.readings}
    return {
        "definition": describe_definition(definition),
        "criteria": [_dump_row(row, others[row.id], derived) for row in result.rows],
        "other_readings": [
            {"id": name, "says": said[name], "overall": overall.value}
            for name, overall in result.readings
        ],
        "dose_note_mg": None if result.dose is None else result.dose.mg,
        "dose_text": "" if result.dose is None else result.dose.text,
    }


def is_derived(row: Row, derived: AbstractSet[str]) -> bool:
    """Whether a row stands on a value that nobody stated but that follows from others."""
    return row.basis is Basis.DERIVED or not derived.isdisjoint(row.facts)


def _dump_row(row: Row, others: list[dict[str, str]], derived: AbstractSet[str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "phrase": row.phrase,
        "tag": row.tag.value,
        "answer": row.answer.value,
        "unknown_kind": None if row.unknown_kind is None else row.unknown_kind.value,
        "basis": (Basis.DERIVED if is_derived(row, derived) else row.basis).value,
        "reason": say_reason(row, derived),
        "ask": row.ask,
        "facts": list(row.facts),
        "other_answers": others,
    }


def say_reason(row: Row, derived: AbstractSet[str]) -> str:
    """The evaluator's reason, and what a fact that it read was derived from."""
    if derived.isdisjoint(row.facts):
        return row.reason
    return f"{row.reason} Derived from the recorded disease status."


def describe_definition(definition: Definition) -> dict[str, Any]:
    """The words of a definition that a page or a dossier shows beside a comparison."""
    read_on = definition.label_read_on
    return {
        "title": definition.title,
        "product": definition.product,
        "authority": definition.authority,
        "jurisdiction": definition.jurisdiction,
        "status": definition.status.value,
        "label_section": definition.label_section,
        "label_reading": definition.label_reading,
        "label_read_on": None if read_on is None else read_on.isoformat(),
        "label_read_by": definition.label_read_by,
        "wording": definition.wording,
        "source": definition.source,
        "source_basis": definition.source_basis.value,
        "reading": definition.reading,
        "reading_says": definition.reading_says,
        "context": [{"tag": note.tag.value, "text": note.text} for note in definition.context],
        "limitations": list(definition.limitations),
        "digest": definition.digest,
    }
