"""A case moves along its stages, one at a time, and says so."""

import pytest

from cases.accounts.models import AuditEvent
from cases.casework.errors import (
    OwnerCannotSeeCases,
    OwnerNotOfTeam,
    ReasonNeeded,
    StageNotReachable,
)
from cases.casework.models import Case, Stage
from cases.casework.services import advance_stage, hand_over_case, make_task, open_case
from tests import make

pytestmark = pytest.mark.django_db


def test_a_case_goes_one_stage_forward_and_tells_timeline_and_audit(cast: make.Cast) -> None:
    advance_stage(case=cast.case, to=Stage.REVIEW, actor=cast.coordinator, now=make.NOW)
    cast.case.refresh_from_db()
    assert cast.case.stage == Stage.REVIEW
    assert cast.case.records_complete_at == make.NOW
    assert cast.case.timeline.get(code="stage_moved").detail == {"left": "records", "to": "review"}
    assert AuditEvent.objects.filter(action="case.stage_moved", case_id=cast.case.pk).count() == 1


def test_a_case_cannot_jump_over_a_stage(cast: make.Cast) -> None:
    with pytest.raises(StageNotReachable):
        advance_stage(case=cast.case, to=Stage.DECISION, actor=cast.coordinator, now=make.NOW)
    cast.case.refresh_from_db()
    assert cast.case.stage == Stage.RECORDS


@pytest.mark.parametrize("to", [Stage.INQUIRY, Stage.CLOSED])
def test_going_back_or_closing_early_needs_a_reason(cast: make.Cast, to: Stage) -> None:
    with pytest.raises(ReasonNeeded):
        advance_stage(case=cast.case, to=to, actor=cast.coordinator, now=make.NOW, reason="  ")
    moved = advance_stage(
        case=cast.case, to=to, actor=cast.coordinator, now=make.NOW, reason="They asked for it."
    )
    assert moved.stage == to


def test_two_coordinators_who_move_a_case_at_once_move_it_once(cast: make.Cast) -> None:
    stale = Case.objects.get(pk=cast.case.pk)
    advance_stage(case=cast.case, to=Stage.REVIEW, actor=cast.coordinator, now=make.NOW)
    with pytest.raises(StageNotReachable):
        advance_stage(case=stale, to=Stage.REVIEW, actor=cast.lead, now=make.NOW)


def test_references_count_up_within_a_year(cast: make.Cast) -> None:
    first, second = (
        open_case(patient=make.patient(), inquiry="…", actor=cast.coordinator, now=make.NOW)
        for _ in range(2)
    )
    assert int(second.reference[-5:]) == int(first.reference[-5:]) + 1
    assert first.reference.startswith("NV-2026-")


def test_a_handed_over_case_takes_its_open_tasks_along(cast: make.Cast) -> None:
    task = make_task(title="Call the family", case=cast.case, now=make.NOW)
    hand_over_case(case=cast.case, owner=cast.lead, actor=cast.lead, now=make.NOW)
    task.refresh_from_db()
    assert task.assignee == cast.lead


@pytest.mark.parametrize("who", ["parent", "administrator"])
def test_nobody_outside_case_work_can_own_a_case(cast: make.Cast, who: str) -> None:
    with pytest.raises(OwnerCannotSeeCases):
        hand_over_case(case=cast.case, owner=getattr(cast, who), actor=cast.lead, now=make.NOW)


def test_a_case_is_not_handed_to_someone_outside_its_team(cast: make.Cast) -> None:
    with pytest.raises(OwnerNotOfTeam):
        hand_over_case(case=cast.case, owner=cast.outsider, actor=cast.lead, now=make.NOW)


def test_a_case_of_no_team_is_handed_to_any_colleague(cast: make.Cast) -> None:
    case = make.case(owner=cast.coordinator)
    moved = hand_over_case(case=case, owner=cast.outsider, actor=cast.lead, now=make.NOW)
    assert moved.owner == cast.outsider


def test_nobody_who_left_can_own_a_case(cast: make.Cast) -> None:
    cast.lead.is_active = False
    cast.lead.save()
    with pytest.raises(OwnerCannotSeeCases):
        hand_over_case(case=cast.case, owner=cast.lead, actor=cast.coordinator, now=make.NOW)
    with pytest.raises(OwnerNotOfTeam):
        open_case(
            patient=make.patient(),
            inquiry="…",
            actor=cast.coordinator,
            owner=cast.outsider,
            team=cast.case.team,
            now=make.NOW,
        )
