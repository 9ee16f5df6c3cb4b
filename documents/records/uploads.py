"""A file that arrives in pieces, over hours if need be, and through any interruption.

Its bytes are sealed in the folder of arriving files, which all web processes of an installation
share. What the row says was received is flushed to the disk before the row says it; what lies
beyond it after a kill is cut away. Whole chunks stand in one file; the bytes behind the last
whole one wait, sealed as a draft, in a small file of their own. Each request holds a lock of the
system on the file, which a killed process loses.
"""

import fcntl
import hashlib
import os
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol
from uuid import UUID

from documents.records.errors import ChecksumDiffers, OtherFile, UploadBusy, UploadGone
from documents.records.intake import judge_file
from documents.records.keys import find_case_key, take_case_key
from documents.records.models import Upload, UploadState
from documents.records.sealed_form import (
    CHUNK,
    HEAD,
    MARK,
    NONCE,
    SALT,
    SEALED_CHUNK,
    TAG,
    ChunkCipher,
    Place,
    read_head,
)
from documents.records.storage import flush_folder
from documents.records.vault import incoming_folder, refusing

if TYPE_CHECKING:
    from hashlib import _Hash

DURABLE_EVERY: Final = 16 * 1024 * 1024
SUFFIX: Final = ".upload"
DRAFT_SUFFIX: Final = ".draft"
MOST_HASHES: Final = 64


class Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


def path_of(upload: Upload) -> Path:
    return incoming_folder() / f"{upload.pk}{SUFFIX}"


def draft_of(upload: Upload, received: int) -> Path:
    return incoming_folder() / f"{upload.pk}.{received}{DRAFT_SUFFIX}"


