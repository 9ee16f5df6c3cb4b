"""Comparisons follow the confirmed facts, keep what they said, and are written only when new."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from cases.casework.models import Case
from cases.clinical.definitions import DEFAULT_INDICATION, load_definitions
from cases.clinical.evaluating import evaluate_all, evaluate_case
from cases.clinical.models import Evaluation, Fact
from cases.clinical.queries import cases_to_compare_again, flag_panel
from cases.clinical.services import dispute_fact, propose_fact, settle_conflict
from cases.jobs.models import Job
from cases.jobs.signals import minute_passed
from tests import make
from tests.clinical.knowing import LANREOTIDE, enter, enter_pnet
from tests.make import Cast

EU = "eu-ema/cabozantinib-tablets/net"


def compare(case: Case, now: datetime) -> Evaluation:
    definition = load_definitions()[DEFAULT_INDICATION]
    return evaluate_case(case=case, definition=definition, now=now)


def criterion(evaluation: Evaluation, name: str) -> dict[str, object]:
    return next(row for row in evaluation.result["criteria"] if row["id"] == name)


def test_a_confirmed_fact_has_its_case_compared_with_every_definition(
    cast: Cast, run_jobs: Callable[[], int]
) -> None:
    enter_pnet(cast.case, cast.coordinator)
    run_jobs()
    current = Evaluation.objects.current().filter(case=cast.case)
    assert {row.indication for row in current} == set(load_definitions())
    flag = current.get(indication=DEFAULT_INDICATION)
    assert (flag.overall, flag.cohort) == ("match", "pNET")


def test_a_case_without_facts_is_not_yet_comparable(cast: Cast, now: datetime) -> None:
    assert compare(cast.case, now).overall == "insufficient_information"


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("histology", "histology_net"),
        ("primary_site", "primary_site"),
        ("resectable", "unresectable"),
        ("prior_treatments", "previously_treated"),
    ],
)
def test_what_nobody_recorded_is_missing(cast: Cast, now: datetime, key: str, name: str) -> None:
    enter_pnet(cast.case, cast.coordinator, without=key)
    flag = compare(cast.case, now)
    row = criterion(flag, name)
    assert flag.overall == "insufficient_information"
    assert (row["answer"], row["unknown_kind"]) == ("unknown", "missing")
    assert row["ask"]


def test_a_proposed_fact_does_not_count(cast: Cast, now: datetime) -> None:
    enter_pnet(cast.case, cast.coordinator, without="histology")
    propose_fact(case=cast.case, key="histology", value="NEC", rule="en/histology", now=now)
    assert compare(cast.case, now).overall == "insufficient_information"


def test_an_unfinished_history_without_a_counting_entry_is_unknown(
    cast: Cast, now: datetime
) -> None:
    enter_pnet(cast.case, cast.coordinator, without="prior_treatments")
    enter(cast.case, cast.coordinator, "prior_treatments", LANREOTIDE)
    assert criterion(compare(cast.case, now), "previously_treated")["answer"] == "unknown"


def test_a_conflict_on_which_the_answer_hangs_is_named_and_settled(
    cast: Cast, now: datetime
) -> None:
    enter_pnet(cast.case, cast.coordinator)
    wrong = enter(cast.case, cast.coordinator, "histology", "NEC")
    flag = compare(cast.case, now)
    row = criterion(flag, "histology_net")
    assert (row["answer"], row["unknown_kind"]) == ("unknown", "conflict")
    assert len(flag.facts["histology_net"]) == 2
    settle_conflict(keep=wrong, actor=cast.clinician, now=now, reason="reference pathology")
    assert compare(cast.case, now).overall == "no_match"


def test_each_row_names_the_facts_it_stands_on(cast: Cast, now: datetime) -> None:
    enter_pnet(cast.case, cast.coordinator)
    flag = compare(cast.case, now)
    fact = Fact.objects.get(case=cast.case, key="prior_treatments")
    assert flag.facts["previously_treated"] == [str(fact.pk)]
    assert flag.facts["age_ge_12"] == []


def test_comparing_again_writes_nothing_new(cast: Cast, now: datetime) -> None:
    enter_pnet(cast.case, cast.coordinator)
    first = evaluate_all(case=cast.case, now=now)
    assert len(first) == len(load_definitions())
    assert evaluate_all(case=cast.case, now=now + timedelta(days=40)) == []


def test_a_change_supersedes_and_the_earlier_comparison_keeps_its_words(
    cast: Cast, now: datetime
) -> None:
    enter_pnet(cast.case, cast.coordinator)
    before = compare(cast.case, now)
    said = before.result
    dispute_fact(
        fact=Fact.objects.get(key="resectable"), actor=cast.clinician, now=now, reason="no board"
    )
    after = compare(cast.case, now)
    before.refresh_from_db()
    assert (before.overall, before.result) == ("match", said)
    assert before.superseded_at == now
    assert (after.overall, after.superseded_at) == ("insufficient_information", None)


@pytest.mark.parametrize(("day", "answer"), [("2026-11-29", "no_match"), ("2026-11-30", "match")])
def test_a_twelfth_birthday_changes_the_answer_on_its_day(
    db: None, run_jobs: Callable[[], int], now: datetime, day: str, answer: str
) -> None:
    del db
    coordinator = make.user()
    child = make.case(owner=coordinator, patient=make.patient(birth_date="2014-11-30"))
    enter_pnet(child, coordinator)
    flag = compare(child, now)
    assert (flag.overall, flag.next_transition_date) == ("no_match", date(2026, 11, 30))
    due = cases_to_compare_again(date.fromisoformat(day), limit=10)
    assert (child.pk in due) is (answer == "match")
    then = datetime.fromisoformat(f"{day}T00:05:00").replace(tzinfo=UTC)
    assert compare(child, then).overall == answer
    run_jobs()


def test_the_timetable_queues_what_fell_due(cast: Cast, now: datetime) -> None:
    child = make.case(patient=make.patient(birth_date="2014-11-30"), owner=cast.coordinator)
    enter_pnet(child, cast.coordinator)
    compare(child, now)
    Job.objects.all().delete()
    minute_passed.send(sender=None, now=datetime(2026, 11, 29, 23, 59, tzinfo=UTC))
    comparisons = Job.objects.filter(kind="clinical.evaluate_case")
    assert not comparisons.exists()
    minute_passed.send(sender=None, now=datetime(2026, 11, 30, 0, 0, tzinfo=UTC))
    assert comparisons.get().args == {"case_id": str(child.pk)}


def test_a_comparison_with_an_older_definition_falls_due(cast: Cast, now: datetime) -> None:
    compare(cast.case, now)
    assert cases_to_compare_again(now.date(), limit=10) == []
    Evaluation.objects.update(definition_digest="0" * 64)
    assert cases_to_compare_again(now.date(), limit=10) == [cast.case.pk]


def test_the_panel_shows_rows_with_facts_questions_and_other_readings(
    cast: Cast, now: datetime
) -> None:
    enter_pnet(cast.case, cast.coordinator, without="resectable")
    evaluate_all(case=cast.case, now=now)
    panel = flag_panel(cast.case)
    assert [each.indication for each in panel.main] == [DEFAULT_INDICATION, EU]
    rows = {row.id: row for row in panel.main[0].rows}
    assert rows["histology_net"].facts[0].confirmed_by == cast.coordinator.name
    assert rows["unresectable"].can_be_asked
    assert rows["unresectable"].ask
    assert panel.main[0].unknowns == 1
    assert {other.answer for other in panel.main[0].other_readings} >= {"match"}


def test_other_indications_stand_by_what_is_left_to_resolve(cast: Cast, now: datetime) -> None:
    enter_pnet(cast.case, cast.coordinator)
    evaluate_all(case=cast.case, now=now)
    unknowns = [each.unknowns for each in flag_panel(cast.case).others]
    assert unknowns == sorted(unknowns)
    assert len(unknowns) == len(load_definitions()) - 2


def test_the_panel_costs_the_same_for_one_fact_as_for_many(
    cast: Cast, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    enter(cast.case, cast.coordinator, "histology", "NET")
    evaluate_all(case=cast.case, now=now)
    with django_assert_num_queries(10):
        flag_panel(cast.case)
    enter_pnet(cast.case, cast.coordinator)
    evaluate_all(case=cast.case, now=now)
    with django_assert_num_queries(10):
        flag_panel(cast.case)


def test_a_comparison_is_seen_with_its_case(cast: Cast, now: datetime) -> None:
    compare(cast.case, now)
    assert Evaluation.objects.visible_to(cast.coordinator).exists()
    assert not Evaluation.objects.visible_to(cast.outsider).exists()


EVEROLIMUS_PNET = "us-fda/everolimus/pnet"


def compare_progress(case: Case, now: datetime) -> dict[str, object]:
    definition = load_definitions()[EVEROLIMUS_PNET]
    return criterion(evaluate_case(case=case, definition=definition, now=now), "progressive")


@pytest.mark.parametrize(
    ("status", "answer"),
    [("progressive", "met"), ("stable", "not_met"), ("responding", "not_met")],
)
def test_a_disease_status_settles_whether_it_is_progressive_and_is_shown_as_derived(
    cast: Cast, now: datetime, status: str, answer: str
) -> None:
    fact = enter(cast.case, cast.coordinator, "disease_status", status)
    row = compare_progress(cast.case, now)
    assert (row["answer"], row["basis"]) == (answer, "derived")
    assert "Derived from the recorded disease status." in str(row["reason"])
    flag = Evaluation.objects.current().get(case=cast.case, indication=EVEROLIMUS_PNET)
    assert flag.facts["progressive"] == [str(fact.pk)]


def test_what_was_stated_itself_is_not_derived(cast: Cast, now: datetime) -> None:
    enter(cast.case, cast.coordinator, "disease_status", "progressive")
    stated = enter(cast.case, cast.coordinator, "progressive", value=True)
    row = compare_progress(cast.case, now)
    assert (row["answer"], row["basis"]) == ("met", "stated")
    flag = Evaluation.objects.current().get(case=cast.case, indication=EVEROLIMUS_PNET)
    assert flag.facts["progressive"] == [str(stated.pk)]


def test_a_status_that_says_otherwise_is_a_conflict_with_both_behind_it(
    cast: Cast, now: datetime
) -> None:
    status = enter(cast.case, cast.coordinator, "disease_status", "stable")
    stated = enter(cast.case, cast.coordinator, "progressive", value=True)
    row = compare_progress(cast.case, now)
    assert (row["answer"], row["unknown_kind"]) == ("unknown", "conflict")
    flag = Evaluation.objects.current().get(case=cast.case, indication=EVEROLIMUS_PNET)
    assert set(flag.facts["progressive"]) == {str(stated.pk), str(status.pk)}


def test_two_statuses_that_differ_settle_nothing(cast: Cast, now: datetime) -> None:
    enter(cast.case, cast.coordinator, "disease_status", "stable")
    enter(cast.case, cast.coordinator, "disease_status", "progressive")
    row = compare_progress(cast.case, now)
    assert (row["answer"], row["unknown_kind"]) == ("unknown", "conflict")


def test_without_a_status_it_stays_missing(cast: Cast, now: datetime) -> None:
    row = compare_progress(cast.case, now)
    assert (row["answer"], row["unknown_kind"], row["basis"]) == ("unknown", "missing", "stated")
