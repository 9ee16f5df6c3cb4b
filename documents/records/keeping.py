"""A received file becomes a record: object, row and audit are on the disk, or nothing is.

Used by everything that takes files in: a person's upload, in one piece or in many, and what
lies in an archive.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from cases.accounts.models import User
from cases.casework.consents import has_live_consent
from cases.casework.models import Case, ConsentPurpose, RecordRequest, RequestState
from cases.casework.services import set_request_state
from documents.records.errors import ConsentNeeded, NotOfThisCase, StorageUnavailable
from documents.records.models import GONE, MAY_BE_TAKEN_FROM, Document, DocumentFile, RecordKind
from documents.records.processing import queue_scan
from documents.records.sniffing import Kind
from documents.records.states import lock_document, tell
from documents.records.vault import Sealed, StoredObject, delete_object

Settle = Callable[[Document], None]


class TakingStopped(Exception):
    """The archive was held or taken back while an entry of it was unpacked."""


class Received(Protocol):
    """A file that has arrived: sealed and judged, or refused. A `Reception` is one."""

    @property
    def case_id(self) -> UUID: ...

    @property
    def original_name(self) -> str: ...

    @property
    def kind(self) -> Kind | None: ...

    @property
    def refusal(self) -> ValidationError | None: ...

    @property
    def seal(self) -> Sealed | None: ...


def keep_reception(
    reception: Received,
    *,
    case: Case,
    actor: User | None,
    now: datetime,
    kind: RecordKind = RecordKind.OTHER,
    title: str = "",
    request: RecordRequest | None = None,
    taken_from: Document | None = None,
    settle: Settle | None = None,
) -> Document:
    """Make a record of a finished reception. Not inside a transaction.

    The same bytes again make no second document: the one that is here is returned, with
    `already_here` set. With `taken_from`, the paper came in that archive, whose arrival the
    family was told of. `settle` writes what else belongs to the record's transaction. Raises what
    the reception was refused for, ConsentNeeded, TakingStopped, StorageFull, StorageUnavailable.
    """
    if reception.refusal is not None:
        raise reception.refusal
    if reception.seal is None or reception.kind is None or reception.case_id != case.pk:
        raise NotOfThisCase
    require_consent(case)
    here = find_same(case, reception.seal.sha256)
    if here is not None:
        return _settle(here, settle)
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
        taken_from=taken_from,
    )
    try:
        with transaction.atomic(durable=True):
            # Who holds or withdraws locks these as well: that comes before, or finds the paper.
            _require_open(taken_from)
            Case.objects.select_for_update(no_key=True).get(pk=case.pk)
            require_consent(case)
            document.save(force_insert=True)
            _add_first_file(document, stored, reception.original_name, content_type, now)
            _settle(document, settle)
    except IntegrityError:  # the same bytes came twice at once
        delete_object(stored.object_name)
        here = find_same(case, stored.sha256)
        if here is None:
            raise StorageUnavailable from None
        return _settle(here, settle)
    except BaseException:
        delete_object(stored.object_name)
        raise
    return document


def _settle(document: Document, settle: Settle | None) -> Document:
    if settle is not None:
        settle(document)
    return document


def require_consent(case: Case) -> None:
    """Nothing is kept for a family that has not agreed to it. Raises ConsentNeeded."""
    if not has_live_consent(case, ConsentPurpose.KEEP_RECORDS):
        raise ConsentNeeded


def _require_open(archive: Document | None) -> None:
    if archive is not None and lock_document(archive).state not in MAY_BE_TAKEN_FROM:
        raise TakingStopped


def find_same(case: Case, sha256: str) -> Document | None:
    """The record of the case that holds these bytes already, with `already_here` set."""
    here = Document.objects.filter(case=case, sha256=sha256).exclude(state__in=GONE).first()
    if here is not None:
        here.already_here = True
    return here


def _add_first_file(
    document: Document,
    stored: StoredObject,
    original_name: str,
    content_type: str,
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
    actor = document.sent_by
    tell(
        document,
        "received",
        actor=actor,
        now=now,
        detail={"kind": document.kind, "file": str(file.pk), "sha256": stored.sha256},
        shown_to_family=document.taken_from_id is None,
    )
    if document.request is not None:
        set_request_state(
            request=document.request, state=RequestState.RECEIVED, actor=actor, now=now
        )
    queue_scan(file, actor_id=actor.pk if actor is not None else None)


def _make_title(original_name: str) -> str:
    """A first title from the sender's name of the file, until a person gives a better one."""
    stem = original_name.rpartition(".")[0] or original_name
    return " ".join(re.sub(r"[_]+", " ", stem).split())
