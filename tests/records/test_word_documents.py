"""Documents of Word are read without trusting them, and shown as a PDF of their own words."""

import io
import zipfile
from collections.abc import Callable

import pypdfium2
import pytest

from documents.records.copies import make_copy
from documents.records.models import DocumentState
from documents.records.reading import find_boxes, read_pages
from documents.records.sandbox import ReadingFailure
from documents.records.sniffing import Kind
from documents.records.vault import read_bytes
from tests import make
from tests.records.pictures import make_photograph, red_part
from tests.records.sending import send
from tests.records.word_files import (
    MAIN_TYPE,
    PAGE_BREAK,
    make_word,
    paragraph,
    part,
    picture,
    relation,
    table,
)

SECTION = (
    '<w:sectPr><w:headerReference w:type="default" r:id="rId1"/>'
    '<w:footerReference w:type="default" r:id="rId2"/></w:sectPr>'
)


def read(*body: str, **more: object) -> list[str]:
    found = read_pages(make_word(*body, **more), Kind.DOCX)  # type: ignore[arg-type]  # as above
    return [page.text for page in found.pages]


def failure_of(data: bytes) -> str:
    with pytest.raises(ReadingFailure) as failure:
        read_pages(data, Kind.DOCX)
    with pytest.raises(ReadingFailure) as again:
        make_copy(data, Kind.DOCX)
    assert again.value.code == failure.value.code
    return failure.value.code


def test_words_that_are_cut_in_runs_are_whole_and_pages_part_where_the_writer_parted_them() -> None:
    pages = read(paragraph("Ki", "-67: 1", "4%"), PAGE_BREAK, paragraph("Second page"))
    assert pages == ["Ki-67: 14%", "Second page"]


def test_without_a_break_there_is_one_page() -> None:
    assert len(read(*[paragraph("words")] * 500)) == 1


def test_tables_headers_footers_and_footnotes_are_read_in_their_places() -> None:
    pages = read(
        '<w:p><w:r><w:t>Grade 2</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>',
        table(("Marker", "Result"), ("Ki-67", "14%")),
        SECTION,
        relations=(relation("rId1", "header1.xml"), relation("rId2", "footer1.xml")),
        parts={
            "word/header1.xml": part("hdr", paragraph("Ruth Odhiambo, 14 May 1968")),
            "word/footer1.xml": part("ftr", paragraph("Page 1")),
            "word/footnotes.xml": part(
                "footnotes", f'<w:footnote w:id="2">{paragraph("By WHO 2022")}</w:footnote>'
            ),
        },
    )
    head, body = "Ruth Odhiambo, 14 May 1968\n", "Grade 2 [2]\nMarker\tResult\nKi-67\t14%\n"
    assert pages == [f"{head}{body}[2] By WHO 2022\nPage 1"]


def test_a_new_section_begins_a_page_with_its_own_head() -> None:
    first = (
        '<w:p><w:pPr><w:sectPr><w:headerReference w:type="default" r:id="rId1"/></w:sectPr></w:pPr>'
        "<w:r><w:t>one</w:t></w:r></w:p>"
    )
    last = '<w:sectPr><w:headerReference w:type="default" r:id="rId2"/></w:sectPr>'
    parts: dict[str, str | bytes] = {
        "word/header1.xml": part("hdr", paragraph("First head")),
        "word/header2.xml": part("hdr", paragraph("Second head")),
    }
    named = (relation("rId1", "header1.xml"), relation("rId2", "header2.xml"))
    pages = read(first, paragraph("two"), last, relations=named, parts=parts)
    assert pages == ["First head\none", "Second head\ntwo"]


def test_what_nobody_sees_on_the_paper_is_not_read() -> None:
    (text,) = read(
        paragraph("seen"),
        paragraph("hidden", run="<w:vanish/>"),
        "<w:p><w:del><w:r><w:delText>deleted</w:delText></w:r></w:del></w:p>",
        f"<w:moveFrom>{paragraph('moved')}</w:moveFrom>",
        "<w:p><w:r><w:instrText>DDEAUTO cmd</w:instrText></w:r></w:p>",
        f"<mc:AlternateContent><mc:Choice>{paragraph('once')}</mc:Choice>"
        f"<mc:Fallback>{paragraph('once')}</mc:Fallback></mc:AlternateContent>",
    )
    assert text.split() == ["seen", "once"]


def test_signs_of_symbol_fonts_are_signs_and_unknown_ones_are_not_guessed() -> None:
    body = (
        '<w:p><w:r><w:t>Ki-67 </w:t><w:sym w:font="Symbol" w:char="F0A3"/><w:t>3%</w:t>'
        '<w:sym w:font="Symbol" w:char="F0EE"/></w:r></w:p>'
    )
    assert read(body) == ["Ki-67 ≤3%\ufffd"]


def test_the_copy_is_a_pdf_whose_words_can_be_found_on_it() -> None:
    words = "The patient has a neuroendocrine tumour of the pancreas. "
    copy = make_copy(make_word(paragraph(words * 12), table(("Ki-67", "14%"))), Kind.DOCX)
    assert copy is not None
    assert (copy.kind, copy.note, copy.is_drawn) == (Kind.PDF, "", True)
    text = read_pages(copy.data, Kind.PDF).pages[0].text
    assert " ".join(text.split()) == words * 12 + "Ki-67 14%"
    at = text.index("14%")
    (box,) = find_boxes(copy.data, 1, at, at + 3)
    (name,) = find_boxes(copy.data, 1, at - 6, at - 2)
    assert name.right < box.left < box.right < 1
    page = pypdfium2.PdfDocument(copy.data)[0].render(scale=2).to_pil().convert("L")
    sides = (box.left * page.width, box.top * page.height, box.right * page.width)
    drawn = page.crop(tuple(map(int, (*sides, box.bottom * page.height))))
    assert drawn.getextrema()[0] < 100


