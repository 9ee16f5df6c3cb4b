"""The same files on a real S3 server: sealed, whole, never overwritten, refused when altered."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from pytest_django.fixtures import Settings

from documents.records import vault
from documents.records.bucket import ObjectParts
from documents.records.errors import FileAltered, FileMissing, StorageUnavailable
from documents.records.models import DocumentFile, DocumentState, Page
from tests import make
from tests.records.sending import LETTER, is_about_ruth, send
from tests.servers import ObjectStore, find_free_port

MIB = 1024 * 1024
pytestmark = pytest.mark.django_db


@pytest.fixture
def bucket(object_store: ObjectStore, settings: Settings) -> Path:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "documents.records.bucket.SealedBucket",
            "OPTIONS": {**object_store.options(), "file_overwrite": False},
        },
    }
    return object_store.folder / object_store.bucket


def test_a_long_file_comes_back_as_it_was_and_lies_there_sealed(bucket: Path) -> None:
    case, data = make.case(), b"a word of the illness " * (MIB // 2)
    kept = vault.seal_bytes(case_id=case.pk, data=data)
    assert vault.read_bytes(case_id=case.pk, object_name=kept.object_name) == data
    assert b"illness" not in (bucket / kept.object_name).read_bytes()
    assert list(vault.incoming_folder().iterdir()) == []


def test_altered_and_missing_objects_are_refused(bucket: Path) -> None:
    case = make.case()
    kept = vault.seal_bytes(case_id=case.pk, data=os.urandom(2 * MIB))
    sealed = bytearray((bucket / kept.object_name).read_bytes())
    sealed[100] ^= 1
    (bucket / kept.object_name).write_bytes(bytes(sealed))
    with pytest.raises(FileAltered):
        vault.read_bytes(case_id=case.pk, object_name=kept.object_name)
    vault.delete_object(kept.object_name)
    with pytest.raises(FileMissing):
        vault.read_bytes(case_id=case.pk, object_name=kept.object_name)


def test_a_report_goes_the_whole_way(
    bucket: Path, cast: make.Cast, run_jobs: Callable[[], int], capsys: pytest.CaptureFixture[str]
) -> None:
    document = send(is_about_ruth(cast.case), LETTER, name="letter.pdf")
    run_jobs()
    document.refresh_from_db()
    assert document.state == DocumentState.TO_REVIEW
    names = {file.object_name for file in DocumentFile.objects.all()}
    names |= {page.preview_name for page in Page.objects.all()}
    assert all((bucket / name).is_file() for name in names)
    call_command("check_files")
    assert "0 broken" in capsys.readouterr().out


@pytest.mark.usefixtures("bucket")
def test_a_storage_that_is_down_refuses_in_time_and_leaves_no_row(
    settings: Settings, cast: make.Cast
) -> None:
    options = {
        **settings.STORAGES["default"]["OPTIONS"],
        "endpoint_url": f"http://127.0.0.1:{find_free_port()}",
    }
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": options},
    }
    began = time.monotonic()
    with pytest.raises(StorageUnavailable):
        send(cast.case, LETTER)
    assert time.monotonic() - began < 60
    assert not DocumentFile.objects.exists()
    assert list(vault.incoming_folder().iterdir()) == []


@pytest.mark.usefixtures("bucket")
def test_the_storage_is_asked_only_with_random_names(cast: make.Cast) -> None:
    document = send(cast.case, LETTER, name="Marta Velasco.pdf")
    name = document.files.get().object_name
    assert default_storage.exists(name)
    assert "Marta" not in name
    assert str(cast.case.pk) not in name


def test_parts_of_a_long_file_are_fetched_without_the_rest(
    bucket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, data = make.case(), os.urandom(20 * MIB)
    kept = vault.seal_bytes(case_id=case.pk, data=data)
    assert (bucket / kept.object_name).stat().st_size > 20 * MIB
    fetched: list[int] = []
    fetch = ObjectParts._fetch  # noqa: SLF001  what goes over the line is counted

    def note(size: int) -> int:
        fetched.append(size)
        return size

    monkeypatch.setattr(ObjectParts, "_fetch", lambda self, size: fetch(self, note(size)))
    with vault.SealedReader(case_id=case.pk, object_name=kept.object_name) as reader:
        assert reader.size == len(data)
        assert reader.read_at(5 * MIB - 7, 100) == data[5 * MIB - 7 : 5 * MIB + 93]
        assert reader.read_at(17 * MIB, 100) == data[17 * MIB : 17 * MIB + 100]
    assert sum(fetched) < 13 * MIB
    fetched.clear()
    assert vault.read_bytes(case_id=case.pk, object_name=kept.object_name) == data
    assert len(fetched) <= 6
