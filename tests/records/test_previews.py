"""Pictures of pages: JPEG, upright, small enough, and free of metadata."""

import io

import pytest
from PIL import Image

from documents.records import previews
from documents.records.previews import PAGES_AT_ONCE, PREVIEW_WIDTH, render_page, render_pages
from documents.records.sandbox import ReadingFailure
from documents.records.sniffing import Kind
from tests.records.papers import make_pdf, make_photo


def open_picture(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    assert image.format == "JPEG"
    return image


def test_a_page_becomes_a_picture_of_the_usual_width() -> None:
    picture = open_picture(render_page(make_pdf("one", "two"), Kind.PDF, 2))
    assert picture.width == pytest.approx(PREVIEW_WIDTH, abs=2)
    assert picture.height > picture.width


def test_several_pages_come_in_the_order_asked_for() -> None:
    data = make_pdf("one word", "two " * 900)
    second, first = render_pages(data, Kind.PDF, [2, 1])
    assert len(second) > len(first)


def test_a_photograph_is_turned_upright_and_loses_its_exif() -> None:
    data = render_page(make_photo(600, 400, orientation=6), Kind.JPEG, 1)
    picture = open_picture(data)
    assert picture.width < picture.height
    upper = picture.convert("RGB").crop((0, 0, picture.width, 100)).resize((1, 1))
    assert upper.tobytes()[0] > upper.tobytes()[2]
    assert b"canary" not in data
    assert not picture.getexif()


def test_a_large_photograph_is_made_smaller() -> None:
    picture = open_picture(render_page(make_photo(3000, 1500), Kind.JPEG, 1))
    assert (picture.width, picture.height) == (PREVIEW_WIDTH, PREVIEW_WIDTH // 2)


def test_a_transparent_picture_stands_on_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(out, "PNG")
    picture = open_picture(render_page(out.getvalue(), Kind.PNG, 1))
    assert picture.getpixel((20, 20)) == (255, 255, 255)


def test_plain_text_has_no_picture() -> None:
    assert render_pages(b"words", Kind.TEXT, [1]) == []
    with pytest.raises(ReadingFailure):
        render_page(b"words", Kind.TEXT, 1)


def test_a_page_that_is_not_there_has_its_code() -> None:
    with pytest.raises(ReadingFailure) as failure:
        render_page(make_photo(), Kind.JPEG, 2)
    assert failure.value.code == "no_such_page"


def test_too_many_pages_at_once_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="at once"):
        render_pages(make_pdf("one"), Kind.PDF, range(1, PAGES_AT_ONCE + 2))


def test_a_huge_page_stays_within_the_pixel_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "MAX_PREVIEW_PIXELS", 10_000)
    picture = open_picture(render_page(make_pdf("one"), Kind.PDF, 1))
    assert picture.width * picture.height <= 10_500
