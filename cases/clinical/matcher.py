"""The evaluator: a snapshot against a definition, with its reasons in the result.

A pure function of facts, definition and reference date. There is no second evaluator for
explanations: the reasons come from the same operators that give the answers. Rules P1 to P12
are the policy of the default definition in the clinical domain notes; where each one lives:
P1 `logic`, P2 `rows`, P3 `criteria.AgeAtLeast`, P4 to P8 the tables of the definition, P9
`treated`, P10 `program`, P11 and P12 here.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import product
from typing import Any, NamedTuple

from .criteria import AgeAtLeast, AllOf, AnyOf, Test, birth_can_be
from .definition_parts import Definition, DoseRow
from .logic import Overall
from .program import Block
from .rows import Row, judge_criterion, judge_test, row_from
from .snapshot_parts import Snapshot
from .treated import Treated
from .values import day_from_number, possible_values, years_between

__all__ = ["Dose", "OtherRow", "Result", "Row", "evaluate", "order_by_unknowns", "to_json"]


class Dose(NamedTuple):
    """The label's dose row as quoted text, never computed advice (rule P11).

    `mg` is milligrams once daily, None where no row can be quoted; `text` then says why.
    """

    mg: int | None
    text: str


class OtherRow(NamedTuple):
    """How one row would stand under another reading: shown beside it, never counted."""

    reading: str
    says: str
    row: Row


class Result(NamedTuple):
    """Where the recorded facts stand to the published wording."""

    definition: Definition
    snapshot: Snapshot
    rows: tuple[Row, ...]
    """In the definition's order."""
    overall: Overall
    cohort: str | None
    dose: Dose | None
    """Only with a match, and only where the definition holds dose rows."""
    next_transition_date: date | None
    """The day on which the overall answer changes by itself (rule P12)."""
    readings: tuple[tuple[str, Overall], ...]

    @property
    def other_readings(self) -> dict[str, Overall]:
        """The overall answer under each of the definition's other readings."""
        return dict(self.readings)

    @property
    def unknown_count(self) -> int:
        """How many rows are left to resolve."""
        return sum(row.distance == 1 for row in self.rows)

    def row(self, criterion: str) -> Row:
        """The row of a criterion.

        Raises:
            KeyError: the definition has no such criterion.

        """
        for row in self.rows:
            if row.id == criterion:
                return row
        raise KeyError(criterion)

    def other_rows(self) -> tuple[OtherRow, ...]:
        """Rows that another reading changes, and alternatives for single rows.

        "Under reading B this row would be met": readings first, then alternatives, in the
        definition's order.
        """
        criteria = self.definition.criteria_by_id
        others = [
            (reading.id, reading.says, name, test)
            for reading in self.definition.readings
            for name, test in reading.changes.items()
        ]
        others += [
            (other.id, other.says, other.criterion, other.test)
            for other in self.definition.alternatives
        ]
        return tuple(
            OtherRow(
                name,
                says,
                row_from(criteria[criterion], judge_test(test, self.snapshot, self.snapshot.today)),
            )
            for name, says, criterion, test in others
        )


def evaluate(snapshot: Snapshot, definition: Definition) -> Result:
    """Compare the facts with the wording on the snapshot's reference date (rules P1 to P12)."""
    program = definition.program
    today = snapshot.today
    block = program.block(snapshot)
    rows: list[Any] = block.rows.copy()
    distance = 0
    for position, judge in program.open:
        row = judge(snapshot, today)
        rows[position] = row
        distance = max(distance, row.distance)
    overall, readings = block.by_open[distance]
    is_match = overall is Overall.MATCH
    return Result(
        definition,
        snapshot,
        tuple(rows),
        overall,
        block.cohort,
        quote_dose(snapshot, definition) if is_match and definition.dose_rows else None,
        None if is_match else find_transition(snapshot, definition, block, overall),
        readings,
    )