def make_file(upload: Upload) -> None:
    """An empty sealed file, on the disk for good, before there is a row that counts on it."""
    take_case_key(upload.case_id)
    with refusing():
        handle = os.open(path_of(upload), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(MARK + os.urandom(SALT))
            file.flush()
            os.fsync(file.fileno())
        flush_folder(incoming_folder())


def drop_files(upload: Upload) -> None:
    for path in [*incoming_folder().glob(f"{upload.pk}.*{DRAFT_SUFFIX}"), path_of(upload)]:
        path.unlink(missing_ok=True)
    HASHES.drop(upload.pk)


@contextmanager
def lock_arriving(upload: Upload) -> Iterator[BinaryIO]:
    """The upload's file for this request alone, and its row as it is now.

    Raises UploadBusy while another request has it, UploadGone where there is no file.
    """
    try:
        file = path_of(upload).open("r+b", buffering=0)
    except FileNotFoundError:
        raise UploadGone from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UploadBusy from None
        upload.refresh_from_db()
        yield file


class ArrivingFile:
    """The sealed bytes of an upload whose lock is held, cut back to what the row says."""

    def __init__(self, upload: Upload, file: BinaryIO) -> None:
        self.upload = upload
        self._file = file
        self._cipher = self._open()
        self._number, rest = divmod(upload.received, CHUNK)
        if upload.received == upload.size and rest:
            self._number, rest = self._number + 1, 0
        self._pending = bytearray(self._read_draft() if rest else b"")
        self._taken = upload.received

    # --- Receiving ------------------------------------------------------------------------

    def receive(self, part: "Part", *, now: datetime) -> bool:
        """Take a part; False where the line was lost before its end.

        What came until then is kept. A part with a checksum counts as a whole or not at all.
        """
        running = HASHES.take(self.upload.pk, self._taken)
        for data in part.read_pieces():
            if running is not None:
                running.update(data)
            self._take(data)
            if not part.checksum and self._taken - self.upload.received >= DURABLE_EVERY:
                self._make_durable(now)
        if not part.counts():
            return False
        self._make_durable(now)
        if running is not None:
            HASHES.put(self.upload.pk, self._taken, running)
        return part.left == 0

    def _take(self, data: bytes) -> None:
        self._pending += data
        self._taken += len(data)
        while len(self._pending) >= CHUNK or (self._pending and self._taken == self.upload.size):
            plain = bytes(memoryview(self._pending)[:CHUNK])
            del self._pending[:CHUNK]
            last = (self._number + 1) * CHUNK >= self.upload.size
            if self._number == 0:  # what will be refused need not be sent to its end
                judge_file(head=plain, tail=plain if last else b"", size=self.upload.size)
            sealed = self._cipher.seal(plain, self._number, Place.LAST if last else Place.WITHIN)
            self._number += 1
            with refusing():
                write_all(self._file, sealed)

    def _make_durable(self, now: datetime) -> None:
        """First the bytes, then the row; then the draft that nobody counts on any more."""
        before = self.upload.received
        if self._taken == before:
            return
        with refusing():
            os.fdatasync(self._file.fileno())
        if self._pending:
            self._write_draft()
        counted = Upload.objects.filter(
            pk=self.upload.pk, state=UploadState.ARRIVING, received=before
        ).update(received=self._taken, changed_at=now)
        if not counted:
            raise UploadBusy
        self.upload.received, self.upload.changed_at = self._taken, now
        draft_of(self.upload, before).unlink(missing_ok=True)

    def _write_draft(self) -> None:
        with refusing():
            handle = os.open(
                draft_of(self.upload, self._taken), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600
            )
            with os.fdopen(handle, "wb") as draft:
                draft.write(self._cipher.seal(bytes(self._pending), self._number, Place.DRAFT))
                draft.flush()
                os.fsync(draft.fileno())
            flush_folder(incoming_folder())

    # --- Reading what is here -------------------------------------------------------------

    def require_same(self, *, fingerprint: str, before: str) -> None:
        """Refuse bytes of another file than the one that was begun.

        `before` is the SHA-256 of up to one chunk in front of the offset, in hexadecimal.
        """
        if self.upload.fingerprint and fingerprint != self.upload.fingerprint:
            raise OtherFile
        if before and hashlib.sha256(self._read_before()).hexdigest() != before:
            raise OtherFile

    def _read_before(self) -> bytes:
        start = max(self.upload.received - CHUNK, 0)
        first = start // CHUNK
        near = b"".join(self.read_chunks(first)) + bytes(self._pending)
        return near[start - first * CHUNK :]

    def read_chunks(self, first: int = 0) -> Iterator[bytes]:
        """The plain whole chunks from one on, with the last one where all have come."""
        with refusing():
            self._file.seek(HEAD + first * SEALED_CHUNK)
        for number in range(first, self._number):
            with refusing():
                sealed = self._file.read(SEALED_CHUNK)
            last = (number + 1) * CHUNK >= self.upload.size
            yield self._cipher.open(sealed, number, Place.LAST if last else Place.WITHIN)
        with refusing():
            self._file.seek(0, os.SEEK_END)

    def finish_hash(self) -> str:
        """SHA-256 of all that came: from where this process left off, else from the start."""
        done, running = HASHES.find(self.upload.pk)
        first = done // CHUNK
        skip = done - first * CHUNK
        for plain in self.read_chunks(first):
            running.update(memoryview(plain)[skip:])
            skip = 0
        HASHES.put(self.upload.pk, self.upload.size, running)
        return running.hexdigest()

    def _open(self) -> ChunkCipher:
        """Cut away what no row counts on; what a row counts on and is not there ends it."""
        whole, rest = divmod(self.upload.received, CHUNK)
        counted = HEAD + whole * SEALED_CHUNK
        if rest and self.upload.received == self.upload.size:
            counted += NONCE + rest + TAG
        with refusing():
            if os.fstat(self._file.fileno()).st_size < counted:
                raise UploadGone
            os.ftruncate(self._file.fileno(), counted)
        key = find_case_key(self.upload.case_id)
        with refusing():
            self._file.seek(0)
            cipher = read_head(self._file, key, self.upload.case_id, self.upload.object_name)
            self._file.seek(0, os.SEEK_END)
        return cipher

    def _read_draft(self) -> bytes:
        try:
            sealed = draft_of(self.upload, self.upload.received).read_bytes()
        except FileNotFoundError:
            raise UploadGone from None
        return self._cipher.open(sealed, self._number, Place.DRAFT)


class Part:
    """The bytes of one request, with the checksum that was announced for them, if one was."""

    def __init__(
        self, source: Source, length: int, *, algorithm: str = "", checksum: bytes = b""
    ) -> None:
        self.left = length
        self.checksum = checksum
        self._source = source
        self._sums = hashlib.new(algorithm) if algorithm else None

    def read_pieces(self) -> Iterator[bytes]:
        while self.left and (data := read_some(self._source, min(CHUNK, self.left))):
            self.left -= len(data)
            if self._sums is not None:
                self._sums.update(data)
            yield data

    def counts(self) -> bool:
        """Whether what came may be kept. Raises ChecksumDiffers."""
        if self._sums is None:
            return True
        if self.left == 0 and self._sums.digest() != self.checksum:
            raise ChecksumDiffers
        return self.left == 0


def read_some(source: Source, size: int) -> bytes:
    """The next bytes of a request; none where the line was lost or stands still."""
    try:
        return source.read(size)
    except OSError:  # Django's UnreadablePostError is one
        return b""


def write_all(file: BinaryIO, data: bytes) -> None:
    """An unbuffered file may take a part only, on a disk that fills up for instance."""
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


class RunningHashes:
    """Hashes of files on their way, as far as this process has received them.

    A process that lacks one makes it from the sealed bytes when the file is whole: every byte
    is then hashed twice at most, however often the processes took turns.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._hashes: OrderedDict[UUID, tuple[int, _Hash]] = OrderedDict()

    def take(self, upload_id: UUID, received: int) -> "_Hash | None":
        """The hash that stands exactly at `received`, to go on with; None where there is none."""
        if received == 0:
            return hashlib.sha256()
        with self._lock:
            done, running = self._hashes.get(upload_id, (0, None))
            return running.copy() if running is not None and done == received else None

    def find(self, upload_id: UUID) -> "tuple[int, _Hash]":
        """How far a hash is known, and that hash."""
        with self._lock:
            done, running = self._hashes.get(upload_id, (0, hashlib.sha256()))
            return done, running.copy()

    def put(self, upload_id: UUID, done: int, running: "_Hash") -> None:
        with self._lock:
            self._hashes[upload_id] = (done, running)
            self._hashes.move_to_end(upload_id)
            while len(self._hashes) > MOST_HASHES:
                self._hashes.popitem(last=False)

    def drop(self, upload_id: UUID) -> None:
        with self._lock:
            self._hashes.pop(upload_id, None)


HASHES: Final = RunningHashes()
