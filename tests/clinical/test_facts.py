"""A fact stands only by a named person's word, and nothing that was said is lost."""

from datetime import date, datetime

import pytest
from django.core.exceptions import ValidationError

from cases.accounts.models import AuditEvent
from cases.clinical import errors
from cases.clinical.models import CompleteHistory, Fact, FactState
from cases.clinical.services import (
    confirm_fact,
    confirm_history_complete,
    correct_fact,
    dispute_fact,
    enter_fact,
    propose_fact,
    reject_fact,
    reopen_history,
    replace_fact,
    settle_conflict,
)
from cases.clinical.standing import build_snapshot, build_standing
from cases.clinical.values import Conflict, Interval
from cases.jobs.models import Job
from tests.clinical.knowing import EVEROLIMUS, LANREOTIDE, SOURCE, enter
from tests.make import Cast

DAY = date(2026, 11, 22)


def propose(cast: Cast, now: datetime, key: str = "grade", value: object = "G2") -> Fact:
    return propose_fact(case=cast.case, key=key, value=value, rule="en/grade", now=now)


def test_a_proposal_stands_nowhere(cast: Cast, now: datetime) -> None:
    propose(cast, now)
    assert build_snapshot(cast.case, DAY).disease.grade is None


def test_a_proposal_queues_no_comparison(cast: Cast, now: datetime) -> None:
    propose(cast, now)
    assert not Job.objects.filter(kind="clinical.evaluate_case").exists()


def test_a_confirmed_proposal_stands_by_the_name_of_who_confirmed_it(
    cast: Cast, now: datetime
) -> None:
    fact = confirm_fact(fact=propose(cast, now), actor=cast.coordinator, now=now)
    assert (fact.state, fact.decided_by, fact.decided_at) == ("confirmed", cast.coordinator, now)
    assert build_snapshot(cast.case, DAY).disease.grade == "G2"


def test_a_confirmation_queues_one_comparison_however_many_follow(
    cast: Cast, now: datetime
) -> None:
    for key, value in (("grade", "G2"), ("histology", "NET")):
        confirm_fact(fact=propose(cast, now, key, value), actor=cast.coordinator, now=now)
    assert Job.objects.filter(kind="clinical.evaluate_case").count() == 1


def test_of_two_people_who_decide_the_second_is_told(cast: Cast, now: datetime) -> None:
    fact = propose(cast, now)
    confirm_fact(fact=fact, actor=cast.coordinator, now=now)
    with pytest.raises(errors.FactAlreadyDecided):
        reject_fact(fact=fact, actor=cast.clinician, now=now)


@pytest.mark.parametrize("who", ["parent", "administrator"])
def test_only_those_who_read_the_papers_confirm(cast: Cast, now: datetime, who: str) -> None:
    with pytest.raises(errors.NotForThisRole):
        confirm_fact(fact=propose(cast, now), actor=getattr(cast, who), now=now)


def test_a_correction_keeps_the_proposal_beside_the_confirmed_value(
    cast: Cast, now: datetime
) -> None:
    fact = propose(cast, now, "ki67_percent", "5-8")
    corrected = correct_fact(fact=fact, value="8", actor=cast.coordinator, now=now)
    fact.refresh_from_db()
    assert (fact.state, fact.value, fact.replaced_by) == (
        FactState.REPLACED,
        {"low": 5, "high": 8},
        corrected,
    )
    assert (corrected.state, corrected.value) == (FactState.CONFIRMED, 8)


def test_a_rejected_proposal_stays_and_does_not_count(cast: Cast, now: datetime) -> None:
    fact = reject_fact(fact=propose(cast, now), actor=cast.coordinator, now=now, reason="a mouse")
    assert Fact.objects.get(pk=fact.pk).state == FactState.REJECTED
    assert build_snapshot(cast.case, DAY).disease.grade is None


