"""Whatever is sent ends in a state with a name and a sentence, and the worker lives on."""

import io
import os
import struct
import zlib
from collections.abc import Callable

import pikepdf
import pytest
from PIL import Image

from cases.jobs.models import Job, JobState
from documents.records import vault
from documents.records.errors import UploadRefused
from documents.records.failures import UNNAMED, describe_failure
from documents.records.models import Document, DocumentState, Page
from tests import make
from tests.invariants import find_violations
from tests.records.sending import LETTER, send
from tests.samples.shapes import SAMPLES

Made = Callable[[], bytes]
TO_REVIEW, UNREADABLE = DocumentState.TO_REVIEW, DocumentState.UNREADABLE
ENDS = {TO_REVIEW, UNREADABLE, DocumentState.NEEDS_PASSWORD, DocumentState.OTHER_PATIENT}


def save(pdf: pikepdf.Pdf) -> bytes:
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def pdf_with_programs() -> bytes:
    pdf = pikepdf.open(io.BytesIO(LETTER))
    pdf.Root.OpenAction = pikepdf.Dictionary(
        S=pikepdf.Name.JavaScript, JS="app.launchURL('http://x.example')"
    )
    pdf.attachments["setup.exe"] = pikepdf.AttachedFileSpec(  # type: ignore[call-arg]  # the rest has defaults
        pdf, b"MZ" + b"\0" * 100
    )
    return save(pdf)


def pdf_with_stream_bomb() -> bytes:
    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    squeezed = zlib.compress(b"0 0 m 1 1 l S " * 3_000_000, 9)
    page.Contents = pikepdf.Stream(pdf, squeezed, Filter=pikepdf.Name.FlateDecode)
    out = io.BytesIO()
    pdf.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def pdf_with_page_loop() -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 200000>>endobj\n"
        b"trailer<</Root 1 0 R/Size 3>>\n%%EOF\n"
    )


def pdf_with_many_pages() -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    page = pdf.pages[0]
    pdf.Root.Pages.Kids = pikepdf.Array([page.obj] * 2500)
    pdf.Root.Pages.Count = 2500
    return save(pdf)


def blank_pdf() -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    return save(pdf)


def accents() -> bytes:
    return b"a" + "\u0301".encode() * 100_000


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, data: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def sample(name: str) -> bytes:
    return (SAMPLES / "extra" / name).read_bytes()


FILES: dict[str, tuple[Made, str, str]] = {
    "a PDF cut in half": (lambda: LETTER[: len(LETTER) // 2], UNREADABLE, "damaged"),
    "a PDF of one line": (lambda: b"%PDF-1.7\n", UNREADABLE, "damaged"),
    "noise that says PDF": (lambda: b"%PDF-1.4\n" + os.urandom(9000), UNREADABLE, "damaged"),
    "a PDF whose pages loop": (pdf_with_page_loop, UNREADABLE, ""),
    "a PDF with 2,500 pages": (pdf_with_many_pages, UNREADABLE, "too_many_pages"),
    "a PDF with programs inside": (pdf_with_programs, "other_patient", ""),
    "a PDF that unpacks to 42 MB": (pdf_with_stream_bomb, "", ""),
    "a PDF behind a password": (
        lambda: sample("protected.pdf"),
        DocumentState.NEEDS_PASSWORD,
        "password_needed",
    ),
    "a PDF without a word": (blank_pdf, TO_REVIEW, "no_text"),
    "a scan": (lambda: sample("scanned.pdf"), TO_REVIEW, "no_text"),
    "a photograph": (lambda: sample("phone-photo.jpg"), TO_REVIEW, "no_text"),
    "a photograph cut in half": (lambda: sample("phone-photo.jpg")[:40_000], "", ""),
    "a picture of 30,000 by 30,000": (
        lambda: png(30_000, 30_000, zlib.compress(b"\0" * 1000)),
        UNREADABLE,
        "too_big",
    ),
    "a picture with too little in it": (
        lambda: png(400, 400, zlib.compress(b"\0" * 10)),
        "",
        "",
    ),
    "noise that says JPEG": (lambda: b"\xff\xd8\xff\xe0" + os.urandom(9000), UNREADABLE, ""),
    "5,000 form feeds": (lambda: b"word\f" * 5000, UNREADABLE, "too_many_pages"),
    "100,000 accents on one letter": (accents, TO_REVIEW, ""),
    "text with zero bytes": (lambda: b"one two three four five six\0seven" * 9, "", ""),
    "text of another alphabet in two bytes a sign": (
        lambda: "\ufeffКи-67: 9%\n".encode("utf-16-le") * 3,
        TO_REVIEW,
        "",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_or_broken_file_ends_in_a_state_with_a_name(
    cast: make.Cast, run_jobs: Callable[[], int], name: str
) -> None:
    make_file, state, code = FILES[name]
    try:
        document = send(cast.case, make_file(), name="paper")
    except UploadRefused:
        assert not Document.objects.exists()
        return
    for _attempt in range(4):
        run_jobs()
        Job.objects.filter(state=JobState.QUEUED).update(run_after=make.NOW)
    document.refresh_from_db()
    assert document.state in ENDS
    assert not state or document.state == state
    assert not code or document.failure_code == code
    assert document.state != UNREADABLE or describe_failure(document.failure_code) is not UNNAMED
    assert not Job.objects.exclude(state=JobState.DONE).exists()
    assert find_violations() == []


def test_a_photograph_is_kept_as_sent_and_shown_without_its_position(
    cast: make.Cast, run_jobs: Callable[[], int]
) -> None:
    photograph = sample("phone-photo.jpg")
    document = send(cast.case, photograph, name="photo.jpg")
    run_jobs()
    original, file = document.files.order_by("version")
    case_id = cast.case.pk
    assert vault.read_bytes(case_id=case_id, object_name=original.object_name) == photograph
    preview = vault.read_bytes(
        case_id=case_id, object_name=Page.objects.get(file=file).preview_name
    )
    assert preview.startswith(b"\xff\xd8\xff")
    assert not Image.open(io.BytesIO(preview)).getexif()
