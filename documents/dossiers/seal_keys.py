"""The keys that seal: made at first need, wrapped by the master key, rotated, never forgotten.

A sealed file is checked with the certificate that sealed it, so certificates are kept for ever. The
private key of a retired one stays in the database too, and seals nothing any more.
"""

import hashlib
import uuid
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.db import IntegrityError, transaction

from cases.accounts.audit import record
from cases.accounts.models import User
from documents.dossiers.models import SealKey
from documents.records.keys import unwrap_key, wrap_key

GOOD_FOR: Final = timedelta(days=3650)
# Clocks of readers differ; a seal made in this minute must not look as if it came too early.
EARLIER: Final = timedelta(days=1)


def take_seal_key(now: datetime) -> SealKey:
    """The key that seals now, made if there is none. Two that make one at once get the same."""
    current = find_current_key()
    if current is not None:
        return current
    try:
        with transaction.atomic():
            return _make_key(actor=None, now=now)
    except IntegrityError:  # another was first
        return SealKey.objects.get(is_current=True)


def find_current_key() -> SealKey | None:
    return SealKey.objects.filter(is_current=True).first()


@transaction.atomic
def rotate_seal_key(*, actor: User | None, now: datetime) -> SealKey:
    """Retire the key that seals now and make its successor. What was sealed stays as it is."""
    SealKey.objects.filter(is_current=True).update(is_current=False, retired_at=now)
    return _make_key(actor=actor, now=now)


def open_seal_key(key: SealKey) -> bytes:
    """The private key as DER (PKCS#8). Raises KeyUnknown where its master key is not here."""
    return unwrap_key(bytes(key.wrapped_key), key.master_key_id, key.pk)


def _make_key(*, actor: User | None, now: datetime) -> SealKey:
    private = ec.generate_private_key(ec.SECP256R1())
    certificate = _certify(private, now)
    key_id = uuid.uuid4()
    plain = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    wrapped, master_id = wrap_key(plain, key_id)
    key = SealKey.objects.create(
        id=key_id,
        certificate=certificate.public_bytes(Encoding.PEM).decode(),
        fingerprint=hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest(),
        wrapped_key=wrapped,
        master_key_id=master_id,
        made_at=now,
    )
    record(action="seal_key.made", actor=actor, now=now, target=f"dossiers.sealkey:{key.pk}")
    return key


def _certify(private: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    """The installation says itself that this key is its own; nobody else is asked."""
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, f"{settings.ORGANISATION[:50]} dossier seal"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, settings.ORGANISATION[:64]),
        ]
    )
    usage = dict.fromkeys(
        (
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now + GOOD_FOR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True
        )
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False
        )
        .sign(private, SHA256())
    )