def test_what_no_document_says_needs_its_source(cast: Cast, now: datetime) -> None:
    with pytest.raises(errors.SourceMissing):
        enter_fact(
            case=cast.case,
            key="grade",
            value="G2",
            stated_source="  ",
            actor=cast.coordinator,
            now=now,
        )


@pytest.mark.parametrize(
    ("key", "value"), [("grade", "G4"), ("gradus", "G2"), ("weight_kg", "701"), ("grade", "")]
)
def test_a_value_outside_the_vocabulary_is_refused(
    cast: Cast, now: datetime, key: str, value: str
) -> None:
    with pytest.raises(errors.FactRefused):
        propose(cast, now, key, value)


def test_a_date_that_is_none_is_refused(cast: Cast, now: datetime) -> None:
    with pytest.raises(ValidationError):
        propose_fact(case=cast.case, key="grade", value="G2", dated="May", rule="r", now=now)


def test_confirmed_values_that_differ_stand_side_by_side(cast: Cast) -> None:
    enter(cast.case, cast.coordinator, "histology", "NET")
    enter(cast.case, cast.coordinator, "histology", "NEC")
    standing = build_standing(cast.case, DAY)
    assert isinstance(standing.snapshot.disease.histology, Conflict)
    assert standing.conflicts == ("histology",)
    assert len(standing.by_key["histology"]) == 2


def test_two_sources_that_agree_are_no_conflict(cast: Cast) -> None:
    enter(cast.case, cast.coordinator, "histology", "NET")
    enter(cast.case, cast.clinician, "histology", "NET")
    assert build_snapshot(cast.case, DAY).disease.histology == "NET"


def test_a_person_settles_a_conflict_and_the_other_value_is_kept(cast: Cast, now: datetime) -> None:
    right = enter(cast.case, cast.coordinator, "histology", "NET")
    wrong = enter(cast.case, cast.coordinator, "histology", "NEC")
    settle_conflict(keep=right, actor=cast.clinician, now=now, reason="reviewed by reference lab")
    wrong.refresh_from_db()
    assert (wrong.state, wrong.replaced_by) == (FactState.REPLACED, right)
    assert build_snapshot(cast.case, DAY).disease.histology == "NET"
    with pytest.raises(errors.NothingToSettle):
        settle_conflict(keep=right, actor=cast.clinician, now=now, reason="again")


def test_a_replaced_value_is_kept_and_the_new_one_stands(cast: Cast, now: datetime) -> None:
    old = enter(cast.case, cast.coordinator, "grade", "G1")
    new = replace_fact(
        fact=old,
        value="G2",
        stated_source=SOURCE,
        actor=cast.coordinator,
        now=now,
        reason="second biopsy",
    )
    old.refresh_from_db()
    assert (old.state, old.replaced_by, new.state) == ("replaced", new, "confirmed")


def test_a_disputed_fact_no_longer_counts(cast: Cast, now: datetime) -> None:
    fact = enter(cast.case, cast.coordinator, "grade", "G1")
    dispute_fact(fact=fact, actor=cast.clinician, now=now, reason="another patient's block")
    assert build_snapshot(cast.case, DAY).disease.grade is None
    with pytest.raises(errors.FactNotConfirmed):
        dispute_fact(fact=fact, actor=cast.clinician, now=now, reason="again")


def test_a_range_stays_a_range(cast: Cast) -> None:
    enter(cast.case, cast.coordinator, "ki67_percent", "<3 %")
    assert build_snapshot(cast.case, DAY).disease.ki67_percent == Interval(high=3, high_open=True)


def test_the_latest_weight_counts(cast: Cast) -> None:
    enter(cast.case, cast.coordinator, "weight_kg", 70, dated="2026-11-02")
    enter(cast.case, cast.coordinator, "weight_kg", 74, dated="2024-01")
    enter(cast.case, cast.coordinator, "weight_kg", 39)
    assert build_snapshot(cast.case, DAY).patient.weight_kg == 70


