"""A locked paper is opened with its password, which is then nowhere to be found."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta

import pikepdf
import pytest
from django.core.exceptions import ValidationError

from cases.accounts.models import AuditEvent
from cases.casework.models import Task
from cases.jobs.models import Job
from documents.records.models import Document, DocumentFile, DocumentState, FileRole
from documents.records.services import open_with_password
from documents.records.services.opening import MOST_TRIES, TRIES_WINDOW
from documents.records.vault import read_bytes
from tests import make
from tests.records.papers import make_pdf, protect_pdf
from tests.records.sending import send

PASSWORD = "Canary of a pässword 7"
WORDS = "The patient has a neuroendocrine tumour of the pancreas. Ki-67: 14% in the report."
LOCKED = protect_pdf(make_pdf(WORDS), PASSWORD)


@pytest.fixture
def locked(cast: make.Cast, run_jobs: Callable[[], int]) -> Document:
    document = send(cast.case, LOCKED, name="lab.pdf")
    run_jobs()
    document.refresh_from_db()
    assert document.state == DocumentState.NEEDS_PASSWORD
    return document


def try_password(document: Document, password: str, cast: make.Cast, now: datetime) -> DocumentFile:
    return open_with_password(document=document, password=password, actor=cast.parent, now=now)


def refusal_of(document: Document, password: str, cast: make.Cast, now: datetime) -> str:
    with pytest.raises(ValidationError) as refused:
        try_password(document, password, cast, now)
    assert str(refused.value.messages[0]).endswith(".")
    return str(refused.value.code)


def test_the_opened_copy_is_the_next_version_and_goes_on_to_check_and_reading(
    locked: Document, cast: make.Cast, run_jobs: Callable[[], int], now: datetime
) -> None:
    opened = try_password(locked, PASSWORD, cast, now)
    assert (opened.version, opened.role, opened.made_by) == (2, FileRole.OPENED, cast.parent)
    assert opened.scan_verdict == ""
    locked.refresh_from_db()
    assert locked.state == DocumentState.SCANNING
    run_jobs()
    locked.refresh_from_db()
    opened.refresh_from_db()
    assert locked.state == DocumentState.TO_REVIEW
    assert opened.scan_verdict != ""
    assert "Ki-67: 14%" in opened.pages.get().text
    data = read_bytes(case_id=cast.case.pk, object_name=opened.object_name)
    assert not pikepdf.open(io.BytesIO(data)).is_encrypted
    first = locked.files.get(version=1)
    assert read_bytes(case_id=cast.case.pk, object_name=first.object_name) == LOCKED
    assert not Task.objects.open().filter(code="document_unreadable").exists()


def test_a_wrong_password_is_said_and_changes_nothing(
    locked: Document, cast: make.Cast, now: datetime
) -> None:
    assert refusal_of(locked, "not this one", cast, now) == "password_wrong"
    assert refusal_of(locked, "", cast, now) == "password_wrong"
    assert refusal_of(locked, "x" * 5000, cast, now) == "password_wrong"
    assert refusal_of(locked, "\ud800\x00", cast, now) == "password_wrong"
    locked.refresh_from_db()
    assert locked.state == DocumentState.NEEDS_PASSWORD
    assert locked.files.count() == 1


def test_after_too_many_tries_even_the_right_one_waits(
    locked: Document, cast: make.Cast, now: datetime
) -> None:
    for _try in range(MOST_TRIES):
        assert refusal_of(locked, "wrong", cast, now) == "password_wrong"
    assert refusal_of(locked, PASSWORD, cast, now) == "password_tries_used"
    just_before = now + TRIES_WINDOW - timedelta(seconds=1)
    assert refusal_of(locked, PASSWORD, cast, just_before) == "password_tries_used"
    assert try_password(locked, PASSWORD, cast, now + TRIES_WINDOW).version == 2


def test_what_is_not_locked_takes_no_password(
    locked: Document, cast: make.Cast, now: datetime
) -> None:
    try_password(locked, PASSWORD, cast, now)
    assert refusal_of(locked, PASSWORD, cast, now) == "not_locked"
    assert refusal_of(send(cast.case), PASSWORD, cast, now) == "not_locked"
    assert locked.files.count() == 2


def test_the_password_is_kept_nowhere(
    locked: Document,
    cast: make.Cast,
    run_jobs: Callable[[], int],
    now: datetime,
    capfd: pytest.CaptureFixture[str],
) -> None:
    refusal_of(locked, PASSWORD + "!", cast, now)
    try_password(locked, PASSWORD, cast, now)
    run_jobs()
    said = [f"{event.action} {event.target} {event.detail}" for event in AuditEvent.objects.all()]
    said += [str(vars(job)) for job in Job.objects.all()]
    said += [str(vars(row)) for row in (*Document.objects.all(), *DocumentFile.objects.all())]
    said += [*capfd.readouterr()]
    assert sum("password_tried" in line for line in said) == 2
    assert not any("Canary" in line for line in said)
