"""The pages of a dossier, read back from the finished file."""

import io
import logging
import re
import time
from dataclasses import replace
from functools import cache
from html import escape as html_escape
from typing import Any

import pikepdf
import pypdfium2
import pytest

from documents.dossiers.freezing import hash_contents
from documents.dossiers.outline import SECTIONS
from documents.dossiers.printed import Absence, Fact
from documents.dossiers.render import (
    AddressRefused,
    DrawingsOnly,
    draw_all,
    lay_out,
    render_dossier,
    write_pages,
    write_pdf,
)
from tests.dossiers.sample_contents import FULL, NAMES, SAMPLES, cite

FOOTER = (
    "This dossier does not guarantee access, eligibility or outcome. The decision rests with the "
    "treating physicians after review of the complete records."
)
NEVER_SAID = re.compile(
    r"\b(eligib\w+|qualif\w+|candidate\w*|approved for|recommend\w*|best option|guarantee\w*"
    r"|success rate|will respond|contraindicat\w+)\b",
    re.IGNORECASE,
)
ALLOWED = "does not guarantee access, eligibility or outcome"


@cache
def rendered(name: str) -> bytes:
    return render_dossier(SAMPLES[name]())


@cache
def pages(name: str) -> tuple[str, ...]:
    """The text of each page on one line, hyphens at line ends undone."""
    with pypdfium2.PdfDocument(rendered(name)) as pdf:
        texts = [page.get_textpage().get_text_range() for page in pdf]
    return tuple(" ".join(text.replace("\ufffe", "-").split()) for text in texts)


def words(name: str) -> str:
    return " ".join(pages(name))


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/hostname",
        "http://127.0.0.1:9/x.png",
        "https://example.org/x.png",
        "data:image/png;base64,AAAA",
        "ftp://127.0.0.1/x",
        "dossier:nobody-registered-this",
    ],
)
def test_the_fetcher_refuses_every_address_that_was_not_registered(address: str) -> None:
    with pytest.raises(BaseException, match=re.escape(address)):
        DrawingsOnly(draw_all(FULL)).fetch(address)


def test_the_fetcher_serves_the_drawings_of_this_dossier() -> None:
    answer = DrawingsOnly(draw_all(FULL)).fetch("dossier:course")
    assert b"<svg" in answer.read()
    assert answer.content_type == "image/svg+xml"


@pytest.mark.parametrize(
    "fragment",
    [
        '<img src="file:///etc/hostname" alt="x">',
        '<link rel="stylesheet" href="http://127.0.0.1:9/x.css">',
        '<link rel="attachment" href="file:///etc/hostname">',
        '<a rel="attachment" href="file:///etc/hostname">x</a>',
        '<p style="background: url(http://127.0.0.1:9/x.png)">x</p>',
        "<style>@import url(file:///etc/hostname);</style>",
        '<object data="file:///etc/hostname"></object>',
    ],
)
def test_a_page_that_asks_for_something_from_outside_is_not_made(fragment: str) -> None:
    html = f"<html lang=en><head><title>x</title></head><body>{fragment}<p>x</p></body></html>"
    with pytest.raises(AddressRefused):
        write_pdf(lay_out(html, {}))


def test_what_a_person_typed_is_text_and_never_markup() -> None:
    typed = '<img src="file:///etc/hostname"><b>bold</b> {{ 7 }}'
    pdf = render_dossier(replace(FULL, stage=Fact(text=typed, cites=cite("S1", 1))))
    with pypdfium2.PdfDocument(pdf) as document:
        text = " ".join(page.get_textpage().get_text_range() for page in document)
        assert text.replace("\r\n", " ").count("<b>bold</b> {{ 7 }}") == 2


@pytest.mark.parametrize("name", SAMPLES)
def test_every_page_carries_the_footer(name: str) -> None:
    contents = SAMPLES[name]()
    for number, page in enumerate(pages(name), start=1):
        assert FOOTER in page
        assert f"Page {number} of {len(pages(name))}" in page
        assert f"{contents.case_reference}·Version {contents.version}" in page.replace(" · ", "·")
        assert "Reference date 15 Mar 2026" in page
        assert hash_contents(contents)[:12] in page
        if not isinstance(contents.flag, Absence):
            assert "us-fda/cabozantinib-tablets/net 1.0.0 (label read 12 Jan 2026)" in page


def test_the_same_contents_give_the_same_bytes() -> None:
    assert render_dossier(SAMPLES["full"]()) == rendered("full")


def test_another_version_gives_other_bytes() -> None:
    assert render_dossier(replace(FULL, version=3)) != rendered("full")


@pytest.mark.parametrize("name", SAMPLES)
def test_the_file_claims_archive_and_accessibility_at_once(name: str) -> None:
    with pikepdf.open(io.BytesIO(rendered(name))) as pdf:
        xmp = pdf.Root.Metadata.read_bytes().decode()
        assert 'pdfaid:part="3"' in xmp
        assert 'pdfaid:conformance="A"' in xmp
        assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
        assert "<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>" in xmp
        assert str(pdf.Root.Lang) == "en"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.docinfo.Title).startswith("Case dossier NV-2026-")


@pytest.mark.parametrize("name", SAMPLES)
def test_cells_stand_in_rows_and_pictures_have_words(name: str) -> None:
    with pikepdf.open(io.BytesIO(rendered(name))) as pdf:
        for kind, parent, element in walk_tags(pdf.Root.StructTreeRoot.K[0], ""):
            if kind in ("/TD", "/TH"):
                assert parent == "/TR"
            if kind == "/Figure":
                assert str(element.Alt).endswith(".")


def walk_tags(element: Any, parent: str) -> Any:
    kind = str(element.S)
    yield kind, parent, element
    for child in element.get("/K", []):
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield from walk_tags(child, kind)


