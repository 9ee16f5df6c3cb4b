"""A definition made ready to answer many cases quickly; the answers are those of `rows`.

Most criteria read only facts whose values come from a short list. For such facts the rows, with
their reasons, are made once for each combination of values that occurs and then shared: no
words of a patient are in them. Dates, weights, free text, and combinations in which sources
disagree are never kept. The same `judge_criterion` makes every row, shared or not.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any, Final, NamedTuple

from .criteria import AgeAtLeast, Test
from .logic import OVERALLS, Overall
from .rows import DISEASE_FACTS, Criterion, Row, judge_criterion, judge_test, read_fact, row_from
from .snapshot_parts import Snapshot
from .treated import Treated
from .values import MAX_AGE_YEARS, Conflict, PartialDate, possible_values

Judge = Callable[[Snapshot, int], Row]

LISTED_FACTS: Final = DISEASE_FACTS - {"ki67_percent"}
"""Facts whose values come from a short list."""
MOST_BLOCKS: Final = 20_000
"""Combinations kept for one definition; beyond it, the store starts anew."""


@dataclass(frozen=True)
class Reading:
    """One way to read the wording (policy of P7).

    `changes` holds the tests that take another form under it; `leaves_out` the criteria that
    it does not ask for.
    """

    id: str
    says: str
    changes: Mapping[str, Test]
    leaves_out: frozenset[str]
    note: str = ""


@dataclass(frozen=True)
class Cohorts:
    """Names of cohorts by a fact's values; only where the criteria `needs` are met (rule P10)."""

    fact: str
    names: Mapping[Any, str]
    needs: tuple[str, ...]


class Block(NamedTuple):
    """All that follows from the listed facts alone."""

    rows: list[Row | None]
    """In the definition's order; None stands where an open criterion goes."""
    by_open: tuple[tuple[Overall, tuple[tuple[str, Overall], ...]], ...]
    """The overall answer and those of other readings, by the open criteria's distance."""
    cohort: str | None

    def closed_rows(self) -> dict[str, Row]:
        """The rows on listed facts by their criteria's names."""
        return {row.id: row for row in self.rows if row is not None}


class Program:
    """The criteria of a definition, sorted into those on listed facts and the open others."""

    def __init__(
        self,
        criteria: tuple[Criterion, ...],
        readings: tuple[Reading, ...],
        cohorts: Cohorts | None,
    ) -> None:
        self.criteria = criteria
        self.readings = readings
        self.cohorts = cohorts
        self.open: tuple[tuple[int, Judge], ...] = tuple(
            (position, make_judge(criterion))
            for position, criterion in enumerate(criteria)
            if not is_listed(criterion.test)
        )
        keys = {key for criterion in criteria for key in criterion.test.facts}
        for reading in readings:
            keys.update(key for test in reading.changes.values() for key in test.facts)
        if cohorts is not None:
            keys.add(cohorts.fact)
        listed = [f"disease.{key}" for key in sorted(keys & LISTED_FACTS)]
        # Two names at least, so that the getter always answers a tuple.
        self._read_key = attrgetter(
            *(listed if len(listed) > 1 else [*listed, "disease.grade"] * 2)
        )
        self._blocks: dict[tuple[Any, ...], Block] = {}

    def block(self, snapshot: Snapshot) -> Block:
        """The rows that follow from the listed facts."""
        key = self._read_key(snapshot)
        block = self._blocks.get(key)
        if block is None:
            block = self._make_block(snapshot)
            if not any(isinstance(fact, Conflict) for fact in key):
                if len(self._blocks) >= MOST_BLOCKS:
                    self._blocks.clear()
                self._blocks[key] = block
        return block

    def read_rows(self, reading: Reading, rows: Mapping[str, Row], snapshot: Snapshot) -> list[Row]:
        """The given rows as another reading has them: changed, left out, or as they are."""
        return [
            row_from(row.criterion, judge_test(reading.changes[name], snapshot, snapshot.today))
            if name in reading.changes
            else row
            for name, row in rows.items()
            if name not in reading.leaves_out
        ]

    def _make_block(self, snapshot: Snapshot) -> Block:
        rows = [
            judge_criterion(criterion, snapshot, snapshot.today)
            if is_listed(criterion.test)
            else None
            for criterion in self.criteria
        ]
        block = Block(rows, (), None)
        closed = block.closed_rows()
        least = _greatest(closed.values())
        others = [
            (reading.id, _greatest(self.read_rows(reading, closed, snapshot)))
            for reading in self.readings
        ]
        by_open = tuple(
            (
                OVERALLS[max(least, distance)],
                tuple((name, OVERALLS[max(worst, distance)]) for name, worst in others),
            )
            for distance in range(len(OVERALLS))
        )
        return Block(rows, by_open, self._name_cohort(closed, snapshot))

    def _name_cohort(self, closed: Mapping[str, Row], snapshot: Snapshot) -> str | None:
        """The cohort (rule P10), the same for every value that the fact may still take."""
        cohorts = self.cohorts
        if cohorts is None or any(closed[name].distance for name in cohorts.needs):
            return None
        values = possible_values(read_fact(snapshot, cohorts.fact))
        names = {cohorts.names.get(value) for value in values}
        return names.pop() if len(names) == 1 else None


def _greatest(rows: Iterable[Row]) -> int:
    return max((row.distance for row in rows), default=0)


def is_listed(test: Test) -> bool:
    """Whether a test reads only facts whose values come from a short list."""
    return LISTED_FACTS.issuperset(test.facts)


def make_judge(criterion: Criterion) -> Judge:
    """The quickest way to the same row that `judge_criterion` gives."""
    if isinstance(criterion.test, AgeAtLeast):
        return _judge_age(criterion)
    if isinstance(criterion.test, Treated):
        return _judge_treated(criterion, criterion.test)
    return partial(judge_criterion, criterion)


def _judge_age(criterion: Criterion) -> Judge:
    """Share one row for each age in years; partial and disputed dates go the long way."""
    shared: dict[int, Row] = {}

    def judge(snapshot: Snapshot, today: int) -> Row:
        born = snapshot.patient.date_of_birth
        if born.__class__ is not PartialDate or born.first != born.last:
            return judge_criterion(criterion, snapshot, today)
        age = (today - born.first) // 10_000
        row = shared.get(age)
        if row is None:
            row = judge_criterion(criterion, snapshot, today)
            if 0 <= age <= MAX_AGE_YEARS:
                shared[age] = row
        return row

    return judge


def _judge_treated(criterion: Criterion, test: Treated) -> Judge:
    """Skip the search for worlds where there is one history, as nearly always."""

    def judge(snapshot: Snapshot, today: int) -> Row:
        if isinstance(snapshot.prior_treatments, Conflict):
            return judge_criterion(criterion, snapshot, today)
        world = {"prior_treatments": snapshot.prior_treatments}
        return row_from(criterion, test.judge(world, today))

    return judge
