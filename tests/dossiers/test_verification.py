"""Whoever holds a file learns in one sentence how it stands, and nothing else."""

from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from documents.dossiers import marks, proof_views
from documents.dossiers.marks import Look
from documents.dossiers.models import DossierVersion, SealKey, VersionVariant
from documents.dossiers.seal_keys import rotate_seal_key
from documents.dossiers.services import recall_version, seal_version
from documents.dossiers.serving import read_checked
from tests.dossiers.records import sealed_version, small_pdf
from tests.make import NOW, Cast

NEWEST = "Ours, unchanged, and the newest version"
SUPERSEDED = "Ours and unchanged, but replaced since"
RECALLED = "Ours and unchanged, but called back"
CHANGED = "Changed after we sealed it"
UNKNOWN = "Not known here"


def drop(client: Client, data: bytes) -> Any:
    return client.post("/verify/", {"file": SimpleUploadedFile("file.pdf", data)})


def said(client: Client, data: bytes) -> str:
    page = drop(client, data).content.decode()
    found = [words for words in (NEWEST, SUPERSEDED, RECALLED, CHANGED, UNKNOWN) if words in page]
    assert len(found) == 1
    return found[0]


@pytest.fixture
def version(cast: Cast) -> DossierVersion:
    return sealed_version(cast)


def test_the_newest_file_is_told_so(version: DossierVersion, client: Client) -> None:
    assert said(client, read_checked(version)) == NEWEST


def test_a_replaced_file_is_told_so(cast: Cast, version: DossierVersion, client: Client) -> None:
    sealed_version(cast, title="of a second version")
    assert said(client, read_checked(version)) == SUPERSEDED


def test_another_form_does_not_make_a_file_old(
    cast: Cast, version: DossierVersion, client: Client
) -> None:
    summary = sealed_version(cast, title="of a summary", variant=VersionVariant.SUMMARY)
    assert said(client, read_checked(version)) == NEWEST
    assert said(client, read_checked(summary)) == NEWEST
    sealed_version(cast, title="of a second summary", variant=VersionVariant.SUMMARY)
    assert said(client, read_checked(version)) == NEWEST
    assert said(client, read_checked(summary)) == SUPERSEDED


def test_a_replaced_file_stays_replaced_when_its_successor_is_called_back(
    cast: Cast, version: DossierVersion, client: Client, now: datetime
) -> None:
    second = sealed_version(cast, title="of a second version")
    recall_version(version=second, reason="page 2", actor=cast.coordinator, now=now)
    assert said(client, read_checked(version)) == SUPERSEDED
    third = sealed_version(cast, title="of a third version")
    assert said(client, read_checked(third)) == NEWEST


def test_what_is_sealed_after_a_later_one_was_called_back_is_the_newest(
    cast: Cast, client: Client, now: datetime
) -> None:
    waiting = sealed_version(cast, seal=False)
    later = sealed_version(cast, title="of a later version")
    recall_version(version=later, reason="page 2", actor=cast.coordinator, now=now)
    seal_version(version=waiting, actor=cast.coordinator, now=now)
    waiting.refresh_from_db()
    assert said(client, read_checked(waiting)) == NEWEST


def test_a_file_that_was_called_back_is_told_so(
    cast: Cast, version: DossierVersion, client: Client, now: datetime
) -> None:
    data = read_checked(version)
    recall_version(version=version, reason="page 2", actor=cast.coordinator, now=now)
    assert said(client, data) == RECALLED


@pytest.mark.parametrize("change", ["flipped", "appended", "cut at the front"])
def test_a_file_that_bears_our_seal_and_was_changed_is_told_so(
    version: DossierVersion, client: Client, change: str
) -> None:
    data = bytearray(read_checked(version))
    if change == "flipped":
        data[20] ^= 1
    elif change == "appended":
        data += b"\n%%EOF\n"
    else:
        del data[:10]
    assert said(client, bytes(data)) == CHANGED


@pytest.mark.parametrize(
    "data",
    [b"%PDF-1.7 of somebody else", small_pdf("foreign"), b"\0" * 999],
    ids=["text", "pdf", "noughts"],
)
def test_what_we_never_sealed_is_not_known(
    version: DossierVersion, client: Client, data: bytes
) -> None:
    del version
    assert said(client, data) == UNKNOWN


