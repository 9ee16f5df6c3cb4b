"""The check of stored files looks at sealed dossiers and drawn sheets as at everything stored."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from documents.dossiers.models import Sheets
from documents.dossiers.sheets import keep_sheets
from documents.records.checks import find_broken_files, find_orphans
from documents.records.vault import seal_bytes
from tests.dossiers.records import read_paper, sealed_version, small_pdf
from tests.make import Cast
from tests.records.papers import make_pdf

Spoil = Callable[[Path], None]


def alter(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"x")


SPOILT: dict[str, Spoil] = {"file_missing": Path.unlink, "file_altered": alter}


def list_broken() -> list[tuple[str, str]]:
    return [(finding.code, finding.subject) for finding in find_broken_files()]


def draw(cast: Cast, now: datetime) -> Sheets:
    file = read_paper(cast.case, cast.coordinator, make_pdf("Ki-67: 8%"))
    file.pages.update(preview_name="")
    keep_sheets(file, "0" * 64, small_pdf(), count=1, now=now)
    return Sheets.objects.get()


@pytest.mark.parametrize("code", SPOILT)
def test_a_sealed_dossier_that_is_missing_or_altered_is_named(cast: Cast, code: str) -> None:
    version = sealed_version(cast)
    assert list_broken() == []
    SPOILT[code](Path(default_storage.path(version.object_name)))
    assert list_broken() == [(code, f"dossiers.dossierversion:{version.pk}")]


@pytest.mark.parametrize("code", SPOILT)
def test_drawn_sheets_that_are_missing_or_altered_are_named(
    cast: Cast, now: datetime, code: str
) -> None:
    sheets = draw(cast, now)
    assert list_broken() == []
    SPOILT[code](Path(default_storage.path(sheets.object_name)))
    assert list_broken() == [(code, f"dossiers.sheets:{sheets.pk}")]


def test_sheets_that_are_whole_but_not_those_of_the_row_are_named(
    cast: Cast, now: datetime
) -> None:
    sheets = draw(cast, now)
    Sheets.objects.update(sha256="0" * 64)
    assert list_broken() == [("file_differs_from_row", f"dossiers.sheets:{sheets.pk}")]


def test_dossiers_and_sheets_without_a_row_are_orphans_and_the_others_are_not(
    cast: Cast, now: datetime
) -> None:
    known = [sealed_version(cast).object_name, draw(cast, now).object_name]
    left = [
        seal_bytes(case_id=cast.case.pk, data=b"left over", folder=folder).object_name
        for folder in ("dossiers", "sheets")
    ]
    long_ago = now.timestamp() - 10 * 86400
    for name in (*known, *left):
        os.utime(default_storage.path(name), (long_ago, long_ago))
    assert sorted(finding.subject for finding in find_orphans(now=now)) == sorted(left)
