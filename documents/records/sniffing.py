"""What kind of file this is, judged by its bytes and never by its name.

An allow-list: whatever is not known to be one of the accepted kinds is refused, with a code for
programs and one plain sentence for the person who sent it. Sniffing is the first of two gates; the
second is that the file's own parser opens it (`reading.check_file`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from documents.records.parsers.dicom_marks import PREAMBLE, has_mark, is_dicom

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

HEAD_BYTES: Final = 64 * 1024
TAIL_BYTES: Final = 64 * 1024 + 22  # as far back as the end record of a zip archive can stand
MAX_TEXT_BYTES: Final = 20 * 1024 * 1024


class Kind(StrEnum):
    """The kinds of file that are kept and read today."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    TEXT = "text"
    TIFF = "tiff"
    HEIC = "heic"
    AVIF = "avif"
    WEBP = "webp"
    DOCX = "docx"
    DICOM = "dicom"
    ZIP = "zip"

    @property
    def media_type(self) -> str:
        """The type under which a file of this kind is served, always as an attachment."""
        return MEDIA_TYPES[self]

    @property
    def is_image(self) -> bool:
        """Whether the file is one picture."""
        return self in {Kind.JPEG, Kind.PNG}

    @property
    def is_read_in_ranges(self) -> bool:
        """Whether such a file may be too large to be held whole: archives, images of scans."""
        return self in {Kind.DICOM, Kind.ZIP}


MEDIA_TYPES: Final = {
    Kind.PDF: "application/pdf",
    Kind.JPEG: "image/jpeg",
    Kind.PNG: "image/png",
    Kind.TEXT: "text/plain",
    Kind.TIFF: "image/tiff",
    Kind.HEIC: "image/heic",
    Kind.AVIF: "image/avif",
    Kind.WEBP: "image/webp",
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.DICOM: "application/dicom",
    Kind.ZIP: "application/zip",
}

