"""Images of scans, one by one: what their tags say, how the middle slice is drawn, what breaks."""

import io
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom.data
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
)

from cases.casework.models import Case
from cases.jobs.models import Job, JobState
from documents.records.archives import draw_slice
from documents.records.models import (
    Document,
    DocumentState,
    ImagingSeries,
    ImagingStudy,
    PersonCheck,
)
from documents.records.reading_failures import FAILURES
from documents.records.sandbox import ReadingFailure, run_parser
from documents.records.sniffing import Kind, sniff_bytes
from documents.records.vault import read_bytes
from tests import make
from tests.records import discs
from tests.records.discs import make_directory, make_image, pack
from tests.records.sending import is_about_ruth, send
from tests.records.test_zip_tables import Held

RunJobs = Callable[[], int]
DARK, BRIGHT = 24, 230


def read_tags(data: bytes) -> dict[str, Any]:
    tags: dict[str, Any] = run_parser("read_dicom", Held(data)).header["tags"]
    return tags


def draw(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(draw_slice(Held(data), None)))


def refusal_of(data: bytes) -> str:
    with pytest.raises(ReadingFailure) as refused:
        draw(data)
    return refused.value.code


def grey(picture: Image.Image, x: float, y: float) -> int:
    return int(np.asarray(picture.convert("L"))[int(y * picture.height), int(x * picture.width)])


@pytest.fixture
def case(cast: make.Cast) -> Case:
    return is_about_ruth(cast.case)


def take(case: Case, data: bytes, run_jobs: RunJobs) -> Document:
    document = send(case, data, name="IM0001")
    run_jobs()
    document.refresh_from_db()
    return document


def test_an_image_by_itself_is_an_imaging_record(case: Case, run_jobs: RunJobs) -> None:
    document = take(case, make_image(), run_jobs)
    assert (document.state, document.person_check) == (DocumentState.TO_REVIEW, PersonCheck.SAME)
    assert document.findings["study_date"]["value"] == "2026-03-12"
    assert document.findings["kind"]["value"] == "imaging"
    assert document.findings["issuer"]["value"] == "Hospital Lindenau"
    study = ImagingStudy.objects.get()
    assert (study.description, study.patient_sex, study.patient_number) == (
        "CT abdomen",
        "F",
        "P-17",
    )
    series = study.series.get()
    assert (series.description, series.image_count) == ("Phase 1", 1)
    picture = Image.open(io.BytesIO(read_bytes(case_id=case.pk, object_name=series.preview_name)))
    assert (picture.format, picture.size) == ("JPEG", (32, 32))


def test_an_image_that_cannot_be_drawn_is_listed_all_the_same(
    case: Case, run_jobs: RunJobs
) -> None:
    image = make_image(syntax=JPEGLSLossless, PixelData=encapsulate([b"\xff\xd8\xff\xf7" * 9]))
    document = take(case, image, run_jobs)
    assert document.state == DocumentState.TO_REVIEW
    series = ImagingSeries.objects.get()
    assert (series.preview_name, series.no_preview_code) == ("", "packed_picture")
    assert str(FAILURES[series.no_preview_code]).endswith(".")


def test_an_image_of_another_person_is_held(case: Case, run_jobs: RunJobs) -> None:
    document = take(case, make_image(birth_date="19700101"), run_jobs)
    assert document.state == DocumentState.OTHER_PATIENT
    assert document.person_check == PersonCheck.BIRTH_DATE_DIFFERS


# --- Tags -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", [True, False])
def test_tags_are_read_with_and_without_the_mark(mark: bool) -> None:  # noqa: FBT001
    image = make_image(mark=mark)
    assert sniff_bytes(head=image) is Kind.DICOM
    tags = read_tags(image)
    assert (tags["modality"], tags["name"]) == ("CT", "ODHIAMBO^RUTH ACHIENG")
    assert (tags["number"], tags["frames"], tags["has_picture"]) == (1, 1, True)
    assert draw(image).size == (32, 32)


