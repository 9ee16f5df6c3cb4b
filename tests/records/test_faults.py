"""What breaks on the way breaks nothing: no half state, no twin, no document that nobody ends."""

import errno
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast as cast_type

import pytest
from django.core.files.storage import default_storage
from pytest_django.fixtures import Settings

from cases.accounts.models import AuditEvent
from cases.casework.models import Task
from cases.clinical.models import Fact
from cases.jobs.models import Job, JobState
from cases.jobs.registry import find_job_kind
from cases.jobs.runner import ClaimedRun, attempt_job, claim_job
from documents.records import digest, keeping, processing, services, vault
from documents.records.checks import find_broken_files, find_orphans, sweep_incoming
from documents.records.errors import StorageFull
from documents.records.models import Document, DocumentFile, DocumentState, Evidence, Page
from documents.records.sandbox import ReadingFailure
from documents.records.storage import SealedFolder
from tests import make
from tests.invariants import find_violations
from tests.records.sending import LETTER, NOTE, is_about_ruth, send

RunJobs = Callable[[], int]


class FullFolder(SealedFolder):
    """A storage whose disk fills up while a file is given its name."""

    def _link(self, source: Path, final: Path) -> bool:
        with final.with_name(f".{final.name}.part").open("wb") as half:
            half.write(source.read_bytes()[:10])
        final.with_name(f".{final.name}.part").unlink()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def use_full_disk(settings: Settings) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            **settings.STORAGES["default"],
            "BACKEND": "tests.records.test_faults.FullFolder",
        },
    }


def count_rows() -> list[int]:
    return [model.objects.count() for model in (Document, DocumentFile, Job, AuditEvent)]


def test_on_a_full_disk_the_sender_is_told_and_nothing_half_stays(
    cast: make.Cast, settings: Settings, tmp_path: Path
) -> None:
    before, with_room = count_rows(), settings.STORAGES
    use_full_disk(settings)
    with pytest.raises(StorageFull) as refused:
        send(cast.case, LETTER)
    assert refused.value.code == "storage_full"
    assert "try again" in str(refused.value)
    assert count_rows() == before
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    settings.STORAGES = with_room
    assert find_violations() == []