REFUSALS: Final[dict[str, _StrPromise]] = {
    "empty": _("The file is empty. Please send it again from where it is stored."),
    "archive": _(
        "This kind of archive is not opened here. Please pack the files as a zip, or send them "
        "one by one."
    ),
    "office_document": _(
        "This kind of office document is not read here. Please save it as PDF and send the PDF."
    ),
    "macros": _("This document carries programs (macros). Please save it as PDF and send the PDF."),
    "web_page": _("This is a web page. Please print it to PDF and send the PDF."),
    "drawing": _("This is a drawing that can carry programs. Please save it as PDF, JPEG or PNG."),
    "program": _(
        "This is a program, not a record. Please send the report itself as PDF or photograph."
    ),
    "other_image": _("This image format cannot be read here. Please save it as JPEG or PNG."),
    "media": _("This is a sound or a film. Please send the written report as PDF or photograph."),
    "mixed": _(
        "This file is two kinds of file at once. Please export or photograph the paper again."
    ),
    "too_big": _("This text file is too long. Please send it as PDF or in parts."),
    "unknown": _(
        "This kind of file is not known here. Please send a PDF, a photograph, a Word document, "
        "plain text, or the images of a scan as DICOM or zip."
    ),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file is not taken; `sentence` says what the sender can do."""

    code: str

    @property
    def sentence(self) -> _StrPromise:
        """One plain sentence for the person who sent the file."""
        return REFUSALS[self.code]


ACCEPTED: Final = (
    (b"%PDF-", Kind.PDF),
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"II*\x00", Kind.TIFF),
    (b"MM\x00*", Kind.TIFF),
    (b"II+\x00", Kind.TIFF),
    (b"MM\x00+", Kind.TIFF),
)
# The mark of a phone's photograph, behind the length of its first box.
PHOTOGRAPHS: Final = {
    b"heic": Kind.HEIC,
    b"heix": Kind.HEIC,
    b"heim": Kind.HEIC,
    b"heis": Kind.HEIC,
    b"hevc": Kind.HEIC,
    b"hevx": Kind.HEIC,
    b"mif1": Kind.HEIC,
    b"msf1": Kind.HEIC,
    b"avif": Kind.AVIF,
    b"avis": Kind.AVIF,
}
# How the first entry of an office document is called, and what tells it from other archives.
OFFICE: Final = (
    b"word/",
    b"xl/",
    b"ppt/",
    b"[Content_Types].xml",
    b"_rels/",
    b"docProps/",
    b"mimetypeapplication/vnd.oasis",
)
OFFICE_PARTS: Final = re.compile(
    rb"\[Content_Types\]\.xml|word/document|vbaProject\.bin|xl/workbook|ppt/presentation|vnd\.oasis"
)
WORD_TEXT: Final = re.compile(rb"word/document\d{0,2}\.xml")

REFUSED: Final = (
    (b"PK\x03\x04", "archive"),
    (b"PK\x05\x06", "archive"),
    (b"PK\x07\x08", "archive"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ\x00", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office_document"),
    (b"{\\rtf", "office_document"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"\xcf\xfa\xed\xfe", "program"),
    (b"\xce\xfa\xed\xfe", "program"),
    (b"\xfe\xed\xfa", "program"),
    (b"#!", "program"),
    (b"<?php", "program"),
    (b"%!PS", "drawing"),
    (b"GIF8", "other_image"),
    (b"BM", "other_image"),
    (b"\x00\x00\x01\x00", "other_image"),
    (b"8BPS", "other_image"),
    (b"\x00\x00\x00\x0cjP", "other_image"),
    (b"OggS", "media"),
    (b"ID3", "media"),
    (b"\x1aE\xdf\xa3", "media"),
)

MARKUP = re.compile(rb"\A[\s\xef\xbb\xbf]*<\s*(!doctype|!--|\?xml|[a-z!?/])", re.IGNORECASE)
DRAWING = re.compile(rb"<\s*(\w+:)?svg\b", re.IGNORECASE)
SCRIPTED = re.compile(rb"<\s*(script|html|iframe|object|embed|svg|\?php)\b", re.IGNORECASE)
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def sniff_file(path: Path) -> Kind | Refusal:
    """Judge the file at `path` from its first and last bytes."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        if size > HEAD_BYTES:
            file.seek(max(size - TAIL_BYTES, 0))
            tail = file.read(TAIL_BYTES)
        else:
            tail = head
    return sniff_bytes(head=head, tail=tail, size=size)


def sniff_bytes(
    *, head: bytes, tail: bytes | None = None, size: int | None = None
) -> Kind | Refusal:
    """Judge a file from its first `HEAD_BYTES` and last `TAIL_BYTES` bytes and its full size.

    Without `tail` and `size` the head is taken for the whole file.
    """
    tail = head if tail is None else tail
    size = len(head) if size is None else size
    if not head.strip(b"\x00\t\n\r\x0c "):
        return Refusal("empty")
    for magic, kind in ACCEPTED:
        if head.startswith(magic) and not (kind is Kind.TIFF and has_mark(head)):
            return Refusal("mixed") if _is_mixed(kind, head, tail) else kind
    for magic, code in REFUSED:
        if head.startswith(magic):
            return _sniff_archive(head, tail) if code == "archive" else Refusal(code)
    return _sniff_containers(head, tail) or _sniff_text(head, tail, size)


def decode_text(data: bytes) -> str | None:
    """Decode plain text: byte order mark, else UTF-8, else UTF-16 by its zero bytes, else Western.

    None means that the bytes are not text. Line ends are left as they are, so that offsets into
    the answer are offsets into the decoded file.
    """
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return _decode(data, encoding)
    if b"\x00" in data:
        even, odd = data[0::2].count(0), data[1::2].count(0)
        if max(even, odd) * 5 < len(data):
            return None
        return _decode(data, "utf-16-be" if even > odd else "utf-16-le")
    return _decode(data, "utf-8") or _decode(data, "cp1252") or _decode(data, "latin-1")


def _decode(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if len(CONTROLS.findall(text)) > len(text) // 1000 else text


def _is_mixed(kind: Kind, head: bytes, tail: bytes) -> bool:
    """Whether an accepted file is a zip archive, an image of a scan, a page or a PDF as well."""
    if _ends_as_zip(tail):
        return True
    if kind is Kind.DICOM:
        start = head[:PREAMBLE]
        return b"%PDF-" in start or SCRIPTED.search(start) is not None
    if has_mark(head):
        return True
    if kind is Kind.PDF:
        return False
    return b"%PDF-" in head[:1024] or SCRIPTED.search(head[:1024]) is not None


def _ends_as_zip(tail: bytes) -> bool:
    """A zip ends with a record whose comment reaches exactly to the end of the file."""
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + 22 > len(tail):
        return False
    return at + 22 + int.from_bytes(tail[at + 20 : at + 22], "little") <= len(tail)


def _sniff_archive(head: bytes, tail: bytes) -> Kind | Refusal:
    """A zip: a document of today's office programs by the name of its first entry, or an archive.

    Only a beginning may be known as yet; what it is not told by is then told at the end.
    """
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Refusal("archive")
    if not head[30:].startswith(OFFICE) or not OFFICE_PARTS.search(head + tail):
        return Kind.ZIP
    if b"vbaProject.bin" in head or b"vbaProject.bin" in tail:
        return Refusal("macros")
    if WORD_TEXT.search(head) or WORD_TEXT.search(tail):
        return Kind.DOCX
    return Refusal("office_document")


def _sniff_containers(head: bytes, tail: bytes) -> Kind | Refusal | None:
    """Formats whose mark does not stand at the first byte."""
    kind: Kind | None = None
    if is_dicom(head):
        kind = Kind.DICOM
    elif head[4:8] == b"ftyp":
        kind = PHOTOGRAPHS.get(head[8:12])
    elif head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        kind = Kind.WEBP
    if kind is not None:
        return Refusal("mixed") if _is_mixed(kind, head, tail) else kind
    if head[4:8] == b"ftyp" or head[:4] == b"RIFF":
        return Refusal("media")
    if head[257:262] == b"ustar":
        return Refusal("archive")
    return None


def _sniff_text(head: bytes, tail: bytes, size: int) -> Kind | Refusal:
    plain = head.replace(b"\x00", b"")
    if MARKUP.match(plain.lstrip(b"\xff\xfe")):
        return Refusal("drawing" if DRAWING.search(plain[:4096]) else "web_page")
    if SCRIPTED.search(plain[:4096]):
        return Refusal("web_page")
    if b"%PDF-" in head[:1024] or _ends_as_zip(tail):
        return Refusal("mixed")
    if size > MAX_TEXT_BYTES:
        return Refusal("too_big")
    for cut in range(4):  # a character may be cut in two at the end of the head
        if decode_text(head[: len(head) - cut] if size > len(head) else head) is not None:
            return Kind.TEXT
    return Refusal("unknown")