@pytest.mark.parametrize(
    ("letters", "name"),
    [
        ("ISO_IR 100", "Muñoz^José"),
        ("ISO_IR 144", "Люксембург^Роза"),
        ("ISO_IR 127", "قباني^لنزار"),
        ("ISO_IR 192", "王^小东"),
        ("GB18030", "王^小东"),
    ],
)
def test_names_are_read_in_their_letters(letters: str, name: str) -> None:
    image = make_image(name=name, SpecificCharacterSet=letters)
    assert read_tags(image)["name"] == name


def test_a_table_of_contents_is_no_image() -> None:
    assert read_tags(make_directory()) == {"is_directory": True}


def test_private_tags_of_many_megabytes_are_passed_over() -> None:
    image = _with_private(3_000_000)
    assert len(image) > 3_000_000
    tags = read_tags(image)
    assert (tags["modality"], tags["rows"]) == ("CT", 32)


def _with_private(size: int) -> bytes:
    found = pydicom.dcmread(io.BytesIO(make_image()))
    found.private_block(0x0009, "ACME", create=True).add_new(1, "OB", bytes(size))
    out = io.BytesIO()
    found.save_as(out)
    return out.getvalue()


# --- Pictures -------------------------------------------------------------------------------------


def test_the_window_of_the_image_decides_what_is_black_and_white() -> None:
    pixels = np.tile(np.array([[0, 100, 200, 300]], np.uint16), (4, 1)).repeat(8, 0).repeat(8, 1)
    picture = draw(make_image(pixels=pixels, WindowCenter=150, WindowWidth=100))
    assert grey(picture, 0.1, 0.5) < 12
    assert 0 <= grey(picture, 0.35, 0.5) < 40
    assert grey(picture, 0.6, 0.5) > 240
    assert grey(picture, 0.9, 0.5) > 243
    shifted = draw(
        make_image(
            pixels=pixels,
            WindowCenter=150 - 1024,
            WindowWidth=100,
            RescaleSlope=1,
            RescaleIntercept=-1024,
        )
    )
    assert grey(shifted, 0.1, 0.5) < 12
    assert grey(shifted, 0.9, 0.5) > 243


@pytest.mark.parametrize("window", [{}, {"WindowCenter": 50_000, "WindowWidth": 10}])
def test_an_image_without_a_window_that_shows_it_is_shown_by_what_it_holds(
    window: dict[str, Any],
) -> None:
    picture = draw(make_image(**window))
    assert grey(picture, 0.2, 0.5) < 12
    assert grey(picture, 0.8, 0.5) > 243


def test_an_image_in_which_white_is_the_least_is_turned() -> None:
    picture = draw(make_image(PhotometricInterpretation="MONOCHROME1"))
    assert grey(picture, 0.2, 0.5) > 243
    assert grey(picture, 0.8, 0.5) < 12


def test_of_several_frames_the_middle_one_is_drawn() -> None:
    frames = np.zeros((5, 16, 16), np.uint16)
    frames[2, :8] = 900
    picture = draw(make_image(pixels=frames))
    assert grey(picture, 0.5, 0.1) > 243
    assert grey(picture, 0.5, 0.9) < 12
    assert read_tags(make_image(pixels=frames))["frames"] == 5


def test_colours_stay_colours() -> None:
    pixels = np.zeros((16, 16, 3), np.uint8)
    pixels[:, :, 0] = 250
    red, green, blue = np.asarray(draw(make_image(pixels=pixels)))[8, 8]
    assert red > 230
    assert max(green, blue) < 20


def test_points_that_are_not_square_keep_the_body_in_shape() -> None:
    assert draw(make_image(PixelSpacing=[2.0, 1.0])).size == (32, 64)
    assert draw(make_image(PixelSpacing=[1.0, 2.0])).size == (64, 32)
    assert draw(make_image(PixelSpacing=[1.0, 1.0])).size == (32, 32)
    assert draw(make_image(PixelSpacing=[900.0, 0.1])).size == (32, 32)


def write_as(syntax: str) -> bytes:
    found = pydicom.dcmread(io.BytesIO(make_image()))
    found.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
    out = io.BytesIO()
    found.save_as(out, implicit_vr=syntax == ImplicitVRLittleEndian, little_endian=True)
    return out.getvalue()


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian])
def test_other_ways_to_write_tags_are_read_and_drawn(syntax: str) -> None:
    image = write_as(syntax)
    assert read_tags(image)["name"] == "ODHIAMBO^RUTH ACHIENG"
    picture = draw(image)
    assert grey(picture, 0.2, 0.5) < 12
    assert grey(picture, 0.8, 0.5) > 243


