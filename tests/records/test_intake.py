"""Uploads arrive sealed, are judged by their bytes, and cost nothing where they are refused."""

from collections.abc import Callable, Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import InMemoryUploadedFile, SimpleUploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from cases.accounts.models import AuditEvent, User
from cases.casework.models import Case
from documents.records import services, vault
from documents.records.errors import FileTooBig, UploadRefused
from documents.records.intake import SealedUpload, clean_original_name, takes_uploads
from documents.records.models import Document
from tests import make
from tests.records.sending import LETTER, NOTE, send

Post = Callable[..., HttpResponse]


def find_case(request: HttpRequest) -> Case:
    """As every page does it: through the door."""
    if not isinstance(request.user, User):
        raise Http404
    case: Case | None = Case.objects.visible_to(request.user).first()
    if case is None:
        raise Http404
    return case


@takes_uploads(find_case)
def upload(request: HttpRequest) -> HttpResponse:
    case = find_case(request)
    for file in request.FILES.getlist("files"):
        assert isinstance(file, SealedUpload)
        services.accept_upload(case=case, source=file, actor=None, now=make.NOW)
    return HttpResponse("ok")


@pytest.fixture
def post() -> Iterator[Post]:
    """Post files to the view above, with a token against forged requests or without."""
    factory, requests = RequestFactory(), []

    def run(
        user: User,
        *files: tuple[str, bytes],
        with_token: bool = True,
        view: Callable[[HttpRequest], HttpResponse] = upload,  # type: ignore[assignment]
    ) -> HttpResponse:
        uploads = [SimpleUploadedFile(name, data) for name, data in files]
        request = factory.post("/upload", {"files": uploads})
        request.user = user
        if with_token:
            token = get_token(request)
            request.COOKIES["csrf"] = token
            request.META["HTTP_X_CSRFTOKEN"] = token
        requests.append(request)
        return view(request)

    yield run
    for request in requests:
        request.close()


def test_a_page_takes_several_files_at_once_and_none_touches_the_disk_plain(
    cast: make.Cast, post: Post
) -> None:
    assert post(cast.parent, ("a.pdf", LETTER), ("b.txt", NOTE)).status_code == 200
    documents = Document.objects.filter(case=cast.case)
    assert {document.title for document in documents} == {"a", "b"}
    for document in documents:
        file = document.files.get()
        sealed = Path(default_storage.path(file.object_name)).read_bytes()
        assert b"%PDF" not in sealed
        assert b"Odhiambo" not in sealed
        plain = vault.read_bytes(case_id=cast.case.pk, object_name=file.object_name)
        assert plain in {LETTER, NOTE}
    assert list(vault.incoming_folder().iterdir()) == []


def test_without_the_token_nothing_is_taken(cast: make.Cast, post: Post) -> None:
    assert post(cast.parent, ("a.pdf", LETTER), with_token=False).status_code == 403
    assert not Document.objects.exists()


def test_a_person_without_a_case_is_turned_away_before_the_body_is_read(
    cast: make.Cast, post: Post
) -> None:
    with pytest.raises(Http404):
        post(cast.administrator, ("a.pdf", LETTER))
    assert not vault.incoming_folder().exists() or not list(vault.incoming_folder().iterdir())


def test_an_upload_that_is_not_accepted_is_gone_when_the_request_ends(
    cast: make.Cast, post: Post
) -> None:
    @takes_uploads(find_case)
    def look_only(request: HttpRequest) -> HttpResponse:
        assert len(request.FILES) == 1
        assert len(list(vault.incoming_folder().iterdir())) == 1
        request.close()
        return HttpResponse("no")

    post(cast.parent, ("a.pdf", LETTER), view=look_only)
    assert list(vault.incoming_folder().iterdir()) == []
    assert not default_storage.exists("files")


