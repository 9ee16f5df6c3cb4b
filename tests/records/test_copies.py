"""Of what no screen draws, or tells too much, there is a copy; of what is fit, there is none."""

import io
import struct

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from documents.records import copies
from documents.records.copies import Copy, make_copy
from documents.records.reading import read_pages
from documents.records.sandbox import ReadingFailure
from documents.records.sniffing import Kind
from tests.records.papers import make_pdf, make_photo, protect_pdf
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


def copy_of(data: bytes, kind: Kind) -> Copy:
    copy = make_copy(data, kind)
    assert copy is not None
    return copy


def failure_of(data: bytes, kind: Kind) -> str:
    with pytest.raises(ReadingFailure) as failure:
        make_copy(data, kind)
    return failure.value.code


@pytest.mark.parametrize(
    ("data", "kind", "form"),
    [
        (make_heic(), Kind.HEIC, Kind.JPEG),
        (make_photograph("AVIF"), Kind.AVIF, Kind.JPEG),
        (make_photograph("WEBP"), Kind.WEBP, Kind.JPEG),
        (make_photograph("JPEG"), Kind.JPEG, Kind.JPEG),
        (make_photograph("PNG"), Kind.PNG, Kind.PNG),
    ],
)
def test_the_copy_of_a_photograph_tells_nothing_of_the_place(
    data: bytes, kind: Kind, form: Kind
) -> None:
    assert CANARY.encode() in data
    copy = copy_of(data, kind)
    picture = open_picture(copy.data)
    assert (copy.kind, picture.format) == (form, form.name)
    assert not picture.getexif()
    assert b"xif" not in copy.data
    assert CANARY.encode() not in copy.data
    assert (picture.size, red_part(picture)) == ((600, 400), "left")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (make_heic(ON_ITS_SIDE), Kind.HEIC),
        (make_photograph("WEBP", ON_ITS_SIDE), Kind.WEBP),
        (make_photograph("JPEG", ON_ITS_SIDE), Kind.JPEG),
        (make_photograph("PNG", ON_ITS_SIDE), Kind.PNG),
    ],
)
def test_the_copy_stands_as_the_camera_was_held(data: bytes, kind: Kind) -> None:
    picture = open_picture(copy_of(data, kind).data)
    assert (picture.size, red_part(picture)) == ((400, 600), "upper")


@pytest.mark.parametrize(("form", "kind"), [("JPEG", Kind.JPEG), ("PNG", Kind.PNG)])
def test_a_plain_upright_picture_needs_no_copy(form: str, kind: Kind) -> None:
    out = io.BytesIO()
    draw_halves().save(out, form)
    assert make_copy(out.getvalue(), kind) is None


def test_what_hangs_behind_a_photograph_does_not_come_along() -> None:
    out = io.BytesIO()
    draw_halves().save(out, "JPEG")
    copy = copy_of(out.getvalue() + b"a film of the room", Kind.JPEG)
    assert b"film" not in copy.data


def test_of_a_picture_that_moves_the_first_is_taken() -> None:
    out = io.BytesIO()
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    copy = copy_of(out.getvalue(), Kind.PNG)
    assert b"acTL" not in copy.data
    assert open_picture(copy.data).convert("RGB").getpixel((5, 5)) == (255, 0, 0)


def test_every_page_of_a_tiff_is_a_page_as_large_as_the_paper() -> None:
    pages = [
        draw_halves(800, 1000),
        draw_halves(800, 1000).convert("1"),
        draw_halves(800, 1000).convert("L"),
    ]
    copy = copy_of(make_tiff(*pages), Kind.TIFF)
    assert copy.kind is Kind.PDF
    pdf = pypdfium2.PdfDocument(copy.data)
    assert [page.get_size() for page in pdf] == [(576, 720)] * 3
    assert red_part(pdf[0].render().to_pil()) == "left"


def test_a_fax_stays_small_and_its_greys_of_sixteen_bits_can_be_seen() -> None:
    fax = Image.new("1", (1700, 2200), 1)
    assert len(copy_of(make_tiff(fax, fax, compression="group4"), Kind.TIFF).data) < 10_000
    for order, name in ((">", "I;16B"), ("<", "I;16")):
        row = struct.pack(f"{order}100H", *[30_000] * 50, *[1_000] * 50)
        greys = Image.frombytes(name, (100, 100), row * 100)
        page = pypdfium2.PdfDocument(copy_of(make_tiff(greys), Kind.TIFF).data)[0]
        assert red_part(page.render().to_pil()) == "left"


def test_a_tiff_with_more_pages_than_can_be_read_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(copies, "MAX_PAGES", 3)
    page = Image.new("L", (8, 8))
    assert copy_of(make_tiff(*[page] * 3), Kind.TIFF).kind is Kind.PDF
    assert failure_of(make_tiff(*[page] * 4), Kind.TIFF) == "too_many_pages"


def make_loop() -> bytes:
    """A TIFF whose second directory says that the first one follows."""
    data = bytearray(make_tiff(Image.new("L", (8, 8)), Image.new("L", (8, 8))))
    first = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, first)[0]
    second = struct.unpack_from("<I", data, first + 2 + 12 * count)[0]
    count = struct.unpack_from("<H", data, second)[0]
    struct.pack_into("<I", data, second + 2 + 12 * count, first)
    return bytes(data)


