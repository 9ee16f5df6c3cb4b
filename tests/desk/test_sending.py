"""Papers that came to the office another way: by post, by mail, on a disc."""

import os
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.casework.consents import withdraw_consent
from cases.casework.models import Case, ConsentPurpose
from cases.jobs.models import Job
from documents.records.models import Document, Upload
from tests import make
from tests.desk.doing import is_done, is_refused, read_news
from tests.portal.test_resuming import PART, TUS, write_metadata
from tests.records.papers import make_photo
from tests.records.sending import LETTER, NOTE, is_about_ruth
from tests.signing import sign_in

pytestmark = pytest.mark.django_db
# Beyond what a request may hold in memory.
DISC_SIZE = 3 * 1024 * 1024


@pytest.fixture
def case(cast: make.Cast) -> Case:
    return is_about_ruth(cast.case)


def send(client: Client, case: Case, *files: Any) -> Any:
    where = reverse("admin:case_upload", args=[case.pk])
    return client.post(where, {"files": files}, follow=True)


def file_of(data: bytes, name: str = "note.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def test_files_that_came_another_way_become_records(
    cast: make.Cast, case: Case, desk: Client
) -> None:
    assert is_done(send(desk, case, file_of(NOTE), file_of(LETTER, "letter.pdf")))
    assert {row.sent_by for row in case.documents.all()} == {cast.coordinator}
    assert {row.title for row in case.documents.all()} == {"note", "letter"}


def test_a_file_of_many_megabytes_is_taken_as_well(case: Case, desk: Client) -> None:
    large = NOTE + b"A line of a long letter.\n" * (DISC_SIZE // 25)
    assert is_done(send(desk, case, file_of(large)))
    assert case.documents.get().files.get().size == len(large)


def test_each_file_that_is_refused_is_named_and_the_others_are_kept(
    case: Case, desk: Client
) -> None:
    answer = send(desk, case, file_of(b"MZ\x90\x00" + os.urandom(300), "view.exe"), file_of(NOTE))
    said = read_news(answer)
    assert said[0].startswith("1 file was received")
    assert said[1].startswith("view.exe: ")
    assert case.documents.get().title == "note"


def test_what_is_here_already_is_said_to_be_and_kept_once(case: Case, desk: Client) -> None:
    send(desk, case, file_of(NOTE))
    assert read_news(send(desk, case, file_of(NOTE))) == [
        "Some files were here before; they are here only once."
    ]
    assert case.documents.count() == 1


def test_nothing_chosen_is_said(case: Case, desk: Client) -> None:
    assert is_refused(send(desk, case))


def test_the_address_opened_as_a_page_leads_to_the_records(case: Case, desk: Client) -> None:
    answer = desk.get(reverse("admin:case_upload", args=[case.pk]))
    assert answer["Location"] == reverse("admin:cockpit_part", args=[case.pk, "records"])


def begin(client: Client, case: Case, size: int) -> Any:
    told = write_metadata(filename="disc.zip")
    headers = {**TUS, "Upload-Length": str(size), "Upload-Metadata": told}
    return client.post(reverse("admin:case_uploads", args=[case.pk]), headers=headers)


def test_a_file_in_pieces_goes_on_where_it_stopped(
    cast: make.Cast, case: Case, desk: Client
) -> None:
    where = begin(desk, case, len(LETTER))["Location"]
    for at in (0, 1000):
        part = LETTER[at : 1000 if at == 0 else None]
        headers = {**TUS, "Upload-Offset": str(at)}
        answer = desk.patch(where, part, content_type=PART, headers=headers)
        assert answer["Upload-Offset"] == str(at + len(part))
        page = desk.get(reverse("admin:cockpit_part", args=[case.pk, "records"])).content.decode()
        assert (f'data-url="{where}"' in page) is (at == 0)
    receipt = desk.post(where, headers=TUS).json()["received"][0]
    document = Document.objects.get(pk=receipt["document"])
    assert (document.sent_by, receipt["state"]) == (cast.coordinator, "received")
    again = begin(desk, case, len(LETTER))["Location"]
    desk.patch(again, LETTER, content_type=PART, headers={**TUS, "Upload-Offset": "0"})
    (told,) = desk.post(again, headers=TUS).json()["received"]
    assert (told["state"], told["document"]) == ("duplicate", str(document.pk))
    assert told["words"].startswith("It is here since ")


def test_photographs_that_came_together_become_one_paper(case: Case, desk: Client) -> None:
    photos = [file_of(make_photo(width), f"{width}.jpg") for width in (600, 800)]
    send(desk, case, *photos)
    pages = [str(row.pk) for row in case.documents.all()]
    answer = desk.post(reverse("admin:case_join_papers", args=[case.pk]), {"documents": pages})
    assert (answer.status_code, answer.json()) == (202, {"state": "joining"})
    assert Job.objects.filter(kind="records.join_documents").count() == 1


@pytest.mark.parametrize("person", ["stranger", "parent"])
def test_nobody_else_sends_to_the_case(cast: make.Cast, case: Case, person: str) -> None:
    client = sign_in(getattr(cast, person))
    for name in ("case_upload", "case_uploads", "case_join_papers"):
        answer = client.post(reverse(f"admin:{name}", args=[case.pk]), {"files": file_of(NOTE)})
        assert answer.status_code in {302, 404}
    assert not Document.objects.exists()
    assert not Upload.objects.exists()


def test_without_agreement_nothing_is_taken_and_the_page_says_so(
    cast: make.Cast, case: Case, desk: Client
) -> None:
    for consent in case.consents.filter(purpose=ConsentPurpose.KEEP_RECORDS):
        withdraw_consent(consent=consent, actor=cast.parent, now=make.NOW)
    page = desk.get(reverse("admin:cockpit_part", args=[case.pk, "records"])).content.decode()
    assert "has not agreed yet" in page
    assert 'type="file"' not in page
    assert is_refused(send(desk, case, file_of(NOTE)))
    assert begin(desk, case, 10).status_code == 403
