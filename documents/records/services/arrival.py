"""A paper arrives: when it is said to be here, object, row and audit are on the disk."""

import re
from datetime import datetime
from typing import BinaryIO

from django.db import IntegrityError, transaction

from cases.accounts.models import User
from cases.casework.models import Case, RecordRequest, RequestState
from cases.casework.services import set_request_state
from documents.records.errors import NotOfThisCase, StorageUnavailable
from documents.records.intake import Reception, SealedUpload, receive_stream
from documents.records.models import (
    GONE,
    Document,
    DocumentFile,
    RecordKind,
)
from documents.records.processing import queue_scan
from documents.records.states import tell
from documents.records.vault import StoredObject, delete_object


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
    transaction. Raises UploadRefused, FileTooBig, StorageFull, StorageUnavailable.
    """
    if request is not None and request.case_id != case.pk:
        raise NotOfThisCase
    if isinstance(source, SealedUpload):
        reception = source.reception
    else:
        reception = receive_stream(case=case, stream=source, original_name=original_name)
    try:
        return _keep_reception(
            reception,
            case=case,
            request=request,
            actor=actor,
            now=now,
            kind=_choose_kind(kind, request),
            title=title,
        )
    finally:
        reception.discard()


def _keep_reception(
    reception: Reception,
    *,
    case: Case,
    request: RecordRequest | None,
    actor: User | None,
    now: datetime,
    kind: RecordKind,
    title: str,
) -> Document:
    if reception.refusal is not None:
        raise reception.refusal
    if reception.seal is None or reception.kind is None or reception.case_id != case.pk:
        raise NotOfThisCase
    here = _find_same(case, reception.seal.sha256)
    if here is not None:
        return here
    stored = reception.seal.keep()
    content_type = reception.kind.media_type
    document = Document(
        case=case,
        request=request,
        kind=kind,
        title=(title.strip() or _make_title(reception.original_name) or str(kind.label))[:150],
        sha256=stored.sha256,
        sent_by=actor,
        received_at=now,
    )
    try:
        with transaction.atomic(durable=True):
            document.save(force_insert=True)
            _add_first_file(document, stored, reception.original_name, content_type, actor, now)
    except IntegrityError:  # the same bytes came twice at once
        delete_object(stored.object_name)
        here = _find_same(case, stored.sha256)
        if here is None:
            raise StorageUnavailable from None
        return here
    except BaseException:
        delete_object(stored.object_name)
        raise
    return document


def _add_first_file(  # noqa: PLR0917  # as above
    document: Document,
    stored: StoredObject,
    original_name: str,
    content_type: str,
    actor: User | None,
    now: datetime,
) -> None:
    file = DocumentFile.objects.create(
        document=document,
        object_name=stored.object_name,
        original_name=original_name,
        content_type=content_type,
        sha256=stored.sha256,
        size=stored.size,
        created_at=now,
    )
    detail = {"kind": document.kind, "file": str(file.pk), "sha256": stored.sha256}
    tell(document, "received", actor=actor, now=now, detail=detail, shown_to_family=True)
    if document.request is not None:
        set_request_state(
            request=document.request, state=RequestState.RECEIVED, actor=actor, now=now
        )
    queue_scan(file, actor_id=actor.pk if actor is not None else None)


def _find_same(case: Case, sha256: str) -> Document | None:
    here = Document.objects.filter(case=case, sha256=sha256).exclude(state__in=GONE).first()
    if here is not None:
        here.already_here = True
    return here


def _choose_kind(kind: RecordKind, request: RecordRequest | None) -> RecordKind:
    """What the sender says it is, else what was asked for."""
    if request is not None and kind == RecordKind.OTHER and request.kind in RecordKind.values:
        return RecordKind(request.kind)
    return RecordKind(kind)


def _make_title(original_name: str) -> str:
    """A first title from the sender's name of the file, until a person gives a better one."""
    stem = original_name.rpartition(".")[0] or original_name
    return " ".join(re.sub(r"[_]+", " ", stem).split())
