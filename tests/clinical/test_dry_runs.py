"""A dry run lists whose answer would change, and why; equal facts are compared once."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st

from cases.casework.models import Case, Stage
from cases.clinical.approvals import request_dry_run
from cases.clinical.compared import columns_of, snapshot_from
from cases.clinical.definitions import Definition, load_versions, parse_definition
from cases.clinical.dry_runs import FACTS, Pair, facts_of, find_changes
from cases.clinical.evaluating import evaluate_all
from cases.clinical.matcher import Result, evaluate
from cases.clinical.models import ComparedFacts, DryRun, Evaluation
from cases.clinical.snapshot import parse_snapshot
from cases.jobs.models import Job
from tests import make
from tests.clinical.knowing import EVEROLIMUS, enter, enter_pnet
from tests.clinical.shipping import DEFAULT, MODERATE_COUNTS, Release, bring_newer
from tests.clinical.test_matcher_laws import LAWS, cases, definitions
from tests.make import NOW, Cast

DAY = NOW.date()
RESECTION = {"agent": "resection", "class": "surgery", "start_date": "2024-02-01"}


def quietly(_done: int, _total: int) -> None:
    pass


def try_out(cast: Cast, release: Release, run_jobs: Callable[[], int], *changes: str) -> DryRun:
    run = request_dry_run(definition=bring_newer(release, *changes), actor=cast.lead, now=NOW)
    run_jobs()
    run.refresh_from_db()
    return run


def test_it_lists_whose_answer_changes_with_the_rows_that_differ(
    cast: Cast, release: Release, run_jobs: Callable[[], int]
) -> None:
    other = make.case(owner=cast.coordinator)
    for case, found in ((cast.case, "moderate"), (other, "well")):
        enter_pnet(case, cast.coordinator, without="differentiation")
        enter(case, cast.coordinator, "differentiation", found)
    run_jobs()
    run = try_out(cast, release, run_jobs)
    assert run.finished_at is not None
    assert run.counted == Case.objects.count()
    change = run.changes.get()
    assert change.cases == [str(cast.case.pk)]
    assert (change.kind, change.counted) == ("answer", 1)
    assert (change.before, change.after) == ("insufficient_information", "match")
    assert change.rows == [
        {"id": "well_differentiated", "before": "unknown/ambiguous", "after": "met"}
    ]


def test_nothing_is_activated_and_no_comparison_is_touched(
    cast: Cast, release: Release, run_jobs: Callable[[], int]
) -> None:
    enter(cast.case, cast.coordinator, "differentiation", "moderate")
    run_jobs()
    before = list(Evaluation.objects.order_by("pk").values_list("pk", "superseded_at"))
    run = try_out(cast, release, run_jobs)
    assert not run.definition.is_active
    assert list(Evaluation.objects.order_by("pk").values_list("pk", "superseded_at")) == before


def test_where_the_answer_stays_the_row_is_told_apart(
    cast: Cast, release: Release, run_jobs: Callable[[], int]
) -> None:
    enter(cast.case, cast.coordinator, "differentiation", "moderate")
    run_jobs()
    change = try_out(cast, release, run_jobs).changes.get()
    assert (change.kind, change.before, change.after) == (
        "rows",
        "insufficient_information",
        "insufficient_information",
    )


def test_words_alone_change_nothing(
    cast: Cast, release: Release, run_jobs: Callable[[], int]
) -> None:
    enter_pnet(cast.case, cast.coordinator)
    run_jobs()
    run = try_out(cast, release, run_jobs, "Where did the tumour begin", "Where did it begin")
    assert (run.counted, run.changes.count()) == (Case.objects.count(), 0)


def test_a_case_whose_facts_fit_no_column_goes_the_long_way(
    cast: Cast, release: Release, run_jobs: Callable[[], int]
) -> None:
    enter_pnet(cast.case, cast.coordinator, without="differentiation")
    for value in ("well", "moderate"):
        enter(cast.case, cast.coordinator, "differentiation", value)
    run_jobs()
    assert ComparedFacts.objects.get(case=cast.case).unsettled == "differentiation"
    change = try_out(cast, release, run_jobs).changes.get()
    assert change.rows == [
        {"id": "well_differentiated", "before": "unknown/conflict", "after": "met"}
    ]


def test_a_case_that_was_never_put_in_columns_is_found(
    cast: Cast, release: Release, run_jobs: Callable[[], int]
) -> None:
    enter_pnet(cast.case, cast.coordinator, without="differentiation")
    enter(cast.case, cast.coordinator, "differentiation", "moderate")
    run_jobs()
    ComparedFacts.objects.all().delete()
    run = try_out(cast, release, run_jobs)
    assert (run.counted, run.changes.count()) == (Case.objects.count(), 1)


def test_a_closed_case_is_not_compared(
    cast: Cast, release: Release, run_jobs: Callable[[], int]
) -> None:
    enter(cast.case, cast.coordinator, "differentiation", "moderate")
    run_jobs()
    Case.objects.filter(pk=cast.case.pk).update(stage=Stage.CLOSED)
    run = try_out(cast, release, run_jobs)
    assert (run.counted, run.changes.count()) == (Case.objects.count() - 1, 0)


def test_a_second_attempt_keeps_the_same_once(
    cast: Cast, release: Release, run_jobs: Callable[[], int]
) -> None:
    enter(cast.case, cast.coordinator, "differentiation", "moderate")
    run_jobs()
    run = try_out(cast, release, run_jobs)
    Job.objects.filter(kind="clinical.dry_run").update(state="queued", attempts=0)
    run_jobs()
    assert [change.counted for change in run.changes.all()] == [1]


def test_a_file_that_changed_before_the_job_ran_leaves_the_run_unfinished(
    cast: Cast, release: Release, run_jobs: Callable[[], int]
) -> None:
    run = request_dry_run(definition=bring_newer(release), actor=cast.lead, now=NOW)
    release.bring("age_at_least: 12", "age_at_least: 13", version="1.1.0")
    run_jobs()
    run.refresh_from_db()
    assert run.finished_at is None


# The columns


@LAWS
@given(cases, definitions)
def test_what_fits_the_columns_is_answered_as_the_snapshot_it_came_from(
    raw: dict[str, Any], definition: Definition
) -> None:
    snapshot = parse_snapshot(raw)
    columns, unsettled = columns_of(snapshot)
    if facts_of(definition).isdisjoint(unsettled):
        rebuilt = snapshot_from(columns, snapshot.reference_date)
        assert said(evaluate(rebuilt, definition)) == said(evaluate(snapshot, definition))


def said(result: Result) -> tuple[Any, ...]:
    rows = [(row.id, row.answer, row.unknown_kind, row.basis) for row in result.rows]
    return rows, result.overall, result.cohort, result.readings


CHANGES = st.sampled_from(
    [
        MODERATE_COUNTS,
        ("age_at_least: 12", "age_at_least: 18"),
        (
            "ambiguous: [SSA, surgery,",
            "ambiguous: [surgery,",
            "counts:\n",
            "counts:\n          - SSA\n",
        ),
        ("pNET: [pancreas]\n", "pNET: [pancreas, ampulla]\n", "      - ampulla\n", ""),
        ("ambiguous: [unknown_primary]\n      otherwise: met", "otherwise: met"),
    ]
)


@LAWS
@given(st.lists(cases, min_size=1, max_size=4), CHANGES)
def test_the_quick_way_finds_what_comparing_each_case_finds(
    raws: list[dict[str, Any]], words: tuple[str, ...]
) -> None:
    before = next(iter(load_versions().values()))
    pair = Pair(before, changed(words), DAY)
    for raw in [*raws, *raws]:
        snapshot = parse_snapshot({**raw, "reference_date": DAY.isoformat()})
        columns, unsettled = columns_of(snapshot)
        values = tuple(columns.values())
        if not pair.needs_all(values, " ".join(unsettled)):
            assert pair.compare(values) == pair.compare_snapshot(snapshot)


def changed(words: tuple[str, ...]) -> Definition:
    from cases.clinical.definitions import FOLDER  # noqa: PLC0415  # as it is now

    text = (FOLDER / "us-fda-cabozantinib-tablets-net.yaml").read_text(encoding="utf-8")
    for old, new in zip(words[::2], words[1::2], strict=True):
        assert old in text
        text = text.replace(old, new, 1)
    return parse_definition(text.replace("version: 1.0.0", "version: 2.0.0"), "changed.yaml")


def test_a_birthday_on_the_29th_of_february_is_counted_alike() -> None:
    raw = {
        "schema": "case-snapshot/1",
        "reference_date": "2028-02-29",
        "patient": {"date_of_birth": "2016-02-29"},
    }
    snapshot = parse_snapshot(raw)
    before, after = next(iter(load_versions().values())), changed(("least: 12", "least: 13"))
    pair = Pair(before, after, snapshot.reference_date)
    change = pair.compare(tuple(columns_of(snapshot)[0].values()))
    assert change == pair.compare_snapshot(snapshot)
    assert change is not None


@pytest.mark.parametrize(
    ("entry", "unsettled", "given_classes"),
    [
        (EVEROLIMUS, "", "mTOR_inhibitor"),
        ({**EVEROLIMUS, "start_date": "2027-01-01"}, "prior_treatments", None),
        ({**EVEROLIMUS, "class": None}, "prior_treatments", None),
        ({**EVEROLIMUS, "for_condition": None}, "prior_treatments", None),
        ({**EVEROLIMUS, "for_condition": "breast cancer"}, "", ""),
        ({**EVEROLIMUS, "status": "planned"}, "", ""),
        (RESECTION, "prior_treatments", None),
    ],
)
def test_a_treatment_that_a_doubt_or_a_day_hangs_on_fits_no_column(
    entry: dict[str, Any], unsettled: str, given_classes: str | None
) -> None:
    raw = {
        "schema": "case-snapshot/1",
        "reference_date": DAY.isoformat(),
        "prior_treatments": [entry],
    }
    columns, names = columns_of(parse_snapshot(raw))
    assert (" ".join(names), columns["given"]) == (unsettled, given_classes)


def test_the_columns_are_those_that_criteria_can_read() -> None:
    read = {fact for definition in load_versions().values() for fact in facts_of(definition)}
    assert read <= set(FACTS)


def test_columns_are_written_only_where_they_say_anything_new(cast: Cast) -> None:
    enter(cast.case, cast.coordinator, "grade", "G2")
    evaluate_all(case=cast.case, now=NOW)
    kept = ComparedFacts.objects.get(case=cast.case)
    assert (kept.grade, kept.born, kept.given, kept.snapshot) == ("G2", 19680520, None, None)
    ComparedFacts.objects.update(grade="G9")
    evaluate_all(case=cast.case, now=NOW)
    assert ComparedFacts.objects.get(case=cast.case).grade == "G9"
    enter(cast.case, cast.coordinator, "metastatic", value=True)
    evaluate_all(case=cast.case, now=NOW)
    assert ComparedFacts.objects.get(case=cast.case).grade == "G2"


def test_an_indication_that_is_new_changes_the_answer_of_every_case(cast: Cast) -> None:
    evaluate_all(case=cast.case, now=NOW)
    definition = load_versions()[DEFAULT, "1.0.0"]
    counted, changes = find_changes(None, definition, DAY, quietly)
    assert counted == sum(len(found) for found in changes.values()) == 1
    assert [(change.before, change.after) for change in changes] == [
        ("", "insufficient_information")
    ]
