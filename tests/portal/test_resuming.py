"""The protocol by which a page sends a file in pieces, as any program may speak it."""

import base64
import hashlib
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from documents.records import vault
from documents.records.models import Document, RecordKind, Upload, UploadState
from tests import make
from tests.portal.family import page_of, sign_in
from tests.records.sending import LETTER

pytestmark = pytest.mark.django_db

TUS = {"Tus-Resumable": "1.0.0"}
PART = "application/offset+octet-stream"


def write_metadata(**told: str) -> str:
    return ",".join(
        f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in told.items()
    )


def begin(browser: Client, cast: make.Cast, size: int = len(LETTER), **told: str) -> Any:
    headers = {
        **TUS,
        "Upload-Length": str(size),
        "Upload-Metadata": write_metadata(**{"filename": "letter.pdf", **told}),
    }
    return browser.post(page_of(cast.case, "uploads"), headers=headers)


def send_part(browser: Client, where: str, data: bytes, offset: int, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return browser.patch(
        where,
        data,
        content_type=PART,
        headers={**TUS, "Upload-Offset": str(offset), **named},
    )


def test_a_file_goes_in_two_parts_and_its_receipt_is_the_plain_forms(cast: make.Cast) -> None:
    browser = sign_in(cast.parent)
    answer = begin(browser, cast, kind="pathology")
    assert (answer.status_code, answer["Upload-Offset"]) == (201, "0")
    where = answer["Location"]
    answer = send_part(browser, where, LETTER[:1000], 0)
    assert (answer.status_code, answer["Upload-Offset"]) == (204, "1000")
    answer = browser.head(where, headers=TUS)
    assert (answer.status_code, answer["Upload-Offset"]) == (200, "1000")
    assert answer["Upload-Length"] == str(len(LETTER))
    assert "no-store" in answer["Cache-Control"]
    assert "Upload-Expires" in answer
    send_part(browser, where, LETTER[1000:], 1000)
    answers = [browser.post(where, headers=TUS) for _time in range(2)]
    document = Document.objects.get()
    paper = {"document": str(document.pk), "state": "received"}
    looked_at = reverse("portal:look", args=[cast.case.pk, document.pk])
    receipt = {"received": [{**paper, "look": looked_at}]}
    assert [(answer.status_code, answer.json()) for answer in answers] == [(201, receipt)] * 2
    assert (document.kind, document.sent_by) == (RecordKind.PATHOLOGY, cast.parent)
    file = document.files.get()
    assert file.original_name == "letter.pdf"
    assert vault.read_bytes(case_id=cast.case.pk, object_name=file.object_name) == LETTER


def test_the_server_says_what_it_speaks(cast: make.Cast, settings: Settings) -> None:
    settings.MAX_DOCUMENT_BYTES = 5000
    answer = sign_in(cast.parent).options(page_of(cast.case, "uploads"))
    assert answer.status_code == 204
    assert answer["Tus-Version"] == "1.0.0"
    assert answer["Tus-Extension"] == "creation,termination,expiration,checksum"
    assert int(answer["Tus-Max-Size"]) >= 5000


def test_another_version_of_the_protocol_is_refused(cast: make.Cast) -> None:
    answer = sign_in(cast.parent).post(
        page_of(cast.case, "uploads"), headers={"Tus-Resumable": "0.2.2", "Upload-Length": "5"}
    )
    assert (answer.status_code, answer["Tus-Version"]) == (412, "1.0.0")


@pytest.mark.parametrize(
    ("status", "headers", "content_type"),
    [
        (409, {"Upload-Offset": "5"}, PART),
        (415, {"Upload-Offset": "0"}, "text/plain"),
        (400, {}, PART),
        (400, {"Upload-Offset": "-1"}, PART),
        (400, {"Upload-Offset": "0", "Upload-Checksum": "md5 AAAA"}, PART),
        (400, {"Upload-Offset": "0", "Upload-Checksum": "sha256 AAAA"}, PART),
        (
            460,
            {
                "Upload-Offset": "0",
                "Upload-Checksum": "sha1 " + base64.b64encode(bytes(20)).decode(),
            },
            PART,
        ),
        (422, {"Upload-Offset": "0", "Upload-Fingerprint": "other"}, PART),
    ],
)
def test_a_part_that_does_not_fit_has_its_own_answer(
    cast: make.Cast, status: int, headers: dict[str, str], content_type: str
) -> None:
    browser = sign_in(cast.parent)
    where = begin(browser, cast, fingerprint="mine")["Location"]
    headers = {**TUS, "Upload-Fingerprint": "mine", **headers}
    answer = browser.patch(where, LETTER[:100], content_type=content_type, headers=headers)
    assert answer.status_code == status
    assert Upload.objects.get().received == 0


def test_a_checksum_that_fits_is_taken(cast: make.Cast) -> None:
    browser = sign_in(cast.parent)
    where = begin(browser, cast)["Location"]
    checksum = base64.b64encode(hashlib.sha256(LETTER).digest()).decode()
    answer = send_part(browser, where, LETTER, 0, Upload_Checksum=f"sha256 {checksum}")
    assert answer["Upload-Offset"] == str(len(LETTER))


def test_an_upload_that_is_not_wanted_any_more_is_gone(cast: make.Cast) -> None:
    browser = sign_in(cast.parent)
    where = begin(browser, cast)["Location"]
    send_part(browser, where, LETTER[:100], 0)
    assert browser.delete(where, headers=TUS).status_code == 204
    assert Upload.objects.get().state == UploadState.GIVEN_UP
    assert list(vault.incoming_folder().iterdir()) == []
    assert browser.head(where, headers=TUS).status_code == 410
    assert send_part(browser, where, LETTER[100:], 100).status_code == 410
    assert browser.post(where, headers=TUS).status_code == 410
    assert browser.delete(where, headers=TUS).status_code == 204


def test_a_refused_file_is_answered_as_by_the_plain_form(cast: make.Cast) -> None:
    browser = sign_in(cast.parent)
    program = b"MZ\x90\x00" + bytes(300)
    where = begin(browser, cast, len(program), filename="setup.exe")["Location"]
    for answer in (send_part(browser, where, program, 0), browser.post(where, headers=TUS)):
        assert (answer.status_code, answer.json()["code"]) == (422, "program")
        assert answer.json()["errors"][0].endswith(".")
    assert not Document.objects.exists()


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(
    cast: make.Cast, settings: Settings
) -> None:
    settings.MAX_DOCUMENT_BYTES = settings.MAX_ARCHIVE_BYTES = 5000
    answer = begin(sign_in(cast.parent), cast, 6000)
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_big")


def test_the_same_file_again_is_answered_with_its_day(cast: make.Cast) -> None:
    browser = sign_in(cast.parent)
    for state, status in (("received", 201), ("duplicate", 200)):
        where = begin(browser, cast)["Location"]
        send_part(browser, where, LETTER, 0)
        answer = browser.post(where, headers=TUS)
        assert (answer.status_code, answer.json()["received"][0]["state"]) == (status, state)
    assert Document.objects.count() == 1


@pytest.mark.parametrize("told", ["", "filename", "filename %%%", "filename /w==", "a b,,,c d"])
def test_metadata_that_cannot_be_read_is_left_out(cast: make.Cast, told: str) -> None:
    headers = {**TUS, "Upload-Length": "5", "Upload-Metadata": told}
    answer = sign_in(cast.parent).post(page_of(cast.case, "uploads"), headers=headers)
    assert answer.status_code == 201


@pytest.mark.parametrize("size", ["", "x", "1e9", "-5", "9" * 40])
def test_a_length_that_is_no_number_is_refused(cast: make.Cast, size: str) -> None:
    headers = {**TUS, "Upload-Length": size}
    answer = sign_in(cast.parent).post(page_of(cast.case, "uploads"), headers=headers)
    assert answer.status_code == 400


@pytest.mark.parametrize("person", ["stranger", "coordinator", "administrator", "second_parent"])
def test_an_upload_is_its_senders_alone(cast: make.Cast, person: str) -> None:
    where = begin(sign_in(cast.parent), cast)["Location"]
    user = (
        make.relative(case=cast.case, name="Luis Velasco", email="luis@family.example")
        if person == "second_parent"
        else getattr(cast, person)
    )
    browser = sign_in(user)
    answers = [
        browser.head(where, headers=TUS).status_code,
        send_part(browser, where, LETTER, 0).status_code,
        browser.post(where, headers=TUS).status_code,
        browser.delete(where, headers=TUS).status_code,
    ]
    # Staff are led to their second factor, as from every page.
    assert set(answers) <= ({404} if not user.is_staff else {302, 404})
    assert Upload.objects.get().received == 0


def test_who_may_not_send_papers_begins_none(cast: make.Cast) -> None:
    browser = sign_in(cast.parent)
    where = begin(browser, cast)["Location"]
    cast.case.parties.update(may_upload=False)
    assert begin(browser, cast).status_code == 404
    assert send_part(browser, where, LETTER, 0).status_code == 404


def test_a_request_line_of_another_case_does_not_open_an_upload(cast: make.Cast) -> None:
    begin(sign_in(cast.parent), cast)
    upload = Upload.objects.get()
    theirs = cast.stranger.parties.get().case
    where = reverse("portal:upload_part", args=[theirs.pk, upload.pk])
    assert sign_in(cast.stranger).head(where, headers=TUS).status_code == 404


def test_without_the_token_against_forged_requests_nothing_is_taken(cast: make.Cast) -> None:
    where = begin(sign_in(cast.parent), cast)["Location"]
    browser = Client(enforce_csrf_checks=True, headers={"host": "127.0.0.1"})
    browser.force_login(cast.parent, backend="django.contrib.auth.backends.ModelBackend")
    assert begin(browser, cast).status_code == 403
    assert send_part(browser, where, LETTER, 0).status_code == 403
    assert browser.delete(where, headers=TUS).status_code == 403
    page = browser.get(page_of(cast.case, "upload")).content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    assert send_part(browser, where, LETTER, 0, X_CSRFToken=token).status_code == 204
