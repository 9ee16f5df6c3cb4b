"""The seal on a file: a PAdES signature that certifies it and allows no change.

Sealing appends to the file and changes no byte before: the file without its last revision is what
a person has looked at. Everything here is about files that were made here; a stranger's file is
read by `marks` alone, which looks at bytes and parses nothing.
"""

import hashlib
import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from documents.dossiers.models import SealKey
from documents.dossiers.seal_keys import open_seal_key

FIELD: Final = "Seal"
DIGEST: Final = "sha256"
ROOM: Final = 8192
"""Bytes kept free for the signature, always the same, so that no length depends on the key."""


@dataclass(frozen=True)
class SealedFile:
    data: bytes
    mark: str
    """The SHA-256 of the signature: whoever holds a changed copy still holds this."""


def sign_file(pdf: bytes, key: SealKey) -> SealedFile:
    """Append the seal. Raises KeyUnknown where the master key of the seal's key is not here."""
    signer = signers.SimpleSigner(
        signing_cert=load_certificate(key),
        signing_key=load_private_key_from_pemder_data(open_seal_key(key), passphrase=None),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]  # pyHanko's
    )
    wanted = signers.PdfSignatureMetadata(
        field_name=FIELD,
        name=settings.ORGANISATION,
        reason="Sealed dossier",
        location=settings.SITE_URL,
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        md_algorithm=DIGEST,
    )
    out = io.BytesIO()
    signers.PdfSigner(wanted, signer).sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False), output=out, bytes_reserved=ROOM
    )
    data = out.getvalue()
    signature = PdfFileReader(io.BytesIO(data), strict=False).embedded_signatures[-1]
    return SealedFile(data, mark_of(signature.pkcs7_content))


def mark_of(signature: bytes) -> str:
    """The hash by which a signature is known again, whatever a program filled it up with."""
    return hashlib.sha256(signature.rstrip(b"\0")).hexdigest()


def signature_is_good(pdf: bytes, key: SealKey, *, at: datetime) -> bool:
    """Whether one of our own files bears a whole seal of this key that covers all its bytes.

    `at`: when it was sealed; a certificate that ran out later has sealed well all the same.
    """
    try:
        (signature,) = PdfFileReader(io.BytesIO(pdf), strict=False).embedded_signatures
        trusted = ValidationContext(
            trust_roots=[load_certificate(key)], allow_fetching=False, moment=at
        )
        status = validate_pdf_signature(signature, trusted)
        # A reader passes over bytes behind the end that mean nothing to it; we do not.
        start, _first, rest, length = signature.byte_range
    except Exception:  # noqa: BLE001  a reader of PDFs breaks in many ways on a broken file
        return False
    return bool(status.bottom_line) and start == 0 and rest + length == len(pdf)


def load_certificate(key: SealKey) -> Any:
    """The certificate as the library of the seal wants it."""
    (certificate,) = load_certs_from_pemder_data(key.certificate.encode())
    return certificate
