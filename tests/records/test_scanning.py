"""The check for harmful content: only a clear answer lets a file pass."""

import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from pytest_django.fixtures import Settings

from cases.casework.models import Task
from cases.jobs.models import Job
from cases.jobs.runner import run_claimed_job
from documents.records import scanning, serving
from documents.records.errors import FileHeld
from documents.records.models import Document, DocumentState, Page
from documents.records.scanning import ClamdScanner, Scan, ScannerDown, Verdict, read_verdict
from tests import make
from tests.invariants import find_violations
from tests.records.discs import make_image, pack
from tests.records.fake_clamd import EICAR, FakeClamd, run_clamd
from tests.records.sending import NOTE, is_about_ruth, send
from tests.servers import find_free_port

RunJobs = Callable[[], int]
MIB = 1024 * 1024


@pytest.fixture
def clamd(settings: Settings) -> Iterator[FakeClamd]:
    with run_clamd() as server:
        settings.CLAMD_ADDRESS = server.address
        yield server


def state_of(document: Document) -> tuple[str, str]:
    document.refresh_from_db()
    return document.state, document.failure_code


def test_a_clean_file_goes_on_and_says_who_found_it_clean(
    cast: make.Cast, clamd: FakeClamd, run_jobs: RunJobs
) -> None:
    document = send(is_about_ruth(cast.case))
    run_jobs()
    assert state_of(document)[0] == DocumentState.TO_REVIEW
    assert clamd.scanned == 1
    assert document.files.get().scan_verdict == "clean"


@pytest.mark.usefixtures("clamd")
def test_a_harmful_file_is_kept_apart_and_never_read_or_served(
    cast: make.Cast, run_jobs: RunJobs, now: datetime
) -> None:
    document = send(cast.case, NOTE + EICAR)
    run_jobs()
    assert state_of(document) == (DocumentState.QUARANTINED, "harmful")
    assert not Page.objects.exists()
    assert Task.objects.get(code="document_quarantined").assignee == cast.coordinator
    with pytest.raises(FileHeld):
        serving.serve_file(file=document.files.get(), actor=cast.coordinator, now=now)


@pytest.mark.parametrize("mood", ["limit", "exceeds"])
def test_a_file_beyond_the_scanners_limits_is_not_clean(
    cast: make.Cast, clamd: FakeClamd, run_jobs: RunJobs, mood: str
) -> None:
    clamd.mood, clamd.limit = mood, MIB
    document = send(cast.case, b"word " * MIB)
    run_jobs()
    assert state_of(document) == (DocumentState.QUARANTINED, "not_scanned")
    assert find_violations() == []


@pytest.mark.parametrize("mood", ["close", "deaf", "babble", "hang"])
def test_a_scanner_that_does_not_answer_lets_nothing_pass(
    cast: make.Cast,
    clamd: FakeClamd,
    run_jobs: RunJobs,
    monkeypatch: pytest.MonkeyPatch,
    *,
    mood: str,
    now: datetime,
) -> None:
    clamd.mood = mood
    monkeypatch.setattr(scanning, "ANSWER_SECONDS", 0.3)
    document = send(cast.case, now=now)
    run_jobs()
    assert state_of(document) == (DocumentState.SCANNING, "")
    job = Job.objects.get(kind="records.scan_file")
    assert (job.state, job.attempts, job.error_code) == ("queued", 0, "scanner_down")
    with pytest.raises(FileHeld):
        serving.serve_file(file=document.files.get(), actor=cast.parent, now=now)
    assert find_violations() == []


def test_a_scanner_that_hangs_is_left_in_time(clamd: FakeClamd) -> None:
    clamd.mood = "hang"
    with pytest.raises(ScannerDown):
        ClamdScanner(clamd.address, seconds=0.3).scan(iter([b"x"]))


def test_when_the_scanner_is_back_the_file_goes_on(
    cast: make.Cast, clamd: FakeClamd, run_jobs: RunJobs
) -> None:
    clamd.mood = "close"
    document = send(is_about_ruth(cast.case))
    run_jobs()
    clamd.mood = "honest"
    Job.objects.update(run_after=make.NOW)
    run_jobs()
    assert state_of(document)[0] == DocumentState.TO_REVIEW


def test_a_person_is_asked_once_when_files_have_waited_long(
    cast: make.Cast, settings: Settings, run_jobs: RunJobs, now: datetime
) -> None:
    settings.CLAMD_ADDRESS = f"127.0.0.1:{find_free_port()}"
    long_ago = now - timedelta(days=1)
    send(cast.case, b"one paper", now=long_ago)
    send(cast.case, b"another paper", now=long_ago)
    run_jobs()
    assert Task.objects.filter(code="scanner_down").count() == 1


