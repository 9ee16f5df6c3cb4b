"""A clinician settles an ambiguous row in a sentence; it is printed, and turns no answer."""

from datetime import datetime, timedelta

import pytest
from django.utils import translation

from cases.accounts.models import AuditEvent
from cases.casework.models import RequestState
from cases.clinical import errors
from cases.clinical.evaluating import evaluate_all
from cases.clinical.models import Evaluation, Settlement
from cases.clinical.queries import CriterionLine, flag_panel
from cases.clinical.sign_offs import request_all_missing, settle_row
from tests.clinical.knowing import enter, enter_pnet
from tests.clinical.shipping import DEFAULT
from tests.make import Cast

ROW = "well_differentiated"
SENTENCE = "The pathologist calls it a G2 NET; I read it as well differentiated."


@pytest.fixture
def flag(cast: Cast, now: datetime) -> Evaluation:
    """A comparison whose one ambiguous row is a moderate differentiation."""
    enter_pnet(cast.case, cast.coordinator, without="differentiation")
    enter(cast.case, cast.coordinator, "differentiation", "moderate")
    return compare(cast, now)


def compare(cast: Cast, now: datetime) -> Evaluation:
    evaluate_all(case=cast.case, now=now)
    found: Evaluation = Evaluation.objects.current().get(case=cast.case, indication=DEFAULT)
    return found


def settle(
    cast: Cast, flag: Evaluation, now: datetime, *, row: str = ROW, sentence: str = SENTENCE
) -> Settlement:
    return settle_row(
        evaluation=flag, criterion=row, sentence=sentence, actor=cast.clinician, now=now
    )


def shown_row(cast: Cast) -> CriterionLine:
    return next(row for row in flag_panel(cast.case).main[0].rows if row.id == ROW)


def test_the_row_stays_unknown_with_the_sentence_beside_it(
    cast: Cast, flag: Evaluation, now: datetime
) -> None:
    settle(cast, flag, now)
    row = shown_row(cast)
    assert (row.answer, row.unknown_kind) == ("unknown", "ambiguous")
    assert row.settled is not None
    assert (row.settled.sentence, row.settled.settled_by) == (SENTENCE, cast.clinician.name)
    assert compare(cast, now) == flag
    assert flag.overall == "insufficient_information"


def test_it_is_recorded_without_its_words(cast: Cast, flag: Evaluation, now: datetime) -> None:
    settle(cast, flag, now)
    event = AuditEvent.objects.get(action="evaluation.row_settled")
    assert (event.case_id, event.detail) == (cast.case.pk, {"criterion": ROW})


def test_a_newer_sentence_takes_the_place_of_the_older(
    cast: Cast, flag: Evaluation, now: datetime
) -> None:
    older = settle(cast, flag, now)
    later = now + timedelta(hours=1)
    settle(cast, flag, later, sentence="The board reads it as moderately differentiated.")
    older.refresh_from_db()
    assert (older.stale_at, older.sentence) == (later, SENTENCE)
    assert [row.sentence for row in Settlement.objects.valid()] == [
        "The board reads it as moderately differentiated."
    ]


def test_it_is_stale_as_soon_as_a_fact_changes_and_is_offered_again(
    cast: Cast, flag: Evaluation, now: datetime
) -> None:
    settled = settle(cast, flag, now)
    enter(cast.case, cast.coordinator, "ecog", 1)
    compare(cast, now + timedelta(minutes=1))
    settled.refresh_from_db()
    assert settled.stale_at is None, "ECOG is no fact of the comparison"
    enter(cast.case, cast.coordinator, "weight_kg", 68, dated="2026-11-20")
    compare(cast, now + timedelta(minutes=2))
    settled.refresh_from_db()
    assert settled.stale_at == now + timedelta(minutes=2)
    row = shown_row(cast)
    assert (row.settled, row.was_settled) == (None, SENTENCE)


@pytest.mark.parametrize("who", ["coordinator", "lead", "administrator", "parent"])
def test_nobody_but_a_clinician_settles(
    cast: Cast, flag: Evaluation, now: datetime, who: str
) -> None:
    with pytest.raises(errors.NotForThisRole):
        settle_row(
            evaluation=flag, criterion=ROW, sentence=SENTENCE, actor=getattr(cast, who), now=now
        )


def test_only_what_the_wording_leaves_to_a_physician_is_settled(
    cast: Cast, flag: Evaluation, now: datetime
) -> None:
    for row in ("histology_net", "no_such_row"):
        with pytest.raises(errors.NothingAmbiguous):
            settle(cast, flag, now, row=row)
    with pytest.raises(errors.ReasonMissing):
        settle(cast, flag, now, sentence="  ")


def test_an_earlier_comparison_is_not_settled_any_more(
    cast: Cast, flag: Evaluation, now: datetime
) -> None:
    enter(cast.case, cast.coordinator, "weight_kg", 68, dated="2026-11-20")
    compare(cast, now)
    with pytest.raises(errors.EvaluationOutdated):
        settle(cast, flag, now)


def test_a_sentence_is_seen_with_its_case(cast: Cast, flag: Evaluation, now: datetime) -> None:
    settle(cast, flag, now)
    assert Settlement.objects.visible_to(cast.clinician).exists()
    assert not Settlement.objects.visible_to(cast.outsider).exists()


# Asking for all


def test_all_that_nobody_recorded_is_asked_for_each_paper_once(cast: Cast, now: datetime) -> None:
    flag = compare(cast, now)
    missing = [row for row in flag.result["criteria"] if row["unknown_kind"] == "missing"]
    asked = request_all_missing(case=cast.case, evaluation=flag, actor=cast.coordinator, now=now)
    assert len(missing) == 6
    assert len({request.title for request in asked}) == len(asked) == 4
    again = request_all_missing(case=cast.case, evaluation=flag, actor=cast.coordinator, now=now)
    assert again == asked
    panel = flag_panel(cast.case).main[0]
    assert panel.papers_to_ask == 0
    assert {row.is_asked for row in panel.rows if row.unknown_kind == "missing"} == {True}


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_paper_that_came_and_is_complete_is_not_asked_for_again(
    cast: Cast, now: datetime, language: str
) -> None:
    flag = compare(cast, now)
    asked = request_all_missing(case=cast.case, evaluation=flag, actor=cast.coordinator, now=now)
    asked[0].state = RequestState.FULFILLED
    asked[0].save()
    with translation.override(language):
        assert flag_panel(cast.case).main[0].papers_to_ask == 0
        again = request_all_missing(
            case=cast.case, evaluation=flag, actor=cast.coordinator, now=now
        )
    assert again == asked[1:]
    assert cast.case.record_requests.count() == 4


def test_what_a_physician_decides_is_not_asked_of_the_family(
    cast: Cast, flag: Evaluation, now: datetime
) -> None:
    assert flag_panel(cast.case).main[0].papers_to_ask == 0
    with pytest.raises(errors.NothingToAsk):
        request_all_missing(case=cast.case, evaluation=flag, actor=cast.coordinator, now=now)


def test_nobody_asks_for_another_case(cast: Cast, now: datetime) -> None:
    flag = compare(cast, now)
    other = type(cast.case).objects.exclude(pk=cast.case.pk).get()
    with pytest.raises(errors.NothingToAsk):
        request_all_missing(case=other, evaluation=flag, actor=cast.coordinator, now=now)
