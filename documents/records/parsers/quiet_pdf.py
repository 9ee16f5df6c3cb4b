# ruff: noqa: PLC0415  libraries are imported after the limits are set, and only those needed
"""A PDF that opens without a password and without mending, and does nothing by itself."""

from __future__ import annotations

import io
from typing import Any, BinaryIO

from documents.records.parsers.answers import Answer, Unreadable

# What a reader does by itself, or at one touch, beyond turning to a page or following a link.
PROGRAMS = frozenset(
    {
        "/GoToE",
        "/ImportData",
        "/JavaScript",
        "/Launch",
        "/Movie",
        "/Rendition",
        "/ResetForm",
        "/RichMediaExecute",
        "/Sound",
        "/SubmitForm",
    }
)
RUNS_BY_ITSELF = ("/AA", "/JS", "/JavaScript", "/XFA", "/RichMediaContent")
HOLDS_FILES = ("/EmbeddedFiles", "/EF", "/AF")
ACTIONS = ("/A", "/OpenAction", "/Next", "/PA")
DEPTH = 12


def copy_pdf(file: BinaryIO, request: dict[str, Any]) -> Answer:
    """The whole PDF without its lock, its damage, its programs and the files inside it.

    The header says what was there: `mended`, `programs`, `files`; a PDF that had nothing of them
    and no password was asked for needs no copy and answers with `plain`.
    """
    import pikepdf

    password = request.get("password")
    try:
        pdf = pikepdf.open(file, password=password or "", suppress_warnings=True)
        count = len(pdf.pages)
        if count > request["max_pages"]:
            raise Unreadable("too_many_pages")
        if count == 0:
            raise Unreadable("damaged")
        mended = bool(pdf.get_warnings())
        found = quieten(pdf)
        header = {"mended": mended, "programs": "programs" in found, "files": "files" in found}
        if not found and not mended and password is None:
            return {"plain": True, **header}, b""
        out = io.BytesIO()
        # Streams go over as they are: nothing is unpacked here that may be a bomb.
        pdf.save(
            out,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
        )
    except pikepdf.PasswordError as error:
        raise Unreadable("password_needed") from error
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, LookupError) as error:
        raise Unreadable("damaged") from error
    return {"plain": False, **header}, out.getvalue()


def quieten(pdf: Any) -> set[str]:
    """Take programs and files out of a PDF; which of both were there."""
    found: set[str] = set()
    for one in (pdf.trailer.Root, *pdf.objects):
        quieten_object(one, found, 0)
    return found


def quieten_object(one: Any, found: set[str], depth: int) -> None:
    """One object and what stands directly in it; what it points to has its own turn."""
    import pikepdf

    if depth > DEPTH or (depth and getattr(one, "is_indirect", False)):
        return
    if isinstance(one, pikepdf.Array):
        for part in one:
            quieten_object(part, found, depth + 1)
        return
    if not isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)):
        return
    for name in list(one.keys()):
        if name in RUNS_BY_ITSELF or (name in ACTIONS and is_program(one[name])):
            del one[name]
            found.add("programs")
        elif name in HOLDS_FILES:
            del one[name]
            found.add("files")
        else:
            quieten_object(one[name], found, depth + 1)


def is_program(action: Any) -> bool:
    import pikepdf

    return isinstance(action, pikepdf.Dictionary) and str(action.get("/S")) in PROGRAMS
