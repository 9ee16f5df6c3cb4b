"""A copy is a version of its own: what was sent stays, and a failure leaves no object behind."""

from datetime import datetime

import pytest
from django.core.files.storage import default_storage
from django.db import transaction

from cases.accounts.models import AuditEvent
from documents.records.errors import NotOfThisCase
from documents.records.models import Document, DocumentFile, FileRole
from documents.records.vault import StoredObject, read_bytes
from documents.records.versions import (
    add_version,
    keep_derived,
    name_copy,
    removed_unless_kept,
)
from tests import make
from tests.records.sending import NOTE, send

COPY = b"%PDF-1.7\n%copy\n"


def add(document: Document, source: DocumentFile, role: FileRole, now: datetime) -> DocumentFile:
    stored = keep_derived(case_id=document.case_id, data=COPY)
    with removed_unless_kept(stored), transaction.atomic():
        return add_version(
            document=document,
            stored=stored,
            role=role,
            made_from=source,
            made_by=None,
            content_type="application/pdf",
            now=now,
        )


def fail_after_adding(original: DocumentFile, stored: StoredObject, now: datetime) -> None:
    add_version(
        document=original.document,
        stored=stored,
        role=FileRole.READABLE,
        made_from=original,
        made_by=None,
        content_type="application/pdf",
        now=now,
    )
    raise RuntimeError


@pytest.fixture
def original(cast: make.Cast) -> DocumentFile:
    document = send(cast.case, name="letter.docx")
    file = document.files.get()
    file.scan_verdict, file.scanned_at = "clean", make.NOW
    file.save()
    return file


def test_a_copy_is_the_next_version_and_the_original_is_untouched(
    original: DocumentFile, now: datetime
) -> None:
    document = original.document
    copy = add(document, original, FileRole.READABLE, now)
    assert (copy.version, copy.role, copy.made_from) == (2, FileRole.READABLE, original)
    assert copy.original_name == "letter.pdf"
    assert read_bytes(case_id=document.case_id, object_name=copy.object_name) == COPY
    assert read_bytes(case_id=document.case_id, object_name=original.object_name) == NOTE
    assert add(document, copy, FileRole.ARRANGED, now).version == 3
    event = AuditEvent.objects.filter(action="document.version_made").last()
    assert event is not None
    assert event.detail["made_from"] == str(original.pk)
    assert "letter" not in str(event.detail)


def test_a_copy_is_as_checked_as_its_source_but_what_was_locked_is_checked_anew(
    original: DocumentFile, now: datetime
) -> None:
    readable = add(original.document, original, FileRole.READABLE, now)
    opened = add(original.document, original, FileRole.OPENED, now)
    assert readable.scan_verdict == "clean"
    assert (opened.scan_verdict, opened.scanned_at) == ("", None)


def test_where_the_row_fails_the_object_is_gone(
    original: DocumentFile, cast: make.Cast, now: datetime
) -> None:
    stored = keep_derived(case_id=cast.case.pk, data=COPY)
    with pytest.raises(RuntimeError), removed_unless_kept(stored), transaction.atomic():
        fail_after_adding(original, stored, now)
    assert not default_storage.exists(stored.object_name)
    assert original.document.files.count() == 1


def test_no_copy_is_made_of_another_case_s_file(original: DocumentFile, now: datetime) -> None:
    other = send(make.case(), name="other.txt")
    with pytest.raises(NotOfThisCase):
        add(other, original, FileRole.READABLE, now)
    assert other.files.count() == 1


@pytest.mark.parametrize(
    ("given", "content_type", "named"),
    [
        ("IMG_1.HEIC", "image/jpeg", "IMG_1.jpg"),
        ("scan.tif", "application/pdf", "scan.pdf"),
        ("", "application/pdf", ""),
        ("x" * 300, "image/jpeg", "x" * 296 + ".jpg"),
    ],
)
def test_a_copy_is_named_for_what_it_is(given: str, content_type: str, named: str) -> None:
    assert name_copy(given, content_type) == named
