"""Facts that a person reads on a page that no rule has read."""

from datetime import datetime
from typing import Final

from django.db import transaction

from cases.accounts.models import User
from cases.clinical.models import Fact, FactState
from cases.clinical.services import confirm_fact, propose_fact, read_value, require_decider
from documents.records.digest import MAX_QUOTE
from documents.records.errors import NoSuchPlace, NothingFromThisRecord
from documents.records.models import Document, DocumentFile, DocumentState, Evidence, Page
from documents.records.page_words import find_quote, join_words, tidy_quote, trim_place
from documents.records.states import lock_document

# Whose paper it is and that it can be read has been looked at, or is being looked at now.
CAN_BE_READ: Final = frozenset({DocumentState.TO_REVIEW, DocumentState.ACCEPTED})


@transaction.atomic
def enter_fact_from_page(
    *,
    document: Document,
    page: int,
    start: int,
    end: int,
    quote: str = "",
    key: str,
    value: object,
    actor: User,
    now: datetime,
) -> Fact:
    """A named person reads a fact on a page of the newest version, and stands for it.

    The words are those from `start` to `end` of the page's text. Where these are the same, `quote`
    is what the person typed: it is looked for in the text, and kept as typed where the page is a
    picture that nobody could read. A proposal that says the same is confirmed, with this place
    added to its own.
    """
    require_decider(actor)
    document = lock_document(document)
    if document.state not in CAN_BE_READ:
        raise NothingFromThisRecord
    file = document.files.order_by("-version").first()
    row = file.pages.filter(number=page).first() if file is not None else None
    if file is None or row is None:
        raise NoSuchPlace
    start, end, words = _find_words(row, start, end, quote)
    canonical = read_value(key, value)
    fact = _find_proposal(file, key, canonical) or propose_fact(
        case=document.case, key=key, value=canonical, actor=actor, now=now
    )
    Evidence.objects.get_or_create(
        fact=fact,
        file=file,
        page=page,
        start=start,
        defaults={
            "end": end,
            "quote": words[:MAX_QUOTE],
            "boxes": join_words(row.words, start, end),
        },
    )
    return confirm_fact(fact=fact, actor=actor, now=now)


def _find_words(page: Page, start: int, end: int, typed: str) -> tuple[int, int, str]:
    """The place and its words; raises NoSuchPlace where there are none."""
    if start < end:
        start, end = trim_place(page.text, start, end)
    elif found := find_quote(page.text, typed):
        start, end = found
    else:
        start = end = 0
    words = tidy_quote(page.text[start:end] or typed)
    if not words:
        raise NoSuchPlace
    return start, end, words


def _find_proposal(file: DocumentFile, key: str, value: object) -> Fact | None:
    waiting = Fact.objects.filter(
        case=file.document.case_id, key=key, state=FactState.PROPOSED, evidence__file=file
    ).distinct()
    return next((fact for fact in waiting if fact.value == value), None)