def test_when_the_database_refuses_the_row_the_object_goes_too(
    cast: make.Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise OSError(errno.EIO, "gone")

    monkeypatch.setattr(keeping, "queue_scan", fail)
    with pytest.raises(OSError, match="gone"):
        send(cast.case, LETTER)
    assert not Document.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert find_violations() == []


def start_job(kind: str) -> ClaimedRun:
    """Claim the waiting job of a kind, as a worker does."""
    job = Job.objects.get(kind=kind, state=JobState.QUEUED)
    assert claim_job(job, lease=find_job_kind(kind).lease)
    return ClaimedRun(job, find_job_kind(kind))


def lose_claim(run: ClaimedRun) -> None:
    """The worker was killed, its lease ran out, and the sweeper lets another have the row."""
    Job.objects.filter(pk=run.job.pk).update(lease_until=make.NOW)


def test_a_worker_killed_before_the_end_is_replaced_without_doubling_anything(
    cast: make.Cast, run_jobs: RunJobs
) -> None:
    document = send(is_about_ruth(cast.case), LETTER)
    attempt_job(start_job("records.scan_file"))
    killed = start_job("records.read_file")
    file = processing.find_file(killed.job.args["file_id"])
    digest.make_digest(file, lambda *_progress: None)
    lose_claim(killed)
    run_jobs()
    document.refresh_from_db()
    assert document.state == DocumentState.TO_REVIEW
    assert Page.objects.count() == 2
    counted = Fact.objects.count(), Evidence.objects.count(), AuditEvent.objects.count()
    attempt_job(killed)
    assert counted == (
        Fact.objects.count(),
        Evidence.objects.count(),
        AuditEvent.objects.count(),
    )
    assert find_violations(leftovers=True) == []


def test_a_worker_that_comes_too_late_keeps_nothing_and_leaves_no_pictures(
    cast: make.Cast, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    send(is_about_ruth(cast.case), LETTER)
    attempt_job(start_job("records.scan_file"))
    late = start_job("records.read_file")
    honest = digest.make_digest

    def meanwhile(file: DocumentFile, report: Any) -> digest.Digest:
        made = honest(file, report)
        monkeypatch.setattr(processing, "make_digest", honest)
        lose_claim(late)
        run_jobs()
        return made

    monkeypatch.setattr(processing, "make_digest", meanwhile)
    attempt_job(late)
    assert Page.objects.count() == 2
    named = {page.preview_name for page in Page.objects.all()}
    stored = {
        str(path.relative_to(tmp_path / "files"))
        for path in (tmp_path / "files" / "previews").rglob("*")
        if path.is_file()
    }
    assert stored == named
    assert find_violations() == []


def test_a_reader_that_crashes_three_times_gives_the_paper_to_a_person(
    cast: make.Cast, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def crash(_file: DocumentFile, _report: object) -> digest.Digest:
        tries.append(1)
        raise ReadingFailure("crashed")

    monkeypatch.setattr(processing, "make_digest", crash)
    document = send(cast.case)
    for _attempt in range(5):
        run_jobs()
        Job.objects.filter(state=JobState.QUEUED).update(run_after=make.NOW)
    document.refresh_from_db()
    assert len(tries) == 3
    assert (document.state, document.failure_code) == (DocumentState.UNREADABLE, "crashed")
    assert Task.objects.get(code="document_unreadable").target == document.target
    assert find_violations() == []


def test_when_the_stored_file_is_gone_a_person_is_asked_and_the_document_says_so(
    cast: make.Cast, run_jobs: RunJobs
) -> None:
    document = send(cast.case)
    default_storage.delete(document.files.get().object_name)
    for _attempt in range(5):
        run_jobs()
        Job.objects.filter(state=JobState.QUEUED).update(run_after=make.NOW)
    document.refresh_from_db()
    assert (document.state, document.failure_code) == (DocumentState.UNREADABLE, "file_missing")
    assert Task.objects.get(code="job_given_up").target == document.target


def test_a_document_that_could_not_be_read_can_be_tried_again(
    cast: make.Cast, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    def crash(_file: DocumentFile, _report: object) -> digest.Digest:
        raise ReadingFailure("damaged")

    document = send(is_about_ruth(cast.case))
    with monkeypatch.context() as patch:
        patch.setattr(processing, "make_digest", crash)
        run_jobs()
    document.refresh_from_db()
    assert document.state == DocumentState.UNREADABLE
    services.retry_reading(document=document, actor=cast.coordinator, now=now)
    run_jobs()
    document.refresh_from_db()
    assert (document.state, document.failure_code) == (DocumentState.TO_REVIEW, "")
    assert find_violations() == []


def test_a_page_that_cannot_be_drawn_costs_its_picture_not_the_paper(
    cast: make.Cast, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> list[bytes]:
        raise ReadingFailure("too_slow")

    monkeypatch.setattr(digest, "render_pages", fail)
    document = send(is_about_ruth(cast.case), LETTER)
    run_jobs()
    document.refresh_from_db()
    assert document.state == DocumentState.TO_REVIEW
    assert document.failure_code == "pages_without_picture"
    assert Fact.objects.exists()


def test_a_paper_that_is_held_while_facts_are_read_in_it_gives_none(
    cast: make.Cast, run_jobs: RunJobs, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = send(is_about_ruth(cast.case), LETTER)
    run_jobs()
    processing.queue_proposals(document.files.order_by("-version")[0])

    def hold_meanwhile(*args: Any) -> Any:
        services.mark_other_patient(document=document, actor=cast.coordinator, now=now)
        return digest.place_proposals(*args)

    monkeypatch.setattr(processing, "place_proposals", hold_meanwhile)
    run_jobs()
    document.refresh_from_db()
    assert document.state == DocumentState.OTHER_PATIENT
    assert not Fact.objects.proposed().exists()


def test_the_check_of_files_names_what_is_missing_altered_swapped_and_left_over(
    cast: make.Cast, run_jobs: RunJobs, now: datetime
) -> None:
    names = []
    for number in range(3):
        document = send(cast.case, NOTE + bytes([48 + number]))
        names.append(document.files.get().object_name)
    send(is_about_ruth(make.case()), LETTER)
    run_jobs()
    assert list(find_broken_files()) == []
    assert list(find_orphans(now=now)) == []
    default_storage.delete(names[0])
    path = Path(default_storage.path(names[1]))
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    DocumentFile.objects.filter(object_name=names[2]).update(sha256="0" * 64)
    preview = Page.objects.exclude(preview_name="")[0]
    default_storage.delete(preview.preview_name)
    found = sorted(finding.code for finding in find_broken_files())
    assert found == ["file_altered", "file_differs_from_row", "file_missing", "file_missing"]
    left = vault.seal_bytes(case_id=cast.case.pk, data=b"left over").object_name
    long_ago = now.timestamp() - 10 * 86400
    os.utime(default_storage.path(left), (long_ago, long_ago))
    assert [finding.subject for finding in find_orphans(now=now)] == [left]
    stump = vault.incoming_folder() / "killed.part"
    stump.write_bytes(b"x")
    assert sweep_incoming(now=now) == 0
    os.utime(stump, (long_ago, long_ago))
    assert sweep_incoming(now=now) == 1


def test_a_stream_that_breaks_off_leaves_nothing(cast: make.Cast, tmp_path: Path) -> None:
    class Broken:
        left = 3

        def read(self, size: int) -> bytes:
            self.left -= 1
            if not self.left:
                raise ConnectionResetError
            return b"x" * size

    source = cast_type("BinaryIO", Broken())
    with pytest.raises(ConnectionResetError):
        services.accept_upload(case=cast.case, source=source, actor=None, now=make.NOW)
    assert not Document.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
