"""The evaluator: a snapshot against a definition, with its reasons in the result.

A pure function of facts, definition and reference date. There is no second evaluator for
explanations: the reasons come from the same operators that give the answers. Rules P1 to P12
are the policy of the default definition in the clinical domain notes; where each one lives:
P1 `logic`, P2 `rows`, P3 `criteria.AgeAtLeast`, P4 to P8 the tables of the definition, P9
`treated`, P10 `program`, P11 and P12 here.
"""

from calendar import isleap
from collections.abc import Iterable
from datetime import date
from itertools import product
from typing import Any, Final, NamedTuple

from .criteria import AgeAtLeast, AllOf, AnyOf, Test, birth_can_be
from .definition_parts import Definition, DoseRow
from .logic import Overall
from .program import Block
from .rows import Row, judge_test, row_from
from .snapshot_parts import Snapshot, Treatment
from .treated import Treated
from .values import (
    Conflict,
    PartialDate,
    day_from_number,
    day_number,
    possible_values,
    years_between,
)

__all__ = ["Dose", "OtherRow", "Result", "Row", "evaluate", "order_by_unknowns", "to_json"]

LAST_DAY: Final = day_number(date.max)
FEBRUARY_29: Final = 229
MARCH_1: Final = 301
MATCH: Final = Overall.MATCH


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
    is_match = overall is MATCH
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
    least, most = possible_ages(snapshot)
    if least == most and not isinstance(weight, Conflict):
        rows = {_find_dose_row(definition.dose_rows, weight, least)}
    else:
        rows = {
            _find_dose_row(definition.dose_rows, kilograms, years)
            for kilograms, years in product(possible_values(weight), (least, most))
            if kilograms is not None
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


def possible_ages(snapshot: Snapshot) -> tuple[int, int]:
    """The least and the greatest age in completed years that is still possible.

    Raises:
        ValueError: no birth date that can be true is recorded.

    """
    today, birth = snapshot.today, snapshot.patient.date_of_birth
    if isinstance(birth, PartialDate) and birth.is_exact:
        age = years_between(birth.first, today)
        return age, age
    possible = [
        born for born in possible_values(birth) if born is not None and birth_can_be(born, today)
    ]
    return (
        min(years_between(min(born.last, today), today) for born in possible),
        max(years_between(born.first, today) for born in possible),
    )


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
    days: set[int] = set()
    for position, _judge in program.open:
        find_change_days(program.criteria[position].test, snapshot, days)
    for day in sorted(days):
        distance = max(judge(snapshot, day).distance for _position, judge in program.open)
        if block.by_open[distance][0] is not overall:
            return day_from_number(day)
    return None


def find_change_days(test: Test, snapshot: Snapshot, days: set[int]) -> None:
    """Add the later days, as day numbers, on which a test's answer may change by itself."""
    if isinstance(test, AllOf | AnyOf):
        for part in test.parts:
            find_change_days(part, snapshot, days)
    elif isinstance(test, AgeAtLeast):
        for born in possible_values(snapshot.patient.date_of_birth):
            # Nobody waits for the birthday of a date that cannot be true.
            if born is not None and birth_can_be(born, snapshot.today):
                _add_later(born, test.years * 10_000, snapshot.today, days)
    elif isinstance(test, Treated):
        for history in possible_values(snapshot.prior_treatments):
            _find_treatment_days(history or (), snapshot.today, days)


def _find_treatment_days(history: tuple[Treatment, ...], today: int, days: set[int]) -> None:
    for entry in history:
        for fact in (entry.start_date, entry.end_date):
            for day in possible_values(fact):
                if day is not None:
                    _add_later(day, 0, today, days)


def _add_later(day: PartialDate, shift: int, today: int, days: set[int]) -> None:
    """Add the first and last day that a date may mean, moved by whole years, if still to come.

    29 February in a year without one is 1 March.
    """
    if day.last + shift <= today or day.last + shift > LAST_DAY:
        return
    for number in (day.first + shift, day.last + shift):
        moved = number
        if number % 10_000 == FEBRUARY_29 and not isleap(number // 10_000):
            moved = number - FEBRUARY_29 + MARCH_1
        if moved > today:
            days.add(moved)
