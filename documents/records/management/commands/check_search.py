"""Compare what is searched with the text of the pages, and mend it where asked."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from documents.records.search_index import (
    fill_index,
    find_unsearchable,
    index_again,
    is_index_whole,
)


class Command(BaseCommand):
    help = "Say which pages the search would not find as they are read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mend", action="store_true", help="take in their words anew")

    def handle(self, *_args: Any, mend: bool = False, **_options: Any) -> None:
        stale = list(find_unsearchable())
        for page_id in stale:
            self.stdout.write(f"not_searchable records.page:{page_id}")
            if mend:
                index_again(page_id)
        whole = is_index_whole()
        if not whole:
            self.stdout.write("index_differs records_searchedpage_fts")
            if mend:
                fill_index()
        self.stdout.write(f"{len(stale)} pages {'mended' if mend else 'not searchable'}")
        if not mend and (stale or not whole):
            raise SystemExit(1)
