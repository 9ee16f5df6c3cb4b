"""Everyone who opened a version is told what became of it, and nobody else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from cases.accounts.models import AuditEvent
from cases.casework.consents import freeze_consent, withdraw_consent
from cases.casework.models import Task, TaskState
from cases.hospitals.models import MessageState
from cases.hospitals.services import send_again
from documents.dossiers.delivery import grant_version
from documents.dossiers.models import (
    Access,
    AccessKind,
    DossierVersion,
    Notice,
    VersionVariant,
)
from documents.dossiers.services import recall_version
from tests import make
from tests.dossiers.records import agree, sealed_version
from tests.make import NOW, Cast

RunJobs = Callable[[], int]
pytestmark = pytest.mark.usefixtures("clock", "empty_mailbox")


@pytest.fixture
def opened(cast: Cast, run_jobs: RunJobs) -> DossierVersion:
    """A version that the reviewer opened twice; a colleague was sent it and has not looked."""
    return open_version(cast, run_jobs)


def open_version(
    cast: Cast, run_jobs: RunJobs, variant: VersionVariant = VersionVariant.FULL
) -> DossierVersion:
    agree(cast)
    version = sealed_version(cast, variant=variant)
    for contact in (cast.reviewer, make.contact(hospital=cast.reviewer.hospital)):
        grant, _token = grant_version(
            version=version, contact=contact, actor=cast.coordinator, now=NOW
        )
        if contact == cast.reviewer:
            for kind in (AccessKind.OPENED, AccessKind.DOWNLOADED, AccessKind.OPENED):
                Access.objects.create(grant=grant, at=NOW, kind=kind)
    run_jobs()
    mail.outbox = []
    return version


def recall(cast: Cast, version: DossierVersion) -> None:
    recall_version(version=version, reason="wrong page", actor=cast.coordinator, now=NOW)


def replace(cast: Cast, version: DossierVersion) -> None:
    form = VersionVariant(version.variant)
    sealed_version(cast, title="of a second version", variant=form)


@pytest.mark.parametrize(("act", "words"), [(recall, "was called back"), (replace, "was replaced")])
def test_who_opened_it_is_told_once_and_who_did_not_is_not(
    cast: Cast,
    opened: DossierVersion,
    run_jobs: RunJobs,
    act: Callable[[Cast, DossierVersion], None],
    words: str,
) -> None:
    act(cast, opened)
    run_jobs()
    (told,) = mail.outbox
    assert told.to == [cast.reviewer.email]
    assert words in told.body
    assert f"version {opened.number}" in told.body
    assert Notice.objects.get().message.state == MessageState.SENT
    assert AuditEvent.objects.filter(action="notice.made").count() == 1


@pytest.mark.parametrize("act", [recall, replace])
def test_the_mail_holds_no_word_of_the_patient_and_no_reason(
    cast: Cast,
    opened: DossierVersion,
    run_jobs: RunJobs,
    act: Callable[[Cast, DossierVersion], None],
) -> None:
    act(cast, opened)
    run_jobs()
    said = f"{mail.outbox[0].subject} {mail.outbox[0].body}"
    assert cast.case.reference in said
    for word in (*cast.case.patient.name.split(), "wrong page", "tumour", "cancer"):
        assert word not in said


@pytest.mark.parametrize("act", [recall, replace])
def test_the_mail_about_a_version_without_identity_names_its_alias_alone(
    cast: Cast, run_jobs: RunJobs, act: Callable[[Cast, DossierVersion], None]
) -> None:
    version = open_version(cast, run_jobs, VersionVariant.DEIDENTIFIED)
    act(cast, version)
    run_jobs()
    (told,) = mail.outbox
    assert version.alias in told.subject
    assert version.alias in told.body
    assert cast.case.reference not in told.message().as_string()


def test_a_version_that_nobody_opened_is_called_back_in_silence(
    cast: Cast, run_jobs: RunJobs
) -> None:
    recall(cast, sealed_version(cast))
    run_jobs()
    assert mail.outbox == []
    assert not Notice.objects.exists()


def test_where_no_mail_may_go_a_person_is_asked_to_telephone(
    cast: Cast, opened: DossierVersion, run_jobs: RunJobs
) -> None:
    freeze_consent(case=cast.case, actor=cast.coordinator, now=NOW)
    recall(cast, opened)
    run_jobs()
    assert mail.outbox == []
    task = Task.objects.get(code="tell_recalled")
    assert cast.reviewer.hospital.name in task.title
    assert task.case == cast.case


def freeze(cast: Cast) -> None:
    freeze_consent(case=cast.case, actor=cast.coordinator, now=NOW)


def withdraw(cast: Cast) -> None:
    withdraw_consent(
        consent=cast.case.consents.live().get(purpose="share"), actor=cast.parent, now=NOW
    )


def withdraw_unheard(cast: Cast) -> None:
    """The mail stays queued, as if the consent ended between the claim and the sending."""
    cast.case.consents.filter(purpose="share").update(withdrawn_at=NOW)


@pytest.mark.parametrize("end", [freeze, withdraw, withdraw_unheard])
def test_what_was_agreed_is_asked_again_at_the_moment_of_sending(
    cast: Cast, opened: DossierVersion, run_jobs: RunJobs, end: Callable[[Cast], None]
) -> None:
    recall(cast, opened)
    end(cast)
    run_jobs()
    assert mail.outbox == []
    assert Notice.objects.get().message.state == MessageState.DRAFT
    task = Task.objects.get(code="tell_recalled")
    assert cast.reviewer.hospital.name in task.title
    assert (task.case, task.state) == (cast.case, TaskState.OPEN)


def test_a_notice_that_went_asks_nobody_to_telephone(
    cast: Cast, opened: DossierVersion, run_jobs: RunJobs
) -> None:
    recall(cast, opened)
    run_jobs()
    assert len(mail.outbox) == 1
    assert not Task.objects.filter(code="tell_recalled").exists()


def test_a_notice_that_came_back_goes_again_as_a_notice(
    cast: Cast, opened: DossierVersion, run_jobs: RunJobs, clock: time_machine.Traveller
) -> None:
    recall(cast, opened)
    run_jobs()
    message = Notice.objects.get().message
    type(message).objects.filter(pk=message.pk).update(state=MessageState.BOUNCED)
    message.refresh_from_db()
    clock.shift(timedelta(minutes=1))
    send_again(message=message, actor=cast.coordinator, now=NOW)
    run_jobs()
    first, second = mail.outbox
    assert (first.subject, first.body) == (second.subject, second.body)


def test_a_contact_who_has_left_is_not_written_to(
    cast: Cast, opened: DossierVersion, run_jobs: RunJobs
) -> None:
    type(cast.reviewer).objects.filter(pk=cast.reviewer.pk).update(ended_at=NOW)
    recall(cast, opened)
    run_jobs()
    assert mail.outbox == []
