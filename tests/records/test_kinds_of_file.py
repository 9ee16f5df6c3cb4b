"""Whatever kind of file comes, what was sent is kept, and people see a copy that can be shown."""

import io
import os
import struct
from collections.abc import Callable
from datetime import datetime

import pikepdf
import pytest

from cases.casework.models import Case
from cases.jobs.models import Job, JobState
from documents.dossiers.sources import SourceBook
from documents.records import serving, vault
from documents.records.failures import UNNAMED, describe_failure
from documents.records.models import Document, DocumentFile, DocumentState, FileRole, Page
from documents.records.services import accept_document, retry_reading
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
from tests.records.word_files import make_word, paragraph

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
    cast: make.Cast, run_jobs: RunJobs, now: datetime
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
    retry_reading(document=document, actor=cast.coordinator, now=now)
    run_jobs()
    document.refresh_from_db()
    assert (document.state, document.failure_code) == (DocumentState.TO_REVIEW, "mended")
    assert document.files.count() == 2


def make_pdf_of(pages: int) -> bytes:
    """A PDF whose tree says that one page is so many."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.Root.Pages.Kids = pikepdf.Array([pdf.pages[0].obj] * pages)
    pdf.Root.Pages.Count = pages
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def make_hostile_tiff(pages: int, side: int = 1) -> bytes:
    """One point a page, whatever it says of its sides, each page a directory of its own."""
    entries = [(256, 4, side), (257, 4, side), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8)]
    entries += [(277, 3, 1), (278, 3, 1), (279, 4, 1)]
    fields = b"".join(struct.pack("<HHII", tag, form, 1, value) for tag, form, value in entries)
    size = 2 + len(fields) + 4
    out = bytearray(b"II*\x00" + struct.pack("<I", 12) + b"\x80\x00\x00\x00")
    for page in range(pages):
        follows = 12 + size * (page + 1) if page + 1 < pages else 0
        out += struct.pack("<H", len(entries)) + fields + struct.pack("<I", follows)
    return bytes(out)


def make_huge(data: bytes) -> bytes:
    """A HEIC that says that it is 60,000 points wide and high."""
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", 60_000, 60_000) + data[at + 8 :]


def make_moving() -> bytes:
    out = io.BytesIO()
    draw_halves().save(out, "PNG", save_all=True, append_images=[draw_halves(600, 400)] * 3)
    return out.getvalue()


HOSTILE: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "a PDF of 200,000 pages": (lambda: make_pdf_of(200_000), "unreadable", "too_many_pages"),
    "a TIFF of 100,000 pages": (lambda: make_hostile_tiff(100_000), "unreadable", "too_many_pages"),
    "a TIFF of 60,000 by 60,000": (lambda: make_hostile_tiff(1, 60_000), "unreadable", "too_big"),
    "a HEIC of 60,000 by 60,000": (lambda: make_huge(make_heic()), "unreadable", ""),
    "a HEIC cut short": (lambda: make_heic()[:700], "unreadable", "damaged"),
    "noise that says HEIC": (
        lambda: b"\0\0\0\x18ftypheic" + bytes(range(256)) * 40,
        "unreadable",
        "damaged",
    ),
    "noise that says WebP": (
        lambda: b"RIFF\xff\xff\0\0WEBPVP8 " + bytes(range(256)) * 40,
        "unreadable",
        "damaged",
    ),
    "a picture that moves": (make_moving, "to_review", "no_text"),
    "a document of Word that unpacks to 30 MB of nothing": (
        lambda: make_word("<!--" + " " * 30_000_000 + "-->"),
        "unreadable",
        "too_big",
    ),
    "a document of Word without a word": (lambda: make_word("<w:p/>"), "to_review", "blank"),
    "a document of Word with programs in its types": (
        lambda: make_word(paragraph("a"), main_type="application/x.macroEnabled.main+xml"),
        "unreadable",
        "programs_inside",
    ),
    "a document of Word without its text": (
        lambda: make_word(paragraph("a"))[:400],
        "unreadable",
        "damaged",
    ),
    "100,000 accents in a document of Word": (
        lambda: make_word(paragraph("a" + "\u0301" * 100_000)),
        "to_review",
        "",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_of_every_kind_end_in_a_state_with_a_name(
    cast: make.Cast, run_jobs: RunJobs, name: str
) -> None:
    make_file, state, code = HOSTILE[name]
    here = os.getpid()
    document = take(cast.case, make_file(), "paper", run_jobs)
    for _again in range(3):
        Job.objects.filter(state=JobState.QUEUED).update(run_after=make.NOW)
        run_jobs()
    document.refresh_from_db()
    assert (document.state, os.getpid()) == (state, here)
    assert not code or document.failure_code == code
    assert not document.failure_code or describe_failure(document.failure_code) is not UNNAMED
    assert not Job.objects.exclude(state=JobState.DONE).exists()


def test_a_dossier_names_the_copy_that_can_be_shown(
    cast: make.Cast, run_jobs: RunJobs, now: datetime
) -> None:
    for data, name in (
        (make_heic(), "photo.heic"),
        (make_tiff(draw_halves(), draw_halves(8, 8)), "fax.tif"),
        (make_word(paragraph("Pathology report")), "letter.docx"),
    ):
        document = take(cast.case, data, name, run_jobs)
        accept_document(document=document, actor=cast.coordinator, now=now)
    book = SourceBook(cast.case)
    assert {source.file.version for source in book.files} == {2}
    listed = book.list_sources()
    assert isinstance(listed, tuple)
    assert sorted(source.pages for source in listed) == [1, 1, 2]
