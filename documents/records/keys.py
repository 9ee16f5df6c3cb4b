"""Envelope encryption: a data key for each case, wrapped by a master key of the installation.

Erasing the row of a case's key makes all its files unreadable, in backups too. A new master
key is put first in `MASTER_KEYS`; older ones still open what they wrapped, and
`rewrap_case_keys` moves everything to the first without touching a file.
"""

import hashlib
import os
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone

from documents.records.errors import KeyUnknown
from documents.records.models import CaseKey

NONCE = 12


def take_case_key(case_id: UUID) -> bytes:
    """The data key of a case, made on its first file. Raises KeyUnknown."""
    row = CaseKey.objects.filter(pk=case_id).first()
    if row is None:
        wrapped, master_id = wrap_key(os.urandom(32), case_id)
        try:
            with transaction.atomic():
                row = CaseKey.objects.create(
                    case_id=case_id,
                    wrapped_key=wrapped,
                    master_key_id=master_id,
                    made_at=timezone.now(),
                )
        except IntegrityError:  # another upload of the same case was first
            row = CaseKey.objects.get(pk=case_id)
    return unwrap_key(bytes(row.wrapped_key), row.master_key_id, case_id)


def find_case_key(case_id: UUID) -> bytes:
    """The data key of a case that has files. Raises KeyUnknown, after an erasure for instance."""
    row = CaseKey.objects.filter(pk=case_id).first()
    if row is None:
        raise KeyUnknown
    return unwrap_key(bytes(row.wrapped_key), row.master_key_id, case_id)


def rewrap_case_keys() -> int:
    """Wrap every case's key with the first master key; how many were moved.

    Each row is one short transaction, so the command may be stopped and run again.
    """
    return rewrap_keys(CaseKey)


def rewrap_keys(model: type[Model]) -> int:
    """The same for any table of keys that are wrapped as a case's are, bound to their row's id."""
    newest, moved = master_key_id(settings.MASTER_KEYS[0]), 0
    rows = model._default_manager  # noqa: SLF001  Django's own name for it
    for owner_id in list(rows.exclude(master_key_id=newest).values_list("pk", flat=True)):
        with transaction.atomic():
            row: Any = rows.select_for_update(no_key=True).get(pk=owner_id)
            key = unwrap_key(bytes(row.wrapped_key), row.master_key_id, owner_id)
            row.wrapped_key, row.master_key_id = wrap_key(key, owner_id)
            row.save(update_fields=["wrapped_key", "master_key_id"])
        moved += 1
    return moved


def wrap_key(key: bytes, owner_id: UUID) -> tuple[bytes, str]:
    """A key under the first master key, bound to its case or row; and which key that is."""
    secret = settings.MASTER_KEYS[0]
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(_stretch(secret)).encrypt(nonce, key, owner_id.bytes), master_key_id(
        secret
    )


def unwrap_key(wrapped: bytes, master_id: str, owner_id: UUID) -> bytes:
    for secret in settings.MASTER_KEYS:
        if master_key_id(secret) == master_id:
            try:
                return AESGCM(_stretch(secret)).decrypt(
                    wrapped[:NONCE], wrapped[NONCE:], owner_id.bytes
                )
            except InvalidTag:
                raise KeyUnknown from None
    raise KeyUnknown


def master_key_id(secret: str) -> str:
    """Which master key it was, without saying anything of it."""
    return hashlib.sha256(b"navigator master key id\0" + secret.encode()).hexdigest()[:16]


def _stretch(secret: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"navigator master key").derive(secret.encode())
