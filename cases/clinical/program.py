"""A definition made ready to answer many cases quickly; the answers are those of `rows`.

Most criteria read only facts whose values come from a short list. For such facts the rows, with
their reasons, are made once for each combination of values that occurs and then shared: no
words of a patient are in them. Dates, weights, free text, and combinations in which sources
disagree are never kept. The same operators make every row, shared or not.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, NamedTuple

from .criteria import AgeAtLeast, Test
from .logic import OVERALLS, Overall
from .rows import DISEASE_FACTS, Criterion, Row, judge_test, read_fact, row_from
from .snapshot_parts import Snapshot
from .treated import HISTORY_NOT_COLLECTED, NOTHING_COUNTS, Treated
from .values import MAX_AGE_YEARS, Conflict, PartialDate, possible_values

Judge = Callable[[Snapshot, int], Row]

LISTED_FACTS: Final = DISEASE_FACTS - {"ki67_percent"}
"""Facts whose values come from a short list."""
MOST_BLOCKS: Final = 5_000
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


Answers = tuple[tuple[Overall, tuple[tuple[str, Overall], ...]], ...]
"""The overall answer and those of other readings, by the open criteria's distance."""


class Block(NamedTuple):
    """All that follows from the listed facts alone."""

    rows: list[Any]
    """Rows in the definition's order; None stands where an open criterion goes."""
    by_open: Answers
    cohort: str | None


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
            (position, make_judge(criterion, criterion.test))
            for position, criterion in enumerate(criteria)
            if not is_listed(criterion.test)
        )
        self._listed = [
            (position, make_judge(criterion, criterion.test))
            for position, criterion in enumerate(criteria)
            if is_listed(criterion.test)
        ]
        self._ways = [self._follow(reading) for reading in readings]
        self._needs = [
            position
            for position, criterion in enumerate(criteria)
            if cohorts is not None and criterion.id in cohorts.needs
        ]
        self._read_key = read_keys(self._listed_facts())
        self._blocks: dict[Any, Block] = {}
        self._answers: dict[tuple[int, ...], Answers] = {}

    def _listed_facts(self) -> list[str]:
        keys = {key for criterion in self.criteria for key in criterion.test.facts}
        for reading in self.readings:
            keys.update(key for test in reading.changes.values() for key in test.facts)
        if self.cohorts is not None:
            keys.add(self.cohorts.fact)
        return sorted(keys & LISTED_FACTS)

    def block(self, snapshot: Snapshot) -> Block:
        """The rows that follow from the listed facts."""
        key = self._read_key(snapshot)
        block = self._blocks.get(key)
        if block is None:
            block = self._make_block(snapshot)
            if is_plain(key):
                if len(self._blocks) >= MOST_BLOCKS:
                    self._blocks.clear()
                self._blocks[key] = block
        return block

    def _follow(self, reading: Reading) -> tuple[list[int], list[Judge]]:
        """The places of rows that stay as they are under a reading, and judges of the changed."""
        kept = [
            position
            for position, _judge in self._listed
            if self.criteria[position].id not in {*reading.changes, *reading.leaves_out}
        ]
        judges = [
            make_judge(criterion, reading.changes[criterion.id])
            for criterion in self.criteria
            if criterion.id in reading.changes
        ]
        return kept, judges

    def _make_block(self, snapshot: Snapshot) -> Block:
        today = snapshot.today
        rows: list[Any] = [None] * len(self.criteria)
        worst = 0
        for position, judge in self._listed:
            row = rows[position] = judge(snapshot, today)
            worst = max(worst, row.distance)
        distances = [worst]
        for kept, judges in self._ways:
            worst = max([rows[position].distance for position in kept], default=0)
            for judge in judges:
                worst = max(worst, judge(snapshot, today).distance)
            distances.append(worst)
        cohort = None if self.cohorts is None else self._name_cohort(self.cohorts, rows, snapshot)
        return Block(rows, self._sum_up(tuple(distances)), cohort)

    def _sum_up(self, worst: tuple[int, ...]) -> Answers:
        """The answers by the open criteria's distance; `worst` is ours, then each reading's."""
        answers = self._answers.get(worst)
        if answers is None:
            names = [reading.id for reading in self.readings]
            answers = self._answers[worst] = tuple(
                (
                    OVERALLS[max(worst[0], distance)],
                    tuple(
                        (name, OVERALLS[max(other, distance)])
                        for name, other in zip(names, worst[1:], strict=True)
                    ),
                )
                for distance in range(len(OVERALLS))
            )
        return answers

    def _name_cohort(self, cohorts: Cohorts, rows: list[Any], snapshot: Snapshot) -> str | None:
        """The cohort (rule P10), the same for every value that the fact may still take."""
        if any([rows[position].distance for position in self._needs]):  # noqa: C419  (quicker)
            return None
        names = {
            cohorts.names.get(value) for value in possible_values(read_fact(snapshot, cohorts.fact))
        }
        return names.pop() if len(names) == 1 else None