def test_where_no_page_announced_it_a_large_file_is_dropped_and_a_small_one_stays_in_memory(
    rf: RequestFactory, settings: Settings
) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1000
    large = rf.post("/", {"file": SimpleUploadedFile("a.bin", b"x" * 5000), "word": "kept"})
    assert not large.FILES
    small = rf.post("/", {"file": SimpleUploadedFile("a.bin", b"x" * 100)})
    kept = small.FILES["file"]
    assert isinstance(kept, InMemoryUploadedFile)
    assert kept.read() == b"x" * 100


def test_a_file_at_the_limit_is_taken_and_one_byte_more_is_not(
    cast: make.Cast, settings: Settings
) -> None:
    settings.MAX_DOCUMENT_BYTES = 2 * 1024 * 1024
    send(cast.case, b"a" * settings.MAX_DOCUMENT_BYTES)
    with pytest.raises(FileTooBig) as refused:
        send(cast.case, b"b" * (settings.MAX_DOCUMENT_BYTES + 1))
    assert "larger than 2 MB" in str(refused.value)
    assert list(vault.incoming_folder().iterdir()) == []


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("empty.pdf", b"", "empty"),
        ("blank.txt", b" \n\n", "empty"),
        ("program.pdf", b"MZ\x90\x00" + b"\0" * 200, "program"),
        ("shell.txt", b"#!/bin/sh\nrm -rf /\n", "program"),
        ("page.pdf", b"<html><script>alert(1)</script></html>", "web_page"),
        ("drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "drawing"),
        ("sheet.xlsx", b"PK\x03\x04" + b"\0" * 26 + b"xl/workbook.xml", "office_document"),
        (
            "letter.docm",
            b"PK\x03\x04" + b"\0" * 26 + b"word/document.xml word/vbaProject.bin",
            "macros",
        ),
        ("cd.7z", b"7z\xbc\xaf\x27\x1c" + b"\0" * 40, "archive"),
        ("two.pdf", LETTER + b"PK\x05\x06" + b"\0" * 18, "mixed"),
        ("scan.dcm", b"MZ" + b"\0" * 126 + b"DICM" + b"\0" * 40, "program"),
        ("film.jpg", b"\0\0\0\x18ftypmp42" + b"\0" * 40, "media"),
        ("noise.pdf", bytes(range(256)) * 8, "unknown"),
    ],
)
def test_what_is_no_record_is_refused_with_what_to_do_instead(
    cast: make.Cast, name: str, data: bytes, code: str
) -> None:
    with pytest.raises(UploadRefused) as refused:
        send(cast.case, data, name=name)
    assert refused.value.code == code
    assert str(refused.value.message).endswith(".")
    assert not Document.objects.exists()
    assert not default_storage.exists("files")
    assert list(vault.incoming_folder().iterdir()) == []


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("report.pdf", "report.pdf"),
        ("/etc/passwd", "passwd"),
        ("C:\\Users\\Rosa\\report.pdf", "report.pdf"),
        ("../../x.pdf", "x.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\0b\r\nc.pdf", "ab c.pdf"),
        ("  two   spaces .pdf", "two spaces .pdf"),
        ("تقرير.pdf", "تقرير.pdf"),
        ("\u0930\u093f\u092a\u094b\u0930\u094d\u200d\u091f.pdf",) * 2,
        ("x" * 400 + ".pdf", "x" * 296 + ".pdf"),
        ("y" * 400, "y" * 300),
        ("..", ""),
    ],
)
def test_names_of_files_are_shown_without_folders_controls_or_turned_text(
    given: str, shown: str
) -> None:
    assert clean_original_name(given) == shown


def test_the_name_of_a_file_stands_in_no_path_and_no_audit_row(
    cast: make.Cast, now: datetime
) -> None:
    document = services.accept_upload(
        case=cast.case,
        source=BytesIO(LETTER),
        original_name="Marta Velasco pathology.pdf",
        actor=cast.parent,
        now=now,
    )
    file = document.files.get()
    assert file.original_name == "Marta Velasco pathology.pdf"
    assert "Marta" not in file.object_name
    for event in AuditEvent.objects.all():
        assert "Marta" not in f"{event.action} {event.target} {event.detail}"
