"""Source pages stand behind the dossier: stamped, searchable, tagged and linked."""

import io
import itertools
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from documents.dossiers.assembling import Frame, SourcePages, assemble_file
from documents.dossiers.attachments import Attachment
from documents.dossiers.render import render_dossier
from documents.dossiers.sheets import Leaf, draw_sheets
from documents.records.reading import read_pages
from documents.records.sheet_pictures import Picture, draw_sheet_pictures
from documents.records.sniffing import Kind
from tests.dossiers.conftest import Find
from tests.dossiers.sample_contents import FULL

SAMPLES = Path("tests/samples")
SPANISH = SAMPLES / "adolescent-match" / "01-anatomia-patologica.pdf"
FRAME = Frame(
    reference="NV-2026-00012",
    version=2,
    language="en",
    made_at=datetime(2026, 3, 16, tzinfo=UTC),
    verify_at="https://office.example/verify/",
)
ANSWERS = Attachment(
    name="case.answers.json",
    media_type="application/json",
    description="The comparison",
    relationship="Data",
    data=b"[]",
)


def picture(width: int = 800, height: int = 1100, *, colour: str = "white") -> Picture:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "JPEG")
    return Picture(out.getvalue(), width, height, is_grey=False)


@cache
def sheets_of(path: Path, language: str, first: int = 1) -> bytes:
    """Those of the pages from the first one wanted on."""
    data = path.read_bytes()
    pages = read_pages(data, Kind.PDF).pages[first - 1 :]
    pictures = draw_sheet_pictures(data, Kind.PDF, range(first, first + len(pages)))
    return draw_sheets(
        [
            Leaf(drawn, page.text, page.words, language)
            for drawn, page in zip(pictures, pages, strict=True)
        ]
    )


def source(key: str, sheets: bytes, numbers: Sequence[int], **more: Any) -> SourcePages:
    title = more.pop("title", f"Report {key}")
    more.setdefault("total", len(numbers))
    return SourcePages(key=key, title=title, sheets=sheets, numbers=tuple(numbers), **more)


@cache
def dossier() -> bytes:
    return render_dossier(FULL)


@cache
def assembled() -> bytes:
    spanish = source("S1", sheets_of(SPANISH, "es"), (1, 2), title="Informe de anatomía patológica")
    drawn = draw_sheets([Leaf(picture(1100, 800, colour="grey"), "", [], "")])
    photograph = source("S2", drawn, (1,), translates="S1")
    return assemble_file(dossier(), FRAME, [spanish, photograph], [ANSWERS])


def texts(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as opened:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in opened]


def own_pages() -> int:
    with pikepdf.open(io.BytesIO(dossier())) as pdf:
        return len(pdf.pages)


def test_the_whole_file_follows_both_standards(find_faults: Find) -> None:
    assert find_faults(assembled()) == []


def test_sixty_source_pages_follow_both(find_faults: Find) -> None:
    leaves = [Leaf(picture(), f"Page {number} says Ki-67 8%", [], "en") for number in range(1, 61)]
    many = assemble_file(dossier(), FRAME, [source("S3", draw_sheets(leaves), range(1, 61))])
    assert len(texts(many)) == own_pages() + 60
    assert find_faults(many) == []


@pytest.mark.parametrize("language", ["es", "ar", "zh-hans", "hi", "ru"])
def test_a_strip_in_every_language_of_the_frame_follows_both(
    language: str, find_faults: Find
) -> None:
    frame = Frame(reference="NV-2026-00012", version=2, language=language, made_at=FRAME.made_at)
    drawn = draw_sheets([Leaf(picture(), WORDS_OF_THE_WORLD, [], language)])
    made = assemble_file(dossier(), frame, [source("S1", drawn, (1,), title=WORDS_OF_THE_WORLD)])
    assert find_faults(made) == []
    assert "NV-2026-00012" in texts(made)[-1]


WORDS_OF_THE_WORLD = "تقرير علم الأمراض\n病理报告\nपैथोलॉजी रिपोर्ट\nГистология 𝐀 \ue000\x07"


def test_words_of_every_script_are_found_in_the_order_in_which_they_are_read() -> None:
    drawn = draw_sheets([Leaf(picture(), WORDS_OF_THE_WORLD, [], "ar")])
    with pypdfium2.PdfDocument(drawn) as pdf:
        page = pdf[0].get_textpage()
        for wanted in ("تقرير علم الأمراض", "病理报告", "पैथोलॉजी रिपोर्ट", "Гистология"):
            assert page.search(wanted).get_next() is not None, wanted


def test_the_same_parts_give_the_same_bytes() -> None:
    again = assemble_file(
        dossier(),
        FRAME,
        [
            source("S1", sheets_of(SPANISH, "es"), (1, 2), title="Informe de anatomía patológica"),
            source(
                "S2",
                draw_sheets([Leaf(picture(1100, 800, colour="grey"), "", [], "")]),
                (1,),
                translates="S1",
            ),
        ],
        [ANSWERS],
    )
    assert again == assembled()


def test_every_source_page_is_stamped_and_says_the_fixed_words() -> None:
    behind = texts(assembled())[own_pages() :]
    stamps = ["Source S1, page 1 of 2", "Source S1, page 2 of 2", "Source S2, page 1 of 1"]
    for page, stamp in zip(behind, stamps, strict=True):
        assert stamp in page
        assert "NV-2026-00012 · Version 2" in page
        assert "Check this file at https://office.example/verify/" in page
        assert "does not guarantee access, eligibility or outcome" in page
    assert "translation of S1" in behind[2]


