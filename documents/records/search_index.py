"""Keeping the words of pages for the search: put in where pages are stored, compared by a command.

Pages that go take their words with them, by the database itself.
"""

from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from django.db import DatabaseError, connection

from documents.records.models import Page, SearchedPage
from documents.records.searched_words import join_terms

AT_ONCE: Final = 200


def index_pages(pages: Iterable[Page]) -> None:
    """Let pages that were stored just now be found. Inside the transaction that stored them.

    The last page goes in first: the newest are shown first, and a paper's pages in their order.
    """
    backwards = sorted(pages, key=lambda page: page.number, reverse=True)
    SearchedPage.objects.bulk_create(
        (SearchedPage(page=page, terms=join_terms(page.text)) for page in backwards),
        batch_size=AT_ONCE,
    )


def find_unsearchable() -> Iterator[UUID]:
    """Pages whose words for the search are missing, or are not those of their text."""
    pages = Page.objects.select_related("searched").only("text", "searched__terms").order_by("pk")
    for page in pages.iterator(chunk_size=AT_ONCE):
        kept = getattr(page, "searched", None)
        if kept is None or kept.terms != join_terms(page.text):
            yield page.pk


def index_again(page_id: UUID) -> None:
    page = Page.objects.only("text").get(pk=page_id)
    SearchedPage.objects.update_or_create(page=page, defaults={"terms": join_terms(page.text)})


def is_index_whole() -> bool:
    """Whether SQLite's own table agrees with ours; PostgreSQL computes its column itself."""
    if connection.vendor != "sqlite":
        return True
    with connection.cursor() as cursor:
        try:
            cursor.execute(
                "INSERT INTO records_searchedpage_fts (records_searchedpage_fts, rank) "
                "VALUES ('integrity-check', 1)"
            )
        except DatabaseError:
            return False
    return True


def fill_index() -> None:
    """Make SQLite's own table anew from ours."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO records_searchedpage_fts (records_searchedpage_fts) VALUES ('rebuild')"
            )
