"""A family member comes in by a link to their address, a code, and one fact that they know."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from cases.accounts.codes import MOST_CODES
from cases.accounts.errors import InvitationRefused, NotAFamilyMember
from cases.accounts.models import Invitation, User
from cases.accounts.services import (
    INVITATION_LIFETIME,
    accept_invitation,
    ask_for_invitation_code,
    find_live_invitation,
    invite_person,
)
from tests import make

pytestmark = pytest.mark.django_db
ANSWER = "2014-03-21"


def read_link() -> str:
    return re.search(r"/portal/invitation/([\w-]+)/", str(mail.outbox[-1].body))[1]  # type: ignore[index]


def read_code() -> str:
    return re.search(r"^\d{6}$", str(mail.outbox[-1].body), re.MULTILINE)[0]  # type: ignore[index]


def invite(cast: make.Cast, run_jobs: Callable[[], int]) -> str:
    invite_person(
        user=cast.parent,
        actor=cast.coordinator,
        now=timezone.now(),
        question="The patient's date of birth",
        answer=ANSWER,
    )
    run_jobs()
    return read_link()


def ask_code(token: str, run_jobs: Callable[[], int]) -> str:
    ask_for_invitation_code(token=token, now=timezone.now())
    run_jobs()
    return read_code()


def enter(token: str, code: str, answer: str = ANSWER) -> User:
    return accept_invitation(token=token, code=code, answer=answer, now=timezone.now())


def test_link_code_and_answer_let_them_in_once(
    cast: make.Cast, run_jobs: Callable[[], int]
) -> None:
    token = invite(cast, run_jobs)
    code = ask_code(token, run_jobs)
    assert enter(token, code) == cast.parent
    with pytest.raises(InvitationRefused):
        enter(token, code)


def test_a_wrong_answer_or_code_does_not(cast: make.Cast, run_jobs: Callable[[], int]) -> None:
    token = invite(cast, run_jobs)
    code = ask_code(token, run_jobs)
    with pytest.raises(InvitationRefused):
        enter(token, code, answer="2014-03-22")
    with pytest.raises(InvitationRefused):
        enter(token, "000000" if code != "000000" else "111111")


def test_the_sixth_try_is_refused_even_with_the_right_code(
    cast: make.Cast, run_jobs: Callable[[], int]
) -> None:
    token = invite(cast, run_jobs)
    code = ask_code(token, run_jobs)
    for _ in range(5):
        with pytest.raises(InvitationRefused):
            enter(token, code, answer="1999")
    with pytest.raises(InvitationRefused):
        enter(token, code)


def test_a_link_ends_to_the_minute(cast: make.Cast, run_jobs: Callable[[], int]) -> None:
    token = invite(cast, run_jobs)
    invitation = find_live_invitation(token, timezone.now())
    assert invitation is not None
    end = invitation.created_at + INVITATION_LIFETIME
    assert find_live_invitation(token, end - timedelta(minutes=1)) is not None
    assert find_live_invitation(token, end) is None


def test_a_new_invitation_ends_the_old_one(cast: make.Cast, run_jobs: Callable[[], int]) -> None:
    old = invite(cast, run_jobs)
    new = invite(cast, run_jobs)
    assert find_live_invitation(old, timezone.now()) is None
    assert find_live_invitation(new, timezone.now()) is not None


def test_asking_with_a_forged_link_mails_nothing(run_jobs: Callable[[], int]) -> None:
    ask_for_invitation_code(token="forged" * 8, now=timezone.now())
    run_jobs()
    assert mail.outbox == []


def test_the_mail_names_nobody_and_no_illness(cast: make.Cast, run_jobs: Callable[[], int]) -> None:
    invite(cast, run_jobs)
    text = str(mail.outbox[-1].body) + mail.outbox[-1].subject
    assert cast.case.patient.name not in text
    assert "tumour" not in text.lower()


def test_staff_are_not_invited(cast: make.Cast) -> None:
    with pytest.raises(NotAFamilyMember):
        invite_person(user=cast.lead, actor=cast.lead, now=make.NOW)


def test_a_link_mails_ten_codes_and_no_more(cast: make.Cast, run_jobs: Callable[[], int]) -> None:
    token = invite(cast, run_jobs)
    codes = [ask_code(token, run_jobs) for _ in range(MOST_CODES)]
    ask_for_invitation_code(token=token, now=timezone.now())
    run_jobs()
    assert len(mail.outbox) == 1 + MOST_CODES
    assert enter(token, codes[-1]) == cast.parent


@pytest.mark.parametrize(("late", "enters"), [(-1, True), (0, False)])
def test_a_code_ends_to_the_second(
    cast: make.Cast,
    run_jobs: Callable[[], int],
    late: int,
    enters: bool,  # noqa: FBT001  # pytest's
) -> None:
    token = invite(cast, run_jobs)
    code = ask_code(token, run_jobs)
    ends_at = Invitation.objects.get().code_expires_at
    assert ends_at is not None
    now = ends_at + timedelta(seconds=late)
    if enters:
        assert accept_invitation(token=token, code=code, answer=ANSWER, now=now) == cast.parent
        return
    with pytest.raises(InvitationRefused):
        accept_invitation(token=token, code=code, answer=ANSWER, now=now)
