"""Stored files: sealed for one case and one name, refused when a single bit has changed."""

import hashlib
import os
import secrets
import struct
import tracemalloc
from io import BytesIO, RawIOBase
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from pytest_django.fixtures import Settings

from cases.casework.models import Case
from documents.records import keys, sealed_form, vault
from documents.records.errors import (
    FileAltered,
    FileMissing,
    FileTooBig,
    KeyUnknown,
    StorageFull,
    StorageUnavailable,
)
from documents.records.models import CaseKey
from tests import make

MIB = 1024 * 1024
STEP = sealed_form.SEALED_CHUNK
pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    return make.case()


def store(case: Case, data: bytes) -> str:
    return vault.seal_bytes(case_id=case.pk, data=data).object_name


def load(case: Case, name: str) -> bytes:
    return vault.read_bytes(case_id=case.pk, object_name=name)


def stored(name: str) -> Path:
    return Path(default_storage.path(name))


def overwrite(name: str, data: bytes) -> None:
    stored(name).write_bytes(data)


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB, 3 * MIB + 17])
def test_what_was_stored_comes_back_as_it_was(case: Case, size: int) -> None:
    data = os.urandom(size)
    kept = vault.seal_file(case_id=case.pk, stream=BytesIO(data))
    assert load(case, kept.object_name) == data
    assert (kept.sha256, kept.size) == (hashlib.sha256(data).hexdigest(), size)


def test_no_plain_byte_lies_on_the_disk(case: Case) -> None:
    name = store(case, b"a word of the illness " * 90_000)
    assert b"illness" not in stored(name).read_bytes()
    assert list(vault.incoming_folder().iterdir()) == []


def test_the_stored_file_can_be_read_by_its_owner_alone(case: Case) -> None:
    path = stored(store(case, b"paper"))
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_the_same_bytes_are_sealed_differently_each_time(case: Case) -> None:
    first, second = store(case, b"paper"), store(case, b"paper")
    assert first != second
    assert stored(first).read_bytes()[24:] != stored(second).read_bytes()[24:]


def seal_as_before(case: Case, data: bytes) -> str:
    """An object of the first form: no nonces in it, the number of a chunk is its nonce."""
    name, salt = f"files/00/{secrets.token_hex(20)}", os.urandom(sealed_form.SALT)
    cipher = AESGCM(sealed_form.derive_key(keys.take_case_key(case.pk), salt))
    bound = sealed_form.COUNTED + case.pk.bytes + name.encode()
    chunks = [data[at : at + MIB] for at in range(0, len(data), MIB)]
    sealed = sealed_form.COUNTED + salt
    for number, chunk in enumerate(chunks):
        place = struct.pack(">QB", number, number == len(chunks) - 1)
        sealed += cipher.encrypt(struct.pack(">IQ", 0, number), chunk, bound + place)
    default_storage.save(name, ContentFile(sealed))
    return name


def test_what_was_sealed_in_the_first_form_is_still_opened(case: Case) -> None:
    data = os.urandom(2 * MIB + 5)
    name = seal_as_before(case, data)
    assert load(case, name) == data
    sealed = bytearray(stored(name).read_bytes())
    sealed[-1] ^= 1
    overwrite(name, bytes(sealed))
    with pytest.raises(FileAltered):
        load(case, name)


@pytest.mark.parametrize("place", [0, 9, 30, -1])
def test_one_flipped_bit_is_found_out(case: Case, place: int) -> None:
    name = store(case, os.urandom(2 * MIB))
    sealed = bytearray(stored(name).read_bytes())
    sealed[place] ^= 1
    overwrite(name, bytes(sealed))
    with pytest.raises(FileAltered):
        load(case, name)


@pytest.mark.parametrize("left", [0, 10, 24, 24 + MIB, 24 + STEP, 24 + 2 * STEP, -1])
def test_a_file_cut_short_is_found_out_even_at_the_end_of_a_chunk(case: Case, left: int) -> None:
    name = store(case, os.urandom(3 * MIB))
    overwrite(name, stored(name).read_bytes()[:left])
    with pytest.raises(FileAltered):
        load(case, name)