def test_what_was_read_on_a_page_is_found_on_it_and_not_drawn() -> None:
    first = texts(assembled())[own_pages()]
    assert "neoplasia epitelial de patrón trabecular" in first
    bare = draw_sheets([Leaf(picture(), "Ki-67 8%", [], "en")])
    with pypdfium2.PdfDocument(bare) as pdf:
        assert pdf[0].render(scale=1).to_pil().convert("L").getextrema() == (255, 255)


def test_the_words_of_a_page_lie_over_their_places() -> None:
    words = [[0, 5, 0.5, 0.25, 0.7, 0.27, 1.0]]
    drawn = draw_sheets([Leaf(picture(1000, 1000), "Ki-67", words, "en")])
    with pypdfium2.PdfDocument(drawn) as pdf:
        page = pdf[0]
        left, bottom, right, top = page.get_textpage().get_charbox(0, loose=True)
        (seen,) = page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])
        x0, y0, x1, y1 = seen.get_bounds()
    assert left == pytest.approx(x0 + 0.5 * (x1 - x0), abs=1)
    assert right == pytest.approx(x0 + 0.54 * (x1 - x0), abs=2)
    assert (bottom + top) / 2 == pytest.approx(y1 - 0.26 * (y1 - y0), abs=6)


def test_a_covered_page_carries_no_hidden_word() -> None:
    covered = draw_sheets([Leaf(picture(), "", [], "en"), Leaf(picture(), "seen", [], "en")])
    assert texts(covered) == ["", "seen"]


def test_every_citation_leads_to_the_page_that_it_names() -> None:
    with pikepdf.open(io.BytesIO(assembled())) as pdf:
        numbers = {page.obj.objgen: at for at, page in enumerate(pdf.pages)}
        led = [
            (str(note.Contents), numbers[note.Dest[0].objgen] - own_pages())
            for page in itertools.islice(pdf.pages, own_pages())
            for note in page.obj.get("/Annots", [])
            if isinstance(note.Dest, pikepdf.Array)
        ]
    assert {words for words, _at in led} >= {"S1 p1", "S1 p2", "S2 p1"}
    places = {"S1 p1": 0, "S1 p2": 1, "S2 p1": 2}
    assert all(places[words] == at for words, at in led if words in places)


def test_a_page_that_was_left_out_is_not_led_to() -> None:
    only_second = source("S1", sheets_of(SPANISH, "es", first=2), (2,), total=2)
    with pikepdf.open(io.BytesIO(assemble_file(dossier(), FRAME, [only_second]))) as pdf:
        assert len(pdf.pages) == own_pages() + 1
        notes = [note for page in pdf.pages for note in page.obj.get("/Annots", [])]
        assert {str(note.Dest) for note in notes if str(note.Contents) == "S1 p1"} == {"S1"}
    assert "Source S1, page 2 of 2" in texts(assemble_file(dossier(), FRAME, [only_second]))[-1]


def test_every_source_page_leads_back_to_where_it_is_cited_and_listed() -> None:
    with pikepdf.open(io.BytesIO(assembled())) as pdf:
        cited = pdf.pages[own_pages() + 1].obj
        said = [str(note.Contents) for note in cited.Annots]
        numbers = {page.obj.objgen: at for at, page in enumerate(pdf.pages, start=1)}
        back = [numbers[note.Dest[0].objgen] for note in list(cited.Annots)[:-1]]
    assert said[-1].startswith("List of sources, page ")
    assert said[:-1] == [f"Cited on page {page}" for page in back]
    assert back
    assert max(back) <= own_pages()


def test_every_source_has_a_bookmark_behind_those_of_the_dossier() -> None:
    with pikepdf.open(io.BytesIO(assembled())) as pdf, pdf.open_outline() as outline:
        behind = outline.root[-1]
        assert behind.title == "Source documents"
        assert [child.title for child in behind.children] == [
            "S1  Informe de anatomía patológica",
            "S2  Report S2",
        ]


def test_a_reader_hears_what_each_picture_is_and_in_which_language_it_is_written() -> None:
    with pikepdf.open(io.BytesIO(assembled())) as pdf:
        part = pdf.Root.StructTreeRoot.K[0].K[-1]
        assert [str(kid.S) for kid in part.K] == ["/H2", "/Sect", "/Sect"]
        page = part.K[1].K[1]
        assert str(page.Lang) == "es"
        assert "as a picture. Its text follows." in str(page.K[0].Alt)
        assert "No text could be read" in str(part.K[2].K[1].K[0].Alt)
        assert {str(kid.S) for kid in page.K} == {"/Figure", "/P"}


def test_the_attachment_says_what_it_is_to_the_pages() -> None:
    with pikepdf.open(io.BytesIO(assembled())) as pdf:
        (spec,) = pdf.Root.AF
        assert str(spec.AFRelationship) == "/Data"
        assert str(spec.UF) == "case.answers.json"
        assert pdf.attachments["case.answers.json"].get_file().read_bytes() == b"[]"
        assert str(spec.EF.F.Subtype) == "/application/json"
