"""A mail with a private link that came back goes again as such, with the same link."""

from collections.abc import Callable

import pytest
from django.core import mail
from django.urls import reverse

from cases.casework.consents import freeze_consent, lift_freeze, record_death, take_back_death
from cases.hospitals.models import Message, MessageState
from cases.hospitals.services import send_again, send_message
from documents.dossiers.delivery import grant_version, revoke_grant
from documents.dossiers.errors import LinkNotToBeSentAgain
from documents.dossiers.models import Grant
from tests.dossiers.records import agree, sealed_version
from tests.make import NOW, Cast
from tests.signing import sign_in

RunJobs = Callable[[], int]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "empty_mailbox")]


def give(cast: Cast) -> tuple[Grant, Message, str]:
    agree(cast)
    version = sealed_version(cast)
    grant, token = grant_version(
        version=version, contact=cast.reviewer, actor=cast.coordinator, now=NOW
    )
    assert grant.message is not None
    return grant, grant.message, f"/d/{token}/"


def end_in(message: Message, state: MessageState) -> Message:
    Message.objects.filter(pk=message.pk).update(state=state)
    message.refresh_from_db()
    return message


@pytest.mark.parametrize("ended", [MessageState.BOUNCED, MessageState.UNKNOWN])
def test_a_link_that_came_back_goes_once_more_as_a_link(
    cast: Cast, run_jobs: RunJobs, ended: MessageState
) -> None:
    grant, message, address = give(cast)
    run_jobs()
    send_again(message=end_in(message, ended), actor=cast.coordinator, now=NOW)
    run_jobs()
    first, second = mail.outbox
    assert address in second.body
    assert (second.subject, second.body) == (first.subject, first.body)
    message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert Grant.objects.get() == grant


@pytest.mark.parametrize("stop", ["freeze", "death"])
def test_a_link_that_was_held_back_goes_when_that_is_undone(
    cast: Cast, run_jobs: RunJobs, stop: str
) -> None:
    _grant, message, address = give(cast)
    case, actor = cast.case, cast.coordinator
    if stop == "freeze":
        freeze_consent(case=case, actor=actor, now=NOW)
        run_jobs()
        lift_freeze(case=case, actor=actor, now=NOW)
    else:
        record_death(case=case, on=NOW.date(), actor=actor, now=NOW)
        run_jobs()
        take_back_death(case=case, actor=actor, now=NOW)
    assert mail.outbox == []
    message.refresh_from_db()
    send_again(message=message, actor=actor, now=NOW)
    run_jobs()
    (sent,) = mail.outbox
    assert address in sent.body


def test_a_closed_link_is_not_sent_again_and_says_what_to_do(cast: Cast, run_jobs: RunJobs) -> None:
    grant, message, _address = give(cast)
    run_jobs()
    end_in(message, MessageState.BOUNCED)
    revoke_grant(grant=grant, actor=cast.coordinator, now=NOW)
    with pytest.raises(LinkNotToBeSentAgain):
        send_again(message=message, actor=cast.coordinator, now=NOW)
    message.refresh_from_db()
    assert message.state == MessageState.BOUNCED
    answer = sign_in(cast.coordinator).post(
        reverse("admin:case_do", args=[cast.case.pk, "message-again"]),
        {"message": str(message.pk)},
        follow=True,
    )
    assert "that makes a new link" in answer.content.decode()


def test_a_letter_goes_again_as_a_letter(cast: Cast, run_jobs: RunJobs) -> None:
    _grant, message, _address = give(cast)
    run_jobs()
    letter = send_message(
        thread=message.thread,
        body="A word",
        actor=cast.coordinator,
        now=NOW,
        contact=cast.reviewer,
    )
    run_jobs()
    send_again(message=end_in(letter, MessageState.BOUNCED), actor=cast.coordinator, now=NOW)
    run_jobs()
    assert [sent.subject for sent in mail.outbox[1:]] == [
        f"A message about {cast.case.reference}"
    ] * 2
