"""PAdES by pyHanko; only `signing` imports this, and only when something is signed or checked."""

import io
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


def append_signature(pdf: bytes, key: SealKey, *, room: int) -> tuple[bytes, bytes]:
    """The signed file, and its signature. `room`: bytes kept free for the signature."""
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
        IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False), output=out, bytes_reserved=room
    )
    data = out.getvalue()
    signature = PdfFileReader(io.BytesIO(data), strict=False).embedded_signatures[-1]
    return data, signature.pkcs7_content


def covers_whole_file(pdf: bytes, key: SealKey, *, at: datetime) -> bool:
    """Whether the file bears one whole signature of this key over all its bytes."""
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
