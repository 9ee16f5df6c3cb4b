"""Whatever kind of file comes, what was sent is kept, and people see a copy that can be shown."""

from collections.abc import Callable
from datetime import datetime

import pytest

from cases.casework.models import Case
from documents.records import serving, vault
from documents.records.failures import UNNAMED, describe_failure
from documents.records.models import Document, DocumentFile, DocumentState, FileRole, Page
from documents.records.services import retry_reading
from tests import make
from tests.records.papers import make_pdf
from tests.records.pictures import (
    CANARY,
    ON_ITS_SIDE,
    draw_halves,
    make_heic,
    make_photograph,
    make_tiff,
    open_picture,
    red_part,
)
from tests.records.sending import send

RunJobs = Callable[[], int]


def bytes_of(file: DocumentFile) -> bytes:
    return vault.read_bytes(case_id=file.document.case_id, object_name=file.object_name)


def preview_of(page: Page) -> bytes:
    return vault.read_bytes(case_id=page.file.document.case_id, object_name=page.preview_name)


def take(case: Case, data: bytes, name: str, run_jobs: RunJobs) -> Document:
    document = send(case, data, name=name)
    run_jobs()
    document.refresh_from_db()
    return document


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("IMG_0042.HEIC", make_heic(ON_ITS_SIDE), "image/heic"),
        ("photo.webp", make_photograph("WEBP", ON_ITS_SIDE), "image/webp"),
        ("photo.jpg", make_photograph("JPEG", ON_ITS_SIDE), "image/jpeg"),
    ],
)
def test_a_photograph_is_kept_as_sent_and_shown_upright_without_its_place(
    cast: make.Cast, run_jobs: RunJobs, name: str, data: bytes, media_type: str
) -> None:
    document = take(cast.case, data, name, run_jobs)
    assert document.state == DocumentState.TO_REVIEW
    original, shown = document.files.order_by("version")
    assert (original.role, original.content_type) == (FileRole.ORIGINAL, media_type)
    assert bytes_of(original) == data
    assert (shown.role, shown.made_from, shown.made_by) == (FileRole.READABLE, original, None)
    assert shown.content_type == "image/jpeg"
    assert shown.original_name.endswith(".jpg")
    assert CANARY.encode() not in bytes_of(shown)
    page = shown.pages.get()
    assert (page.width, page.height) == (400, 600)
    assert red_part(open_picture(preview_of(page))) == "upper"
    assert not original.pages.exists()


def test_a_tiff_of_several_pages_is_shown_as_a_pdf(cast: make.Cast, run_jobs: RunJobs) -> None:
    data = make_tiff(draw_halves(), draw_halves(), draw_halves())
    document = take(cast.case, data, "fax.tif", run_jobs)
    assert (document.state, document.failure_code) == (DocumentState.TO_REVIEW, "no_text")
    original, shown = document.files.order_by("version")
    assert bytes_of(original) == data
    assert (shown.content_type, shown.page_count) == ("application/pdf", 3)
    assert all(page.preview_name for page in shown.pages.all())


def test_reading_anew_makes_no_further_copy(
    cast: make.Cast, run_jobs: RunJobs, now: datetime
) -> None:
    document = take(cast.case, make_heic(), "a.heic", run_jobs)
    retry_reading(document=document, actor=cast.coordinator, now=now)
    run_jobs()
    document.refresh_from_db()
    assert document.state == DocumentState.TO_REVIEW
    assert document.files.count() == 2


def test_original_and_copy_are_handed_out_as_attachments_under_their_own_types(
    cast: make.Cast, run_jobs: RunJobs, now: datetime
) -> None:
    document = take(cast.case, make_heic(), "IMG_7.HEIC", run_jobs)
    for file, media_type, name in zip(
        document.files.order_by("version"),
        ("image/heic", "image/jpeg"),
        ("IMG_7.HEIC", "IMG_7.jpg"),
        strict=True,
    ):
        served = serving.serve_file(file=file, actor=cast.coordinator, now=now)
        assert served.headers["Content-Type"] == media_type
        assert served.headers["Content-Disposition"].startswith("attachment")
        assert name in served.headers["Content-Disposition"]
        assert b"".join(served.chunks) == bytes_of(file)


def test_a_damaged_pdf_is_kept_as_sent_and_read_from_the_mended_copy(
    cast: make.Cast, run_jobs: RunJobs
) -> None:
    data = b"From: the mail program\r\n" * 30 + make_pdf("The Ki-67 is 9%.")
    data = b"%PDF-1.4\n" + data
    document = take(cast.case, data, "letter.pdf", run_jobs)
    assert (document.state, document.failure_code) == (DocumentState.TO_REVIEW, "mended")
    original, shown = document.files.order_by("version")
    assert bytes_of(original) == data
    assert (shown.role, shown.scan_verdict) == (FileRole.READABLE, "no_scanner")
    assert "Ki-67 is 9%" in shown.pages.get().text
    assert describe_failure("mended") is not UNNAMED
