"""What a file is, is judged by its bytes; what is not known is refused with words to act on."""

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from documents.records.sniffing import (
    MAX_TEXT_BYTES,
    REFUSALS,
    Kind,
    Refusal,
    decode_text,
    sniff_bytes,
    sniff_file,
)


def picture(form: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, form)
    return out.getvalue()


def archive(*names: str, words: str = "words") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in names or ("report.txt",):
            file.writestr(name, words)
    return out.getvalue()


def phone(brand: bytes) -> bytes:
    return b"\x00\x00\x00\x18ftyp" + brand + b"\x00" * 12


BARE = b"\x08\x00\x16\x00UI\x1a\x001.2.840.10008.5.1.4.1.1.2\x00" + b"\x08\x00\x18\x00UI\x00\x00"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"

ACCEPTED = {
    "a PDF": (PDF, Kind.PDF),
    "a JPEG": (picture("JPEG"), Kind.JPEG),
    "a PNG": (picture("PNG"), Kind.PNG),
    "a TIFF": (picture("TIFF"), Kind.TIFF),
    "a TIFF of an old Macintosh": (b"MM\x00*\x00\x00\x00\x08", Kind.TIFF),
    "a WebP": (picture("WEBP"), Kind.WEBP),
    "an AVIF": (picture("AVIF"), Kind.AVIF),
    "a phone photograph": (phone(b"heic"), Kind.HEIC),
    "another phone's photograph": (phone(b"mif1"), Kind.HEIC),
    "a Word document": (archive("[Content_Types].xml", "word/document.xml"), Kind.DOCX),
    "a Word document whose text comes last": (
        archive("word/media/image1.png", *(f"word/media/{n}.png" for n in range(999)))[:-22]
        + archive("word/document.xml"),
        Kind.DOCX,
    ),
    "a zip": (archive(), Kind.ZIP),
    "a zip of which only the beginning is known": (archive()[:40], Kind.ZIP),
    "a zip with a folder of that name": (archive("word/report.txt"), Kind.ZIP),
    "a zip in which a Word document lies": (
        archive("letter.docx", words="[Content_Types].xml word/document.xml"),
        Kind.ZIP,
    ),
    "an image of a scan": (b"\x00" * 128 + b"DICM\x02\x00", Kind.DICOM),
    "an image of a scan without its mark": (BARE, Kind.DICOM),
    "an image of a scan that says that it is a TIFF too": (
        b"II*\x00" + b"\x00" * 124 + b"DICM\x02\x00",
        Kind.DICOM,
    ),
    "plain English": (b"Ki-67: 14%\n", Kind.TEXT),
    "UTF-8 with accents": ("Páncreas, índice\n".encode(), Kind.TEXT),
    "UTF-8 with a mark": ("\ufeffPáncreas".encode(), Kind.TEXT),
    "UTF-16 with a mark": ("Páncreas".encode("utf-16"), Kind.TEXT),
    "UTF-16 without a mark": ("Ki-67: 14 per cent".encode("utf-16-le"), Kind.TEXT),
    "Western European": ("Páncreas, índice de proliferación\n".encode("latin-1"), Kind.TEXT),
    "pages parted by form feeds": (b"one\x0ctwo", Kind.TEXT),
}

