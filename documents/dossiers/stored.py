"""The sealed files and drawn sheets, told to the check of stored files."""

from collections.abc import Iterator

from documents.dossiers.models import DossierVersion, Sheets
from documents.dossiers.serving import FOLDER as FILES, SHEETS_FOLDER as SHEETS
from documents.records.shelves import Kept, Shelf, add_shelf


def add_shelves() -> None:
    add_shelf(Shelf(FILES, _is_file, _list_files))
    add_shelf(Shelf(SHEETS, _is_sheets, _list_sheets))


def _is_file(name: str) -> bool:
    return DossierVersion.objects.filter(object_name=name).exists()


def _list_files() -> Iterator[Kept]:
    versions = DossierVersion.objects.exclude(object_name="").defer("contents")
    for version in versions.select_related("dossier").order_by("pk").iterator(chunk_size=200):
        yield Kept(
            case_id=version.dossier.case_id,
            object_name=version.object_name,
            sha256=version.file_sha256,
            size=version.size,
            subject=f"dossiers.dossierversion:{version.pk}",
        )


def _is_sheets(name: str) -> bool:
    return Sheets.objects.filter(object_name=name).exists()


def _list_sheets() -> Iterator[Kept]:
    rows = Sheets.objects.select_related("file__document").order_by("pk")
    for sheets in rows.iterator(chunk_size=200):
        yield Kept(
            case_id=sheets.file.document.case_id,
            object_name=sheets.object_name,
            sha256=sheets.sha256,
            size=sheets.size,
            subject=f"dossiers.sheets:{sheets.pk}",
        )