def to_json(result: Result) -> dict[str, Any]:
    """The answer as the contract of `evaluate_snapshot` writes it."""
    changes = result.next_transition_date
    return {
        "indication": result.definition.id,
        "version": result.definition.version,
        "reference_date": result.snapshot.reference_date.isoformat(),
        "overall": result.overall.value,
        "cohort": result.cohort,
        "dose_note_mg": None if result.dose is None else result.dose.mg,
        "next_transition_date": None if changes is None else changes.isoformat(),
        "criteria": {
            row.id: {
                "answer": row.answer.value,
                "unknown_kind": None if row.unknown_kind is None else row.unknown_kind.value,
                "basis": row.basis.value,
                "phrase": row.phrase,
                "reason": row.reason,
                "ask": row.ask,
            }
            for row in result.rows
        },
        "other_readings": {name: overall.value for name, overall in result.readings},
    }


def order_by_unknowns(results: Iterable[Result]) -> list[Result]:
    """By the number of unknowns left to resolve, then by id; never by merit."""
    return sorted(results, key=lambda result: (result.unknown_count, result.definition.id))


def quote_dose(snapshot: Snapshot, definition: Definition) -> Dose:
    """The dose row that holds for every weight and age still possible (rule P11)."""
    weight = snapshot.patient.weight_kg
    if weight is None:
        return Dose(None, "Weight: not recorded, so no dose row of the label can be quoted.")
    weights = [one for one in possible_values(weight) if one is not None]
    ages = possible_ages(snapshot)
    rows = {
        _find_dose_row(definition.dose_rows, kilograms, years)
        for kilograms, years in product(weights, ages)
    }
    if len(rows) > 1:
        return Dose(
            None, "Weight or age is not settled, and the label's dose row hangs on which is right."
        )
    row = rows.pop()
    return Dose(None, definition.dose_missing) if row is None else Dose(row.mg, row.text)


def _find_dose_row(rows: tuple[DoseRow, ...], weight_kg: float, age_years: int) -> DoseRow | None:
    for row in rows:
        if row.holds_for(weight_kg, age_years):
            return row
    return None


def possible_ages(snapshot: Snapshot) -> list[int]:
    """The least and the greatest age in completed years, for each birth date still possible."""
    today = snapshot.today
    ages = {
        years_between(day, today)
        for born in possible_values(snapshot.patient.date_of_birth)
        if born is not None and birth_can_be(born, today)
        for day in (born.first, min(born.last, today))
    }
    return sorted(ages)


def find_transition(
    snapshot: Snapshot, definition: Definition, block: Block, overall: Overall
) -> date | None:
    """The first later day on which the overall answer changes by itself (rule P12).

    Only dates that are already recorded can do that: a birthday that a criterion waits for, or
    the recorded start or end of a treatment. Everything else is taken as it stands. A date on
    which a row changes but the overall answer does not is no such day.
    """
    if block.by_open[0][0] is overall:
        return None
    program = definition.program
    dated = [program.criteria[position] for position, _judge in program.open]
    days = sorted({day for one in dated for day in change_days(one.test, snapshot)})
    for day in days:
        distance = max(judge_criterion(one, snapshot, day).distance for one in dated)
        if block.by_open[distance][0] is not overall:
            return day_from_number(day)
    return None


def change_days(test: Test, snapshot: Snapshot) -> Iterator[int]:
    """Later days, as day numbers, on which a test's answer may change by itself."""
    if isinstance(test, AllOf | AnyOf):
        for part in test.parts:
            yield from change_days(part, snapshot)
    elif isinstance(test, AgeAtLeast):
        yield from _birthdays(test.years, snapshot)
    elif isinstance(test, Treated):
        yield from _treatment_days(snapshot)


def _birthdays(years: int, snapshot: Snapshot) -> Iterator[int]:
    for born in possible_values(snapshot.patient.date_of_birth):
        if born is not None and birth_can_be(born, snapshot.today):
            for day in (born.first, born.last):
                yield from _after(snapshot.today, day + years * 10_000)


def _treatment_days(snapshot: Snapshot) -> Iterator[int]:
    histories = possible_values(snapshot.prior_treatments)
    for entry in (entry for history in histories for entry in history or ()):
        for day in (*possible_values(entry.start_date), *possible_values(entry.end_date)):
            if day is not None and day.is_possible:
                yield from _after(snapshot.today, day.first)
                yield from _after(snapshot.today, day.last)


def _after(today: int, number: int) -> Iterator[int]:
    """The day number where it lies ahead; 29 February in other years is 1 March."""
    if number // 10_000 > date.max.year:
        return
    try:
        day_from_number(number)
    except ValueError:
        number += 301 - 229
    if number > today:
        yield number
