"""Later versions of a paper: what was sent stays as it is, the newest version is what people see.

A copy is made and stored outside of a transaction, its row is written inside one:

    with removed_unless_kept(keep_derived(case_id=..., data=...)) as stored, run.finishing():
        add_version(document=..., stored=stored, ...)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import PurePosixPath
from typing import Final
from uuid import UUID

from django.db.models import Max

from cases.accounts.models import User
from documents.records.errors import NotOfThisCase
from documents.records.models import Document, DocumentFile, FileRole
from documents.records.sniffing import MEDIA_TYPES
from documents.records.states import lock_document, tell
from documents.records.vault import StoredObject, delete_object, seal_bytes

ENDINGS: Final = {"image/jpeg": ".jpg", "text/plain": ".txt"} | {
    media_type: f".{kind.value}"
    for kind, media_type in MEDIA_TYPES.items()
    if media_type not in {"image/jpeg", "text/plain"}
}
# What came out of a lock was seen by no check yet; every other copy holds what was checked.
UNCHECKED: Final = frozenset({FileRole.OPENED})


def keep_derived(*, case_id: UUID, data: bytes) -> StoredObject:
    """Seal and store bytes that were made from a version. Not inside a transaction."""
    return seal_bytes(case_id=case_id, data=data)


@contextmanager
def removed_unless_kept(stored: StoredObject) -> Iterator[StoredObject]:
    """Around the transaction that adds the version: if it fails, its object goes too."""
    try:
        yield stored
    except BaseException:
        delete_object(stored.object_name)
        raise


def add_version(
    *,
    document: Document,
    stored: StoredObject,
    role: FileRole,
    made_from: DocumentFile,
    made_by: User | None,
    content_type: str,
    now: datetime,
) -> DocumentFile:
    """Write the row of a copy, as the newest version. Inside a transaction; locks the document.

    `made_from` may be a version of another paper of the case, where pages were parted or joined.
    """
    document = lock_document(document)
    source = DocumentFile.objects.select_related("document").get(pk=made_from.pk)
    if source.document.case_id != document.case_id:
        raise NotOfThisCase
    last = document.files.aggregate(last=Max("version"))["last"] or 0
    checked = role not in UNCHECKED
    file = DocumentFile.objects.create(
        document=document,
        version=last + 1,
        role=role,
        made_from=source,
        made_by=made_by,
        object_name=stored.object_name,
        original_name=name_copy(source.original_name, content_type),
        content_type=content_type,
        sha256=stored.sha256,
        size=stored.size,
        scanned_at=source.scanned_at if checked else None,
        scan_verdict=source.scan_verdict if checked else "",
        created_at=now,
    )
    tell(
        document,
        "version_made",
        actor=made_by,
        now=now,
        detail={
            "file": str(file.pk),
            "version": file.version,
            "role": role.value,
            "made_from": str(source.pk),
            "sha256": stored.sha256,
        },
    )
    return file


def name_copy(original_name: str, content_type: str) -> str:
    """The sender's name of the file with the ending of what the copy is."""
    if not original_name:
        return ""
    ending = ENDINGS.get(content_type, "")
    return f"{PurePosixPath(original_name).stem[: 300 - len(ending)]}{ending}"
