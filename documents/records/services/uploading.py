"""A person sends a file in pieces: begins it, goes on after any interruption, gets a receipt.

Callers find the case, or the upload, through `visible_to(user)` first.
"""

import secrets
import shutil
import uuid
from datetime import datetime
from typing import Final

from cases.accounts.models import User
from cases.casework.models import Case, RecordRequest
from documents.records.errors import (
    FileTooBig,
    NotOfThisCase,
    OffsetDiffers,
    StorageFull,
    TooManyUploads,
    UploadGone,
    UploadRefused,
)
from documents.records.intake import clean_original_name, most_bytes
from documents.records.keeping import require_consent
from documents.records.models import Document, RecordKind, Upload, UploadState
from documents.records.services.arrival import choose_kind
from documents.records.settling import (
    finish_arrived,
    giving_up_lost,
    settle_given_up,
    settle_refused,
)
from documents.records.sniffing import Refusal
from documents.records.uploads import (
    ArrivingFile,
    Part,
    drop_files,
    lock_arriving,
    make_file,
    path_of,
)
from documents.records.vault import incoming_folder

MOST_BEGUN: Final = 100
# Left free for everything else that writes to the disk of arriving files.
RESERVE: Final = 256 * 1024 * 1024


def begin_upload(
    *,
    case: Case,
    actor: User,
    now: datetime,
    size: int,
    original_name: str,
    fingerprint: str = "",
    kind: RecordKind = RecordKind.OTHER,
    request: RecordRequest | None = None,
) -> Upload:
    """Begin to receive a file of `size` bytes.

    A file with the same fingerprint that this person has begun goes on where it stopped.
    Raises ConsentNeeded, UploadRefused, FileTooBig, TooManyUploads, StorageFull.
    """
    if request is not None and request.case_id != case.pk:
        raise NotOfThisCase
    require_consent(case)
    if size <= 0:
        raise UploadRefused(code="empty", sentence=Refusal("empty").sentence)
    if size > most_bytes():
        raise FileTooBig(most=most_bytes())
    begun = Upload.objects.arriving().filter(case=case, sent_by=actor)
    same = begun.filter(fingerprint=fingerprint, size=size).first() if fingerprint else None
    if same is not None and path_of(same).exists():
        return same
    if begun.count() >= MOST_BEGUN:
        raise TooManyUploads
    if shutil.disk_usage(incoming_folder()).free < size + RESERVE:
        raise StorageFull
    upload = Upload(
        pk=uuid.uuid4(),
        case=case,
        sent_by=actor,
        request=request,
        kind=choose_kind(kind, request),
        original_name=clean_original_name(original_name),
        fingerprint=fingerprint,
        size=size,
        object_name=f"files/{secrets.token_hex(1)}/{secrets.token_hex(20)}",
        created_at=now,
        changed_at=now,
    )
    make_file(upload)
    try:
        upload.save(force_insert=True)
    except BaseException:
        drop_files(upload)
        raise
    return upload


def receive_part(
    *,
    upload: Upload,
    part: Part,
    offset: int,
    now: datetime,
    fingerprint: str = "",
    before: str = "",
) -> Upload:
    """Take the next bytes of an upload; `received` of what is returned is on the disk.

    `before` is the SHA-256 of the MiB in front of `offset` in the sender's file, where the
    sender can tell. Raises OffsetDiffers, OtherFile, UploadBusy, UploadGone, UploadRefused,
    FileTooBig, ChecksumDiffers, StorageFull, StorageUnavailable.
    """
    with giving_up_lost(upload, now), lock_arriving(upload) as file:
        if upload.state != UploadState.ARRIVING:
            raise UploadGone
        if offset != upload.received:
            raise OffsetDiffers(received=upload.received)
        if offset + part.left > upload.size:
            raise FileTooBig(most=upload.size)
        arriving = ArrivingFile(upload, file)
        arriving.require_same(fingerprint=fingerprint, before=before)
        try:
            arriving.receive(part, now=now)
        except (UploadRefused, FileTooBig) as refusal:
            settle_refused(upload, refusal, now=now)
            raise
    return upload


def finish_upload(*, upload: Upload, now: datetime) -> Document:
    """The receipt: object, hash, row and audit are committed. The same whenever it is asked for.

    With `already_here` set where the same bytes had come before. Not inside a transaction.
    """
    return finish_arrived(upload, now=now)


def drop_upload(*, upload: Upload, actor: User, now: datetime) -> None:
    """The sender does not want to go on with it."""
    with lock_arriving(upload):
        settle_given_up(upload, actor=actor, now=now)
