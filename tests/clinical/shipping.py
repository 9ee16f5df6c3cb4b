"""A folder of definitions for tests: the shipped ones, and what a later release may bring."""

from pathlib import Path
from shutil import copytree

import pytest

from cases.clinical import definitions as shipped
from cases.clinical.in_use import register_definitions
from cases.clinical.models import DefinitionVersion
from tests.make import NOW

DEFAULT = shipped.DEFAULT_INDICATION
FILE = "us-fda-cabozantinib-tablets-net.yaml"
MODERATE_COUNTS = ("ambiguous: [moderate]", "ambiguous: []", "met: [well]", "met: [well, moderate]")
"""A change of the default definition: moderately differentiated is met, not ambiguous."""


class Release:
    """The files of an installation, in a folder of their own, to add to and to change."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self._patch, self._at = patch, 0
        self._parent, self.folder = folder, shipped.FOLDER

    def bring(
        self, *changes: str, version: str = "1.1.0", status: str = "in_review", file: str = FILE
    ) -> None:
        """Add a version of the default definition with some words changed, old and new in turn."""
        text = (self.folder / FILE).read_text(encoding="utf-8")
        for old, new in zip(changes[::2], changes[1::2], strict=True):
            assert old in text
            text = text.replace(old, new, 1)
        text = text.replace("version: 1.0.0", f"version: {version}", 1)
        text = text.replace("status: in_review", f"status: {status}", 1)
        name = file if version == "1.0.0" else file.replace(".yaml", f"-{version}.yaml")
        self._write(name, text)

    def remove(self, name: str = FILE) -> None:
        self._write(name, "")

    def _write(self, name: str, text: str) -> None:
        """The folder as it would be after the next release: files are read once a process."""
        self._at += 1
        newer = self._parent / f"release-{self._at}"
        copytree(self.folder, newer)
        if text:
            (newer / name).write_text(text, encoding="utf-8")
        else:
            (newer / name).unlink()
        self.folder = newer
        self._patch.setattr(shipped, "FOLDER", newer)


def row_of(version: str = "1.0.0", indication: str = DEFAULT) -> DefinitionVersion:
    return DefinitionVersion.objects.get(indication=indication, version=version)


def bring_newer(release: Release, *changes: str, version: str = "1.1.0") -> DefinitionVersion:
    """A newer version of the default definition, registered as an update of the database does."""
    release.bring(*(changes or MODERATE_COUNTS), version=version)
    register_definitions(now=NOW)
    return row_of(version)


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Release:
    return Release(tmp_path / "releases", monkeypatch)