def test_two_weights_of_one_day_that_differ_are_a_conflict(cast: Cast) -> None:
    enter(cast.case, cast.coordinator, "weight_kg", 70, dated="2026-11-02")
    enter(cast.case, cast.coordinator, "weight_kg", 39, dated="2026-11-02")
    assert isinstance(build_snapshot(cast.case, DAY).patient.weight_kg, Conflict)


def test_the_birth_date_on_file_stands_until_a_paper_says_otherwise(cast: Cast) -> None:
    born = build_snapshot(cast.case, DAY).patient.date_of_birth
    assert getattr(born, "text", "") == "1968-05-20"
    enter(cast.case, cast.coordinator, "date_of_birth", "1986-05-20")
    assert isinstance(build_snapshot(cast.case, DAY).patient.date_of_birth, Conflict)


def test_a_rough_birth_date_that_fits_is_no_conflict(cast: Cast) -> None:
    cast.case.patient.birth_date = "1968"
    cast.case.patient.save()
    enter(cast.case, cast.coordinator, "date_of_birth", "1968-05-20")
    born = build_snapshot(cast.case, DAY).patient.date_of_birth
    assert getattr(born, "text", "") == "1968-05-20"


def test_no_history_and_an_empty_complete_history_are_different_facts(
    cast: Cast, now: datetime
) -> None:
    assert build_snapshot(cast.case, DAY).prior_treatments is None
    confirm_history_complete(case=cast.case, stated_source=SOURCE, actor=cast.coordinator, now=now)
    assert build_snapshot(cast.case, DAY).prior_treatments == ()


def test_an_unfinished_history_counts_only_where_an_entry_settles_it(cast: Cast) -> None:
    enter(cast.case, cast.coordinator, "prior_treatments", LANREOTIDE)
    assert build_snapshot(cast.case, DAY).prior_treatments is None
    enter(cast.case, cast.coordinator, "prior_treatments", EVEROLIMUS)
    listed = build_snapshot(cast.case, DAY).prior_treatments
    assert isinstance(listed, tuple)
    assert len(listed) == 2


@pytest.mark.parametrize(
    "change", [{"status": "planned"}, {"for_condition": "psoriasis"}, {"start_date": "2026-11-23"}]
)
def test_an_entry_that_does_not_count_settles_nothing(cast: Cast, change: dict[str, str]) -> None:
    entry = {**EVEROLIMUS, "end_date": None, "status": "ongoing", **change}
    enter(cast.case, cast.coordinator, "prior_treatments", entry)
    assert build_snapshot(cast.case, DAY).prior_treatments is None


def test_a_treatment_added_later_reopens_the_history(cast: Cast, now: datetime) -> None:
    confirm_history_complete(case=cast.case, stated_source=SOURCE, actor=cast.coordinator, now=now)
    enter(cast.case, cast.coordinator, "prior_treatments", LANREOTIDE)
    assert not CompleteHistory.objects.live().exists()
    assert build_snapshot(cast.case, DAY).prior_treatments is None


def test_a_person_may_reopen_the_history(cast: Cast, now: datetime) -> None:
    confirm_history_complete(case=cast.case, stated_source=SOURCE, actor=cast.coordinator, now=now)
    reopen_history(case=cast.case, actor=cast.coordinator, now=now)
    assert build_snapshot(cast.case, DAY).prior_treatments is None


def test_no_audit_row_holds_a_clinical_word(cast: Cast, now: datetime) -> None:
    confirm_fact(fact=propose(cast, now, "histology", "NEC"), actor=cast.coordinator, now=now)
    enter(cast.case, cast.coordinator, "attention:pregnancy", "yes")
    told = repr(list(AuditEvent.objects.values_list("action", "target", "detail")))
    assert "NEC" not in told
    assert "pregnancy" not in told


def test_a_stranger_sees_no_fact(cast: Cast, now: datetime) -> None:
    propose(cast, now)
    assert not Fact.objects.visible_to(cast.stranger).exists()
    assert not Fact.objects.visible_to(cast.outsider).exists()
    assert Fact.objects.visible_to(cast.clinician).exists()
