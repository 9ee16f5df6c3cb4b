"""A page drawn anew, larger than its stored preview, for a person who looks closely."""

from datetime import datetime
from typing import Final

from django.db import transaction

from cases.accounts.audit import record
from cases.accounts.models import User
from documents.records.digest import KINDS
from documents.records.errors import NoPreview
from documents.records.models import DocumentState, Page
from documents.records.previews import render_page
from documents.records.sandbox import ReadingFailure
from documents.records.vault import plain_copy

SHARP_WIDTH: Final = 2_000


def draw_sharp_page(*, page: Page, actor: User, now: datetime) -> bytes:
    """A JPEG twice as wide as the preview; nothing of it is stored. Raises NoPreview.

    Takes as long as drawing one page does, some tenths of a second, in the sandbox.
    """
    file, document = page.file, page.file.document
    kind = KINDS.get(file.content_type)
    if kind is None or not page.preview_name or document.state == DocumentState.PURGED:
        raise NoPreview
    try:
        with plain_copy(case_id=document.case_id, object_name=file.object_name) as path:
            picture = render_page(path, kind, page.number, width=SHARP_WIDTH)
    except ReadingFailure:
        raise NoPreview from None
    with transaction.atomic(durable=True):
        record(
            action="page.read",
            actor=actor,
            case_id=document.case_id,
            target=f"records.page:{page.pk}",
            detail={"document": str(document.pk), "page": page.number, "sharp": True},
            now=now,
        )
    return picture
