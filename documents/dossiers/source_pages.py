"""Which pages of which sources stand behind a version, in which order.

Whatever a coordinator chose, only records that go into this version are ever asked: accepted, of
this case, and shown to hospitals. What nobody chose of stands there whole. A translation stands
right behind its original.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from documents.dossiers.assembling import SourcePages
from documents.dossiers.errors import SourcesTooMany
from documents.dossiers.models import DossierVersion
from documents.dossiers.sheets import take_sheets
from documents.dossiers.sources import SourceFile
from documents.records.models import Translation, TranslationState

MOST_PAGES: Final = 400
MOST_MEGABYTES: Final = 200
MEGABYTE: Final = 1_000_000


def find_source_pages(
    version: DossierVersion, files: Sequence[SourceFile], *, now: datetime
) -> list[SourcePages]:
    """Draw what was not drawn yet. Raises SourcesTooMany or SourceNotDrawn with a sentence."""
    choice: Mapping[str, list[int]] = version.source_choice
    originals = find_originals(files)
    found: list[SourcePages] = []
    pages = size = 0
    for source in order_sources(files, originals):
        wanted = choice.get(str(source.document.pk))
        if wanted is not None and not wanted:
            continue
        sheets = take_sheets(source.file, now=now)
        if sheets is None:
            continue
        numbers = _within(wanted, source.file.page_count or 0)
        pages, size = pages + len(numbers), size + len(sheets)
        if pages > MOST_PAGES or size > MOST_MEGABYTES * MEGABYTE:
            raise SourcesTooMany(pages=MOST_PAGES, megabytes=MOST_MEGABYTES)
        if numbers:
            found.append(
                SourcePages(
                    key=source.key,
                    title=source.document.title,
                    sheets=sheets,
                    numbers=numbers,
                    translates=originals.get(source.key, ""),
                )
            )
    return found


def _within(wanted: Iterable[int] | None, count: int) -> tuple[int, ...]:
    return tuple(
        number for number in range(1, count + 1) if wanted is None or number in set(wanted)
    )


def find_originals(files: Iterable[SourceFile]) -> dict[str, str]:
    """For each source that is an approved translation, the key of what it translates."""
    keys = {source.document.pk: source.key for source in files}
    approved = Translation.objects.filter(
        state=TranslationState.APPROVED, document__in=keys, translated__in=keys
    ).values_list("translated_id", "document_id")
    return {keys[translated]: keys[original] for translated, original in approved}


def order_sources(files: Sequence[SourceFile], originals: Mapping[str, str]) -> list[SourceFile]:
    """By their keys, each translation behind its original."""
    by_original: dict[str, list[SourceFile]] = {}
    for source in files:
        if source.key in originals:
            by_original.setdefault(originals[source.key], []).append(source)
    return [
        each
        for source in files
        if source.key not in originals
        for each in (source, *by_original.get(source.key, ()))
    ]
