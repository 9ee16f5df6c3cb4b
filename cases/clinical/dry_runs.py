"""Two definitions over all cases: whose answer differs, and in which rows.

There is one evaluator, and it is the one that gives reasons. What makes this quick is that equal
facts are judged once: each criterion reads a few columns, and keeps its answer for the values it
has met. Most cases are done with as soon as the criteria that the two definitions test
differently answer alike. Where no plain column can hold a fact that may matter, the case goes the
long way, from its whole snapshot.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeVar
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
from cases.clinical.logic import OVERALLS, Basis
from cases.clinical.matcher import Result, evaluate
from cases.clinical.models import ChangeKind, ComparedFacts, DryRun, DryRunChange
from cases.clinical.rows import Criterion, Row, judge_criterion
from cases.clinical.snapshot_parts import Snapshot
from cases.clinical.standing import build_snapshot
from cases.clinical.values import day_number

T = TypeVar("T")
Report = Callable[[int, int], None]
Values = tuple[Any, ...]
"""Columns of a case in the order of `FACTS`."""
Said = tuple[str, str | None, dict[str, str]]
"""An overall answer, a cohort, and each row in a word."""
FACTS: Final = (BIRTH, HISTORY, *WORDS)
READ_AT_ONCE: Final = 5_000
LONG_WAY_AT_ONCE: Final = 500
REPORT_EVERY: Final = 25_000
FEBRUARY_29: Final = 229


class RowChange(NamedTuple):
    """One row before and after: `met`, `unknown/missing`, `met/derived`; empty: no such row."""

    id: str
    before: str
    after: str


class Change(NamedTuple):
    """What differs for a case; equal for many of them."""

    kind: ChangeKind
    before: str
    after: str
    rows: tuple[RowChange, ...]


def fill_columns(day: date, report: Report) -> int:
    """Give a row of columns to every case that has none yet; how many had none."""
    cases = Case.objects.filter(compared_facts__isnull=True).select_related("patient")
    done = 0
    for case in cases.iterator(chunk_size=LONG_WAY_AT_ONCE):
        keep_columns(case, build_snapshot(case, day))
        done += 1
        if done % LONG_WAY_AT_ONCE == 0:
            report(done, 0)
    return done


def find_changes(
    before: Definition | None, after: Definition, day: date, report: Report
) -> tuple[int, dict[Change, list[UUID]]]:
    """How many open cases were compared, and the cases of each change."""
    pair = Pair(before, after, day)
    closed = set(Case.objects.filter(stage=Stage.CLOSED).values_list("pk", flat=True))
    rows = ComparedFacts.objects.order_by().values_list("pk", "unsettled", *columns_for(FACTS))
    total = rows.count()
    changes: dict[Change, list[UUID]] = {}
    long_way: list[UUID] = []
    for done, row in enumerate(rows.iterator(chunk_size=READ_AT_ONCE), start=1):
        values = row[2:]
        if row[0] in closed:
            closed.discard(row[0])
            total -= 1
        elif row[1] and pair.needs_all(values, row[1]):
            long_way.append(row[0])
        elif (change := pair.compare(values)) is not None:
            changes.setdefault(change, []).append(row[0])
        if done % REPORT_EVERY == 0:
            report(done, total)
    for case_id, found in _go_long_way(pair, long_way, day):
        changes.setdefault(found, []).append(case_id)
    return total, changes


def _go_long_way(pair: "Pair", cases: list[UUID], day: date) -> Iterator[tuple[UUID, Change]]:
    """What differs for cases that are compared from their whole snapshots."""
    for part in _in_parts(cases, LONG_WAY_AT_ONCE):
        kept = ComparedFacts.objects.filter(pk__in=part, snapshot__isnull=False)
        for case_id, snapshot in kept.values_list("pk", "snapshot"):
            change = pair.compare_snapshot(snapshot_on(snapshot or {}, day))
            if change is not None:
                yield case_id, change


def _in_parts(items: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(items)
    while part := list(islice(left, size)):
        yield part


def keep_changes(run: DryRun, changes: Mapping[Change, list[UUID]]) -> None:
    """Store what a run found in the place of what an earlier attempt stored."""
    run.changes.all().delete()
    DryRunChange.objects.bulk_create(
        DryRunChange(
            run=run,
            kind=change.kind,
            before=change.before,
            after=change.after,
            rows=[row._asdict() for row in change.rows],
            cases=[str(case_id) for case_id in cases],
            counted=len(cases),
        )
        for change, cases in changes.items()
    )


class Reader:
    """Takes some facts out of a row of columns, the birth date as an age in years.

    All who are old enough for everything that is asked are alike.
    """

    def __init__(self, facts: Iterable[str], day: date, grown_up: int) -> None:
        wanted = set(facts)
        self._today, self._grown_up = day_number(day), grown_up
        self._reads_birth = BIRTH in wanted
        places = [place for place, fact in enumerate(FACTS) if fact in wanted]
        self._pick = itemgetter(*places) if places else lambda _values: ()

    def read(self, values: Values) -> Any:
        return self._pick(self.in_years(values) if self._reads_birth else values)

    def in_years(self, values: Values) -> Values:
        born = values[0]
        if born is None:
            return values
        return (min((self._today - born) // 10_000, self._grown_up), *values[1:])


class Judge:
    """One criterion over columns: what it answered for the values it reads is kept."""

    def __init__(self, criterion: Criterion, day: date, grown_up: int) -> None:
        self.criterion = criterion
        self._day = day
        self._reader = Reader(criterion.test.facts, day, grown_up)
        self._known: dict[Any, tuple[int, str]] = {}

    def judge(self, values: Values) -> tuple[int, str]:
        """How far the answer is from met, and the answer in a word."""
        key = self._reader.read(values)
        known = self._known.get(key)
        if known is None:
            snapshot = rebuild(self._reader.in_years(values), self._day)
            row = judge_criterion(self.criterion, snapshot, snapshot.today)
            known = self._known[key] = (row.distance, say_row(row))
        return known


class Side:
    """One of the two definitions: its judges, and how its cohorts are named.

    What both test alike is judged by the judges of `other`.
    """

    def __init__(
        self, definition: Definition, day: date, grown_up: int, other: "Side | None" = None
    ) -> None:
        self.definition = definition
        self._day = day
        shared: Mapping[str, Judge] = {} if other is None else other.judges
        self.judges: dict[str, Judge] = {
            each.id: same
            if (same := shared.get(each.id)) and same.criterion.test == each.test
            else Judge(each, day, grown_up)
            for each in definition.criteria
        }
        self._reader = Reader(_facts_of_cohorts(definition), day, grown_up)
        self._cohorts: dict[Any, str | None] = {}

    def answer(self, values: Values) -> Said:
        """The overall answer, the cohort, and each row in a word."""
        judged = [(name, judge.judge(values)) for name, judge in self.judges.items()]
        overall = OVERALLS[max((answer[0] for _name, answer in judged), default=0)]
        rows = {name: answer[1] for name, answer in judged}
        return overall.value, self._name_cohort(values), rows

    def _name_cohort(self, values: Values) -> str | None:
        if self.definition.cohorts is None:
            return None
        key = self._reader.read(values)
        if key not in self._cohorts:
            snapshot = rebuild(self._reader.in_years(values), self._day)
            self._cohorts[key] = evaluate(snapshot, self.definition).cohort
        return self._cohorts[key]


class Pair:
    """Two definitions on one day, with what was found for the values met so far."""

    def __init__(self, before: Definition | None, after: Definition, day: date) -> None:
        both = [each for each in (before, after) if each is not None]
        grown_up = max((years for each in both for years in _ages_of(each)), default=0)
        self._asked = frozenset(fact for each in both for fact in facts_of(each))
        self._after = Side(after, day, grown_up)
        self._before = None if before is None else Side(before, day, grown_up, self._after)
        earlier = {} if self._before is None else self._before.judges
        later = self._after.judges
        self._differing = [
            (earlier[name], later[name])
            for name in later
            if name in earlier and earlier[name] is not later[name]
        ]
        self._narrow = frozenset(
            fact
            for judges in self._differing
            for judge in judges
            for fact in judge.criterion.test.facts
        )
        self._reader = Reader(self._narrow, day, grown_up)
        self._known: dict[Any, bool] = {}
        self._all_may_differ = (
            before is None or set(earlier) != set(later) or before.cohorts != after.cohorts
        )

    def needs_all(self, values: Values, unsettled: str) -> bool:
        """Whether a fact that no column holds (names with spaces between) may have a say."""
        facts = set(unsettled.split())
        if self._asked.isdisjoint(facts):
            return False
        if self._all_may_differ or not self._narrow.isdisjoint(facts):
            return True
        return self._differs(values)

    def compare(self, values: Values) -> Change | None:
        """What differs for a case with these columns, in the order of `FACTS`."""
        if not (self._all_may_differ or self._differs(values)):
            return None
        was = None if self._before is None else self._before.answer(values)
        return _make_change(was, self._after.answer(values))

    def _differs(self, values: Values) -> bool:
        """Whether a criterion that is tested differently answers differently."""
        key = self._reader.read(values)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = any(
                one.judge(values) != other.judge(values) for one, other in self._differing
            )
        return known

    def compare_snapshot(self, snapshot: Snapshot) -> Change | None:
        """What differs for the facts of one case, by the evaluator as a whole."""
        now = evaluate(snapshot, self._after.definition)
        was = None if self._before is None else evaluate(snapshot, self._before.definition)
        return _make_change(None if was is None else _say_result(was), _say_result(now))


def rebuild(values: Values, day: date) -> Snapshot:
    """A snapshot of someone with these values, born so many years ago on this day."""
    columns = dict(zip(columns_for(FACTS), values, strict=True))
    if columns["born"] is not None:
        born = day_number(day) - columns["born"] * 10_000
        # A year without a 29 February: who was born the day before is as old on this day.
        columns["born"] = born - 1 if born % 10_000 == FEBRUARY_29 else born
    return snapshot_from(columns, day)


def _make_change(was: Said | None, now: Said) -> Change | None:
    """The change between two answers; a row that only one of them has is no change by itself."""
    overall, cohort, later = now
    earlier = {} if was is None else was[2]
    rows = [
        RowChange(name, earlier.get(name, ""), later.get(name, ""))
        for name in dict.fromkeys([*earlier, *later])
        if earlier.get(name) != later.get(name)
    ]
    is_other = was is None or (overall, cohort) != was[:2]
    if not is_other and not any(row.before and row.after for row in rows):
        return None
    if was is not None and cohort != was[1]:
        rows.append(RowChange("cohort", was[1] or "none", cohort or "none"))
    kind = ChangeKind.ANSWER if is_other else ChangeKind.ROWS
    return Change(kind, "" if was is None else was[0], overall, tuple(rows))


def _say_result(result: Result) -> Said:
    rows = {row.id: say_row(row) for row in result.rows}
    return result.overall.value, result.cohort, rows


def say_row(row: Row) -> str:
    """`met`, `unknown/missing`, `met/derived`."""
    if row.unknown_kind is not None:
        return f"{row.answer.value}/{row.unknown_kind.value}"
    return f"{row.answer.value}/derived" if row.basis is Basis.DERIVED else row.answer.value


def facts_of(definition: Definition) -> set[str]:
    """Every fact that the answer of a definition can hang on."""
    facts = {key for criterion in definition.criteria for key in criterion.test.facts}
    if definition.cohorts is not None:
        facts.add(definition.cohorts.fact)
    return facts


def _facts_of_cohorts(definition: Definition) -> set[str]:
    """What a cohort hangs on: the fact that names it, and what must be met first."""
    cohorts = definition.cohorts
    if cohorts is None:
        return set()
    criteria = definition.criteria_by_id
    return {cohorts.fact, *(fact for name in cohorts.needs for fact in criteria[name].test.facts)}


def _ages_of(definition: Definition) -> list[int]:
    return [years for each in definition.criteria for years in _years_asked(each.test)]


def _years_asked(test: Test) -> list[int]:
    if isinstance(test, AgeAtLeast):
        return [test.years]
    if isinstance(test, AllOf | AnyOf):
        return [years for part in test.parts for years in _years_asked(part)]
    return []
