"""Files at rest: sealed in chunks while they arrive, opened in chunks while they are served.

A sealed object is a mark, a salt of its own, and then chunks of `CHUNK` plain bytes under
AES-256-GCM. The key is derived from the case's key and the salt; the number of the chunk is
its nonce. Bound to each chunk are the case, the object's name, the chunk's number and
whether it is the last, so that flipped, cut, reordered, appended or swapped bytes are found
out, and none of them is handed on. Plain bytes never lie on a disk here, and no more than a
few chunks of them in memory.
"""

import errno
import hashlib
import os
import secrets
import struct
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage

from documents.records.errors import FileAltered, FileMissing, StorageFull, StorageUnavailable
from documents.records.keys import find_case_key, take_case_key

CHUNK: Final = 1024 * 1024
TAG: Final = 16
MARK: Final = b"NAVSEAL1"
SALT: Final = 16
STORAGE_ERRORS: Final = (OSError, BotoCoreError, ClientError, Boto3Error)
NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What was stored. `sha256` and `size` are of the plain bytes."""

    object_name: str
    sha256: str
    size: int


class Seal:
    """A file that is being sealed: write plain bytes, then `keep` it or `discard` it.

    The sealed bytes wait in a private folder until they are kept; only then is there an
    object. `keep` may be called once.
    """

    def __init__(self, *, case_id: UUID, folder: str = "files") -> None:
        self.object_name = f"{folder}/{secrets.token_hex(1)}/{secrets.token_hex(20)}"
        salt = os.urandom(SALT)
        key = derive_key(take_case_key(case_id), salt)
        self._encrypt = ChunkCipher(key, case_id, self.object_name)
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
            self._write_chunk(bytes(memoryview(self._pending)[:CHUNK]), last=False)
            del self._pending[:CHUNK]

    def finish(self) -> None:
        """No more bytes will come."""
        self._write_chunk(bytes(self._pending), last=True)
        self._pending.clear()
        with refusing():
            self._file.flush()
            self._file.close()

    def keep(self) -> StoredObject:
        """Put the finished file into the storage. Raises StorageFull or StorageUnavailable."""
        try:
            with refusing(), SealedSource(self._path) as source:
                name = default_storage.save(self.object_name, source)
        except ValidationError:
            delete_object(self.object_name)
            raise
        finally:
            self.discard()
        if name != self.object_name:  # the seal is bound to its name
            delete_object(name)
            raise StorageUnavailable
        return StoredObject(self.object_name, self._hash.hexdigest(), self.size)

    def discard(self) -> None:
        """Leave nothing behind in the folder of arriving files; harmless when called again."""
        with suppress(OSError):
            self._file.close()
        self._path.unlink(missing_ok=True)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def _write_chunk(self, plain: bytes, *, last: bool) -> None:
        sealed = self._encrypt.seal(plain, last=last)
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


class ChunkCipher:
    """Seals or opens the chunks of one object in their order."""

    def __init__(self, key: bytes, case_id: UUID, object_name: str) -> None:
        self._cipher = AESGCM(key)
        self._bound = MARK + case_id.bytes + object_name.encode()
        self._number = 0

    def seal(self, plain: bytes, *, last: bool) -> bytes:
        return self._step(self._cipher.encrypt, plain, last=last)

    def open(self, sealed: bytes, *, last: bool) -> bytes:
        try:
            return self._step(self._cipher.decrypt, sealed, last=last)
        except InvalidTag:
            raise FileAltered from None

    def _step(
        self, act: Callable[[bytes, bytes, bytes], bytes], data: bytes, *, last: bool
    ) -> bytes:
        place = struct.pack(">QB", self._number, last)
        nonce = struct.pack(">IQ", 0, self._number)
        self._number += 1
        return act(nonce, data, self._bound + place)


def derive_key(case_key: bytes, salt: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=salt, info=b"navigator sealed file").derive(case_key)


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
            head = file.read(len(MARK) + SALT)
        if len(head) != len(MARK) + SALT or not head.startswith(MARK):
            raise FileAltered
        cipher = ChunkCipher(derive_key(case_key, head[len(MARK) :]), case_id, object_name)
        with refusing():
            sealed = file.read(CHUNK + TAG)
        while True:
            with refusing():
                following = file.read(CHUNK + TAG)
            yield cipher.open(sealed, last=not following)
            if not following:
                return
            sealed = following


def read_bytes(*, case_id: UUID, object_name: str) -> bytes:
    """A whole stored object in memory: for small ones."""
    return b"".join(open_file(case_id=case_id, object_name=object_name))


def delete_object(object_name: str) -> None:
    """Take an object out of the storage; one that cannot be reached is found by `check_files`."""
    with suppress(*STORAGE_ERRORS):
        default_storage.delete(object_name)


@contextmanager
def plain_copy(*, case_id: UUID, object_name: str) -> Iterator[Path]:
    """A private path under which a parser finds the plain bytes, for as long as the block.

    Memory without a name where the system has that; elsewhere a file that only we can read
    and that loses its name when the block ends.
    """
    if hasattr(os, "memfd_create") and Path("/proc/self/fd").is_dir():
        handle = os.memfd_create("record")
        with os.fdopen(handle, "wb") as file:
            for chunk in open_file(case_id=case_id, object_name=object_name):
                file.write(chunk)
            file.flush()
            yield Path(f"/proc/self/fd/{handle}")
        return
    with refusing():
        handle, name = tempfile.mkstemp(dir=incoming_folder(), suffix=".plain")
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in open_file(case_id=case_id, object_name=object_name):
                file.write(chunk)
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def incoming_folder() -> Path:
    """Where sealed bytes wait until they are kept; what a kill left there is swept later."""
    folder: Path = settings.INCOMING_DIR
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


@contextmanager
def refusing() -> Iterator[None]:
    """Turn what a disk or an object storage says into a sentence for the person."""
    try:
        yield
    except FileNotFoundError:
        raise FileMissing from None
    except STORAGE_ERRORS as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise StorageFull from None
        raise StorageUnavailable from error
