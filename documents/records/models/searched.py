"""The text of pages as it is searched, and how a database is asked for words in it.

What the databases hold beside this table (a `tsvector` on PostgreSQL, an FTS5 table on SQLite)
they keep in step with it themselves, in the same transaction: see migration 0007.
"""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from cases.casework.models import OfCaseQuerySet
from documents.records.models.document import GONE, DocumentState
from documents.records.models.file import DocumentFile, Page

TABLE = "records_searchedpage"
# What they say stands in another paper, which may have been covered since.
ELSEWHERE = [DocumentState.SUPERSEDED, DocumentState.DUPLICATE]


class SearchedPageQuerySet(OfCaseQuerySet["SearchedPage"]):
    case_path = "page__file__document__case"

    def standing(self) -> "SearchedPageQuerySet":
        """Of the newest version of papers that count: what was covered is not found."""
        newer = DocumentFile.objects.filter(
            document=OuterRef("page__file__document"), version__gt=OuterRef("page__file__version")
        )
        left_out = self.exclude(page__file__document__state__in=[*GONE, *ELSEWHERE])
        return left_out.filter(~Exists(newer))


class SearchedPage(models.Model):
    """The words of one page, normalised (`searched_words`), with a space between them."""

    id = models.BigAutoField(primary_key=True)
    page = models.OneToOneField(Page, on_delete=models.CASCADE, related_name="searched")
    terms = models.TextField(_("words"), blank=True, default="")

    objects = SearchedPageQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.pk)


@models.TextField.register_lookup
class HasWords(models.Lookup):
    """`terms__has_words=query`: all phrases of a `search_query.Query` stand there."""

    lookup_name = "has_words"
    prepare_rhs = False

    def as_postgresql(
        self, compiler: Any, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[str, ...]]:
        del compiler
        table = connection.ops.quote_name(self.lhs.alias)
        return f"{table}.vector @@ %s::tsquery", (self.rhs.for_postgresql,)

    def as_sqlite(
        self, compiler: Any, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[str, ...]]:
        del compiler
        table = connection.ops.quote_name(self.lhs.alias)
        inside = f"SELECT rowid FROM {TABLE}_fts WHERE {TABLE}_fts MATCH %s"  # noqa: S608  # our own table
        return f"{table}.id IN ({inside})", (self.rhs.for_sqlite,)
