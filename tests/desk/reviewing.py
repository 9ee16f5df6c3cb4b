"""Records for the review screen: read by the real path, the words of PDFs with places."""

import re
from collections.abc import Callable

from cases.accounts.models import User
from cases.casework.models import Case
from documents.records.models import Document, DocumentState, Page
from documents.records.reading import find_all_boxes
from documents.records.vault import plain_copy
from tests import make
from tests.records.sending import send

WORD = re.compile(r"\S+")


def put_words(document: Document) -> None:
    """Give every page of a PDF the places of its words, where its reader has left none."""
    file = document.files.order_by("-version")[0]
    if file.content_type != "application/pdf" or document.state != DocumentState.TO_REVIEW:
        return
    for page in file.pages.filter(words=[]):
        runs = [match.span() for match in WORD.finditer(page.text)]
        with plain_copy(case_id=document.case_id, object_name=file.object_name) as path:
            found = find_all_boxes(path, [(page.number, start, end) for start, end in runs])
        page.words = [
            [start, end, box.left, box.top, box.right, box.bottom, 1]
            for (start, end), boxes in zip(runs, found, strict=True)
            for box in boxes[:1]
        ]
        page.save(update_fields=["words"])


def send_read(
    case: Case, data: bytes, run_jobs: Callable[[], int], *, actor: User, name: str = "letter.pdf"
) -> Document:
    document = send(case, data, actor=actor, name=name, now=make.NOW)
    run_jobs()
    document.refresh_from_db()
    put_words(document)
    return document


def find_page(document: Document, number: int = 1) -> Page:
    page: Page = document.files.order_by("-version")[0].pages.get(number=number)
    return page