def pack_as(syntax: UID, packed: bytes, pixels: "np.ndarray[Any, Any]", **tags: Any) -> bytes:
    frames = encapsulate([packed])
    return make_image(syntax=syntax, pixels=pixels, PixelData=frames, **tags)


@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize(
    ("syntax", "encode"),
    [
        (JPEGLossless, imagecodecs.ljpeg_encode),
        (JPEGLosslessSV1, imagecodecs.ljpeg_encode),
        (JPEGLSLossless, imagecodecs.jpegls_encode),
    ],
)
def test_the_packings_of_most_discs_are_drawn_as_the_same_picture_unpacked(
    syntax: UID, encode: Callable[..., bytes], bits: int
) -> None:
    levels = np.tile(np.linspace(0, 2**bits - 1, 64), (64, 1)).astype(
        np.uint8 if bits == 8 else np.uint16
    )
    packed = pack_as(syntax, encode(levels), levels, BitsStored=bits, HighBit=bits - 1)
    plain = make_image(pixels=levels, BitsStored=bits, HighBit=bits - 1)
    assert draw_slice(Held(packed), None) == draw_slice(Held(plain), None)
    assert grey(draw(packed), 0.02, 0.5) < DARK
    assert grey(draw(packed), 0.98, 0.5) > BRIGHT


def test_levels_below_zero_stay_below_zero_in_a_packing() -> None:
    """As a scanner writes air: the sign stands in the twelfth bit."""
    levels = np.tile(np.linspace(-1000, 1000, 64), (64, 1)).astype(np.int16)
    bare = (levels.astype(np.uint16) & 0x0FFF).astype(np.uint16)
    packed = bytes(imagecodecs.ljpeg_encode(bare, bitspersample=12))
    picture = draw(
        pack_as(JPEGLosslessSV1, packed, bare, PixelRepresentation=1, BitsStored=12, HighBit=11)
    )
    assert grey(picture, 0.02, 0.5) < DARK
    assert grey(picture, 0.98, 0.5) > BRIGHT


def test_the_same_image_of_a_hospital_in_two_packings_is_one_picture() -> None:
    folder = Path(pydicom.data.__file__).parent / "test_files"
    packed, plain = (
        (folder / name).read_bytes() for name in ("MR_small_jpeg_ls_lossless.dcm", "MR_small.dcm")
    )
    assert draw_slice(Held(packed), None) == draw_slice(Held(plain), None)


def test_a_packed_picture_of_another_size_than_its_tags_say_is_not_drawn() -> None:
    levels = np.zeros((8, 8), np.uint16)
    packed = bytes(imagecodecs.ljpeg_encode(np.zeros((2000, 2000), np.uint16)))
    assert refusal_of(pack_as(JPEGLosslessSV1, packed, levels)) == "packed_picture"
    assert refusal_of(pack_as(JPEGLosslessSV1, packed[:200], levels)) == "packed_picture"


# --- Hostile --------------------------------------------------------------------------------------


def nest(depth: int) -> Sequence:
    inner = Dataset()
    inner.PatientComments = "deep"
    for _level in range(depth):
        outer = Dataset()
        outer.ReferencedStudySequence = Sequence([inner])
        inner = outer
    return Sequence([inner])


def nest_for_ever(depth: int) -> bytes:
    """Sequences that are begun and never ended, one in the other."""
    begin = b"\x08\x00\x10\x11SQ\x00\x00\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    image = make_image()
    at = image.index(b"\x10\x00\x10\x00PN")
    return image[:at] + begin * depth + image[at:]


def with_wrong_kinds() -> bytes:
    image = make_image()
    for there, wrong in ((b"\x28\x00\x10\x00US", b"\x28\x00\x10\x00PN"), (b"UI", b"ZZ")):
        image = image.replace(there, wrong, 1)
    return image


