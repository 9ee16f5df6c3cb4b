"""Images of scans and archives for tests, made on the spot; people and hospitals are invented."""

import io
import struct
import zipfile
from collections.abc import Iterable
from typing import Any

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid

from documents.records.parsers.dicom_marks import WRAPPED_PDF

CT = UID("1.2.840.10008.5.1.4.1.1.2")
STUDY = generate_uid(entropy_srcs=["study"])


def make_image(
    *,
    name: str = "ODHIAMBO^RUTH ACHIENG",
    birth_date: str = "19680514",
    number: int = 1,
    study: str = STUDY,
    series: int = 1,
    modality: str = "CT",
    pixels: "np.ndarray[Any, Any] | None" = None,
    mark: bool = True,
    **more: Any,
) -> bytes:
    """One image as a file; keywords are tags. `pixels`: rows, columns (and colours, or frames)."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = more.pop("syntax", ExplicitVRLittleEndian)
    meta.MediaStorageSOPClassUID = CT
    series_uid = generate_uid(entropy_srcs=[study, str(series)])
    image_uid = generate_uid(entropy_srcs=[series_uid, str(number), name])
    meta.MediaStorageSOPInstanceUID = image_uid
    image = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    image.SpecificCharacterSet = "ISO_IR 192"
    image.SOPClassUID, image.SOPInstanceUID = CT, image_uid
    image.StudyInstanceUID, image.SeriesInstanceUID = study, series_uid
    image.PatientName, image.PatientBirthDate, image.PatientID = name, birth_date, "P-17"
    image.PatientSex, image.Modality, image.StudyDate = "F", modality, "20260312"
    image.StudyDescription, image.InstitutionName = "CT abdomen", "Hospital Lindenau"
    image.SeriesDescription, image.SeriesNumber = f"Phase {series}", series
    image.InstanceNumber = number
    put_pixels(image, draw_slice(number) if pixels is None else pixels)
    for tag, value in more.items():
        setattr(image, tag, value)
    out = io.BytesIO()
    if mark:
        image.save_as(out, enforce_file_format=True)
        return out.getvalue()
    bare = Dataset()
    for element in image:
        bare.add(element)
    bare.save_as(out, implicit_vr=False, little_endian=True)
    return out.getvalue()


def put_pixels(image: Dataset, pixels: "np.ndarray[Any, Any]") -> None:
    is_colour = pixels.ndim == 3 and pixels.shape[-1] == 3
    image.SamplesPerPixel = 3 if is_colour else 1
    image.PhotometricInterpretation = "RGB" if is_colour else "MONOCHROME2"
    if is_colour:
        image.PlanarConfiguration = 0
    if pixels.ndim == 3 and not is_colour:
        image.NumberOfFrames = pixels.shape[0]
    image.Rows, image.Columns = pixels.shape[-3:-1] if is_colour else pixels.shape[-2:]
    bits = pixels.dtype.itemsize * 8
    image.BitsAllocated, image.BitsStored, image.HighBit = bits, bits, bits - 1
    image.PixelRepresentation = 0
    image.PixelData = pixels.tobytes()


def draw_slice(number: int = 1, side: int = 32) -> "np.ndarray[Any, Any]":
    """Grey on the left, white on the right, and a row of points that counts."""
    pixels = np.zeros((side, side), np.uint16)
    pixels[:, : side // 2] = 400
    pixels[:, side // 2 :] = 1000
    pixels[0, : min(number, side)] = 0
    return pixels


def pack(
    files: Iterable[tuple[str | zipfile.ZipInfo, bytes]], *, compress: int = zipfile.ZIP_DEFLATED
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compress) as archive:
        for name, data in files:
            archive.NameToInfo.clear()  # the library would warn of a name that comes twice
            archive.writestr(name, data)
    return out.getvalue()


def make_disc(*, series: int = 2, images: int = 3, **tags: Any) -> list[tuple[str, bytes]]:
    """The files of a disc: images without endings, a table of contents, a viewer."""
    files = [
        (f"DICOM/S{one}/IM{number:04}", make_image(series=one, number=number, **tags))
        for one in range(1, series + 1)
        for number in range(1, images + 1)
    ]
    return [
        *files,
        ("DICOMDIR", make_directory()),
        ("AUTORUN.INF", b"[autorun]\nopen=viewer\\view.exe\n"),
        ("viewer/view.exe", b"MZ\x90\x00" + bytes(300)),
        ("viewer/logo.png", b"\x89PNG\r\n\x1a\n" + bytes(60)),
        ("README.TXT", b"Start the viewer to look at the images.\n"),
    ]


def wrap_paper(paper: bytes, **tags: Any) -> bytes:
    """A PDF as hospitals put reports on a disc: inside a file of the images' format."""
    wrapping = make_image(modality="DOC", **tags)
    found = dcmread(io.BytesIO(wrapping))
    for name in ("PixelData", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit"):
        delattr(found, name)
    found.SOPClassUID = found.file_meta.MediaStorageSOPClassUID = UID(WRAPPED_PDF)
    found.MIMETypeOfEncapsulatedDocument = "application/pdf"
    found.EncapsulatedDocument = paper + b"\0" * (len(paper) % 2)
    found.EncapsulatedDocumentLength = len(paper)
    out = io.BytesIO()
    found.save_as(out, enforce_file_format=True)
    return out.getvalue()


def make_directory() -> bytes:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = UID("1.2.840.10008.1.3.10")
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["directory"])
    table = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    table.FileSetID = "DISC"
    out = io.BytesIO()
    table.save_as(out, enforce_file_format=True)
    return out.getvalue()


# --- What is not as it should be ------------------------------------------------------------


def name_entry(name: str, *, mode: int = 0o100644) -> zipfile.ZipInfo:
    """An entry whose name is written as it is given."""
    entry = zipfile.ZipInfo("placeholder")
    entry.filename = name
    entry.create_system = 3
    entry.external_attr = mode << 16
    return entry


def find_central(data: bytes, place: int = 0) -> int:
    """Where the line of an entry begins in the table of contents."""
    at = -1
    for _line in range(place + 1):
        at = data.index(b"PK\x01\x02", at + 1)
    return at


def change(data: bytes, at: int, form: str, value: int) -> bytes:
    new = struct.pack(form, value)
    return data[:at] + new + data[at + len(new) :]


def overlap(data: bytes) -> bytes:
    """Let the second line of the table point to the first entry's bytes."""
    return change(data, find_central(data, 1) + 42, "<L", 0)