def test_nothing_is_left_for_the_log_to_complain_about(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("weasyprint")
    logger.addHandler(caplog.handler)
    try:
        render_dossier(SAMPLES["conflict"]())
    finally:
        logger.removeHandler(caplog.handler)
    assert [each.getMessage() for each in caplog.records if each.name == "weasyprint"] == []


@pytest.mark.parametrize("name", SAMPLES)
def test_the_first_page_answers_everything_and_the_second_begins_the_criteria(name: str) -> None:
    first, second = pages(name)[:2]
    for heading in (
        "The question asked",
        "Patient",
        "Diagnosis",
        "Key markers",
        "Lines of treatment",
        "Latest imaging",
        "What is missing",
        "Comparison with a published wording",
    ):
        assert heading in first
    assert "Criteria in full" in second


@pytest.mark.parametrize("name", ["full", "long_values"])
def test_the_table_of_contents_names_the_page_on_which_each_section_begins(name: str) -> None:
    second = pages(name)[1]
    for _anchor, title in SECTIONS:
        found = re.search(rf"{re.escape(title)} (\d+)", second)
        assert found is not None, title
        assert pages(name)[int(found[1]) - 1].count(title) >= (2 if found[1] == "2" else 1)


def test_the_headings_are_those_of_the_table_of_contents() -> None:
    html, _drawings = write_pages(FULL)
    for anchor, title in SECTIONS:
        section = html.partition(f'id="{anchor}"')[2]
        assert f"<h2>{html_escape(title)}</h2>" in section[:400]


def test_what_does_not_fit_on_the_first_page_is_cut_there_and_whole_behind() -> None:
    first = pages("long_values")[0]
    assert "…" in first
    assert "5 of 9" in first
    assert words("long_values").count("Report of line 29") == 1


def test_the_first_page_of_a_match_can_be_read_alone() -> None:
    first = pages("full")[0]
    assert "Could you see this patient for an opinion" in first
    assert "57 years, born 20 May 1968" in first
    assert "NET G2, metastatic to the liver S1 p2" in first
    assert "132 days old, asked for: at most 90" in first
    assert "asked of the family 9 Mar 2026" in first
    assert "The recorded facts correspond to the published wording of section 1.4" in first
    assert first.count("✓") == 7


def test_each_kind_of_answer_has_its_symbol_and_its_word() -> None:
    first = pages("unknowns")[0]
    assert "do not yet allow a comparison with the published wording" in first
    assert first.count("? unknown") == 3
    assert "recorded, not settled: Medically inoperable" in first
    conflict = pages("conflict")[0]
    assert "✕ not met" in conflict
    assert "sources disagree: NET G3 S1 p2 / NEC, small cell S2 p1" in conflict


def test_an_unknown_row_prints_its_question_and_other_readings() -> None:
    text = pages("unknowns")[1]
    assert "To ask Does the pathology report state the differentiation?" in text
    assert "Reading B: met" in text


def test_an_empty_part_says_why() -> None:
    text = words("almost_empty")
    for reason in (
        "not released by the consent",
        "The question has not been agreed with the family yet",
        "No comparison was made: no fact has been confirmed",
        "Never collected",
        "The list of papers has not been agreed yet",
        "Nobody has been written to yet",
        "No trip is planned",
        "Not signed off yet",
        "No fact has been confirmed",
        "This is the first version",
    ):
        assert reason in text


def test_an_empty_confirmed_history_is_another_thing_than_none() -> None:
    assert "The history is confirmed complete, and no treatment stands in it." in words("conflict")
    assert "confirmed complete" not in words("almost_empty")


@pytest.mark.parametrize("name", SAMPLES)
def test_no_promise_is_ever_printed(name: str) -> None:
    assert NEVER_SAID.findall(words(name).replace(ALLOWED, "")) == []


@pytest.mark.parametrize("script", ["arabic", "chinese", "cyrillic"])
def test_names_in_other_scripts_are_in_the_text_layer(script: str) -> None:
    """Readers put right-to-left runs in either order, so each word is looked for both ways."""
    text = words("multilingual")
    for word in NAMES[script].split():
        assert word in text or word[::-1] in text


def test_devanagari_is_in_the_text_layer() -> None:
    text = words("multilingual")
    assert "अग्न्याशय का न्यूरोएंडोक्राइन ट्यूमर, ग्रेड 2" in text
    assert NAMES["devanagari"] in text


def test_names_are_set_in_the_faces_that_shape_them() -> None:
    with pikepdf.open(io.BytesIO(rendered("multilingual"))) as pdf:
        faces = {
            str(each.BaseFont).partition("+")[2]
            for each in pdf.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Font"
        }
    joined = " ".join(faces)
    for family in ("Noto-Sans", "Noto-Naskh-Arabic", "Devanagari", "Droid-Sans-Fallback"):
        assert family in joined


def test_hostile_text_does_not_keep_the_layout_busy() -> None:
    hostile = replace(
        FULL,
        stage=Fact(text="a" + "\u0301" * 100_000),
        diagnosis=Fact(text="W" * 10_000, cites=cite("S1", 1)),
        metastases=tuple(Fact(text="\u0e49" * 10_000 + "\u202e") for _each in range(40)),
    )
    started = time.process_time()
    render_dossier(hostile)
    assert time.process_time() - started < 20


def test_progress_is_told_step_by_step() -> None:
    told: list[tuple[int, int, str]] = []
    render_dossier(
        SAMPLES["almost_empty"](),
        on_step=lambda done, total, step: told.append((done, total, step)),
    )
    assert told == [(0, 3, "writing"), (1, 3, "layout"), (2, 3, "pdf"), (3, 3, "")]