REFUSED = {
    "nothing": (b"", "empty"),
    "white space": (b" \r\n\t\n", "empty"),
    "zero bytes": (b"\x00" * 4096, "empty"),
    "a 7z": (b"7z\xbc\xaf\x27\x1c\x00\x04", "archive"),
    "a rar": (b"Rar!\x1a\x07\x01\x00", "archive"),
    "a tar": (b"report.pdf".ljust(257, b"\x00") + b"ustar\x0000", "archive"),
    "a part of a zip that was packed in several": (b"PK\x07\x08PK\x03\x04", "archive"),
    "a Word document with macros": (
        archive("word/document.xml", "word/vbaProject.bin"),
        "macros",
    ),
    "a sheet of numbers": (archive("[Content_Types].xml", "xl/workbook.xml"), "office_document"),
    "an open document": (
        archive("mimetype", words="application/vnd.oasis.opendocument.text"),
        "office_document",
    ),
    "an old Word document": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
        "office_document",
    ),
    "rich text": (b"{\\rtf1 words}", "office_document"),
    "gzip": (b"\x1f\x8b\x08\x00words", "archive"),
    "a web page": (b"<!DOCTYPE html><html></html>", "web_page"),
    "a page after spaces": (b"\n\n  <html><body>", "web_page"),
    "a script in text": (b"hello <script>alert(1)</script>", "web_page"),
    "an SVG": (b'<?xml version="1.0"?><svg xmlns="x"></svg>', "drawing"),
    "PostScript": (b"%!PS-Adobe-3.0", "drawing"),
    "a Windows program": (b"MZ\x90\x00" + b"\x00" * 100, "program"),
    "a Linux program": (b"\x7fELF\x02\x01", "program"),
    "a shell script": (b"#!/bin/sh\nrm -rf /\n", "program"),
    "a GIF": (b"GIF89a\x01\x00/*words*/", "other_image"),
    "a film": (phone(b"mp42"), "media"),
    "a sound": (b"RIFF\x10\x00\x00\x00WAVEfmt ", "media"),
    "a phone photograph that is a zip": (phone(b"heic") + archive(), "mixed"),
    "a TIFF that is a page": (b"II*\x00\x08\x00\x00\x00<script>alert(1)</script>", "mixed"),
    "a program that is an image of a scan": (b"MZ" + b"\x00" * 126 + b"DICM", "program"),
    "a PDF that is an image of a scan": (b"%PDF-1.7".ljust(128, b"\x00") + b"DICM", "mixed"),
    "a page that is an image of a scan": (b"<script>".ljust(128, b"\x00") + b"DICM", "mixed"),
    "an image of a scan that is a zip": (
        b"\x00" * 128 + b"DICM\x02\x00" + archive(),
        "mixed",
    ),
    "numbers that only begin like an image": (b"\x08\x00\x16\x00UI" + bytes(range(256)), "unknown"),
    "a PDF that is a zip": (PDF + archive(), "mixed"),
    "a JPEG that is a zip": (picture("JPEG") + archive(), "mixed"),
    "text that hides a PDF": (b"words\n" + PDF, "mixed"),
    "binary rubbish": (bytes(range(256)) * 8, "unknown"),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_known_kind_is_accepted(name: str) -> None:
    data, kind = ACCEPTED[name]
    assert sniff_bytes(head=data) == kind


@pytest.mark.parametrize("name", REFUSED)
def test_anything_else_is_refused_with_a_code_and_a_sentence(name: str) -> None:
    data, code = REFUSED[name]
    refusal = sniff_bytes(head=data)
    assert refusal == Refusal(code)
    assert str(refusal.sentence).endswith(".")


def test_the_name_of_a_file_says_nothing(tmp_path: Path) -> None:
    renamed = tmp_path / "report.pdf"
    renamed.write_bytes(archive())
    assert sniff_file(renamed) is Kind.ZIP
    renamed.write_bytes(PDF)
    assert sniff_file(renamed) is Kind.PDF


def test_a_zip_behind_a_long_pdf_is_found(tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes(PDF + b"\n" * 300_000 + archive())
    assert sniff_file(path) == Refusal("mixed")


def test_a_character_cut_at_the_end_of_the_head_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes(b"x" + "é".encode() * 100_000)
    assert sniff_file(path) is Kind.TEXT


def test_text_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes(b"words\n" * (MAX_TEXT_BYTES // 6 + 1))
    assert sniff_file(path) == Refusal("too_big")


def test_decoding_keeps_every_character_in_its_place() -> None:
    assert decode_text("\ufeffone\r\ntwo\x0cthree é".encode()) == "one\r\ntwo\x0cthree é"
    assert decode_text(b"\x00\x01\x02\x03") is None


def test_every_refusal_has_a_sentence() -> None:
    assert all(str(sentence) for sentence in REFUSALS.values())


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        (Kind.PDF, "application/pdf"),
        (Kind.JPEG, "image/jpeg"),
        (Kind.TIFF, "image/tiff"),
        (Kind.HEIC, "image/heic"),
        (Kind.TEXT, "text/plain"),
    ],
)
def test_a_kind_knows_its_media_type(kind: Kind, media_type: str) -> None:
    assert kind.media_type == media_type


def test_every_kind_has_a_media_type_that_the_row_can_hold() -> None:
    types = [kind.media_type for kind in Kind]
    assert len(set(types)) == len(types)
    assert max(map(len, types)) <= 100
