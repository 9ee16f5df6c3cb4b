"""`build_dossier` writes a sealed file, and `verify_dossier` knows it from any other."""

from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from cases.hospitals.models import Referral
from documents.dossiers.models import DossierVersion, VersionState
from documents.dossiers.services import recall_version
from tests.dossiers.records import fill_case
from tests.make import Cast


def build(case: str, out: Path) -> str:
    said = StringIO()
    call_command("build_dossier", case, out=out, stdout=said)
    return said.getvalue()


def verify(path: Path) -> str:
    said = StringIO()
    call_command("verify_dossier", path, stdout=said)
    return said.getvalue()


@pytest.mark.parametrize("by", ["reference", "pk"])
def test_a_dossier_is_made_sealed_written_and_known_again(
    cast: Cast, tmp_path: Path, by: str
) -> None:
    fill_case(cast)
    out = tmp_path / "dossier.pdf"
    said = build(str(getattr(cast.case, by)), out)
    version = DossierVersion.objects.get()
    assert version.state == VersionState.SEALED
    assert version.dossier.referral == cast.referral
    assert version.file_sha256 in said
    told = verify(out)
    assert f"{cast.case.reference}, version 1" in told
    assert "as sealed" in told


def test_a_flipped_byte_is_found(cast: Cast, tmp_path: Path) -> None:
    out = tmp_path / "dossier.pdf"
    build(cast.case.reference, out)
    data = bytearray(out.read_bytes())
    data[len(data) // 2] ^= 1
    out.write_bytes(data)
    with pytest.raises(CommandError, match="was changed after it was sealed"):
        verify(out)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 of somebody else"])
def test_a_strangers_file_is_not_known(db: None, tmp_path: Path, content: bytes) -> None:
    del db
    path = tmp_path / "other.pdf"
    path.write_bytes(content)
    with pytest.raises(CommandError, match="no dossier"):
        verify(path)


def test_a_file_that_is_not_there_is_said(db: None, tmp_path: Path) -> None:
    del db
    with pytest.raises(CommandError, match="cannot be read"):
        verify(tmp_path / "nowhere.pdf")


def test_a_superseded_version_is_as_sealed_and_says_so(cast: Cast, tmp_path: Path) -> None:
    first, second = tmp_path / "1.pdf", tmp_path / "2.pdf"
    build(cast.case.reference, first)
    build(cast.case.reference, second)
    assert "Superseded: version 2" in verify(first)
    assert "Superseded" not in verify(second)


def test_a_version_that_was_replaced_stays_so_when_the_newer_one_is_called_back(
    cast: Cast, tmp_path: Path, now: datetime
) -> None:
    first, second = tmp_path / "1.pdf", tmp_path / "2.pdf"
    build(cast.case.reference, first)
    build(cast.case.reference, second)
    newest = DossierVersion.objects.get(number=2)
    recall_version(version=newest, reason="A wrong page", actor=cast.coordinator, now=now)
    assert "Superseded: what replaced this version was called back" in verify(first)


def test_a_recalled_version_says_so(cast: Cast, tmp_path: Path, now: datetime) -> None:
    out = tmp_path / "dossier.pdf"
    build(cast.case.reference, out)
    recall_version(
        version=DossierVersion.objects.get(), reason="page 2", actor=cast.coordinator, now=now
    )
    assert "Recalled" in verify(out)


@pytest.mark.parametrize("case", ["NV-1999-00001", "not a case"])
def test_an_unknown_case_is_said(db: None, tmp_path: Path, case: str) -> None:
    del db
    with pytest.raises(CommandError, match="No case"):
        build(case, tmp_path / "dossier.pdf")
    assert not (tmp_path / "dossier.pdf").exists()


def test_a_refused_word_is_said_and_nothing_is_written(cast: Cast, tmp_path: Path) -> None:
    Referral.objects.update(question="Is this the best option?")
    with pytest.raises(CommandError, match="best option"):
        build(cast.case.reference, tmp_path / "dossier.pdf")
    assert not (tmp_path / "dossier.pdf").exists()
    assert DossierVersion.objects.get().state == VersionState.FAILED
