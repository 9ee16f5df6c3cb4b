"""A storage that refuses, hangs, or whose answer is lost: no half state, no twin, no loss."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ConnectionClosedError
from django.core.files.base import File
from django.core.files.storage import default_storage
from pytest_django.fixtures import Settings

from cases.jobs.models import Job, JobState
from documents.records import bucket as bucket_module, vault
from documents.records.bucket import SealedBucket
from documents.records.errors import StorageUnavailable
from documents.records.models import Document, DocumentFile, DocumentState
from tests import make
from tests.invariants import find_violations
from tests.records.sending import NOTE, is_about_ruth, send
from tests.servers import ObjectStore

pytestmark = pytest.mark.django_db
RunJobs = Callable[[], int]


class LosesAnswers(SealedBucket):
    """Keeps what it is given; the answer to it never arrives."""

    def _save(self, name: str, content: File) -> str:  # type: ignore[type-arg]  # bytes
        super()._save(name, content)
        raise ConnectionClosedError(endpoint_url="the storage")


class Refusing(BaseHTTPRequestHandler):
    """Answers every request with 503."""

    protocol_version = "HTTP/1.0"

    def refuse(self) -> None:
        self.server.asked += 1  # type: ignore[attr-defined]  # counted by the test
        self.send_response(503)
        self.end_headers()

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = refuse  # noqa: N815  # names of the library

    def log_message(self, *_words: object) -> None:
        """Nobody reads it."""


@contextmanager
def refusing_storage() -> Iterator[Any]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        server.asked = 0  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def hanging_storage() -> Iterator[int]:
    """Takes connections and never says a word; gives its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield int(server.getsockname()[1])


@pytest.fixture
def honest(object_store: ObjectStore, settings: Settings) -> dict[str, Any]:
    """The settings of a storage that works, with a bucket of this test's own; in use from here."""
    bucket = f"records-{uuid4().hex}"
    (object_store.folder / bucket).mkdir()
    chosen = {
        "BACKEND": "documents.records.bucket.SealedBucket",
        "OPTIONS": {**object_store.options(), "bucket_name": bucket},
    }
    use(settings, chosen)
    return chosen


def use(settings: Settings, storage: dict[str, Any], **options: object) -> None:
    changed = {**storage, "OPTIONS": {**storage["OPTIONS"], **options}}
    settings.STORAGES = {**settings.STORAGES, "default": changed}


def arrive_whole(cast: make.Cast, run_jobs: RunJobs) -> None:
    """The family sends the paper again, and it goes its way as if nothing had been."""
    document = send(is_about_ruth(cast.case), NOTE)
    run_jobs()
    document.refresh_from_db()
    assert document.state == DocumentState.TO_REVIEW
    assert Document.objects.count() == 1


def test_a_storage_that_refuses_is_asked_few_times_and_leaves_nothing(
    cast: make.Cast, honest: dict[str, Any], settings: Settings, run_jobs: RunJobs
) -> None:
    with refusing_storage() as server:
        use(settings, honest, endpoint_url=f"http://127.0.0.1:{server.server_address[1]}")
        with pytest.raises(StorageUnavailable, match="again"):
            send(cast.case, NOTE)
        assert 0 < server.asked <= 6  # looked for, written and taken back, each twice at most
    assert not DocumentFile.objects.exists()
    assert list(vault.incoming_folder().iterdir()) == []
    use(settings, honest)
    assert find_violations() == []
    arrive_whole(cast, run_jobs)
    assert find_violations() == []


def test_a_storage_that_hangs_lets_the_sender_go_and_leaves_nothing(
    cast: make.Cast,
    honest: dict[str, Any],
    settings: Settings,
    run_jobs: RunJobs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(bucket_module.PATIENCE, "read_timeout", 0.5)
    with hanging_storage() as port:
        use(settings, honest, endpoint_url=f"http://127.0.0.1:{port}")
        with pytest.raises(StorageUnavailable, match="again"):
            send(cast.case, NOTE)
    assert not DocumentFile.objects.exists()
    assert list(vault.incoming_folder().iterdir()) == []
    monkeypatch.undo()
    use(settings, honest)
    assert find_violations() == []
    arrive_whole(cast, run_jobs)
    assert find_violations() == []


def test_what_was_stored_while_the_answer_was_lost_has_no_twin(
    cast: make.Cast, honest: dict[str, Any], settings: Settings, run_jobs: RunJobs
) -> None:
    use(settings, {**honest, "BACKEND": f"{__name__}.LosesAnswers"})
    with pytest.raises(StorageUnavailable, match="again"):
        send(cast.case, NOTE)
    assert not DocumentFile.objects.exists()
    use(settings, honest)
    assert find_violations() == []
    arrive_whole(cast, run_jobs)
    assert find_violations() == []


def test_a_paper_is_read_once_the_storage_answers_again(
    cast: make.Cast, honest: dict[str, Any], settings: Settings, run_jobs: RunJobs
) -> None:
    document = send(is_about_ruth(cast.case), NOTE)
    with refusing_storage() as server:
        use(settings, honest, endpoint_url=f"http://127.0.0.1:{server.server_address[1]}")
        run_jobs()
    document.refresh_from_db()
    assert document.state in {DocumentState.SCANNING, DocumentState.READING}
    assert Job.objects.filter(state=JobState.QUEUED, error_code="storage_unavailable").exists()
    use(settings, honest)
    assert find_violations() == []
    Job.objects.filter(state=JobState.QUEUED).update(run_after=make.NOW)
    run_jobs()
    document.refresh_from_db()
    assert document.state == DocumentState.TO_REVIEW
    assert default_storage.exists(document.files.get(version=1).object_name)
    assert find_violations() == []
