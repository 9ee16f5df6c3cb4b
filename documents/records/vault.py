"""Files at rest: sealed in chunks while they arrive, opened in chunks while they are served.

How a sealed object looks is said in `sealed_form`. Plain bytes never lie on a disk here, and
no more than a few chunks of them in memory.
"""

import errno
import hashlib
import os
import secrets
import tempfile
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Protocol, Self
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage

from documents.records.errors import (
    FileAltered,
    FileMissing,
    FileTooBig,
    StorageFull,
    StorageUnavailable,
)
from documents.records.keys import find_case_key, take_case_key
from documents.records.sealed_form import (
    CHUNK,
    HEAD,
    MARK,
    SALT,
    ChunkCipher,
    Place,
    derive_key,
    read_head,
)

KEPT_OPEN: Final = 4
NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What was stored. `sha256` and `size` are of the plain bytes."""

    object_name: str
    sha256: str
    size: int


class Sealed(Protocol):
    """A finished sealed file that waits to be kept."""

    @property
    def sha256(self) -> str: ...

    def keep(self) -> StoredObject: ...

    def discard(self) -> None: ...


class Seal:
    """A file that is being sealed: write plain bytes, then `keep` it or `discard` it.

    The sealed bytes wait in a private folder until they are kept; only then is there an
    object. `keep` may be called once.
    """

    def __init__(self, *, case_id: UUID, folder: str = "files") -> None:
        self.object_name = f"{folder}/{secrets.token_hex(1)}/{secrets.token_hex(20)}"
        salt = os.urandom(SALT)
        key = derive_key(take_case_key(case_id), salt)
        self._cipher = ChunkCipher(key, case_id, self.object_name)
        self._number = 0
        self._hash = hashlib.sha256()
        self._pending = bytearray()
        self.size = 0
        with refusing():
            handle, path = tempfile.mkstemp(dir=incoming_folder(), suffix=".part")
            self._path = Path(path)
            self._file = os.fdopen(handle, "wb")
            self._file.write(MARK + salt)

    def write(self, data: bytes | memoryview) -> None:
        self._hash.update(data)
        self.size += len(data)
        self._pending += data
        # One chunk is kept back: the last one is sealed as the last.
        while len(self._pending) > CHUNK:
            self._write_chunk(bytes(memoryview(self._pending)[:CHUNK]), Place.WITHIN)
            del self._pending[:CHUNK]

    def finish(self) -> None:
        """No more bytes will come."""
        self._write_chunk(bytes(self._pending), Place.LAST)
        self._pending.clear()
        with refusing():
            self._file.flush()
            self._file.close()

    def keep(self) -> StoredObject:
        """Put the finished file into the storage. Raises StorageFull or StorageUnavailable."""
        try:
            store_sealed(self._path, self.object_name)
        finally:
            self.discard()
        return StoredObject(self.object_name, self._hash.hexdigest(), self.size)

    def discard(self) -> None:
        """Leave nothing behind in the folder of arriving files; harmless when called again."""
        with suppress(OSError):
            self._file.close()
        self._path.unlink(missing_ok=True)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def _write_chunk(self, plain: bytes, place: Place) -> None:
        sealed = self._cipher.seal(plain, self._number, place)
        self._number += 1
        with refusing():
            self._file.write(sealed)


class SealedSource(File):  # type: ignore[type-arg]  # bytes
    """The finished sealed file, as a storage takes it: read, or moved by its path."""

    DEFAULT_CHUNK_SIZE = CHUNK

    def __init__(self, path: Path) -> None:
        super().__init__(path.open("rb"), name=path.name)
        self._path = path

    def temporary_file_path(self) -> str:
        return str(self._path)


def store_sealed(path: Path, object_name: str) -> None:
    """Put a finished sealed file into the storage. Raises StorageFull or StorageUnavailable."""
    try:
        with refusing(), SealedSource(path) as source:
            name = default_storage.save(object_name, source)
    except ValidationError:
        delete_object(object_name)
        raise
    if name != object_name:  # the seal is bound to its name
        delete_object(name)
        raise StorageUnavailable


def seal_file(*, case_id: UUID, stream: BinaryIO, folder: str = "files") -> StoredObject:
    """Seal and store everything that can be read from a stream."""
    seal = Seal(case_id=case_id, folder=folder)
    try:
        while data := stream.read(CHUNK):
            seal.write(data)
        seal.finish()
        return seal.keep()
    finally:
        seal.discard()


def seal_bytes(*, case_id: UUID, data: bytes, folder: str = "files") -> StoredObject:
    seal = Seal(case_id=case_id, folder=folder)
    try:
        seal.write(data)
        seal.finish()
        return seal.keep()
    finally:
        seal.discard()


def open_file(*, case_id: UUID, object_name: str) -> Iterator[bytes]:
    """The plain chunks of a stored object, each verified before it is handed on.

    Raises FileMissing, FileAltered, KeyUnknown or StorageUnavailable; the first chunk is
    verified before anything is returned, so that a missing file is known at once.
    """
    chunks = _open_chunks(find_case_key(case_id), case_id, object_name)
    first = next(chunks)

    def run() -> Iterator[bytes]:
        yield first
        yield from chunks

    return run()


def _open_chunks(case_key: bytes, case_id: UUID, object_name: str) -> Iterator[bytes]:
    with refusing():
        file = default_storage.open(object_name, "rb")
    with file:
        with refusing():
            cipher = read_head(file, case_key, case_id, object_name)
            number = 0
            sealed = file.read(cipher.sealed_size)
        while True:
            with refusing():
                following = file.read(cipher.sealed_size)
            yield cipher.open(sealed, number, Place.WITHIN if following else Place.LAST)
            if not following:
                return
            number, sealed = number + 1, following


class SealedReader:
    """A stored object read at any place: chunks are fetched, verified and forgotten one by one.

    Memory is bounded by a few chunks however large the object is. The last chunk is opened
    first, so that an object that was cut is refused at once. To be used as a context.
    Raises FileMissing, FileAltered, KeyUnknown or StorageUnavailable, here and when reading.
    """

    def __init__(self, *, case_id: UUID, object_name: str) -> None:
        case_key = find_case_key(case_id)
        with refusing():
            self._file = default_storage.open(object_name, "rb")
        self._open: OrderedDict[int, bytes] = OrderedDict()
        try:
            with refusing():
                self._cipher = read_head(self._file, case_key, case_id, object_name)
            self._measure()
            self._open_chunk(self._count - 1)
        except BaseException:
            self._file.close()
            raise

    def _measure(self) -> None:
        """Find out how many chunks and plain bytes there are."""
        with refusing():
            sealed_size = self._file.seek(0, os.SEEK_END)
        self._count = -(-(sealed_size - HEAD) // self._cipher.sealed_size)
        if self._count < 1:
            raise FileAltered
        self.size = sealed_size - HEAD - self._count * (self._cipher.sealed_size - CHUNK)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_how: object) -> None:
        self._open.clear()
        self._file.close()

    def read_at(self, offset: int, size: int) -> bytes:
        """The plain bytes from `offset`; fewer than `size` only at the end."""
        end = min(offset + size, self.size)
        parts = []
        while offset < end:
            number, inside = divmod(offset, CHUNK)
            part = self._open_chunk(number)[inside : inside + end - offset]
            parts.append(part)
            offset += len(part)
        return b"".join(parts)

    def _open_chunk(self, number: int) -> bytes:
        if number in self._open:
            self._open.move_to_end(number)
            return self._open[number]
        with refusing():
            self._file.seek(HEAD + number * self._cipher.sealed_size)
            sealed = self._file.read(self._cipher.sealed_size)
        is_last = number == self._count - 1
        plain = self._cipher.open(sealed, number, Place.LAST if is_last else Place.WITHIN)
        self._open[number] = plain
        if len(self._open) > KEPT_OPEN:
            self._open.popitem(last=False)
        return plain


def read_bytes(*, case_id: UUID, object_name: str) -> bytes:
    """A whole stored object in memory: for small ones."""
    return b"".join(open_file(case_id=case_id, object_name=object_name))


def delete_object(object_name: str) -> None:
    """Take an object out of the storage; one that cannot be reached is found by `check_files`."""
    with suppress(*storage_errors()):
        default_storage.delete(object_name)


@contextmanager
def plain_copy(*, case_id: UUID, object_name: str) -> Iterator[Path]:
    """A private path under which a parser finds the plain bytes, for as long as the block.

    Memory without a name where the system has that; elsewhere a file that only we can read
    and that loses its name when the block ends. Only for what is no larger than a document:
    archives and images of scans are read with a `SealedReader`. Raises FileTooBig.
    """
    if hasattr(os, "memfd_create") and Path("/proc/self/fd").is_dir():
        handle = os.memfd_create("record")
        with os.fdopen(handle, "wb") as file:
            for chunk in _open_small(case_id, object_name):
                file.write(chunk)
            file.flush()
            yield Path(f"/proc/self/fd/{handle}")
        return
    with refusing():
        handle, name = tempfile.mkstemp(dir=incoming_folder(), suffix=".plain")
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in _open_small(case_id, object_name):
                file.write(chunk)
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _open_small(case_id: UUID, object_name: str) -> Iterator[bytes]:
    size = 0
    for chunk in open_file(case_id=case_id, object_name=object_name):
        size += len(chunk)
        if size > settings.MAX_DOCUMENT_BYTES:
            raise FileTooBig(most=settings.MAX_DOCUMENT_BYTES)
        yield chunk


def incoming_folder() -> Path:
    """Where sealed bytes wait until they are kept; what a kill left there is swept later."""
    folder: Path = settings.INCOMING_DIR
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def storage_errors() -> tuple[type[Exception], ...]:
    """What the storage in use may raise: it knows itself, and only a bucket's client is slow."""
    return (OSError, *getattr(default_storage, "errors", ()))


@contextmanager
def refusing() -> Iterator[None]:
    """Turn what a disk or an object storage says into a sentence for the person."""
    try:
        yield
    except FileNotFoundError:
        raise FileMissing from None
    except storage_errors() as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise StorageFull from None
        raise StorageUnavailable from error
