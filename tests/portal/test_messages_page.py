"""The family writes to its coordinator, and reads what was written to it and nothing else."""

import pytest

from cases.hospitals.models import Audience, Message, MessageState, Thread
from cases.hospitals.services import find_family_thread, send_message
from tests import make
from tests.portal.family import page_of, sign_in

pytestmark = pytest.mark.django_db


def test_a_message_is_stored_and_the_case_waits_on_us(cast: make.Cast) -> None:
    answer = sign_in(cast.parent).post(page_of(cast.case, "messages"), {"body": "Buenos días"})
    assert answer.status_code == 302
    message = Message.objects.get()
    assert (message.body, message.author) == ("Buenos días", cast.parent)
    cast.case.refresh_from_db()
    assert cast.case.waiting_on_us_since is not None


def test_an_empty_message_is_not_stored(cast: make.Cast) -> None:
    sign_in(cast.parent).post(page_of(cast.case, "messages"), {"body": "  \n "})
    assert not Message.objects.exists()


def test_the_coordinators_words_are_read_here(cast: make.Cast) -> None:
    thread = find_family_thread(case=cast.case, now=make.NOW)
    send_message(thread=thread, body="The CT arrived.", actor=cast.coordinator, now=make.NOW)
    html = sign_in(cast.parent).get(page_of(cast.case, "messages")).content.decode()
    assert "The CT arrived." in html
    assert cast.coordinator.name in html


def test_drafts_and_letters_to_hospitals_are_not_shown(cast: make.Cast) -> None:
    family = find_family_thread(case=cast.case, now=make.NOW)
    hospital = Thread.objects.create(
        case=cast.case,
        referral=cast.referral,
        audience=Audience.HOSPITAL,
        subject="s",
        created_at=make.NOW,
    )
    for thread, body, state in [
        (family, "half a thought", MessageState.DRAFT),
        (hospital, "to the board", MessageState.SENT),
    ]:
        Message.objects.create(
            thread=thread,
            direction="out",
            state=state,
            body=body,
            message_id=body,
            created_at=make.NOW,
        )
    html = sign_in(cast.parent).get(page_of(cast.case, "messages")).content.decode()
    assert "half a thought" not in html
    assert "to the board" not in html


def test_a_stranger_writes_nothing(cast: make.Cast) -> None:
    answer = sign_in(cast.stranger).post(page_of(cast.case, "messages"), {"body": "hello"})
    assert answer.status_code == 404
    assert not Message.objects.exists()


def test_marks_in_a_message_are_shown_as_they_are(cast: make.Cast) -> None:
    browser = sign_in(cast.parent)
    browser.post(page_of(cast.case, "messages"), {"body": "<b>bold</b>\x07"})
    html = browser.get(page_of(cast.case, "messages")).content.decode()
    assert "&lt;b&gt;bold&lt;/b&gt;" in html