def test_what_still_waits_to_be_checked_is_not_known(cast: Cast, client: Client) -> None:
    waiting = sealed_version(cast, seal=False)
    assert said(client, read_checked(waiting)) == UNKNOWN


def test_nothing_of_the_case_stands_on_the_page(
    cast: Cast, version: DossierVersion, client: Client
) -> None:
    page = drop(client, read_checked(version)).content.decode()
    for secret in (
        cast.case.reference,
        cast.case.patient.name,
        cast.reviewer.hospital.name,
        cast.coordinator.name,
        version.file_sha256,
        str(version.pk),
    ):
        assert secret not in page


def test_every_answer_costs_the_same_questions(version: DossierVersion, client: Client) -> None:
    drop(client, b"x")
    counts = []
    for data in (read_checked(version) + b"x", b"%PDF-1.7 of somebody else"):
        with CaptureQueriesContext(connection) as asked:
            drop(client, data)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_page_without_a_file_says_so(client: Client, db: None) -> None:
    del db
    assert client.get("/verify/").status_code == 200
    answer = client.post("/verify/", {})
    assert answer.status_code == 400
    assert "Choose the PDF that you received." in answer.content.decode()


def test_a_forged_request_is_refused(db: None) -> None:
    del db
    strict = Client(enforce_csrf_checks=True)
    assert drop(strict, b"x").status_code == 403


def test_the_same_network_asks_sixty_times_an_hour(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    del db
    monkeypatch.setattr(proof_views, "MOST_AN_HOUR", 2)
    assert [drop(client, b"x").status_code for _ in range(3)] == [200, 200, 429]


def test_a_file_that_is_too_large_is_said_and_read_no_further(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    del db
    monkeypatch.setattr(marks, "MOST_BYTES", 100)
    assert drop(client, b"x" * 101).status_code == 413
    assert drop(client, b"x" * 100).status_code == 200


@pytest.mark.parametrize("piece", [1, 7, 4096, 65536])
def test_a_seal_is_found_however_the_file_comes_in_pieces(
    version: DossierVersion, piece: int
) -> None:
    data, look = read_checked(version), Look()
    for at in range(0, len(data), piece):
        look.take(data[at : at + piece])
    assert look.marks == {version.seal_mark}
    assert look.sha256 == version.file_sha256
    assert look.size == len(data)


def test_a_file_full_of_seals_is_looked_at_in_bounded_work() -> None:
    look = Look()
    for number in range(100):
        look.take(b"/Contents <" + f"{number:02x}".encode() * 200 + b">")
    assert len(look.marks) == marks.MOST_MARKS
    look = Look()
    for _number in range(50):
        look.take(b"/Contents <" + b"a" * 100_000)
    assert not look.marks


def test_the_certificate_is_published_at_a_fixed_address(
    version: DossierVersion, client: Client
) -> None:
    assert version.seal_key is not None
    answer = client.get("/seal/certificate.pem")
    assert answer.content.decode() == version.seal_key.certificate
    assert answer["Content-Type"] == "application/x-pem-file"
    page = client.get("/seal/").content.decode()
    assert version.seal_key.fingerprint[:8] in page
    assert "PRIVATE" not in page + answer.content.decode()


def test_certificates_that_sealed_before_stay_published(
    version: DossierVersion, client: Client
) -> None:
    old = version.seal_key
    assert old is not None
    new = rotate_seal_key(actor=None, now=NOW)
    assert client.get("/seal/certificate.pem").content.decode() == new.certificate
    assert client.get(f"/seal/{old.fingerprint}.pem").content.decode() == old.certificate
    assert "Seals now" in client.get("/seal/").content.decode()
    assert client.get(f"/seal/{'0' * 64}.pem").status_code == 404


def test_before_the_first_seal_the_page_says_so(client: Client, db: None) -> None:
    del db
    assert not SealKey.objects.exists()
    assert "No dossier was sealed here yet." in client.get("/seal/").content.decode()
    assert client.get("/seal/certificate.pem").status_code == 404