def test_without_a_scanner_files_wait_where_the_installation_says_so(
    cast: make.Cast, settings: Settings, run_jobs: RunJobs
) -> None:
    settings.HOLD_WITHOUT_SCANNER = True
    document = send(cast.case)
    run_jobs()
    assert state_of(document)[0] == DocumentState.SCANNING
    assert not scanning.is_scanner_set_up()


def test_a_scanner_on_a_socket_file_is_reached_too(tmp_path: object) -> None:
    with pytest.raises(ScannerDown):
        ClamdScanner(f"{tmp_path}/clamd.sock").scan(iter([b"x"]))


@pytest.mark.parametrize(
    ("answer", "cut", "verdict"),
    [
        (b"stream: OK", False, Verdict.CLEAN),
        (b"stream: Win.Test.EICAR_HDB-1 FOUND", False, Verdict.HARMFUL),
        (b"stream: Win.Test.EICAR_HDB-1 FOUND", True, Verdict.HARMFUL),
        (b"stream: Heuristics.Limits.Exceeded.MaxScanSize FOUND", False, Verdict.NOT_SCANNED),
        (b"INSTREAM size limit exceeded. ERROR", True, Verdict.NOT_SCANNED),
    ],
)
def test_what_the_scanner_says_is_read_exactly(
    answer: bytes, *, cut: bool, verdict: Verdict
) -> None:
    assert read_verdict(answer, cut=cut).verdict is verdict


@pytest.mark.parametrize(
    ("answer", "cut"),
    [
        (b"", False),
        (b"stream: OK", True),
        (b"OK", False),
        (b"stream: lstat() failed. ERROR", False),
    ],
)
def test_every_other_answer_is_no_answer(answer: bytes, *, cut: bool) -> None:
    with pytest.raises(ScannerDown):
        read_verdict(answer, cut=cut)


def test_no_scanner_is_never_called_clean() -> None:
    assert scanning.NoScanner().scan(iter([b"x"])) == Scan(Verdict.NO_SCANNER)


@pytest.mark.parametrize("mood", ["limit", "exceeds"])
def test_an_archive_beyond_the_scanners_limits_is_looked_through_and_handed_to_nobody(
    cast: make.Cast, clamd: FakeClamd, run_jobs: RunJobs, now: datetime, mood: str
) -> None:
    clamd.mood, clamd.limit = mood, 100
    archive = send(is_about_ruth(cast.case), pack([("a", make_image()), ("note.txt", NOTE)]))
    run_claimed_job(str(Job.objects.get(kind="records.scan_file").pk))
    clamd.mood = "honest"
    run_jobs()
    assert state_of(archive) == (DocumentState.TO_REVIEW, "")
    file = archive.files.get()
    assert file.scan_verdict == Verdict.NOT_SCANNED
    with pytest.raises(FileHeld):
        serving.serve_file(file=file, actor=cast.coordinator, now=now)
    note = archive.parts.get()
    assert (state_of(note)[0], note.files.get().scan_verdict) == ("to_review", "clean")
    assert find_violations() == []


def test_what_is_taken_from_an_archive_is_checked_for_itself(
    cast: make.Cast, clamd: FakeClamd, run_jobs: RunJobs
) -> None:
    """Packed tightly, the scanner may not see it in the archive; by itself it does."""
    archive = send(is_about_ruth(cast.case), pack([("a.txt", NOTE), ("b.txt", NOTE + EICAR)]))
    run_jobs()
    states = sorted(archive.parts.values_list("state", "failure_code"))
    assert states == [("quarantined", "harmful"), ("to_review", "")]
    assert clamd.scanned == 3


@pytest.mark.usefixtures("clamd")
def test_a_harmful_archive_is_not_opened(cast: make.Cast, run_jobs: RunJobs) -> None:
    files = [("a.txt", NOTE + EICAR), ("b.txt", NOTE)]
    archive = send(cast.case, pack(files, compress=zipfile.ZIP_STORED))
    run_jobs()
    assert state_of(archive) == (DocumentState.QUARANTINED, "harmful")
    assert not archive.entries.exists()


def test_a_large_file_is_given_the_time_that_it_takes(settings: Settings) -> None:
    settings.CLAMD_ADDRESS = "127.0.0.1:1"
    small, large = scanning.find_scanner(), scanning.find_scanner(1024 * MIB)
    assert isinstance(small, ClamdScanner)
    assert isinstance(large, ClamdScanner)
    assert large.seconds > small.seconds + 200
