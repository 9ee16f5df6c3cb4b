"""Pages are read in the sandbox; their offsets find the words on the paper again."""

import io
from pathlib import Path

import pikepdf
import pytest

from documents.records import reading
from documents.records.reading import Reading, ReadingState, clean_text, find_boxes, read_pages
from documents.records.sandbox import ReadingFailure
from documents.records.sniffing import Kind
from tests.records.papers import make_pdf, make_photo, make_scan, protect_pdf

FIRST = "The patient has a neuroendocrine tumour of the pancreas. Ki-67: 14% in the report."
SECOND = "The second page, with an office in Paris and the \U00020000 sign for the reader."


def failure_of(source: Path | bytes, kind: Kind) -> str:
    with pytest.raises(ReadingFailure) as failure:
        read_pages(source, kind)
    return failure.value.code


def test_a_pdf_is_read_page_by_page() -> None:
    found = read_pages(make_pdf(FIRST, SECOND), Kind.PDF)
    assert [page.number for page in found.pages] == [1, 2]
    assert "Ki-67: 14%" in found.pages[0].text
    assert "Paris" in found.pages[1].text
    assert found.language == "en"
    assert found.state is ReadingState.READ
    assert found.pages[0].width == pytest.approx(595, abs=1)


def test_text_is_one_character_for_one_of_the_paper() -> None:
    data = make_pdf(SECOND)
    text = read_pages(data, Kind.PDF).pages[0].text
    at = text.index("reader")
    (box,) = find_boxes(data, 1, at, at + len("reader"))
    (before,) = find_boxes(data, 1, text.index("sign"), text.index("sign") + 4)
    assert before.right < box.left
    assert 0 < box.left < box.right < 1
    assert 0 < box.top < box.bottom < 0.2


def test_every_word_of_a_text_layer_has_its_place() -> None:
    data = make_pdf(f"{FIRST} {FIRST}", SECOND)
    for page in read_pages(data, Kind.PDF).pages:
        text = page.text
        assert [text[int(word[0]) : int(word[1])] for word in page.words] == text.replace(
            "\u2060", " "
        ).split()
        for start, end, left, top, right, bottom, sure in page.words:
            (box,) = find_boxes(data, page.number, int(start), int(end))
            drawn = (box.left, box.top, box.right, box.bottom)
            assert (left, top, right, bottom) == pytest.approx(drawn, abs=0.001)
            assert sure == 1


def test_words_of_a_turned_page_stand_where_they_are_seen() -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(make_pdf(FIRST))) as pdf:
        pdf.pages[0].rotate(90, relative=True)
        pdf.save(out)
    (page,) = read_pages(out.getvalue(), Kind.PDF).pages
    first, last = page.words[0], page.words[8]
    assert first[2] > 0.8  # the line runs down the right edge
    assert first[3] < last[3]


def test_signs_that_pdfium_gives_in_halves_keep_their_places() -> None:
    (page,) = read_pages(make_pdf(SECOND), Kind.PDF).pages
    assert "\U00020000" in page.text or "\ufffd" in page.text
    assert page.text[int(page.words[-1][0]) : int(page.words[-1][1])] == "reader."


def test_a_quote_over_two_lines_has_two_boxes() -> None:
    data = make_pdf(f"{FIRST} {FIRST} {FIRST}")
    text = read_pages(data, Kind.PDF).pages[0].text
    boxes = find_boxes(data, 1, 0, text.index("\n") + 20)
    assert len(boxes) == 2
    assert boxes[0].bottom <= boxes[1].top + 0.01


def test_boxes_beyond_the_text_are_none() -> None:
    assert find_boxes(make_pdf(FIRST), 1, 100_000, 100_010) == []


def test_a_page_that_is_not_there_has_its_code() -> None:
    with pytest.raises(ReadingFailure) as failure:
        find_boxes(make_pdf(FIRST), 7, 0, 1)
    assert failure.value.code == "no_such_page"


def test_a_scan_without_text_needs_a_person() -> None:
    found = read_pages(make_scan(), Kind.PDF)
    assert found.state is ReadingState.NEEDS_PERSON
    assert found.silent_pages == (1,)
    assert found.language == "other"


def test_a_photograph_is_one_silent_page_with_its_size() -> None:
    found = read_pages(make_photo(600, 400), Kind.JPEG)
    assert found.state is ReadingState.NEEDS_PERSON
    assert (found.pages[0].width, found.pages[0].height) == (600, 400)


def test_a_protected_pdf_asks_for_its_password() -> None:
    data = protect_pdf(make_pdf(FIRST), "between us")
    assert failure_of(data, Kind.PDF) == "password_needed"
    assert "Ki-67" in read_pages(data, Kind.PDF, password="between us").pages[0].text


@pytest.mark.parametrize(
    "data",
    [b"%PDF-1.7\n", b"%PDF-1.7\nrubbish" * 50, make_pdf(FIRST)[:300]],
    ids=["head", "rubbish", "stump"],
)
def test_a_broken_pdf_is_damaged(data: bytes) -> None:
    assert failure_of(data, Kind.PDF) == "damaged"


def test_too_many_pages_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(reading, "MAX_PAGES", 3)
    path = tmp_path / "long.pdf"
    with pikepdf.new() as pdf:
        for _number in range(4):
            pdf.add_blank_page()
        pdf.save(path)
    assert failure_of(path, Kind.PDF) == "too_many_pages"


@pytest.mark.parametrize("kind", [Kind.JPEG, Kind.PNG])
def test_a_picture_cut_short_is_damaged(kind: Kind) -> None:
    whole = make_photo(form=kind.value.upper())
    assert failure_of(whole[: len(whole) // 2], kind) == "damaged"


def test_a_picture_of_another_kind_is_damaged() -> None:
    assert failure_of(make_photo(form="PNG"), Kind.JPEG) == "damaged"


def test_a_picture_with_too_many_points_is_too_big(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_PIXELS", 10_000)
    assert failure_of(make_photo(), Kind.JPEG) == "too_big"


def test_plain_text_keeps_offsets_into_the_whole_file() -> None:
    text = "one\r\npage\fthe second é page"
    found = read_pages(text.encode(), Kind.TEXT)
    assert [page.text for page in found.pages] == ["one\r\npage", "the second é page"]
    assert [text[page.offset :][: len(page.text)] for page in found.pages] == [
        page.text for page in found.pages
    ]


def test_what_is_no_text_is_not_read_as_text() -> None:
    assert failure_of(bytes(range(256)) * 8, Kind.TEXT) == "not_text"


def test_cleaned_text_has_the_same_length() -> None:
    assert clean_text("a\x00b\ud800c") == "a\ufffdb\ufffdc"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The patient was seen in the clinic and is on treatment.", "en"),
        ("El paciente fue visto en la consulta y está en tratamiento.", "es"),
        ("Пациент осмотрен, лечение продолжается.", "other"),
        ("", "other"),
    ],
)
def test_the_language_is_found(text: str, language: str) -> None:
    found: Reading = read_pages(text.encode() or b" ", Kind.TEXT)
    assert found.language == language
