"""The journey of a case from its page: each action done, and refused with nothing lost."""

from datetime import timedelta

from django.test import Client
from django.urls import reverse

from cases.casework import services
from cases.casework.models import Case, CaseParty, Stage, TaskState
from cases.hospitals.models import Message
from tests import make
from tests.desk.doing import do, is_done, is_refused, typed_again
from tests.signing import sign_in


def test_one_submit_moves_the_stage_writes_to_the_family_and_keeps_a_note(
    cast: make.Cast, desk: Client
) -> None:
    response = do(
        desk, cast.case, "act", to="review", body="All papers are here.", text="Call on Monday."
    )
    assert is_done(response)
    cast.case.refresh_from_db()
    assert cast.case.stage == Stage.REVIEW
    assert cast.case.notes.get().text == "Call on Monday."
    assert Message.objects.get().body == "All papers are here."


def test_an_act_that_is_refused_in_one_part_does_nothing_and_keeps_what_was_typed(
    cast: make.Cast, desk: Client
) -> None:
    response = do(desk, cast.case, "act", to="inquiry", body="Dear Rosa", text="Back to the start")
    assert is_refused(response)
    assert typed_again(response, "body") == "Dear Rosa"
    assert typed_again(response, "text") == "Back to the start"
    assert "Dear Rosa" in response.content.decode()
    assert not Message.objects.exists()
    assert not cast.case.notes.exists()


def test_an_empty_act_says_what_could_be_done(cast: make.Cast, desk: Client) -> None:
    response = do(desk, cast.case, "act")
    assert is_refused(response)
    assert "write a message or a note" in response.content.decode()


def test_the_next_stage_takes_one_press_and_an_unreachable_one_is_refused(
    cast: make.Cast, desk: Client
) -> None:
    assert is_done(do(desk, cast.case, "stage", to="review"))
    assert is_refused(do(desk, cast.case, "stage", to="travel"))


def test_a_task_is_noted_and_ticked_off(cast: make.Cast, desk: Client) -> None:
    assert is_done(do(desk, cast.case, "task", title="Call the clinic", days="2"))
    task = cast.case.tasks.get()
    assert task.assignee == cast.coordinator
    assert is_done(do(desk, cast.case, "task-done", task=str(task.pk)))
    task.refresh_from_db()
    assert task.state == TaskState.DONE


def test_a_task_without_a_title_comes_back_with_its_days(cast: make.Cast, desk: Client) -> None:
    response = do(desk, cast.case, "task", title="", days="9")
    assert is_refused(response)
    assert typed_again(response, "days") == "9"


def test_a_task_of_another_case_is_not_found(cast: make.Cast, desk: Client) -> None:
    task = services.make_task(
        title="Theirs",
        case=make.case(),
        assignee=None,
        due_in=timedelta(days=1),
        now=make.NOW,
    )
    assert do(desk, cast.case, "task-done", task=str(task.pk)).status_code == 404


def test_a_case_is_put_on_hold_and_goes_on(cast: make.Cast, desk: Client) -> None:
    assert is_done(do(desk, cast.case, "hold", reason="Waiting for a passport"))
    cast.case.refresh_from_db()
    assert cast.case.hold_reason == "Waiting for a passport"
    assert (
        "Waiting for a passport"
        in desk.get(reverse("admin:cockpit", args=[cast.case.pk])).content.decode()
    )
    assert is_done(do(desk, cast.case, "hold", reason=""))
    assert is_refused(do(desk, cast.case, "hold", reason="x" * 201))


def test_a_case_is_handed_to_a_colleague_of_the_team_and_to_nobody_else(
    cast: make.Cast, desk: Client
) -> None:
    assert is_refused(do(desk, cast.case, "hand-over", owner=str(cast.outsider.pk)))
    assert is_done(do(desk, cast.case, "hand-over", owner=str(cast.lead.pk)))
    cast.case.refresh_from_db()
    assert cast.case.owner == cast.lead


def test_a_record_is_asked_for_with_its_reason(cast: make.Cast, desk: Client) -> None:
    typed = {"kind": "imaging", "title": "CT of the abdomen", "reason": "To compare sizes"}
    assert is_done(do(desk, cast.case, "request", **typed, not_older_than_days="60"))
    assert cast.case.record_requests.get().not_older_than_days == 60
    response = do(desk, cast.case, "request", **{**typed, "reason": ""})
    assert is_refused(response)
    assert typed_again(response, "title") == "CT of the abdomen"


def test_a_relative_is_invited_and_sees_the_case(cast: make.Cast, desk: Client) -> None:
    typed = {"name": "Luis Velasco", "email": "luis@family.example", "relation": "child"}
    assert is_done(do(desk, cast.case, "invite", **typed, may_consent="on"))
    party = CaseParty.objects.get(user__email="luis@family.example")
    assert party.may_consent
    assert Case.objects.visible_to(party.user).get() == cast.case


def test_a_colleagues_address_is_refused_for_a_relative(cast: make.Cast, desk: Client) -> None:
    response = do(
        desk, cast.case, "invite", name="Ines", email=cast.coordinator.email, relation="child"
    )
    assert is_refused(response)
    assert typed_again(response, "name") == "Ines"
    assert "cannot be used" in response.content.decode()


def test_a_case_is_frozen_and_nothing_is_sent_until_the_freeze_is_lifted(
    cast: make.Cast, desk: Client
) -> None:
    assert is_done(do(desk, cast.case, "freeze"))
    response = do(desk, cast.case, "message", body="Hello")
    assert is_refused(response)
    assert typed_again(response, "body") == "Hello"
    assert is_done(do(desk, cast.case, "unfreeze"))
    assert is_done(do(desk, cast.case, "message", body="Hello"))


def test_a_new_case_is_opened_by_hand(cast: make.Cast, desk: Client) -> None:
    response = desk.post(
        reverse("admin:case_new"),
        {"name": "Elif Demir", "birth_date": "2014-03", "inquiry": "Please help us."},
        follow=True,
    )
    case = Case.objects.get(patient__name="Elif Demir")
    assert response.status_code == 200
    assert (case.owner, case.team, case.stage) == (cast.coordinator, cast.case.team, Stage.INQUIRY)


def test_a_new_case_with_an_impossible_date_comes_back_as_typed(desk: Client) -> None:
    response = desk.post(
        reverse("admin:case_new"), {"name": "Elif Demir", "birth_date": "3 May", "inquiry": "Help"}
    )
    assert "Write the date as 2014" in response.content.decode()
    assert typed_again(response, "inquiry") == "Help"
    assert not Case.objects.filter(patient__name="Elif Demir").exists()


def test_somebody_who_works_on_no_case_opens_none(cast: make.Cast) -> None:
    sign_in(cast.administrator).post(reverse("admin:case_new"), {"name": "Elif Demir"})
    assert not Case.objects.filter(patient__name="Elif Demir").exists()
