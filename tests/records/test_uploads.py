"""A file in pieces: what is counted is on the disk, nothing foreign is joined, one paper comes."""

import hashlib
import os
import threading
import tracemalloc
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from pytest_django.fixtures import Settings

from cases.accounts.models import AuditEvent
from cases.jobs.signals import minute_passed
from documents.records import keeping, services, settling, uploads, vault
from documents.records.errors import (
    ChecksumDiffers,
    FileTooBig,
    OffsetDiffers,
    OtherFile,
    StorageFull,
    TooManyUploads,
    UploadBusy,
    UploadGone,
    UploadRefused,
)
from documents.records.models import Document, Upload, UploadState
from documents.records.uploads import HASHES, Part
from tests import make
from tests.records.sending import LETTER, send

pytestmark = pytest.mark.django_db
MIB = 1024 * 1024


def letter_of(size: int) -> bytes:
    """A long text of which every line differs, so that nothing is confused with a neighbour."""
    lines = (b"%09d a line of a long report\n" % number for number in range(size // 30 + 1))
    return b"".join(lines)[:size]


def begin(cast: make.Cast, data: bytes, *, fingerprint: str = "") -> Upload:
    return services.begin_upload(
        case=cast.case,
        actor=cast.parent,
        now=make.NOW,
        size=len(data),
        original_name="long report.txt",
        fingerprint=fingerprint,
    )


def go_on(
    upload: Upload,
    data: bytes,
    until: int | None = None,
    *,
    fingerprint: str = "",
    before: str = "",
    now: datetime = make.NOW,
) -> Upload:
    """Send from where the row stands, as a program does that has asked."""
    upload.refresh_from_db()
    part = data[upload.received : until]
    return services.receive_part(
        upload=upload,
        part=Part(BytesIO(part), len(part)),
        offset=upload.received,
        now=now,
        fingerprint=fingerprint,
        before=before,
    )


def finish(upload: Upload) -> Document:
    return services.finish_upload(upload=Upload.objects.get(pk=upload.pk), now=make.NOW)


def stored_bytes(document: Document) -> bytes:
    file = document.files.get()
    return vault.read_bytes(case_id=document.case_id, object_name=file.object_name)


def forget_hashes() -> None:
    """What another process of the web server knows: nothing."""
    HASHES._hashes.clear()  # noqa: SLF001  # as a restart does it


@pytest.mark.parametrize("size", [1, 2000, MIB, MIB + 1, 3 * MIB, 3 * MIB + 5])
@pytest.mark.parametrize("step", [700_001, MIB, 2 * MIB])
def test_in_whatever_pieces_it_comes_the_bytes_are_the_same(
    cast: make.Cast, size: int, step: int
) -> None:
    data = letter_of(size)
    upload = begin(cast, data)
    for end in range(step, size + step, step):
        assert go_on(upload, data, end).received == min(end, size)
    document = finish(upload)
    assert stored_bytes(document) == data
    assert document.sha256 == hashlib.sha256(data).hexdigest()
    assert document.files.get().size == size
    assert document.title == "long report"
    assert list(vault.incoming_folder().iterdir()) == []


@pytest.mark.parametrize("cut", [10, MIB, MIB + 10, 2 * MIB + MIB // 2])
def test_a_lost_line_keeps_every_byte_that_came_even_for_a_new_process(
    cast: make.Cast, cut: int
) -> None:
    data = letter_of(3 * MIB + 99)
    upload = begin(cast, data)
    part = Part(BytesIO(data[:cut]), len(data))  # more was announced than came
    services.receive_part(upload=upload, part=part, offset=0, now=make.NOW)
    assert Upload.objects.get().received == cut
    forget_hashes()
    go_on(upload, data)
    assert stored_bytes(finish(upload)) == data


def test_no_plain_byte_lies_on_the_disk_while_it_arrives(cast: make.Cast) -> None:
    data = letter_of(2 * MIB + 500)
    go_on(begin(cast, data), data, 2 * MIB + 400)
    files = list(vault.incoming_folder().iterdir())
    assert {path.suffix for path in files} == {".upload", ".draft"}
    assert all(b"long report" not in path.read_bytes() for path in files)
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)


def test_what_lies_behind_the_row_after_a_kill_is_cut_away(cast: make.Cast) -> None:
    """Bytes were written, the row was not: the row counts."""
    data = letter_of(3 * MIB)
    upload = begin(cast, data)
    go_on(upload, data, MIB)
    path = uploads.path_of(upload)
    with path.open("ab") as file:
        file.write(os.urandom(MIB + 7000))
    uploads.draft_of(upload, 2 * MIB + 7).write_bytes(b"never counted")
    go_on(upload, data)
    assert stored_bytes(finish(upload)) == data
    assert list(vault.incoming_folder().iterdir()) == []


def test_a_part_for_another_place_is_refused_and_changes_nothing(cast: make.Cast) -> None:
    data = letter_of(2 * MIB)
    upload = begin(cast, data)
    go_on(upload, data, MIB)
    with pytest.raises(OffsetDiffers) as refused:
        services.receive_part(upload=upload, part=Part(BytesIO(data), 100), offset=0, now=make.NOW)
    assert str(MIB) in str(refused.value.messages)
    with pytest.raises(FileTooBig):
        services.receive_part(
            upload=upload, part=Part(BytesIO(data), 2 * MIB), offset=MIB, now=make.NOW
        )
    go_on(upload, data)
    assert stored_bytes(finish(upload)) == data


class Slow:
    """A line on which the first part waits until it is told to go on."""

    def __init__(self, data: bytes) -> None:
        self.data = BytesIO(data)
        self.asked, self.may_go_on = threading.Event(), threading.Event()

    def read(self, size: int, /) -> bytes:
        self.asked.set()
        assert self.may_go_on.wait(20)
        return self.data.read(size)


@pytest.mark.django_db(transaction=True)
def test_of_two_that_send_at_once_one_wins_and_nothing_is_mixed(cast: make.Cast) -> None:
    data = letter_of(2 * MIB)
    upload = begin(cast, data)
    slow = Slow(data)

    def send_slowly() -> None:
        try:
            services.receive_part(
                upload=Upload.objects.get(pk=upload.pk),
                part=Part(slow, len(data)),
                offset=0,
                now=make.NOW,
            )
        finally:
            connection.close()

    first = threading.Thread(target=send_slowly)
    first.start()
    try:
        assert slow.asked.wait(20)
        with pytest.raises(UploadBusy):
            go_on(upload, letter_of(MIB)[::-1])
        with pytest.raises(UploadBusy):
            services.drop_upload(upload=upload, actor=cast.parent, now=make.NOW)
    finally:
        slow.may_go_on.set()
        first.join()
    assert stored_bytes(finish(upload)) == data


def test_bytes_of_another_file_are_not_joined(cast: make.Cast) -> None:
    data, other = letter_of(2 * MIB), letter_of(2 * MIB)[::-1]
    upload = begin(cast, data, fingerprint="one")
    go_on(upload, data, MIB + 50, fingerprint="one")
    with pytest.raises(OtherFile):
        go_on(upload, other, fingerprint="two")
    before = hashlib.sha256(other[50 : MIB + 50]).hexdigest()
    with pytest.raises(OtherFile):
        go_on(upload, other, fingerprint="one", before=before)
    before = hashlib.sha256(data[50 : MIB + 50]).hexdigest()
    go_on(upload, data, fingerprint="one", before=before)
    assert stored_bytes(finish(upload)) == data


def test_the_same_file_chosen_again_goes_on_where_it_stopped(cast: make.Cast) -> None:
    data = letter_of(2 * MIB)
    upload = begin(cast, data, fingerprint="one")
    go_on(upload, data, MIB, fingerprint="one")
    again = begin(cast, data, fingerprint="one")
    assert (again.pk, again.received) == (upload.pk, MIB)
    assert begin(cast, data, fingerprint="two").pk != upload.pk
    assert begin(cast, data).pk != upload.pk


def test_a_part_with_a_wrong_checksum_is_dropped_as_a_whole(cast: make.Cast) -> None:
    data = letter_of(2 * MIB)
    upload = begin(cast, data)

    def send_with(checksum: bytes, part: bytes) -> None:
        services.receive_part(
            upload=upload,
            part=Part(BytesIO(part), len(data), algorithm="sha256", checksum=checksum),
            offset=0,
            now=make.NOW,
        )

    with pytest.raises(ChecksumDiffers):
        send_with(hashlib.sha256(b"").digest(), data)
    send_with(hashlib.sha256(data).digest(), data[:-1])  # cut off: cannot be compared
    assert Upload.objects.get().received == 0
    send_with(hashlib.sha256(data).digest(), data)
    assert stored_bytes(finish(upload)) == data


def test_a_receipt_is_the_same_however_often_it_is_asked_for(cast: make.Cast) -> None:
    upload = begin(cast, LETTER)
    go_on(upload, LETTER)
    receipts = [finish(upload) for _time in range(3)]
    assert {receipt.pk for receipt in receipts} == {Document.objects.get().pk}
    assert [receipt.already_here for receipt in receipts] == [False] * 3
    assert AuditEvent.objects.filter(action="document.received").count() == 1
    assert Upload.objects.get().original_name == ""


def test_the_same_bytes_in_one_piece_and_in_many_are_one_paper(cast: make.Cast) -> None:
    here = send(cast.case, LETTER, actor=cast.parent)
    upload = begin(cast, LETTER)
    go_on(upload, LETTER)
    for _time in range(2):
        receipt = finish(upload)
        assert (receipt.pk, receipt.already_here) == (here.pk, True)
    assert list(vault.incoming_folder().iterdir()) == []


def test_an_unfinished_file_has_no_receipt(cast: make.Cast) -> None:
    upload = begin(cast, LETTER)
    go_on(upload, LETTER, 100)
    with pytest.raises(OffsetDiffers):
        finish(upload)
    assert Upload.objects.get().state == UploadState.ARRIVING


def test_what_will_be_refused_is_refused_after_its_first_bytes(cast: make.Cast) -> None:
    film = b"\x00\x00\x00\x20ftypisom" + bytes(5 * MIB)
    upload = begin(cast, film)
    with pytest.raises(UploadRefused) as refused:
        go_on(upload, film, 2 * MIB)
    assert refused.value.code == "media"
    with pytest.raises(UploadRefused) as again:
        finish(upload)
    assert again.value.messages == refused.value.messages
    assert list(vault.incoming_folder().iterdir()) == []


def test_limits_are_said_before_a_byte_is_sent(cast: make.Cast, settings: Settings) -> None:
    settings.MAX_DOCUMENT_BYTES = settings.MAX_ARCHIVE_BYTES = MIB
    with pytest.raises(FileTooBig):
        begin(cast, bytes(MIB + 1))
    with pytest.raises(UploadRefused):
        begin(cast, b"")
    for number in range(100):
        begin(cast, b"x", fingerprint=str(number))
    with pytest.raises(TooManyUploads):
        begin(cast, b"x")


def test_a_full_disk_is_said_and_the_file_goes_on_when_there_is_room(
    cast: make.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = letter_of(3 * MIB)
    upload = begin(cast, data)
    go_on(upload, data, MIB)

    def fill(_file: object, _data: bytes) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(uploads, "write_all", fill)
        with pytest.raises(StorageFull):
            go_on(upload, data)
    assert Upload.objects.get().received == MIB
    go_on(upload, data)
    assert stored_bytes(finish(upload)) == data


def test_an_attempt_to_keep_it_that_ended_half_way_leaves_no_twin(
    cast: make.Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The object was stored, and the process died before its row: the object is made anew."""
    upload = begin(cast, LETTER)
    go_on(upload, LETTER)
    with vault.SealedSource(uploads.path_of(upload)) as source:
        default_storage.save(upload.object_name, source)

    def fail(*_args: object, **_kwargs: object) -> None:
        raise OSError(5, "gone")

    with monkeypatch.context() as patch:
        patch.setattr(keeping, "queue_scan", fail)
        with pytest.raises(OSError, match="gone"):
            finish(upload)
    assert not Document.objects.exists()
    assert Upload.objects.get().state == UploadState.ARRIVING
    assert stored_bytes(finish(upload)) == LETTER
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_bytes_that_the_disk_lost_are_sent_again_from_the_start(cast: make.Cast) -> None:
    data = letter_of(2 * MIB)
    upload = begin(cast, data, fingerprint="one")
    go_on(upload, data, MIB, fingerprint="one")
    path = uploads.path_of(upload)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(UploadGone):
        go_on(upload, data, fingerprint="one")
    assert Upload.objects.get().state == UploadState.GIVEN_UP
    again = begin(cast, data, fingerprint="one")
    assert again.pk != upload.pk
    go_on(again, data, fingerprint="one")
    assert stored_bytes(finish(again)) == data


def tend(now: datetime) -> None:
    minute_passed.send(sender=None, now=now)
    settling.tend_uploads(now=now)


def test_a_page_that_was_closed_before_its_receipt_loses_nothing(cast: make.Cast) -> None:
    upload = begin(cast, LETTER)
    go_on(upload, LETTER)
    tend(make.NOW + timedelta(minutes=1))
    assert not Document.objects.exists()
    tend(make.NOW + timedelta(minutes=3))
    assert Document.objects.get().sent_by == cast.parent
    assert finish(upload).pk == Document.objects.get().pk


def test_what_nobody_continues_is_given_up_after_a_week_and_its_bytes_go(
    cast: make.Cast,
) -> None:
    data = letter_of(2 * MIB)
    upload = begin(cast, data)
    go_on(upload, data, MIB + 5)
    tend(make.NOW + timedelta(days=7) - timedelta(minutes=1))
    assert Upload.objects.get().state == UploadState.ARRIVING
    assert len(list(vault.incoming_folder().iterdir())) == 2
    tend(make.NOW + timedelta(days=7, minutes=1))
    assert Upload.objects.get().state == UploadState.GIVEN_UP
    assert AuditEvent.objects.filter(action="upload.given_up").count() == 1
    assert list(vault.incoming_folder().iterdir()) == []
    with pytest.raises(UploadGone):
        finish(upload)


def test_files_whose_upload_is_settled_are_swept(cast: make.Cast) -> None:
    upload = begin(cast, LETTER)
    left = [uploads.path_of(upload), uploads.draft_of(upload, 5)]
    for path in left:
        path.write_bytes(b"left by a kill")
        os.utime(path, (make.NOW.timestamp() - 600,) * 2)
    Upload.objects.update(state=UploadState.REFUSED)
    settling.tend_uploads(now=make.NOW)
    assert list(vault.incoming_folder().iterdir()) == []


def test_memory_does_not_grow_with_the_file(cast: make.Cast) -> None:
    data = b"%PDF-1.7\n" + letter_of(40 * MIB)
    upload = begin(cast, data)
    tracemalloc.start()
    go_on(upload, data)
    forget_hashes()
    finish(upload)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < len(data) + 12 * MIB
