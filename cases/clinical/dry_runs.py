"""Two definitions over all cases: whose answer differs, and in which rows.

There is one evaluator, and it is the one that gives reasons. What makes this quick is that equal
facts are compared once: most cases share their values with many others, and of those values only
the ones count that a criterion reads which the two definitions test differently. Cases whose
facts no plain column can hold go the long way, one by one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, Final, TypeVar
from uuid import UUID

from cases.casework.models import Case, Stage
from cases.clinical.compared import (
    BIRTH,
    HISTORY,
    WORDS,
    columns_for,
    keep_columns,
    snapshot_from,
    snapshot_on,
)
from cases.clinical.criteria import AgeAtLeast, AllOf, AnyOf, Test
from cases.clinical.definition_parts import Definition
from cases.clinical.matcher import Result, evaluate
from cases.clinical.models import ChangeKind, ComparedFacts
from cases.clinical.rows import Criterion, judge_criterion
from cases.clinical.snapshot_parts import Snapshot
from cases.clinical.standing import build_snapshot
from cases.clinical.values import day_number

T = TypeVar("T")
Report = Callable[[int, int], None]
FACTS: Final = (BIRTH, HISTORY, *WORDS)
READ_AT_ONCE: Final = 5_000
LONG_WAY_AT_ONCE: Final = 500
REPORT_EVERY: Final = 10_000


@dataclass(frozen=True)
class Change:
    """What differs for a case. `rows`: criterion, answer and kind before, the same after."""

    kind: ChangeKind
    before: str
    after: str
    rows: tuple[Mapping[str, str], ...]


def fill_columns(day: date, report: Report) -> int:
    """Give a row of columns to every case that has none yet; how many had none."""
    cases = Case.objects.filter(compared_facts__isnull=True).select_related("patient")
    total = cases.count()
    for done, case in enumerate(cases.iterator(chunk_size=LONG_WAY_AT_ONCE), start=1):
        keep_columns(case, build_snapshot(case, day))
        if done % LONG_WAY_AT_ONCE == 0:
            report(done, total)
    return total


def find_changes(
    before: Definition | None, after: Definition, day: date, report: Report
) -> tuple[int, list[tuple[UUID, Change]]]:
    """How many open cases were compared, and what differs for whom."""
    pair = Pair(before, after, day)
    rows = ComparedFacts.objects.exclude(case__stage=Stage.CLOSED).order_by()
    total = rows.count()
    changes: list[tuple[UUID, Change]] = []
    long_way: list[UUID] = []
    counted = 0
    columns = columns_for(FACTS)
    for case_id, unsettled, *values in rows.values_list("pk", "unsettled", *columns).iterator(
        chunk_size=READ_AT_ONCE
    ):
        counted += 1
        if unsettled and pair.reads_any(unsettled):
            long_way.append(case_id)
        elif (change := pair.compare(values)) is not None:
            changes.append((case_id, change))
        if counted % REPORT_EVERY == 0:
            report(counted, total)
    for part in _in_parts(long_way, LONG_WAY_AT_ONCE):
        kept = ComparedFacts.objects.filter(pk__in=part, snapshot__isnull=False)
        for case_id, snapshot in kept.values_list("pk", "snapshot"):
            change = pair.compare_snapshot(snapshot_on(snapshot or {}, day))
            if change is not None:
                changes.append((case_id, change))
    return counted, changes


def _in_parts(items: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(items)
    while part := list(islice(left, size)):
        yield part


class Pair:
    """Two definitions on one day, with what was found for the values met so far."""

    def __init__(self, before: Definition | None, after: Definition, day: date) -> None:
        self.before, self.after, self.day = before, after, day
        self._today = day_number(day)
        self._differing = find_differing(before, after)
        asked = {key for each in (before, after) if each for key in facts_of(each)}
        self._asked = frozenset(asked)
        self._grown_up = max(_ages_of(before) + _ages_of(after), default=0)
        self._full = _places(self._asked)
        self._narrow = _places(
            key for pair in self._differing for each in pair if each for key in each.test.facts
        )
        self._is_added_or_left = any(None in pair for pair in self._differing)
        self._has_other_cohorts = before is not None and before.cohorts != after.cohorts
        self._known: dict[tuple[Any, ...], Change | None] = {}
        self._may_differ: dict[tuple[Any, ...], bool] = {}

    def reads_any(self, unsettled: str) -> bool:
        """Whether either definition reads one of these facts (names with spaces between)."""
        return not self._asked.isdisjoint(unsettled.split())

    def compare(self, values: list[Any]) -> Change | None:
        """What differs for a case with these columns; equal values are compared once."""
        born = values[0]
        if born is not None:  # all who are old enough are alike
            values[0] = min((self._today - born) // 10_000, self._grown_up)
        narrow = tuple([values[place] for place in self._narrow])
        may_differ = self._may_differ.get(narrow)
        if may_differ is None:
            may_differ = self._may_differ[narrow] = self._can_differ(self._rebuild(values))
        if not may_differ:
            return None
        full = tuple([values[place] for place in self._full])
        if full not in self._known:
            self._known[full] = self.compare_snapshot(self._rebuild(values))
        return self._known[full]

    def _rebuild(self, values: Sequence[Any]) -> Snapshot:
        """A snapshot of someone with these values, born today so many years ago."""
        columns = dict(zip(columns_for(FACTS), values, strict=True))
        if columns["born"] is not None:
            # 29 February of a year without one: the day before is as old on this day.
            born = self._today - columns["born"] * 10_000
            columns["born"] = born - 1 if born % 10_000 == 229 else born  # noqa: PLR2004
        return snapshot_from(columns, self.day)

    def _can_differ(self, snapshot: Snapshot) -> bool:
        """Whether any criterion that is tested differently answers differently, or is new."""
        if self._is_added_or_left or self._has_other_cohorts or self.before is None:
            return True
        return any(
            _answer_of(one, snapshot) != _answer_of(other, snapshot)
            for one, other in self._differing
        )

    def compare_snapshot(self, snapshot: Snapshot) -> Change | None:
        """What differs for the facts of one case."""
        now = evaluate(snapshot, self.after)
        was = None if self.before is None else evaluate(snapshot, self.before)
        rows = _differing_rows(was, now)
        is_other = was is None or (was.overall, was.cohort) != (now.overall, now.cohort)
        if not is_other and not any(row["before"] and row["after"] for row in rows):
            return None
        return Change(
            ChangeKind.ANSWER if is_other else ChangeKind.ROWS,
            "" if was is None else was.overall.value,
            now.overall.value,
            tuple(rows),
        )


def find_differing(
    before: Definition | None, after: Definition
) -> list[tuple[Criterion | None, Criterion | None]]:
    """Criteria that the two test differently, or that only one of them has."""
    earlier = {} if before is None else before.criteria_by_id
    later = after.criteria_by_id
    pairs = [(earlier.get(name), later.get(name)) for name in dict.fromkeys([*earlier, *later])]
    return [
        (one, other)
        for one, other in pairs
        if one is None or other is None or one.test != other.test
    ]


def facts_of(definition: Definition) -> set[str]:
    """Every fact that the answer of a definition can hang on."""
    facts = {key for criterion in definition.criteria for key in criterion.test.facts}
    if definition.cohorts is not None:
        facts.add(definition.cohorts.fact)
    return facts


def _places(facts: Iterable[str]) -> list[int]:
    wanted = set(facts)
    return [place for place, fact in enumerate(FACTS) if fact in wanted]


def _ages_of(definition: Definition | None) -> list[int]:
    if definition is None:
        return []
    return [years for each in definition.criteria for years in _years_asked(each.test)]


def _years_asked(test: Test) -> list[int]:
    if isinstance(test, AgeAtLeast):
        return [test.years]
    if isinstance(test, AllOf | AnyOf):
        return [years for part in test.parts for years in _years_asked(part)]
    return []


def _answer_of(criterion: Criterion | None, snapshot: Snapshot) -> tuple[Any, ...]:
    if criterion is None:
        return ()
    row = judge_criterion(criterion, snapshot, snapshot.today)
    return row.answer, row.unknown_kind, row.basis


def _differing_rows(was: Result | None, now: Result) -> list[dict[str, str]]:
    earlier = {} if was is None else {row.id: row for row in was.rows}
    later = {row.id: row for row in now.rows}
    rows = []
    for name in dict.fromkeys([*earlier, *later]):
        one, other = earlier.get(name), later.get(name)
        said = [_say(one), _say(other)]
        if said[0] != said[1]:
            rows.append({"id": name, "before": said[0], "after": said[1]})
    if was is not None and was.cohort != now.cohort:
        rows.append({"id": "cohort", "before": was.cohort or "none", "after": now.cohort or "none"})
    return rows


def _say(row: Any) -> str:
    """`met`, `unknown/missing`, `met/derived`; empty where there is no such row."""
    if row is None:
        return ""
    if row.unknown_kind is not None:
        return f"{row.answer.value}/{row.unknown_kind.value}"
    return f"{row.answer.value}/derived" if row.basis.value == "derived" else row.answer.value
