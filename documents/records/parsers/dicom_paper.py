"""The file that is one entry of an archive: as it lies there, or out of the wrapping of a disc.

Hospitals put reports on a disc beside the images, as a PDF inside a file of the images' format
(DICOM PS3.3, Encapsulated Document). What is taken is the report; the wrapping stays in the
archive.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from pydicom import dcmread

from documents.records.parsers.answers import Stream, Unreadable
from documents.records.parsers.dicom_header import read_number, read_text
from documents.records.parsers.dicom_marks import NAMED_WITHIN, WRAPPED_PDF, is_dicom
from documents.records.parsers.zip_entry import AT_ONCE, open_entry


def read_paper(file: BinaryIO, request: dict[str, Any]) -> Stream:
    """The bytes of a paper; `place` is its entry, or None where the file itself is one.

    Raises Unreadable; an entry that is not whole fails at its end.
    """
    place = request["place"]
    source = file if place is None else open_entry(file, place)
    head = source.read(NAMED_WITHIN)
    source.seek(0)
    wrapped = _unwrap(source) if is_dicom(head) else None
    return {}, _read_on(source) if wrapped is None else iter([wrapped])


def _read_on(source: Any) -> Iterator[bytes]:
    while part := source.read(AT_ONCE):
        yield part


def _unwrap(source: Any) -> bytes | None:
    """The PDF inside; None where the file is an image and no wrapping."""
    try:
        found = dcmread(source, force=True, stop_before_pixels=True)
        if read_text(found, "SOPClassUID") != WRAPPED_PDF:
            source.seek(0)
            return None
        data = bytes(found.EncapsulatedDocument or b"")
    except (MemoryError, Unreadable):
        raise
    except Exception:  # noqa: BLE001  a stranger's bytes: whatever the library says, it is damaged
        raise Unreadable("damaged") from None
    # Its length is made even by a byte behind it; older files do not say how long it is.
    size = read_number(found, "EncapsulatedDocumentLength")
    return data[:size] if size else data
