"""Arabic words of a page are read as they are written, whichever program wrote the page."""

import os
import shutil
from collections.abc import Callable

import pytest
from playwright.sync_api import sync_playwright
from weasyprint import HTML

from documents.records.reading import find_boxes, read_pages
from documents.records.sniffing import Kind

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# Each holds the ligature that pdfium turns round, or is turned round itself by some programs.
WORDS = [
    *("تاريخ", "الميلاد", "الاسم", "عبد", "السلام", "صلاح", "علاء", "الدين"),
    *("لأول", "الآن", "الإسلام", "لإجراء", "لا", "شيء"),
]
PAGE = """<html lang="ar" dir="rtl"><meta charset="utf-8"><style>p { font: 20px %s }</style>%s"""
FONTS = ("Noto Sans Arabic", "DejaVu Sans")


def make_page(font: str, *lines: str) -> str:
    return PAGE % (font, "".join(f"<p>{line}</p>" for line in lines))


def lay_out(html: str) -> bytes:
    pdf: bytes = HTML(string=html).write_pdf()
    return pdf


def print_in_browser(html: str) -> bytes:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_content(html)
        data = page.pdf()
        browser.close()
    return data


@pytest.mark.parametrize("make", [lay_out, print_in_browser])
@pytest.mark.parametrize("font", FONTS)
def test_every_word_is_read_as_it_is_written(make: Callable[[str], bytes], font: str) -> None:
    (page,) = read_pages(make(make_page(font, *WORDS)), Kind.PDF).pages
    assert page.text.split() == WORDS


@pytest.mark.parametrize("make", [lay_out, print_in_browser])
def test_latin_words_and_figures_beside_them_stay(make: Callable[[str], bytes]) -> None:
    html = make_page(FONTS[0], "الوزن 64.5 kg", "Ki-67 <bdi>12 %</bdi> السلام", "٢٠٢٤ عام")
    words = read_pages(make(html), Kind.PDF).pages[0].text.split()
    assert {"الوزن", "64.5", "kg", "Ki-67", "12", "%", "السلام", "عام", "٢٠٢٤"} <= set(words)


def test_a_word_is_found_where_it_stands() -> None:
    data = lay_out(make_page(FONTS[0], "عبد السلام صلاح"))
    (page,) = read_pages(data, Kind.PDF).pages
    boxes = {}
    for word in ("عبد", "السلام", "صلاح"):
        start = page.text.index(word)
        (boxes[word],) = find_boxes(data, 1, start, start + len(word))
    assert boxes["عبد"].left > boxes["السلام"].right > boxes["السلام"].left > boxes["صلاح"].right
