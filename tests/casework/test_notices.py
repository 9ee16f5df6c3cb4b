"""A family is told that there is something new: once, in its language, without a word of what."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from cases.casework.consents import freeze_consent
from cases.casework.jobs import LOST_AFTER
from cases.casework.models import CaseParty, FamilyNotice, NoticeState, Task, TimelineEntry
from cases.casework.notices import (
    GATHER_FOR,
    NEXT_IF_LOOKED,
    NEXT_IF_NOT,
    claim_notice,
    tell_family,
)
from cases.casework.services import ask_for_record, end_party, set_notices
from cases.hospitals.services import find_family_thread, send_message
from cases.jobs.bell import queue_due_work
from cases.jobs.models import Job
from cases.jobs.registry import find_job_kind
from documents.records.models import Document, DocumentState
from documents.records.services import reject_document
from tests import make
from tests.portal.family import page_of, sign_in

pytestmark = pytest.mark.django_db
RunJobs = Callable[[], int]


def ask(cast: make.Cast, title: str = "CT of the abdomen", now: datetime = make.NOW) -> None:
    ask_for_record(
        case=cast.case,
        kind="imaging",
        title=title,
        reason="The hospital compares it.",
        actor=cast.coordinator,
        now=now,
    )


def party_of(cast: make.Cast) -> CaseParty:
    return cast.case.parties.get(user=cast.parent)


def only_notice(cast: make.Cast) -> FamilyNotice:
    return FamilyNotice.objects.get(party__case=cast.case)


def test_ten_requests_are_one_mail(cast: make.Cast, run_jobs: RunJobs) -> None:
    for number in range(10):
        ask(cast, f"Paper {number}")
    run_jobs()
    run_jobs()
    assert [message.to for message in mail.outbox] == [[cast.parent.email]]
    assert only_notice(cast).state == NoticeState.SENT


def test_the_mail_waits_a_while_for_more(cast: make.Cast, run_jobs: RunJobs) -> None:
    now = timezone.now()
    ask(cast, now=now)
    run_jobs()
    assert mail.outbox == []
    notice = only_notice(cast)
    assert notice.due_at == now + GATHER_FOR
    assert Job.objects.get(kind="casework.send_notice").run_after == notice.due_at


def test_the_mail_names_nobody_and_nothing(cast: make.Cast, run_jobs: RunJobs) -> None:
    ask(cast)
    run_jobs()
    (sent,) = mail.outbox
    text = f"{sent.subject} {sent.body}"
    assert "/portal/" in text
    for told in ("Marta", "Velasco", "CT", cast.case.reference, "hospital"):
        assert told not in text


def test_the_mail_keeps_its_message_id(cast: make.Cast, run_jobs: RunJobs) -> None:
    ask(cast)
    notice = only_notice(cast)
    run_jobs()
    assert notice.pk.hex in mail.outbox[0].extra_headers["Message-ID"]


def test_a_returned_paper_is_told(cast: make.Cast, run_jobs: RunJobs) -> None:
    paper = Document.objects.create(
        case=cast.case, title="photo", state=DocumentState.TO_REVIEW, received_at=make.NOW
    )
    reject_document(document=paper, reason="It is blurred.", actor=cast.coordinator, now=make.NOW)
    run_jobs()
    assert len(mail.outbox) == 1
    assert "blurred" not in mail.outbox[0].body


def test_a_message_reaches_every_member_once(cast: make.Cast, run_jobs: RunJobs) -> None:
    other = make.relative(case=cast.case, name="Luis Velasco")
    thread = find_family_thread(case=cast.case, now=make.NOW)
    send_message(thread=thread, body="Good news.", actor=cast.coordinator, now=make.NOW)
    run_jobs()
    assert sorted(message.to[0] for message in mail.outbox) == sorted(
        [cast.parent.email, other.email]
    )


def test_who_looked_before_it_went_gets_none(cast: make.Cast, run_jobs: RunJobs) -> None:
    ask(cast)
    sign_in(cast.parent).get(page_of(cast.case, "home"))
    run_jobs()
    assert mail.outbox == []
    assert only_notice(cast).state == NoticeState.NEEDLESS


@pytest.mark.parametrize(("looked", "gap"), [(True, NEXT_IF_LOOKED), (False, NEXT_IF_NOT)])
def test_the_next_mail_comes_later_to_who_has_not_looked(
    cast: make.Cast, run_jobs: RunJobs, *, looked: bool, gap: timedelta
) -> None:
    ask(cast)
    run_jobs()
    told_at = only_notice(cast).settled_at
    assert told_at is not None
    if looked:
        sign_in(cast.parent).get(page_of(cast.case, "home"))
    ask(cast, "Another paper", now=timezone.now())
    assert FamilyNotice.objects.waiting().get().due_at == told_at + gap


def end(cast: make.Cast) -> None:
    end_party(party=party_of(cast), actor=cast.coordinator, now=make.NOW)


def switch_off(cast: make.Cast) -> None:
    set_notices(party=party_of(cast), wanted=False, actor=cast.parent, now=make.NOW)


def freeze(cast: make.Cast) -> None:
    freeze_consent(case=cast.case, actor=cast.coordinator, now=make.NOW)


def close_account(cast: make.Cast) -> None:
    cast.parent.is_active = False
    cast.parent.save()


@pytest.mark.parametrize("act", [end, switch_off, freeze, close_account])
def test_what_waits_is_not_sent_once_it_may_not_go(
    cast: make.Cast, run_jobs: RunJobs, act: Callable[[make.Cast], None]
) -> None:
    ask(cast)
    act(cast)
    run_jobs()
    assert mail.outbox == []
    assert only_notice(cast).state == NoticeState.DROPPED


@pytest.mark.parametrize("act", [end, switch_off, close_account])
def test_nothing_is_begun_for_who_is_not_to_be_told(
    cast: make.Cast, act: Callable[[make.Cast], None]
) -> None:
    act(cast)
    ask(cast)
    assert not FamilyNotice.objects.exists()


def test_a_notice_is_claimed_once(cast: make.Cast) -> None:
    ask(cast)
    notice_id = str(only_notice(cast).pk)
    assert claim_notice(notice_id) is not None
    assert claim_notice(notice_id) is None


def test_news_while_one_is_being_sent_needs_no_other(cast: make.Cast) -> None:
    ask(cast)
    claim_notice(str(only_notice(cast).pk))
    tell_family(case=cast.case, now=make.NOW + timedelta(minutes=1))
    assert only_notice(cast).news_at == make.NOW + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("age", "state"),
    [
        (LOST_AFTER + timedelta(minutes=1), NoticeState.UNKNOWN),
        (LOST_AFTER - timedelta(minutes=1), NoticeState.SENDING),
    ],
)
def test_a_sender_that_died_leaves_a_doubt_and_no_second_mail(
    cast: make.Cast, run_jobs: RunJobs, age: timedelta, state: NoticeState
) -> None:
    ask(cast)
    notice = only_notice(cast)
    claim_notice(str(notice.pk))
    FamilyNotice.objects.filter(pk=notice.pk).update(claimed_at=timezone.now() - age)
    queue_due_work()
    run_jobs()
    assert only_notice(cast).state == state
    assert mail.outbox == []


def test_a_server_that_is_not_there_is_asked_again(
    cast: make.Cast, run_jobs: RunJobs, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    ask(cast)
    run_jobs()
    assert only_notice(cast).state == NoticeState.QUEUED
    job = Job.objects.get(kind="casework.send_notice")
    assert (job.attempts, job.max_attempts) == (1, find_job_kind(job.kind).max_attempts)


def test_the_coordinator_sees_that_the_family_was_told(cast: make.Cast, run_jobs: RunJobs) -> None:
    ask(cast)
    run_jobs()
    assert TimelineEntry.objects.filter(case=cast.case, code="family_told").count() == 1


def test_a_member_switches_the_mails_off_and_on_for_themselves(cast: make.Cast) -> None:
    browser = sign_in(cast.parent)
    other = make.relative(case=cast.case, name="Luis Velasco")
    for wanted, answer in ((False, "no"), (True, "yes")):
        browser.post(page_of(cast.case, "mail"), {"wanted": answer})
        assert party_of(cast).wants_notices is wanted
    assert cast.case.parties.get(user=other).wants_notices
    stranger = sign_in(cast.stranger)
    assert stranger.post(page_of(cast.case, "mail"), {"wanted": "no"}).status_code == 404
    assert party_of(cast).wants_notices


def test_a_mail_that_comes_back_becomes_a_task(
    cast: make.Cast, run_jobs: RunJobs, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "tests.casework.refusing.RefusingBackend"
    ask(cast)
    run_jobs()
    assert only_notice(cast).state == NoticeState.BOUNCED
    assert Task.objects.open().filter(code="notice_bounced", case=cast.case).count() == 1
