"""A mail to a hospital carries the reference that the hospital knows, and no other."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django.fixtures import Settings

from cases.casework.models import Task
from cases.hospitals.models import Message, MessageState, Thread
from cases.hospitals.services import find_family_thread, send_again, send_message
from cases.jobs.models import Job
from documents.dossiers.delivery import grant_version
from documents.dossiers.models import DossierVersion, Notice, VersionVariant
from documents.dossiers.services import recall_version
from tests import make
from tests.dossiers.records import agree, sealed_version
from tests.make import NOW, Cast

RunJobs = Callable[[], int]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "empty_mailbox")]
A_MOMENT = timedelta(seconds=1)


@pytest.fixture
def thread(cast: Cast) -> Thread:
    agree(cast)
    return Thread.objects.create(
        case=cast.case,
        referral=cast.referral,
        audience="hospital",
        subject=cast.case.reference,
        created_at=NOW,
    )


def give(cast: Cast, variant: VersionVariant = VersionVariant.FULL) -> DossierVersion:
    version = sealed_version(cast, variant=variant)
    grant_version(version=version, contact=cast.reviewer, actor=cast.coordinator, now=NOW)
    return version


def write(cast: Cast, thread: Thread, run_jobs: RunJobs) -> str:
    """The last mail, as it stands on the wire, after a message to the hospital."""
    message = send_message(
        thread=thread, body="A word", actor=cast.coordinator, now=NOW, contact=cast.reviewer
    )
    run_jobs()
    message.refresh_from_db()
    assert message.state == MessageState.SENT
    sent = mail.outbox[-1]
    return f"{sent.subject}\n{sent.message().as_string()}"


def test_a_hospital_that_has_papers_without_identity_reads_their_alias(
    cast: Cast, thread: Thread, run_jobs: RunJobs
) -> None:
    version = give(cast, VersionVariant.DEIDENTIFIED)
    said = write(cast, thread, run_jobs)
    assert f"A message about {version.alias}" in said
    assert cast.case.reference not in said
    assert not any(cast.case.reference in sent.message().as_string() for sent in mail.outbox)


def test_of_several_aliases_the_newest_is_named(
    cast: Cast, thread: Thread, run_jobs: RunJobs
) -> None:
    older = give(cast, VersionVariant.DEIDENTIFIED)
    DossierVersion.objects.filter(pk=older.pk).update(asked_at=NOW - A_MOMENT)
    newer = give(cast, VersionVariant.DEIDENTIFIED)
    said = write(cast, thread, run_jobs)
    assert newer.alias in said
    assert older.alias not in said


def test_a_hospital_that_has_papers_with_our_reference_reads_it(
    cast: Cast, thread: Thread, run_jobs: RunJobs
) -> None:
    give(cast)
    alias = give(cast, VersionVariant.DEIDENTIFIED).alias
    said = write(cast, thread, run_jobs)
    assert f"A message about {cast.case.reference}" in said
    assert alias not in said


def test_a_hospital_that_has_no_papers_yet_reads_no_reference(
    cast: Cast, thread: Thread, run_jobs: RunJobs
) -> None:
    said = write(cast, thread, run_jobs)
    assert "A message from" in said
    assert cast.case.reference not in said


def test_what_another_hospital_was_given_does_not_count(
    cast: Cast, thread: Thread, run_jobs: RunJobs
) -> None:
    version = give(cast)
    version.grants.update(contact=make.contact())
    assert cast.case.reference not in write(cast, thread, run_jobs)


def test_a_family_reads_our_reference(cast: Cast, run_jobs: RunJobs) -> None:
    agree(cast)
    give(cast, VersionVariant.DEIDENTIFIED)
    thread = find_family_thread(case=cast.case, now=NOW)
    send_message(thread=thread, body="A word", actor=cast.coordinator, now=NOW)
    run_jobs()
    (told,) = [sent for sent in mail.outbox if sent.to == [cast.parent.email]]
    assert cast.case.reference in told.subject


def let_all_attempts_fail(settings: Settings, run_jobs: RunJobs, kind: str) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "mail.invalid"
    for _attempt in range(9):
        Job.objects.filter(kind=kind).update(run_after=timezone.now() - A_MOMENT)
        run_jobs()


def test_a_link_that_no_server_took_is_a_draft_that_a_person_sends_again(
    cast: Cast, settings: Settings, run_jobs: RunJobs
) -> None:
    agree(cast)
    give(cast)
    let_all_attempts_fail(settings, run_jobs, "dossiers.mail_link")
    message = Message.objects.get()
    assert message.state == MessageState.DRAFT
    task = Task.objects.get(code="job_given_up")
    assert task.title == "A private link was not sent: no server took the mail for a day"
    assert (task.case, task.assignee) == (cast.case, cast.coordinator)
    assert send_again(message=message, actor=cast.coordinator, now=NOW).state == "queued"


def test_who_was_not_told_by_mail_is_told_by_telephone(
    cast: Cast, settings: Settings, run_jobs: RunJobs
) -> None:
    agree(cast)
    version = give(cast)
    run_jobs()
    version.grants.get().accesses.create(at=NOW, kind="opened")
    recall_version(version=version, reason="wrong page", actor=cast.coordinator, now=NOW)
    let_all_attempts_fail(settings, run_jobs, "dossiers.mail_notice")
    assert Notice.objects.get().message.state == MessageState.DRAFT
    assert cast.reviewer.hospital.name in Task.objects.get(code="tell_recalled").title
    assert "notice" in Task.objects.get(code="job_given_up").title