def test_bytes_added_behind_the_end_are_found_out(case: Case) -> None:
    name = store(case, os.urandom(MIB))
    overwrite(name, stored(name).read_bytes() + b"more")
    with pytest.raises(FileAltered):
        load(case, name)


def test_chunks_in_another_order_are_found_out(case: Case) -> None:
    name = store(case, os.urandom(3 * MIB))
    sealed, step = stored(name).read_bytes(), STEP
    head, first, second, rest = (
        sealed[:24],
        sealed[24 : 24 + step],
        sealed[24 + step : 24 + 2 * step],
        sealed[24 + 2 * step :],
    )
    overwrite(name, head + second + first + rest)
    with pytest.raises(FileAltered):
        load(case, name)


def test_a_file_in_place_of_another_of_the_same_case_is_found_out(case: Case) -> None:
    one, other = store(case, b"one"), store(case, b"two")
    overwrite(one, stored(other).read_bytes())
    with pytest.raises(FileAltered):
        load(case, one)


def test_a_file_of_one_case_cannot_be_read_with_the_key_of_another(case: Case) -> None:
    name, other = store(case, b"paper"), make.case()
    store(other, b"theirs")
    with pytest.raises(FileAltered):
        load(other, name)


def test_nothing_is_handed_on_of_a_chunk_that_was_altered(case: Case) -> None:
    name = store(case, os.urandom(2 * MIB))
    sealed = bytearray(stored(name).read_bytes())
    sealed[-1] ^= 1
    overwrite(name, bytes(sealed))
    chunks = vault.open_file(case_id=case.pk, object_name=name)
    assert len(next(chunks)) == MIB
    with pytest.raises(FileAltered):
        next(chunks)


def test_a_missing_file_is_known_before_anything_is_sent(case: Case) -> None:
    name = store(case, b"paper")
    default_storage.delete(name)
    with pytest.raises(FileMissing):
        vault.open_file(case_id=case.pk, object_name=name)


def test_without_the_key_of_the_case_its_files_are_lost_for_good(case: Case) -> None:
    name = store(case, b"paper")
    CaseKey.objects.filter(case=case).delete()
    with pytest.raises(KeyUnknown):
        load(case, name)


def test_a_new_master_key_takes_over_and_the_old_one_can_go(case: Case, settings: Settings) -> None:
    name = store(case, b"paper")
    before, old = stored(name).read_bytes(), settings.MASTER_KEYS[0]
    settings.MASTER_KEYS = ["a new master key", old]
    assert load(case, name) == b"paper"
    call_command("rotate_master_key", verbosity=0)
    settings.MASTER_KEYS = ["a new master key"]
    assert load(case, name) == b"paper"
    assert stored(name).read_bytes() == before
    assert keys.rewrap_case_keys() == 0
    settings.MASTER_KEYS = [old]
    with pytest.raises(KeyUnknown):
        load(case, name)


def test_a_wrapped_key_cannot_be_moved_to_another_case(case: Case) -> None:
    name, other = store(case, b"paper"), make.case()
    stolen = CaseKey.objects.get(case=case)
    CaseKey.objects.create(
        case=other,
        wrapped_key=stolen.wrapped_key,
        master_key_id=stolen.master_key_id,
        made_at=stolen.made_at,
    )
    with pytest.raises(KeyUnknown):
        load(other, name)


class Flood(RawIOBase):
    """A long file that nobody has to hold in memory."""

    def __init__(self, mebibytes: int) -> None:
        self.left = mebibytes
        self.piece = os.urandom(MIB)

    def read(self, size: int = -1, /) -> bytes:
        if not self.left:
            return b""
        self.left -= 1
        return self.piece[:size]


def test_a_long_file_needs_little_memory_both_ways(case: Case) -> None:
    flood = Flood(64)
    tracemalloc.start()
    try:
        kept = vault.seal_file(case_id=case.pk, stream=flood)  # type: ignore[arg-type]  # reads
        read = sum(
            len(chunk) for chunk in vault.open_file(case_id=case.pk, object_name=kept.object_name)
        )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert read == kept.size == 64 * MIB
    assert peak < 12 * MIB


