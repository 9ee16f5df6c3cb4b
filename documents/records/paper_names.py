"""A record's name in words, where its title is only what a camera or a program called the file.

The title stays what the sender called it until a person gives a better one; staff are shown what
the pages or the images say, and the review offers it as the title.
"""

import re
from typing import Any, Final

from django.utils.translation import gettext as _

from documents.records.models import Document, RecordKind

LONGEST: Final = 150
PARTS: Final = re.compile(r"[\W\d_]+")
MACHINE_WORDS: Final = frozenset(
    {
        *("img", "image", "images", "dsc", "dscn", "pxl", "pic", "picture", "photo", "mvimg"),
        *("imagen", "foto", "изображение", "фото", "图片", "照片", "صورة"),
        *("scan", "scans", "scanned", "scanner", "camscanner", "adobe", "genius", "tiny", "skan"),
        *("escaneo", "escaneado", "скан", "扫描", "扫描件", "مسح"),
        *("doc", "docs", "document", "documents", "docx", "pdf", "jpg", "jpeg", "png", "file"),
        *("documento", "archivo", "документ", "файл", "文档", "文件", "مستند", "ملف"),
        *("disc", "disk", "cd", "dvd", "dicom", "dicomdir", "disco", "диск", "光盘", "قرص"),
        *("whatsapp", "wa", "telegram", "screenshot", "screen", "shot", "capture", "captura"),
        *("new", "untitled", "unnamed", "copy", "page", "pages", "at", "am", "pm", "zip"),
    }
)
"""Of a name that holds nothing else but figures and signs, no person has thought."""
HASH: Final = re.compile(r"[0-9a-f-]{24,}", re.IGNORECASE)


def is_machine_made(title: str) -> bool:
    """Whether nobody has chosen these words: “IMG 2034”, “scan0001”, “disc (2)”."""
    words = [word for word in PARTS.split(title.casefold()) if word]
    return all(word in MACHINE_WORDS for word in words) or bool(HASH.fullmatch(title.strip()))


def name_record(document: Document) -> str:
    """Its title, or what is known or found of it in words where the title is a machine's."""
    if not is_machine_made(document.title):
        return document.title
    found = document.findings
    kind = document.kind if document.kind != RecordKind.OTHER else _value(found, "kind")
    what = _value(found, "images")
    if not what and kind in RecordKind.values and kind != RecordKind.OTHER:
        what = str(RecordKind(kind).label)
    if not what:
        return document.title
    issuer = document.issuer or _value(found, "issuer")
    named = _("%(what)s, %(issuer)s") % {"what": what, "issuer": issuer} if issuer else what
    return named[:LONGEST]


def _value(findings: dict[str, Any], name: str) -> str:
    told = findings.get(name)
    value = told.get("value") if isinstance(told, dict) and not told.get("ambiguous") else ""
    return " ".join(value.split()) if isinstance(value, str) else ""
