"""Set one report: the text of a report inside the letterhead of its hospital, as a PDF.

A report is an HTML fragment that begins with a YAML block between two lines of `---`: `house`
names the letterhead, the other keys are words that the letterhead prints. The printed identity
comes from the case's `case.yaml`, so the paper and the expectation cannot drift apart.

The same sources, fonts and WeasyPrint give the same bytes: nothing in the file knows the clock.
"""

from __future__ import annotations

import html
import re
from pathlib import Path

import yaml
from weasyprint import CSS, HTML
from weasyprint.urls import URLFetcher

from tests.samples.shapes import SYNTHETIC_LINE, SampleCase, SampleFile
from tests.samples.typeset.barcode import draw_code39

PRESS = Path(__file__).resolve().parent
HOUSES = PRESS / "houses"
REPORTS = PRESS / "reports"
PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
HEAD = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)


class PressError(ValueError):
    """A report or a letterhead cannot be set as written."""


class ClosedFetcher(URLFetcher):
    """The press loads nothing by address: every picture on these papers is drawn inline."""

    def fetch(self, url: str, headers: object = None) -> object:  # noqa: ARG002  (its signature)
        raise PressError(f"a sample report may not load {url}")


def source_of(case: SampleCase, file: SampleFile) -> Path:
    return REPORTS / case.slug / f"{Path(file.name).stem}.html"


def set_report(case: SampleCase, file: SampleFile) -> bytes:
    source = source_of(case, file)
    text = source.read_text(encoding="utf-8")
    head = HEAD.match(text)
    if head is None:
        raise PressError(f"{source.name}: the block between --- lines is missing")
    words = {
        "name": html.escape(file.printed.name),
        "born": file.printed.birth_date,
        "record": file.printed.record_number,
        "accession": file.printed.accession,
        "barcode": draw_code39(file.printed.accession),
        "synthetic": SYNTHETIC_LINE,
        "language": file.language,
    }
    for key, value in yaml.safe_load(head[1]).items():
        words[str(key)] = _fill(str(value), words, source.name)
    house = (HOUSES / f"{words['house']}.html").read_text(encoding="utf-8")
    words["body"] = _fill(text[head.end() :], words, source.name)
    page = HTML(string=_fill(house, words, words["house"]), url_fetcher=ClosedFetcher())
    common = CSS(string=(HOUSES / "common.css").read_text(encoding="utf-8"))
    pdf = page.write_pdf(stylesheets=[common], full_fonts=False)
    if pdf is None:
        raise PressError(f"{source.name}: nothing was set")
    return bytes(pdf)


def _fill(text: str, words: dict[str, str], where: str) -> str:
    def word(match: re.Match[str]) -> str:
        if match[1] not in words:
            raise PressError(f"{where}: nothing is given for {{{{{match[1]}}}}}")
        return words[match[1]]

    return PLACEHOLDER.sub(word, text)
