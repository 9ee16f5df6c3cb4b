"""Which pages of which sources stand behind a version, in which order.

Whatever a coordinator chose, only records that go into this version are ever asked: accepted, of
this case, and shown to hospitals. What nobody chose of stands there whole. A translation stands
right behind its original.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from documents.dossiers.assembling import SourcePages
from documents.dossiers.errors import SourcesTooMany
from documents.dossiers.models import DossierVersion
from documents.dossiers.sheets import MEGABYTE, MOST_MEGABYTES, MOST_PAGES, Room, take_sheets
from documents.dossiers.sources import SourceFile
from documents.records.digest import KINDS
from documents.records.models import Page, Translation, TranslationState


def find_source_pages(
    version: DossierVersion,
    files: Sequence[SourceFile],
    *,
    now: datetime,
    on_drawn: Callable[[], object] = lambda: None,
) -> list[SourcePages]:
    """Draw what was not drawn yet. Raises SourcesTooMany or SourceNotDrawn with a sentence.

    The pages are counted before any is drawn. `on_drawn` is told after each handful.
    """
    drawable = list_drawable(files)
    wanted = {
        source.key: choose_numbers(version, source, drawable.get(source.file.pk, []))
        for source in files
    }
    if sum(len(numbers) for numbers in wanted.values()) > MOST_PAGES:
        raise SourcesTooMany(pages=MOST_PAGES, megabytes=MOST_MEGABYTES)
    originals = find_originals(files)
    room = Room(MOST_MEGABYTES * MEGABYTE, on_drawn)
    return [
        SourcePages(
            key=source.key,
            title=source.document.title,
            sheets=take_sheets(source.file, wanted[source.key], room, now=now),
            numbers=tuple(wanted[source.key]),
            total=len(drawable[source.file.pk]),
            translates=originals.get(source.key, ""),
        )
        for source in order_sources(files, originals)
        if wanted[source.key]
    ]


def list_drawable(files: Iterable[SourceFile]) -> dict[UUID, list[int]]:
    """The page numbers of each file that has anything to draw; one query."""
    shown = [source.file.pk for source in files if source.file.content_type in KINDS]
    numbers: dict[UUID, list[int]] = {}
    with_picture = set()
    rows = Page.objects.filter(file__in=shown).order_by("file", "number")
    for file, number, preview in rows.values_list("file", "number", "preview_name"):
        numbers.setdefault(file, []).append(number)
        if preview:
            with_picture.add(file)
    return {file: found for file, found in numbers.items() if file in with_picture}


def choose_numbers(version: DossierVersion, source: SourceFile, there: Iterable[int]) -> list[int]:
    """Of the pages that are there those that were chosen; all where nobody chose."""
    chosen = version.source_choice.get(str(source.document.pk))
    return [number for number in there if chosen is None or number in chosen]


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