def is_listed(test: Test) -> bool:
    """Whether a test reads only facts whose values come from a short list."""
    return LISTED_FACTS.issuperset(test.facts)


def is_plain(key: Any) -> bool:
    """Whether no source disagrees on any of the values of a key."""
    if type(key) is tuple:
        return Conflict not in set(map(type, key))
    return type(key) is not Conflict


def read_keys(facts: Iterable[str]) -> Callable[[Snapshot], Any]:
    """A getter of facts of the disease: one value, or a tuple of several."""
    return attrgetter(*(f"disease.{fact}" for fact in facts))


def make_judge(criterion: Criterion, test: Test) -> Judge:
    """The quickest way to the row that `row_from(criterion, judge_test(test, ...))` gives."""
    if isinstance(test, AgeAtLeast):
        return _judge_age(criterion, test)
    if isinstance(test, Treated):
        return _judge_treated(criterion, test)
    if test.facts and is_listed(test):
        return _judge_listed(criterion, test)

    def judge(snapshot: Snapshot, today: int) -> Row:
        return row_from(criterion, judge_test(test, snapshot, today))

    return judge


def _judge_listed(criterion: Criterion, test: Test) -> Judge:
    """Share one row for each combination of plain values."""
    read_key = read_keys(test.facts)
    shared: dict[Any, Row] = {}

    def judge(snapshot: Snapshot, today: int) -> Row:
        key = read_key(snapshot)
        row = shared.get(key)
        if row is None:
            row = row_from(criterion, judge_test(test, snapshot, today))
            if is_plain(key):
                shared[key] = row
        return row

    return judge


def _judge_age(criterion: Criterion, test: AgeAtLeast) -> Judge:
    """Share one row for each age in years; partial and disputed dates go the long way."""
    shared: dict[int, Row] = {}

    def judge(snapshot: Snapshot, today: int) -> Row:
        born = snapshot.patient.date_of_birth
        age = -1
        if isinstance(born, PartialDate) and born.first == born.last:
            age = (today - born.first) // 10_000
            if age in shared:
                return shared[age]
        row = row_from(criterion, judge_test(test, snapshot, today))
        if 0 <= age <= MAX_AGE_YEARS:
            shared[age] = row
        return row

    return judge


def _judge_treated(criterion: Criterion, test: Treated) -> Judge:
    """Skip the search for worlds where there is one history, as nearly always."""
    not_collected = row_from(criterion, HISTORY_NOT_COLLECTED)
    nothing_counts = row_from(criterion, NOTHING_COUNTS)

    def judge(snapshot: Snapshot, today: int) -> Row:
        history = snapshot.prior_treatments
        if history is None:
            return not_collected
        if isinstance(history, Conflict):
            return row_from(criterion, judge_test(test, snapshot, today))
        outcome = test.judge_history(history, today)
        return nothing_counts if outcome is NOTHING_COUNTS else row_from(criterion, outcome)

    return judge
