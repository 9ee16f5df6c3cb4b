"""A locked paper is opened with the password that a person types, once."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from cases.accounts.audit import record
from cases.accounts.models import AuditEvent, User
from cases.casework.models import Task
from cases.casework.services import finish_task
from documents.records.copies import open_pdf
from documents.records.errors import NotLocked, NotOpened, PasswordTriesUsed, PasswordWrong
from documents.records.models import Document, DocumentFile, DocumentState, FileRole
from documents.records.processing import note_copy, queue_scan
from documents.records.sandbox import ReadingFailure
from documents.records.sniffing import Kind
from documents.records.states import lock_document, move_document, tell
from documents.records.vault import plain_copy
from documents.records.versions import add_version, keep_derived, removed_unless_kept

MOST_TRIES: Final = 5
TRIES_WINDOW: Final = timedelta(minutes=15)
LONGEST_PASSWORD: Final = 200


def open_with_password(
    *, document: Document, password: str, actor: User, now: datetime
) -> DocumentFile:
    """Open a locked PDF; the opened copy becomes its next version and goes on to the check.

    The password lives as long as this call: it is stored nowhere, and no job or audit row has
    it. A try counts before it is made. Not to be called inside a transaction. Raises NotLocked,
    PasswordWrong, PasswordTriesUsed or NotOpened.
    """
    file, left = _count_try(document, actor, now)
    try:
        if not 1 <= len(password) <= LONGEST_PASSWORD or not _can_be_typed(password):
            raise PasswordWrong(left=left)
        with plain_copy(case_id=document.case_id, object_name=file.object_name) as path:
            copy = open_pdf(path, password)
    except ReadingFailure as failure:
        if failure.code == "password_needed":
            raise PasswordWrong(left=left) from None
        raise NotOpened(failure.sentence) from None
    stored = keep_derived(case_id=document.case_id, data=copy.data)
    with removed_unless_kept(stored), transaction.atomic(durable=True):
        locked = lock_document(document)
        if locked.state != DocumentState.NEEDS_PASSWORD:
            raise NotLocked
        opened = add_version(
            document=locked,
            stored=stored,
            role=FileRole.OPENED,
            made_from=file,
            made_by=actor,
            content_type=copy.kind.media_type,
            now=now,
        )
        note_copy(locked, copy)
        move_document(locked, DocumentState.SCANNING, failure_code="")
        tell(locked, "opened", actor=actor, now=now, shown_to_family=False)
        for task in Task.objects.open().filter(code="document_unreadable", target=locked.target):
            finish_task(task=task, actor=actor, now=now)
        queue_scan(opened, actor_id=actor.pk)
    return opened


@transaction.atomic(durable=True)
def _count_try(document: Document, actor: User, now: datetime) -> tuple[DocumentFile, int]:
    """The file to open, and how many tries are left after this one."""
    locked = lock_document(document)
    file = locked.files.order_by("-version").first()
    if (
        file is None
        or locked.state != DocumentState.NEEDS_PASSWORD
        or file.content_type != Kind.PDF.media_type
    ):
        raise NotLocked
    tried = AuditEvent.objects.filter(
        case_id=locked.case_id,
        action="document.password_tried",
        target=locked.target,
        at__gt=now - TRIES_WINDOW,
    ).count()
    if tried >= MOST_TRIES:
        raise PasswordTriesUsed
    record(
        action="document.password_tried",
        actor=actor,
        case_id=locked.case_id,
        target=locked.target,
        now=now,
    )
    return file, MOST_TRIES - tried - 1


def _can_be_typed(password: str) -> bool:
    """Half signs and zero bytes lock nothing, and libraries stumble over them."""
    return "\0" not in password and not any("\ud800" <= sign <= "\udfff" for sign in password)
