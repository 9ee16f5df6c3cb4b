"""Mail is a row that a job sends: claimed once, never in doubt without a person knowing."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from django.utils import timezone
from pytest_django.fixtures import Settings

from cases.casework.consents import freeze_consent, give_consent, withdraw_consent
from cases.casework.errors import CaseFrozen, ConsentMissing
from cases.casework.models import Consent, ConsentPurpose, Task
from cases.hospitals.errors import MessageEmpty, MessageNotInDoubt
from cases.hospitals.models import Message, MessageState, Thread
from cases.hospitals.services import find_family_thread, receive_message, send_again, send_message
from cases.jobs.bell import queue_due_work
from cases.jobs.models import Job
from navigator.portal.queries import list_letters
from tests import make

pytestmark = pytest.mark.django_db
WORDS = "The CT of 3 May shows new lesions; Marta is well."


@dataclass
class MailServer:
    """A real SMTP server in this process, which can be told how to answer."""

    answer: str = "250 taken"
    hang_up: bool = False
    taken: list[str] = field(default_factory=list)
    controller: Any = None
    stopped: bool = False

    def stop(self) -> None:
        if not self.stopped:
            self.stopped = True
            self.controller.stop(no_assert=True)

    async def handle_RCPT(  # noqa: N802  # the library's name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        del server, session, options
        if self.answer.startswith("5"):
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        del session
        self.taken.append(envelope.content.decode())
        if self.hang_up:
            server.transport.abort()
        return self.answer


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    mail_server = MailServer()
    mail_server.controller = Controller(mail_server, hostname="127.0.0.1", port=port)
    mail_server.controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield mail_server
    mail_server.stop()


@pytest.fixture
def thread(cast: make.Cast) -> Thread:
    return Thread.objects.create(
        case=cast.case,
        referral=cast.referral,
        audience="hospital",
        subject=cast.case.reference,
        created_at=make.NOW,
    )


@pytest.fixture
def consent(cast: make.Cast) -> Consent:
    return give_consent(
        case=cast.case,
        purpose=ConsentPurpose.SHARE,
        actor=cast.parent,
        now=make.NOW,
        language="es",
        recipient_id=cast.reviewer.hospital_id,
        recipient_name=cast.reviewer.hospital.name,
    )


def write(thread: Thread, cast: make.Cast) -> Message:
    return send_message(thread=thread, body=WORDS, actor=cast.coordinator, now=make.NOW)


@pytest.mark.usefixtures("consent")
def test_a_message_is_sent_once_and_its_words_stay_here(
    cast: make.Cast,
    thread: Thread,
    server: MailServer,
    run_jobs: Callable[[], int],
) -> None:
    message = write(thread, cast)
    run_jobs()
    run_jobs()
    message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert len(server.taken) == 1
    assert message.message_id in server.taken[0]
    assert "lesions" not in server.taken[0]
    assert cast.case.patient.name.split()[0] not in server.taken[0]


def test_without_consent_nothing_is_written_to_a_hospital(cast: make.Cast, thread: Thread) -> None:
    with pytest.raises(ConsentMissing):
        write(thread, cast)


@pytest.mark.usefixtures("consent")
def test_a_returned_address_becomes_a_task(
    cast: make.Cast,
    thread: Thread,
    server: MailServer,
    run_jobs: Callable[[], int],
) -> None:
    server.answer = "550 no such mailbox"
    message = write(thread, cast)
    run_jobs()
    message.refresh_from_db()
    assert message.state == MessageState.BOUNCED
    assert Task.objects.get(code="message_bounced").case == cast.case


@pytest.mark.usefixtures("consent")
def test_a_server_that_hangs_up_after_the_text_leaves_the_doubt_to_a_person(
    cast: make.Cast,
    thread: Thread,
    server: MailServer,
    run_jobs: Callable[[], int],
) -> None:
    server.hang_up = True
    message = write(thread, cast)
    run_jobs()
    message.refresh_from_db()
    assert message.state == MessageState.UNKNOWN
    assert Task.objects.filter(code="message_unknown").exists()
    server.hang_up = False
    send_again(message=message, actor=cast.coordinator, now=make.NOW)
    run_jobs()
    message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert server.taken[0].count(message.message_id) == server.taken[1].count(message.message_id)


@pytest.mark.usefixtures("consent")
def test_a_server_that_is_down_costs_nothing_but_time(
    cast: make.Cast,
    thread: Thread,
    server: MailServer,
    run_jobs: Callable[[], int],
) -> None:
    server.stop()
    message = write(thread, cast)
    run_jobs()
    message.refresh_from_db()
    assert message.state == MessageState.QUEUED
    assert not Task.objects.exists()


@pytest.mark.usefixtures("consent")
def test_a_sent_message_cannot_be_sent_again(
    cast: make.Cast, thread: Thread, run_jobs: Callable[[], int]
) -> None:
    message = write(thread, cast)
    run_jobs()
    message.refresh_from_db()
    with pytest.raises(MessageNotInDoubt):
        send_again(message=message, actor=cast.coordinator, now=make.NOW)


@pytest.mark.parametrize("stop", ["freeze", "withdraw"])
def test_queued_messages_stop_when_the_family_says_stop(
    cast: make.Cast, thread: Thread, consent: Consent, run_jobs: Callable[[], int], stop: str
) -> None:
    message = write(thread, cast)
    if stop == "freeze":
        freeze_consent(case=cast.case, actor=cast.coordinator, now=make.NOW)
    else:
        withdraw_consent(consent=consent, actor=cast.parent, now=make.NOW)
    run_jobs()
    message.refresh_from_db()
    assert message.state == MessageState.DRAFT
    assert mail.outbox == []
    with pytest.raises((CaseFrozen, ConsentMissing)):
        write(thread, cast)


def test_the_family_has_one_thread_and_waits_from_its_first_unanswered_word(
    cast: make.Cast,
) -> None:
    thread = find_family_thread(case=cast.case, now=make.NOW)
    assert find_family_thread(case=cast.case, now=make.NOW) == thread
    receive_message(thread=thread, body="Did it arrive?", author=cast.parent, now=make.NOW)
    thread.refresh_from_db()
    assert thread.waiting_on_us_since == make.NOW
    write(thread, cast)
    thread.refresh_from_db()
    assert thread.waiting_on_us_since is None


@pytest.mark.parametrize(
    ("wanting", "addressees"),
    [
        ({"parent", "uncle"}, ["parent", "uncle"]),  # who hears that there is news
        ({"parent"}, ["parent"]),
        ({"uncle"}, ["uncle"]),
        (set(), []),
    ],
)
def test_a_message_to_the_family_is_mailed_to_nobody_who_wants_no_mails(
    cast: make.Cast,
    run_jobs: Callable[[], int],
    wanting: set[str],
    addressees: list[str],
) -> None:
    people = {"parent": cast.parent, "uncle": make.relative(case=cast.case, name="Luis Velasco")}
    for name, person in people.items():
        cast.case.parties.filter(user=person).update(wants_notices=name in wanting)
    message = write(find_family_thread(case=cast.case, now=make.NOW), cast)
    run_jobs()
    written_to = sorted(sent.to for sent in mail.outbox)
    assert written_to == sorted([people[one].email] for one in addressees)
    message.refresh_from_db()
    assert message.state == (MessageState.SENT if addressees else MessageState.DELIVERED)
    assert [letter.body for letter in list_letters(cast.case, cast.parent)] == [WORDS]


def test_an_empty_message_is_refused(cast: make.Cast) -> None:
    thread = find_family_thread(case=cast.case, now=make.NOW)
    with pytest.raises(MessageEmpty):
        send_message(thread=thread, body=" \n", actor=cast.coordinator, now=make.NOW)


@pytest.mark.usefixtures("consent")
@pytest.mark.parametrize("trouble", ["no such host", "hangs before its greeting"])
def test_a_server_that_is_not_reached_leaves_no_doubt(
    cast: make.Cast,
    thread: Thread,
    settings: Settings,
    run_jobs: Callable[[], int],
    trouble: str,
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT = 0.2
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        if trouble == "no such host":
            settings.EMAIL_HOST = "mail.invalid"
        message = write(thread, cast)
        run_jobs()
    message.refresh_from_db()
    assert message.state == MessageState.QUEUED
    assert not Task.objects.exists()


def test_consent_taken_back_between_two_tries_ends_the_trying(
    cast: make.Cast,
    thread: Thread,
    consent: Consent,
    server: MailServer,
    run_jobs: Callable[[], int],
) -> None:
    message = write(thread, cast)
    Message.objects.filter(pk=message.pk).update(state=MessageState.SENDING)
    withdraw_consent(consent=consent, actor=cast.parent, now=make.NOW)
    Message.objects.filter(pk=message.pk).update(state=MessageState.QUEUED)  # given back
    run_jobs()
    message.refresh_from_db()
    assert message.state == MessageState.DRAFT
    assert server.taken == []


def test_a_returned_message_goes_again_only_while_the_family_agrees(
    cast: make.Cast, thread: Thread, consent: Consent
) -> None:
    message = write(thread, cast)
    Message.objects.filter(pk=message.pk).update(state=MessageState.BOUNCED)
    withdraw_consent(consent=consent, actor=cast.parent, now=make.NOW)
    with pytest.raises(ConsentMissing):
        send_again(message=message, actor=cast.coordinator, now=make.NOW)


@pytest.mark.usefixtures("consent")
def test_what_no_server_took_for_a_day_is_a_draft_that_a_person_sends_again(
    cast: make.Cast, thread: Thread, server: MailServer, run_jobs: Callable[[], int]
) -> None:
    message = write(thread, cast)
    server.stop()
    for _ in range(8):
        Job.objects.update(run_after=timezone.now() - timedelta(seconds=1))
        run_jobs()
    message.refresh_from_db()
    assert message.state == MessageState.DRAFT
    task = Task.objects.get(code="job_given_up")
    assert task.target == f"hospitals.message:{message.pk}"
    assert task.title == "A message was not sent: no server took the mail for a day"
    assert (task.case, task.assignee) == (cast.case, cast.coordinator)
    assert send_again(message=message, actor=cast.coordinator, now=make.NOW).state == "queued"


@pytest.mark.usefixtures("consent")
@pytest.mark.parametrize(("minutes", "state"), [(9, "sending"), (11, "unknown")])
def test_a_sender_that_died_leaves_a_doubt_after_ten_minutes(
    cast: make.Cast, thread: Thread, run_jobs: Callable[[], int], minutes: int, state: str
) -> None:
    message = write(thread, cast)
    Message.objects.filter(pk=message.pk).update(
        state=MessageState.SENDING, claimed_at=timezone.now() - timedelta(minutes=minutes)
    )
    queue_due_work()
    run_jobs()
    message.refresh_from_db()
    assert message.state == state
    assert Task.objects.count() == (state == "unknown")
    assert mail.outbox == []