HOSTILE: dict[str, Callable[[], bytes]] = {
    "65,535 rows and columns": lambda: make_image(Rows=65535, Columns=65535),
    "no rows": lambda: make_image(Rows=0),
    "a milliard frames": lambda: make_image(NumberOfFrames=999_999_999),
    "less than no frames": lambda: make_image(NumberOfFrames=-5),
    "64 bits of every point": lambda: make_image(BitsAllocated=4096, BitsStored=4096),
    "truncated points": lambda: make_image()[:-1000],
    "truncated tags": lambda: make_image()[:400],
    "only the mark": lambda: b"\0" * 128 + b"DICM",
    "noise behind the mark": lambda: b"\0" * 128 + b"DICM" + os.urandom(4000),
    "sequences 60 deep": lambda: make_image(ReferencedStudySequence=nest(60)),
    "sequences without an end": lambda: nest_for_ever(40_000),
    "kinds that are not those of the tags": with_wrong_kinds,
    "a length beyond the end": lambda: make_image().replace(b"PN\x16\x00", b"PN\xff\xff", 1),
    "a window that is no number": lambda: make_image().replace(
        b"CS\x02\x00CT", b"CS\x02\x00\x00\xff", 1
    ),
}


def end_of(read: Callable[[], object]) -> str:
    """Empty where it could be read, else the code of the refusal."""
    try:
        read()
    except ReadingFailure as refused:
        return refused.code
    return ""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_image_is_read_drawn_or_refused_with_a_code(name: str) -> None:
    image, here = HOSTILE[name](), os.getpid()
    ends = {end_of(lambda: read_tags(image)), end_of(lambda: draw(image))}
    assert ends <= {"", "damaged", "too_big", "no_picture_inside"}
    assert os.getpid() == here


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("65,535 rows and columns", "too_big"),
        ("no rows", "no_picture_inside"),
        ("truncated points", "damaged"),
        ("a milliard frames", "damaged"),
    ],
)
def test_what_cannot_be_drawn_says_why(name: str, code: str) -> None:
    assert refusal_of(HOSTILE[name]()) == code


def test_frames_are_not_believed_beyond_reason() -> None:
    assert read_tags(make_image(NumberOfFrames=999_999_999))["frames"] == 100_000
    assert read_tags(make_image(NumberOfFrames=2_147_483_647))["frames"] == 1
    assert read_tags(make_image(NumberOfFrames=-5))["frames"] == 1


def test_the_library_s_own_test_files_go_the_whole_way(case: Case, run_jobs: RunJobs) -> None:
    """As one disc: every file is an image or has a reason, and the worker lives on."""
    folder = Path(pydicom.data.__file__).parent / "test_files"
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".py")
    here = os.getpid()
    document = take(case, pack([(path.name, path.read_bytes()) for path in files]), run_jobs)
    assert document.state == DocumentState.OTHER_PATIENT  # they are of many people
    assert document.failure_code == "two_patients"
    ends = Counter(document.entries.values_list("state", "kind", "refusal_code"))
    assert ends["listed", "dicom", ""] > 50
    assert sum(ends.values()) == len(files)
    drawn = ImagingSeries.objects.exclude(preview_name="").count()
    assert drawn > 10
    codes = set(ImagingSeries.objects.values_list("no_preview_code", flat=True)) - {""}
    assert codes <= {"packed_picture", "no_picture_inside", "damaged", "too_big"}
    assert os.getpid() == here
    assert not Job.objects.exclude(state=JobState.DONE).exists()


def test_a_series_is_drawn_by_its_middle_image(case: Case, run_jobs: RunJobs) -> None:
    images = [(str(number), make_image(number=number)) for number in (5, 1, 3, 2, 4)]
    bright = make_image(number=3, pixels=np.full((8, 8), 7, np.uint16) * discs.draw_slice(1, 8))
    images[2] = ("3", bright)
    document = send(case, pack(images), name="series.zip")
    run_jobs()
    document.refresh_from_db()
    series = ImagingSeries.objects.get()
    picture = Image.open(io.BytesIO(read_bytes(case_id=case.pk, object_name=series.preview_name)))
    assert (series.image_count, picture.size) == (5, (8, 8))
