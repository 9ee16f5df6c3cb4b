"""The check for harmful content against ClamAV itself, with its limits set low."""

import os
from collections.abc import Callable, Iterator

import pytest
from pytest_django.fixtures import Settings

from documents.records.models import Document, DocumentState, Page
from documents.records.scanning import ClamdScanner, Scan, Verdict
from tests import make
from tests.invariants import find_violations
from tests.records.fake_clamd import EICAR
from tests.records.sending import LETTER, is_about_ruth, send
from tests.servers import Clamd

RunJobs = Callable[[], int]


@pytest.fixture
def clamd(clamd_server: Clamd, settings: Settings) -> Clamd:
    settings.CLAMD_ADDRESS = clamd_server.address
    return clamd_server


def scan(clamd: Clamd, data: bytes, *, at_once: int = 100_000) -> Scan:
    pieces = (data[at : at + at_once] for at in range(0, len(data), at_once))
    return ClamdScanner(clamd.address).scan(iter(pieces))


def state_of(document: Document) -> tuple[str, str]:
    document.refresh_from_db()
    return document.state, document.failure_code


def test_a_clean_report_goes_the_whole_way(
    cast: make.Cast, clamd: Clamd, run_jobs: RunJobs
) -> None:
    assert clamd.process.poll() is None
    document = send(is_about_ruth(cast.case), LETTER)
    run_jobs()
    assert state_of(document)[0] == DocumentState.TO_REVIEW
    assert document.files.get(version=1).scan_verdict == "clean"
    assert find_violations() == []


@pytest.mark.usefixtures("clamd")
def test_the_test_file_of_the_trade_is_kept_apart(cast: make.Cast, run_jobs: RunJobs) -> None:
    document = send(cast.case, EICAR, name="report.txt")
    run_jobs()
    assert state_of(document) == (DocumentState.QUARANTINED, "harmful")
    assert not Page.objects.exists()
    assert find_violations() == []


def test_harm_is_found_however_the_file_is_cut(clamd: Clamd) -> None:
    for at_once in (1, 7, 68, 1000):
        assert scan(clamd, EICAR, at_once=at_once).verdict is Verdict.HARMFUL


@pytest.mark.parametrize("beyond", [-1, 0, 1])
def test_up_to_the_largest_file_it_looks_and_beyond_it_nothing_is_clean(
    clamd: Clamd, beyond: int
) -> None:
    found = scan(clamd, b"\x01" * (clamd.largest_file + beyond))
    assert found.verdict is (Verdict.NOT_SCANNED if beyond > 0 else Verdict.CLEAN)


def test_a_stream_longer_than_it_takes_is_not_clean(clamd: Clamd) -> None:
    def endless() -> Iterator[bytes]:
        piece = os.urandom(256 * 1024)
        for _count in range(8 * clamd.longest_stream // len(piece)):
            yield piece

    assert ClamdScanner(clamd.address).scan(endless()).verdict is Verdict.NOT_SCANNED


def test_what_it_did_not_look_at_waits_for_a_person(
    cast: make.Cast, clamd: Clamd, run_jobs: RunJobs
) -> None:
    document = send(cast.case, b"word " * clamd.longest_stream)
    run_jobs()
    assert state_of(document) == (DocumentState.QUARANTINED, "not_scanned")
    assert find_violations() == []
