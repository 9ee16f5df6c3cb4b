"""What an image of a scan says of itself, in front of its picture: whose, when, which study."""

from __future__ import annotations

import io
import json
import re
import warnings
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from pydicom import config
from pydicom.dataset import Dataset
from pydicom.filereader import read_partial
from pydicom.tag import BaseTag, Tag

from documents.records.parsers.answers import Answer, Stream, Unreadable
from documents.records.parsers.dicom_marks import NAMED_WITHIN, is_dicom
from documents.records.parsers.zip_entry import open_entry

config.settings.reading_validation_mode = config.IGNORE
warnings.simplefilter("ignore")

# How much of a file is read to find its tags: seldom more than the first.
HEADS: Final = (64 * 1024, 2 * 1024 * 1024, 32 * 1024 * 1024)
LAST_TAG: Final = 0x00280011
LONGEST: Final = 300
MOST_FRAMES: Final = 100_000
DIRECTORY: Final = "1.2.840.10008.1.3.10"
TEXTS: Final = {
    "study": "StudyInstanceUID",
    "series": "SeriesInstanceUID",
    "image": "SOPInstanceUID",
    "class": "SOPClassUID",
    "modality": "Modality",
    "date": "StudyDate",
    "study_text": "StudyDescription",
    "series_text": "SeriesDescription",
    "body_part": "BodyPartExamined",
    "institution": "InstitutionName",
    "name": "PatientName",
    "birth_date": "PatientBirthDate",
    "sex": "PatientSex",
    "patient_id": "PatientID",
}
NUMBERS: Final = {
    "series_number": "SeriesNumber",
    "number": "InstanceNumber",
    "frames": "NumberOfFrames",
    "rows": "Rows",
    "columns": "Columns",
}
WANTED: Final = [Tag(name) for name in ("SpecificCharacterSet", *TEXTS.values(), *NUMBERS.values())]
NUMBER: Final = re.compile(r"\s*([+-]?\d{1,9})(?:\.0*)?\s*")


def read_dicom(file: BinaryIO, _request: dict[str, Any]) -> Answer:
    """The tags of one file."""
    tags = read_tags(file, file.seek(0, 2))
    if tags is None:
        raise Unreadable("damaged")
    return {"tags": tags}, b""


def index_zip(file: BinaryIO, request: dict[str, Any]) -> Stream:
    """A line of JSON for each entry asked for: its tags if it is an image, a code if it is broken.

    One broken entry costs none of the others.
    """
    entries = sorted(request["entries"], key=lambda entry: entry["place"]["offset"])

    def lines() -> Iterator[bytes]:
        for entry in entries:
            told = {"number": entry["number"], **_index_entry(file, entry["place"])}
            yield json.dumps(told).encode() + b"\n"

    return {}, lines()


def _index_entry(file: BinaryIO, place: dict[str, Any]) -> dict[str, Any]:
    try:
        with open_entry(file, place) as entry:
            if not is_dicom(entry.peek(NAMED_WITHIN)[:NAMED_WITHIN]):
                return {}
            tags = read_tags(entry, place["size"])
    except Unreadable as error:
        return {"code": error.code}
    except MemoryError:
        return {"code": "too_big"}
    return {"code": "damaged"} if tags is None else {"tags": tags}


def read_tags(file: BinaryIO, size: int) -> dict[str, Any] | None:
    """The tags that are kept, as text and numbers; None where they cannot be read."""
    for most in HEADS:
        file.seek(0)
        data = file.read(most)
        found = _parse(data)
        if found is None and len(data) >= size:
            return None
        if found is not None and (found[1] or len(data) >= size):
            return _describe(found[0])
    return None


def _parse(data: bytes) -> tuple[Dataset, bool] | None:
    """The tags, and whether all that are wanted were passed before the bytes ended."""
    passed = []

    def is_past(tag: BaseTag, _kind: str | None, _length: int) -> bool:
        if tag > LAST_TAG:
            passed.append(tag)
        return bool(passed)

    try:
        found = read_partial(io.BytesIO(data), is_past, force=True, specific_tags=[*WANTED])
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  a stranger's bytes: whatever the library says, it cannot be read
        return None
    return found, bool(passed)


def _describe(found: Dataset) -> dict[str, Any] | None:
    meta = getattr(found, "file_meta", None) or Dataset()
    if read_text(meta, "MediaStorageSOPClassUID") == DIRECTORY:
        return {"is_directory": True}
    tags: dict[str, Any] = {key: read_text(found, name) for key, name in TEXTS.items()}
    tags |= {key: read_number(found, name) for key, name in NUMBERS.items()}
    if not tags["class"] and not tags["study"]:
        return None
    tags["frames"] = min(max(tags["frames"] or 1, 1), MOST_FRAMES)
    tags["has_picture"] = bool(tags["rows"] and tags["columns"])
    return tags


def _value(found: Dataset, name: str) -> Any:
    try:
        value = found.get(name)
    except Exception:  # noqa: BLE001  a value that is not what its tag says is no value
        return None
    is_list = isinstance(value, list | tuple) or type(value).__name__ == "MultiValue"
    return (value[0] if value else None) if is_list else value


def read_text(found: Dataset, name: str) -> str:
    value = _value(found, name)
    if value is None or isinstance(value, bytes):
        return ""
    try:
        return " ".join(str(value)[:LONGEST].split())
    except Exception:  # noqa: BLE001  as above: letters that cannot be read
        return ""


def read_number(found: Dataset, name: str) -> int | None:
    read = NUMBER.fullmatch(read_text(found, name))
    return int(read[1]) if read else None
