"""The seal on a file: a PAdES signature that certifies it and allows no change.

Sealing appends to the file and changes no byte before: the file without its last revision is what
a person has looked at. Everything here is about files that were made here; a stranger's file is
read by `marks` alone, which looks at bytes and parses nothing.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Final

from documents.dossiers.models import SealKey

ROOM: Final = 8192
"""Bytes kept free for the signature, always the same, so that no length depends on the key."""


@dataclass(frozen=True)
class SealedFile:
    data: bytes
    mark: str
    """The SHA-256 of the signature: whoever holds a changed copy still holds this."""


def sign_file(pdf: bytes, key: SealKey) -> SealedFile:
    """Append the seal. Raises KeyUnknown where the master key of the seal's key is not here."""
    data, signature = _load_pades().append_signature(pdf, key, room=ROOM)
    return SealedFile(data, mark_of(signature))


def mark_of(signature: bytes) -> str:
    """The hash by which a signature is known again, whatever a program filled it up with."""
    return hashlib.sha256(signature.rstrip(b"\0")).hexdigest()


def signature_is_good(pdf: bytes, key: SealKey, *, at: datetime) -> bool:
    """Whether one of our own files bears a whole seal of this key that covers all its bytes.

    `at`: when it was sealed; a certificate that ran out later has sealed well all the same.
    """
    is_good: bool = _load_pades().covers_whole_file(pdf, key, at=at)
    return is_good


def _load_pades() -> ModuleType:
    """Half a second of imports that most processes never need."""
    from documents.dossiers import pades  # noqa: PLC0415  see above

    return pades
