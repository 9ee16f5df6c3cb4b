"""How a sealed object looks, and how its chunks are sealed and opened.

A sealed object is a mark, a salt of its own, and then chunks of `CHUNK` plain bytes under
AES-256-GCM, each behind a nonce of its own. The key is derived from the case's key and the
salt. The nonces are random, because a chunk may be sealed twice: an upload that was cut off
seals what comes again, perhaps other bytes, in the same place. Bound to each chunk are the
case, the object's name, the chunk's number and whether it is the last, so that flipped, cut,
reordered, appended or swapped bytes are found out, and none of them is handed on.

Objects of the first form (`COUNTED`) have no nonces in them: there the chunk's number is it.
"""

import os
import struct
from enum import IntEnum
from typing import BinaryIO, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.core.files.base import File

from documents.records.errors import FileAltered

CHUNK: Final = 1024 * 1024
TAG: Final = 16
NONCE: Final = 12
MARK: Final = b"NAVSEAL2"
COUNTED: Final = b"NAVSEAL1"
SALT: Final = 16
HEAD: Final = len(MARK) + SALT
SEALED_CHUNK: Final = NONCE + CHUNK + TAG


class Place(IntEnum):
    """Where a chunk stands; a draft is the unfinished last one of a file that is arriving."""

    WITHIN = 0
    LAST = 1
    DRAFT = 2


class ChunkCipher:
    """Seals and opens the chunks of one object, each for its place."""

    def __init__(self, key: bytes, case_id: UUID, object_name: str, mark: bytes = MARK) -> None:
        self._cipher = AESGCM(key)
        self._bound = mark + case_id.bytes + object_name.encode()
        self._counted = mark == COUNTED
        self.sealed_size = CHUNK + TAG + (0 if self._counted else NONCE)

    def seal(self, plain: bytes, number: int, place: Place) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, self._bind(number, place))

    def open(self, sealed: bytes, number: int, place: Place) -> bytes:
        if self._counted:
            nonce = struct.pack(">IQ", 0, number)
        else:
            nonce, sealed = sealed[:NONCE], sealed[NONCE:]
        try:
            return self._cipher.decrypt(nonce, sealed, self._bind(number, place))
        except (InvalidTag, ValueError):  # a cut one may hold no whole nonce
            raise FileAltered from None

    def _bind(self, number: int, place: Place) -> bytes:
        return self._bound + struct.pack(">QB", number, place)


def derive_key(case_key: bytes, salt: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=salt, info=b"navigator sealed file").derive(case_key)


def read_head(
    file: BinaryIO | File,  # type: ignore[type-arg]  # bytes
    case_key: bytes,
    case_id: UUID,
    object_name: str,
) -> ChunkCipher:
    """What opens the chunks of a sealed file, from its first bytes."""
    head = file.read(HEAD)
    mark, salt = head[: len(MARK)], head[len(MARK) :]
    if len(salt) != SALT or mark not in {MARK, COUNTED}:
        raise FileAltered
    return ChunkCipher(derive_key(case_key, salt), case_id, object_name, mark)