def test_many_pages_of_words_flow_over_many_sheets() -> None:
    copy = make_copy(make_word(*[paragraph(f"Line {n}") for n in range(200)]), Kind.DOCX)
    assert copy is not None
    pages = read_pages(copy.data, Kind.PDF).pages
    assert len(pages) > 3
    assert " ".join(page.text for page in pages).split() == [
        word for n in range(200) for word in ("Line", str(n))
    ]


@pytest.mark.parametrize(
    "words",
    [
        "Опухоль поджелудочной железы",
        "रोगी को ट्यूमर है",
        "患者有胰腺神经内分泌肿瘤",
        "المريض لديه ورم",
    ],
)
def test_other_scripts_are_found_beneath_what_is_drawn(words: str) -> None:
    copy = make_copy(make_word(paragraph(words)), Kind.DOCX)
    assert copy is not None
    assert read_pages(copy.data, Kind.PDF).pages[0].text.strip() == words


def test_a_picture_in_it_is_drawn_and_one_that_cannot_be_is_told() -> None:
    named = (relation("rId7", "media/a.jpg"),)
    for data, note in ((make_photograph("JPEG"), ""), (b"\x01\0\0\0 EMF", "parts_left_out")):
        copy = make_copy(
            make_word(picture("rId7"), relations=named, parts={"word/media/a.jpg": data}),
            Kind.DOCX,
        )
        assert copy is not None
        assert copy.note == note
        page = pypdfium2.PdfDocument(copy.data)[0].render().to_pil()
        if not note:
            assert red_part(page.crop((57, 57, 257, 157))) == "left"
            assert b"canary" not in copy.data


def test_what_lies_elsewhere_is_not_fetched() -> None:
    named = (
        relation("rId7", "http://127.0.0.1:9/a.jpg", outside=True),
        relation("rId8", "file:///etc/passwd", outside=True),
        relation("rId9", "../../../etc/passwd"),
    )
    for number in ("rId7", "rId8", "rId9"):
        copy = make_copy(make_word(picture(number), relations=named), Kind.DOCX)
        assert copy is not None
        assert copy.note == "parts_left_out"


DECLARED = (
    '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">'
    '<!ENTITY file SYSTEM "file:///etc/passwd">]>'
)


def replace_part(data: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for one in old.namelist():
            new.writestr(one, content if one == name else old.read(one))
    return out.getvalue()


@pytest.mark.parametrize(
    "name", ["word/document.xml", "word/_rels/document.xml.rels", "word/header1.xml"]
)
def test_declarations_of_entities_are_refused_in_every_part(name: str) -> None:
    data = make_word(
        paragraph("words"),
        SECTION,
        relations=(relation("rId1", "header1.xml"),),
        parts={"word/header1.xml": part("hdr", paragraph("head"))},
    )
    evil = DECLARED.encode() + b"<w>&b;&file;</w>"
    assert failure_of(replace_part(data, name, evil)) == "programs_inside"


def test_programs_are_refused() -> None:
    with_macros = MAIN_TYPE.replace("openxmlformats-officedocument", "ms-word").replace(
        "document.main", "document.macroEnabled.main"
    )
    assert failure_of(make_word(paragraph("a"), main_type=with_macros)) == "programs_inside"
    named: dict[str, str | bytes] = {"word/VBAPROJECT.BIN": b"program"}
    assert failure_of(make_word(paragraph("a"), parts=named)) == "programs_inside"


def test_a_document_that_unpacks_to_far_too_much_is_refused() -> None:
    assert failure_of(make_word("<!--" + " " * 30_000_000 + "-->")) == "too_big"
    assert failure_of(make_word("<w:p>" * 300 + "</w:p>" * 300)) == "too_big"
    many: dict[str, str | bytes] = {f"word/media/{n}": b"" for n in range(5_001)}
    assert failure_of(make_word(paragraph("a"), parts=many)) == "too_big"


@pytest.mark.parametrize(
    "data",
    [
        make_word(paragraph("words"))[:-300],
        make_word(paragraph("words"))[:200],
        make_word("<w:p><w:r>"),
        replace_part(make_word(paragraph("a")), "word/document.xml", b"\xff\xfe\0\0no xml"),
        b"PK\x03\x04" + b"\0" * 400,
    ],
    ids=["cut late", "cut early", "left open", "no XML", "no archive"],
)
def test_a_broken_document_is_damaged(data: bytes) -> None:
    assert failure_of(data) == "damaged"


def test_a_letter_of_word_goes_the_whole_way(cast: make.Cast, run_jobs: Callable[[], int]) -> None:
    cast.case.patient.birth_date = "1968-05-14"
    cast.case.patient.save()
    data = make_word(
        paragraph("Date of birth: 14 May 1968"),
        paragraph("Diagnosis: neuroendocrine tumour of the pancreas."),
        paragraph("Ki-67: 14%"),
    )
    document = send(cast.case, data, name="letter.docx")
    run_jobs()
    document.refresh_from_db()
    assert (document.state, document.failure_code) == (DocumentState.TO_REVIEW, "")
    original, shown = document.files.order_by("version")
    assert read_bytes(case_id=cast.case.pk, object_name=original.object_name) == data
    assert (shown.content_type, shown.original_name) == ("application/pdf", "letter.pdf")
    page = shown.pages.get()
    assert page.preview_name
    evidence = shown.evidence.get(fact__key="ki67_percent")
    assert evidence.boxes
    assert page.text[evidence.start : evidence.end] == evidence.quote