def test_a_tiff_that_runs_in_a_circle_ends() -> None:
    assert len(pypdfium2.PdfDocument(copy_of(make_loop(), Kind.TIFF).data)) == 2


def make_broken_exif() -> bytes:
    whole = make_photograph("JPEG", ON_ITS_SIDE)
    at = whole.index(b"Exif\0\0") + 14
    return whole[:at] + b"\xff" * 60 + whole[at + 60 :]


def test_a_photograph_with_broken_exif_is_shown_as_it_is() -> None:
    picture = open_picture(copy_of(make_broken_exif(), Kind.JPEG).data)
    assert picture.size == (600, 400)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (make_heic()[:900], Kind.HEIC),
        (make_heic()[:-300], Kind.HEIC),
        (make_photograph("AVIF")[:300], Kind.AVIF),
        (make_photograph("WEBP")[:300], Kind.WEBP),
        (make_tiff(draw_halves(), draw_halves())[:-5000], Kind.TIFF),
        (b"II*\x00" + b"\xff" * 400, Kind.TIFF),
        (make_photo()[:2000], Kind.JPEG),
    ],
)
def test_a_picture_cut_short_is_damaged(data: bytes, kind: Kind) -> None:
    assert failure_of(data, kind) == "damaged"


def test_a_sound_pdf_is_shown_as_it_is() -> None:
    assert make_copy(make_pdf("The Ki-67 is 9%."), Kind.PDF) is None


@pytest.mark.parametrize("how", ["junk before it", "cut at its end", "its table is wrong"])
def test_a_damaged_pdf_is_mended_and_people_are_told(how: str) -> None:
    whole = rewrite(make_pdf("The Ki-67 is 9%."))
    data = {
        "junk before it": b"From: the mail program\r\n" * 200 + whole,
        "cut at its end": whole[:-200],
        "its table is wrong": whole.replace(b"startxref", b"startxref\n99", 1),
    }[how]
    copy = copy_of(data, Kind.PDF)
    assert (copy.kind, copy.note, copy.is_drawn) == (Kind.PDF, "mended", False)
    assert "Ki-67 is 9%" in read_pages(copy.data, Kind.PDF).pages[0].text


def rewrite(data: bytes) -> bytes:
    """With every object open to see, as older programs write."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def make_busy_pdf() -> bytes:
    """Programs at every place where a reader looks for them, and a link as any letter has."""
    pdf = pikepdf.open(io.BytesIO(make_pdf("The Ki-67 is 9%.")))
    script = {"/S": pikepdf.Name.JavaScript, "/JS": "app.launchURL('http://x.example')"}
    launch = {"/S": pikepdf.Name.Launch, "/F": "setup.exe"}
    link = {"/S": pikepdf.Name.URI, "/URI": "https://hospital.example"}
    notes = [
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Link,
            Rect=[0, 0, 9, 9],
            A=pikepdf.Dictionary(action),
        )
        for action in (launch, link, {**link, "/Next": pikepdf.Dictionary(script)})
    ]
    pdf.Root.OpenAction = pdf.make_indirect(pikepdf.Dictionary(script))
    pdf.Root.Names = pikepdf.Dictionary(
        JavaScript=pikepdf.Dictionary(Names=["one", pikepdf.Dictionary(script)])
    )
    pdf.pages[0].AA = pikepdf.Dictionary(O=pikepdf.Dictionary(script))
    pdf.pages[0].Annots = pikepdf.Array(notes)
    pdf.attachments["setup.exe"] = pikepdf.AttachedFileSpec(  # type: ignore[call-arg]  # the rest has defaults
        pdf, b"MZ a program"
    )
    out = io.BytesIO()
    pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def test_a_pdf_that_would_do_something_is_shown_as_one_that_does_nothing() -> None:
    copy = copy_of(make_busy_pdf(), Kind.PDF)
    assert copy.note == "files_inside"
    quiet = rewrite(copy.data)
    for mark in (
        b"JavaScript",
        b"launchURL",
        b"Launch",
        b"setup",
        b"/OpenAction",
        b"/AA",
        b"EmbeddedFile",
    ):
        assert mark not in quiet
    assert quiet.count(b"hospital.example") == 2
    assert "Ki-67 is 9%" in read_pages(copy.data, Kind.PDF).pages[0].text


def test_a_first_view_of_a_page_is_no_program() -> None:
    pdf = pikepdf.open(io.BytesIO(make_pdf("The Ki-67 is 9%.")))
    pdf.Root.OpenAction = pikepdf.Array([pdf.pages[0].obj, pikepdf.Name.Fit])
    out = io.BytesIO()
    pdf.save(out)
    assert make_copy(out.getvalue(), Kind.PDF) is None


@pytest.mark.parametrize(
    "data",
    [b"%PDF-1.4\n" + b"noise" * 900, protect_pdf(make_pdf("one"), "between us")],
    ids=["noise", "locked"],
)
def test_of_a_pdf_that_cannot_be_opened_there_is_no_copy(data: bytes) -> None:
    assert make_copy(data, Kind.PDF) is None


def test_a_picture_with_too_many_points_is_too_big(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "MAX_PIXELS", 10_000)
    for data, kind in (
        (make_heic(), Kind.HEIC),
        (make_photograph("WEBP"), Kind.WEBP),
        (make_tiff(draw_halves()), Kind.TIFF),
    ):
        assert failure_of(data, kind) == "too_big"
