"""Handing out a file: the record of it is on the disk before the first byte leaves.

Callers find the file or page through `visible_to(user)` first, and answer with
`StreamingHttpResponse(served.chunks, headers=served.headers)`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from django.db import transaction

from cases.accounts.audit import record
from cases.accounts.models import User
from documents.records.errors import FileHeld, NoPreview
from documents.records.models import Document, DocumentFile, DocumentState, ImagingSeries, Page
from documents.records.scanning import Verdict
from documents.records.vault import open_file

# What the check let pass; a file without a verdict is handed to nobody.
CHECKED: Final = frozenset({Verdict.CLEAN, Verdict.NO_SCANNER})
PRIVATE_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "no-store, private",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True, slots=True)
class Served:
    """Plain bytes in pieces, verified one by one, and the headers they must go out with."""

    chunks: Iterator[bytes]
    headers: dict[str, str]


def serve_file(*, file: DocumentFile, actor: User | None, now: datetime) -> Served:
    """The original as it was sent, always as an attachment. Raises FileHeld or FileMissing."""
    document = file.document
    if file.scan_verdict not in CHECKED or document.state == DocumentState.PURGED:
        raise FileHeld
    chunks = open_file(case_id=document.case_id, object_name=file.object_name)
    with transaction.atomic(durable=True):
        record(
            action="file.read",
            actor=actor,
            case_id=document.case_id,
            target=f"records.documentfile:{file.pk}",
            detail={"document": str(document.pk), "version": file.version},
            now=now,
        )
    name = file.original_name or "record"
    return Served(
        chunks,
        {
            **PRIVATE_HEADERS,
            "Content-Type": file.content_type,
            "Content-Length": str(file.size),
            "Content-Disposition": (
                f"attachment; filename=\"record\"; filename*=UTF-8''{quote(name, safe='')}"
            ),
        },
    )


@dataclass(frozen=True, slots=True)
class Look:
    """What the audit says of a look at a picture."""

    action: str
    target: str
    detail: dict[str, int]


def serve_preview(*, page: Page, actor: User | None, now: datetime) -> Served:
    """The picture of a page, a JPEG that we made ourselves. Raises NoPreview."""
    read = Look("page.read", f"records.page:{page.pk}", {"page": page.number})
    return _serve_picture(page.file.document, page.preview_name, read, actor=actor, now=now)


def serve_slice(*, series: ImagingSeries, actor: User | None, now: datetime) -> Served:
    """The picture of a series' middle slice, drawn by ourselves. Raises NoPreview."""
    read = Look("series.read", f"records.imagingseries:{series.pk}", {})
    return _serve_picture(series.study.document, series.preview_name, read, actor=actor, now=now)


def _serve_picture(
    document: Document, object_name: str, look: Look, *, actor: User | None, now: datetime
) -> Served:
    if not object_name or document.state == DocumentState.PURGED:
        raise NoPreview
    chunks = open_file(case_id=document.case_id, object_name=object_name)
    with transaction.atomic(durable=True):
        record(
            action=look.action,
            actor=actor,
            case_id=document.case_id,
            target=look.target,
            detail={"document": str(document.pk), **look.detail},
            now=now,
        )
    return Served(
        chunks,
        {**PRIVATE_HEADERS, "Content-Type": "image/jpeg", "Content-Disposition": "inline"},
    )
