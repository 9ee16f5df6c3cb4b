"""What becomes of an upload in pieces: a paper of its case, a refusal, or nothing.

Each end is reached once and can be asked for again: whoever asks after a lost answer, a killed
process or a closed page hears the same.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q, QuerySet

from cases.accounts.audit import record
from cases.accounts.models import User
from documents.records.errors import (
    FileAltered,
    FileTooBig,
    OffsetDiffers,
    UploadBusy,
    UploadGone,
    UploadRefused,
)
from documents.records.intake import judge_file, most_bytes
from documents.records.keeping import keep_reception
from documents.records.models import Document, RecordKind, Upload, UploadState
from documents.records.sealed_form import CHUNK
from documents.records.sniffing import HEAD_BYTES, REFUSALS, TAIL_BYTES, Kind, Refusal
from documents.records.uploads import (
    DRAFT_SUFFIX,
    SUFFIX,
    ArrivingFile,
    drop_files,
    lock_arriving,
    path_of,
)
from documents.records.vault import (
    StoredObject,
    delete_object,
    incoming_folder,
    refusing,
    store_sealed,
)

GIVE_UP_AFTER: Final = timedelta(days=7)
FORGET_AFTER: Final = timedelta(days=30)
# The page asks for its receipt at once; what nobody asks for is finished by the timetable.
ASKED_FOR_WITHIN: Final = timedelta(minutes=2)
FILE_NAME: Final = re.compile(r"([0-9a-f-]{36})[.\d]*")


class WholeSeal:
    """The sealed file of a whole upload, ready to be kept."""

    def __init__(self, upload: Upload, sha256: str) -> None:
        self.upload = upload
        self.sha256 = sha256

    def keep(self) -> StoredObject:
        """Put it into the storage, in place of what an attempt that was killed left there."""
        name = self.upload.object_name
        with refusing():
            left_over = default_storage.exists(name)
        if left_over:
            delete_object(name)
        store_sealed(path_of(self.upload), name)
        return StoredObject(name, self.sha256, self.upload.size)

    def discard(self) -> None:
        drop_files(self.upload)


@dataclass(frozen=True)
class WholeFile:
    """A whole upload as `keep_reception` takes it."""

    case_id: UUID
    original_name: str
    kind: Kind
    seal: WholeSeal
    refusal: ValidationError | None = None


def finish_arrived(upload: Upload, *, now: datetime) -> Document:
    """The paper that a whole upload has become; the same whenever it is asked for.

    Not inside a transaction. Raises what it was refused for, OffsetDiffers while bytes are
    missing, UploadBusy, UploadGone, ConsentNeeded, StorageFull, StorageUnavailable.
    """
    if upload.state == UploadState.ARRIVING:
        with suppress(UploadGone), giving_up_lost(upload, now):
            _finish_locked(upload, now)
        upload.refresh_from_db()
    return read_receipt(upload)


def read_receipt(upload: Upload) -> Document:
    if upload.state == UploadState.REFUSED:
        raise refusal_of(upload)
    if upload.state != UploadState.KEPT or upload.document is None:
        raise UploadGone
    document: Document = upload.document
    document.already_here = bool(upload.progress.get("already_here"))
    return document


def refusal_of(upload: Upload) -> ValidationError:
    code = upload.refusal_code
    if code == "file_too_big":
        most = most_bytes()
        return FileTooBig(most=most if upload.size > most else most_bytes(Kind.PDF))
    known = code if code in REFUSALS else "unknown"
    return UploadRefused(code=code, sentence=Refusal(known).sentence)


def _finish_locked(upload: Upload, now: datetime) -> None:
    with lock_arriving(upload) as file:
        if upload.state != UploadState.ARRIVING:
            return
        if upload.received != upload.size:
            raise OffsetDiffers(received=upload.received)
        try:
            _keep(upload, ArrivingFile(upload, file), now)
        except (UploadRefused, FileTooBig) as refusal:
            settle_refused(upload, refusal, now=now)
    drop_files(upload)


def _keep(upload: Upload, arrived: ArrivingFile, now: datetime) -> None:
    head = next(arrived.read_chunks())[:HEAD_BYTES]
    tail = b""
    for chunk in arrived.read_chunks(max((upload.size - 1) // CHUNK - 1, 0)):
        tail = (tail + chunk[-TAIL_BYTES:])[-TAIL_BYTES:]
    kind = judge_file(head=head, tail=tail, size=upload.size)
    seal = WholeSeal(upload, arrived.finish_hash())
    keep_reception(
        WholeFile(upload.case_id, upload.original_name, kind, seal),
        case=upload.case,
        request=upload.request,
        actor=upload.sent_by,
        now=now,
        kind=RecordKind(upload.kind),
        settle=lambda document: _settle_kept(upload, document, now),
    )


def _settle_kept(upload: Upload, document: Document, now: datetime) -> None:
    settled = Upload.objects.filter(pk=upload.pk, state=UploadState.ARRIVING).update(
        state=UploadState.KEPT,
        document=document,
        progress={"already_here": document.already_here},
        original_name="",
        changed_at=now,
    )
    if not settled:
        raise UploadBusy


def settle_refused(upload: Upload, refusal: ValidationError, *, now: datetime) -> None:
    """The file is not taken: the row says why, its bytes go."""
    Upload.objects.filter(pk=upload.pk, state=UploadState.ARRIVING).update(
        state=UploadState.REFUSED,
        refusal_code=refusal.error_list[0].code or "",
        original_name="",
        changed_at=now,
    )
    drop_files(upload)


def settle_given_up(upload: Upload, *, actor: User | None, now: datetime) -> None:
    """Nobody goes on with it: the row says so, its bytes go."""
    with transaction.atomic():
        given_up = Upload.objects.filter(pk=upload.pk, state=UploadState.ARRIVING).update(
            state=UploadState.GIVEN_UP, original_name="", changed_at=now
        )
        if given_up:
            record(
                action="upload.given_up",
                actor=actor,
                case_id=upload.case_id,
                target=f"records.upload:{upload.pk}",
                now=now,
            )
    drop_files(upload)


@contextmanager
def giving_up_lost(upload: Upload, now: datetime) -> Iterator[None]:
    """What a row counts on and the disk has no more can only be sent again from the start."""
    try:
        yield
    except (UploadGone, FileAltered):
        settle_given_up(upload, actor=None, now=now)
        raise UploadGone from None


# --- The timetable ------------------------------------------------------------------------


def whole_uploads(now: datetime) -> QuerySet[Upload]:
    """All bytes are here and nobody asked for the receipt: the page was closed too early."""
    return Upload.objects.arriving().filter(
        received=F("size"), changed_at__lt=now - ASKED_FOR_WITHIN
    )


def stale_uploads(now: datetime) -> QuerySet[Upload]:
    return Upload.objects.arriving().filter(changed_at__lt=now - GIVE_UP_AFTER)


def forgotten_uploads(now: datetime) -> QuerySet[Upload]:
    settled = ~Q(state=UploadState.ARRIVING)
    return Upload.objects.filter(settled, changed_at__lt=now - FORGET_AFTER)


def uploads_need_tending(now: datetime) -> bool:
    """Asked each minute; once an hour also because a kill may have left files behind."""
    return now.minute == 0 or whole_uploads(now).exists() or stale_uploads(now).exists()


def tend_uploads(*, now: datetime) -> None:
    """Finish what is whole, give up what nobody continues, drop what a kill left."""
    for upload in stale_uploads(now):
        settle_given_up(upload, actor=None, now=now)
    for upload in whole_uploads(now).select_related("case", "request", "sent_by"):
        # A refusal is in its row then; anything else is tried again, or given up in a week.
        with suppress(ValidationError):
            finish_arrived(upload, now=now)
    forgotten_uploads(now).delete()
    for path, upload_id in _list_files():
        if now.timestamp() - path.stat().st_mtime < ASKED_FOR_WITHIN.total_seconds():
            continue
        if not Upload.objects.arriving().filter(pk=upload_id).exists():
            path.unlink(missing_ok=True)


def _list_files() -> Iterator[tuple[Path, UUID]]:
    for path in incoming_folder().iterdir():
        found = FILE_NAME.fullmatch(path.stem)
        if found is not None and path.suffix in {SUFFIX, DRAFT_SUFFIX}:
            yield path, UUID(found[1])
