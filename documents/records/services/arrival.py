"""A paper arrives: when it is said to be here, object, row and audit are on the disk."""

from datetime import datetime
from typing import BinaryIO

from cases.accounts.models import User
from cases.casework.models import Case, RecordRequest
from documents.records.errors import NotOfThisCase
from documents.records.intake import SealedUpload, receive_stream
from documents.records.keeping import keep_reception, require_consent
from documents.records.models import Document, RecordKind


def accept_upload(
    *,
    case: Case,
    source: SealedUpload | BinaryIO,
    actor: User | None,
    now: datetime,
    original_name: str = "",
    kind: RecordKind = RecordKind.OTHER,
    title: str = "",
    request: RecordRequest | None = None,
) -> Document:
    """Take a file into a case: when this returns, object, row and audit are on the disk.

    `source` is what `request.FILES` of a page with `takes_uploads` holds, or a binary stream.
    The same bytes again make no second document: the one that is here is returned, with
    `already_here` set and its `received_at` saying when it came. Not to be called inside a
    transaction. Raises ConsentNeeded, UploadRefused, FileTooBig, StorageFull, StorageUnavailable.
    """
    if request is not None and request.case_id != case.pk:
        raise NotOfThisCase
    require_consent(case)
    if isinstance(source, SealedUpload):
        reception = source.reception
    else:
        reception = receive_stream(case=case, stream=source, original_name=original_name)
    try:
        return keep_reception(
            reception,
            case=case,
            request=request,
            actor=actor,
            now=now,
            kind=choose_kind(kind, request),
            title=title,
        )
    finally:
        reception.discard()


def choose_kind(kind: RecordKind, request: RecordRequest | None) -> RecordKind:
    """What the sender says it is, else what was asked for."""
    if request is not None and kind == RecordKind.OTHER and request.kind in RecordKind.values:
        return RecordKind(request.kind)
    return RecordKind(kind)
