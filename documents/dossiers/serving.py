"""Handing out a version's stored bytes: checked against their hash, logged before they leave."""

import hashlib
from datetime import datetime
from typing import Final

from django.db import transaction

from cases.accounts.audit import record
from cases.accounts.models import User
from documents.dossiers.errors import SealBroken, VersionHasNoFile
from documents.dossiers.models import DossierVersion
from documents.records.vault import read_bytes

FOLDER: Final = "dossiers"
SHEETS_FOLDER: Final = "sheets"
"""Where versions lie in the storage."""
SAFE_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "no-store, private",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}
PDF_HEADERS: Final = {**SAFE_HEADERS, "Content-Type": "application/pdf"}


def read_checked(version: DossierVersion) -> bytes:
    """The stored bytes, as they were made or not at all. A dossier is a few megabytes."""
    if not version.object_name:
        raise VersionHasNoFile
    data = read_bytes(case_id=version.dossier.case_id, object_name=version.object_name)
    if hashlib.sha256(data).hexdigest() != version.file_sha256:
        raise SealBroken
    return data


def serve_version(*, version: DossierVersion, actor: User, now: datetime) -> bytes:
    """A version's file for staff: the audit row is on the disk before the bytes are handed on.

    The caller finds the version through `visible_to(user)`.
    """
    data = read_checked(version)
    with transaction.atomic():
        record(
            action="dossier.read",
            actor=actor,
            now=now,
            case_id=version.dossier.case_id,
            target=f"dossiers.dossierversion:{version.pk}",
            detail={"number": version.number},
        )
    return data


def pdf_headers(version: DossierVersion) -> dict[str, str]:
    """Headers for the bytes: an attachment whose name tells the reference and no more."""
    name = f"{version.printed_reference}-v{version.number}.pdf"
    return {**PDF_HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
