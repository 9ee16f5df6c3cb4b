"""Whether every row has its object, whole, and every object its row."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage

from documents.records.errors import FileMissing
from documents.records.models import DocumentFile, DocumentState, ImagingSeries, Page
from documents.records.shelves import list_shelves
from documents.records.uploads import DRAFT_SUFFIX, SUFFIX
from documents.records.vault import incoming_folder, open_file, refusing

FOLDERS: Final = ("files", "previews")
# What arrives just now has an object before it has a row.
LEAVE_ALONE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` says what is wrong; `subject` is the id of a row or the name of an object."""

    code: str
    subject: str


def find_broken_files() -> Iterator[Finding]:
    """Rows whose object is missing, was altered, or is not what the row says."""
    files = DocumentFile.objects.exclude(document__state=DocumentState.PURGED)
    for file in files.select_related("document").order_by("pk").iterator(chunk_size=200):
        code = check_stored_file(file)
        if code:
            yield Finding(code, f"records.documentfile:{file.pk}")
    yield from _find_broken_pictures()
    for kept in chain.from_iterable(shelf.list_kept() for shelf in list_shelves()):
        code = _compare(kept.case_id, kept.object_name, kept.sha256, kept.size)
        if code:
            yield Finding(code, kept.subject)


def _find_broken_pictures() -> Iterator[Finding]:
    pages = Page.objects.exclude(preview_name="").select_related("file__document")
    for page in pages.order_by("pk").iterator(chunk_size=200):
        code = _drain(page.file.document.case_id, page.preview_name)[0]
        if code:
            yield Finding(code, f"records.page:{page.pk}")
    drawn = ImagingSeries.objects.exclude(preview_name="").select_related("study__document")
    for series in drawn.order_by("pk").iterator(chunk_size=200):
        code = _drain(series.study.document.case_id, series.preview_name)[0]
        if code:
            yield Finding(code, f"records.imagingseries:{series.pk}")


def check_stored_file(file: DocumentFile) -> str:
    """Read a stored file to its end: empty, or the code of what is wrong."""
    return _compare(file.document.case_id, file.object_name, file.sha256, file.size)


def _compare(case_id: UUID, object_name: str, sha256: str, size: int) -> str:
    code, found_sha256, found_size = _drain(case_id, object_name)
    if code:
        return code
    return "" if (found_sha256, found_size) == (sha256, size) else "file_differs_from_row"


def _drain(case_id: UUID, object_name: str) -> tuple[str, str, int]:
    digest, size = hashlib.sha256(), 0
    try:
        for chunk in open_file(case_id=case_id, object_name=object_name):
            digest.update(chunk)
            size += len(chunk)
    except ValidationError as refusal:
        return str(getattr(refusal, "code", "") or "unreadable"), "", 0
    return "", digest.hexdigest(), size


def find_orphans(*, now: datetime) -> Iterator[Finding]:
    """Objects that no row knows, of uploads and readings that never finished; oldest ones only."""
    looked_at: dict[str, Callable[[str], bool]] = dict.fromkeys(FOLDERS, _is_known)
    looked_at |= {shelf.folder: shelf.is_known for shelf in list_shelves()}
    for folder, is_known in looked_at.items():
        for name in _list_objects(folder):
            if is_known(name):
                continue
            with refusing():
                age = now - default_storage.get_modified_time(name)
            if age >= LEAVE_ALONE:
                yield Finding("orphan", name)


def _is_known(name: str) -> bool:
    return (
        DocumentFile.objects.filter(object_name=name).exists()
        or Page.objects.filter(preview_name=name).exists()
        or ImagingSeries.objects.filter(preview_name=name).exists()
    )


def _list_objects(folder: str) -> Iterator[str]:
    try:
        with refusing():
            folders, names = default_storage.listdir(folder)
    except FileMissing:  # nothing was stored yet
        return
    for name in names:
        yield f"{folder}/{name}"
    for inner in folders:
        yield from _list_objects(f"{folder}/{inner}")


def sweep_incoming(*, now: datetime) -> int:
    """Drop what a killed process left among the arriving files; how many there were.

    Uploads in pieces have rows, and are looked after by these (`settling`).
    """
    dropped = 0
    for path in incoming_folder().iterdir():
        if path.suffix in {SUFFIX, DRAFT_SUFFIX}:
            continue
        if now.timestamp() - path.stat().st_mtime >= LEAVE_ALONE.total_seconds():
            path.unlink(missing_ok=True)
            dropped += 1
    return dropped