def test_a_parser_sees_the_plain_bytes_only_within_the_block(case: Case) -> None:
    name = store(case, b"paper")
    with vault.plain_copy(case_id=case.pk, object_name=name) as path:
        assert path.read_bytes() == b"paper"
        assert list(vault.incoming_folder().iterdir()) == []
    assert not path.exists()


def test_on_a_full_disk_nothing_is_kept_and_the_sentence_says_so(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = vault.incoming_folder()

    def on_the_full_device(**_kwargs: object) -> tuple[int, str]:
        left = folder / "attempt.part"
        left.symlink_to("/dev/full")
        return os.open(left, os.O_WRONLY), str(left)

    monkeypatch.setattr("documents.records.vault.tempfile.mkstemp", on_the_full_device)
    with pytest.raises(StorageFull):
        store(case, os.urandom(4 * MIB))
    assert list(folder.iterdir()) == []
    assert not default_storage.exists("files")


def test_a_name_that_is_taken_is_never_written_over(case: Case) -> None:
    seal = vault.Seal(case_id=case.pk)
    seal.write(b"paper")
    seal.finish()
    taken = stored(seal.object_name)
    taken.parent.mkdir(parents=True)
    taken.write_bytes(b"someone else's")
    with pytest.raises(StorageUnavailable):
        seal.keep()
    assert taken.read_bytes() == b"someone else's"
    assert list(taken.parent.iterdir()) == [taken]


def test_a_folder_on_another_disk_is_filled_by_copying(case: Case, settings: Settings) -> None:
    elsewhere = Path("/dev/shm")  # noqa: S108  # a disk of its own on Linux
    if not elsewhere.is_dir():
        pytest.skip("this system has no second disk to try")
    settings.INCOMING_DIR = elsewhere / f"navigator-test-{os.getpid()}"
    try:
        assert load(case, store(case, b"paper" * MIB)) == b"paper" * MIB
        assert list(settings.INCOMING_DIR.iterdir()) == []
    finally:
        settings.INCOMING_DIR.rmdir()


@pytest.mark.parametrize("size", [0, 1, MIB, 3 * MIB + 17])
def test_any_part_of_a_stored_file_is_read_by_itself(case: Case, size: int) -> None:
    data = os.urandom(size)
    name = store(case, data)
    with vault.SealedReader(case_id=case.pk, object_name=name) as reader:
        assert reader.size == size
        for offset, length in [(0, 10), (MIB - 5, 10), (2 * MIB, MIB + 400), (size - 3, 9), (0, 0)]:
            offset = max(offset, 0)  # noqa: PLW2901  a file of no bytes has no last three
            assert reader.read_at(offset, length) == data[offset : offset + length]
        assert reader.read_at(1 << 60, 10) == b""


def test_a_part_is_refused_where_it_was_changed_and_a_cut_file_at_once(case: Case) -> None:
    data = os.urandom(3 * MIB)
    name = store(case, data)
    whole = stored(name).read_bytes()
    overwrite(name, whole[: MIB + 500] + bytes([whole[MIB + 500] ^ 1]) + whole[MIB + 501 :])
    with vault.SealedReader(case_id=case.pk, object_name=name) as reader:
        assert reader.read_at(0, 100) == data[:100]
        with pytest.raises(FileAltered):
            reader.read_at(MIB, 100)
    overwrite(name, whole[: sealed_form.HEAD + STEP])
    with pytest.raises(FileAltered):
        vault.SealedReader(case_id=case.pk, object_name=name)
    overwrite(name, whole[:10])
    with pytest.raises(FileAltered):
        vault.SealedReader(case_id=case.pk, object_name=name)
    vault.delete_object(name)
    with pytest.raises(FileMissing):
        vault.SealedReader(case_id=case.pk, object_name=name)


def test_what_is_larger_than_a_document_is_not_copied_in_the_clear(
    case: Case, settings: Settings
) -> None:
    settings.MAX_DOCUMENT_BYTES = 2 * MIB
    name = store(case, os.urandom(2 * MIB + 1))
    with (
        pytest.raises(FileTooBig),
        vault.plain_copy(case_id=case.pk, object_name=name),
    ):
        pytest.fail("it was copied")
