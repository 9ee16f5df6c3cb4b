"""A dossier in a warm worker against bare WeasyPrint laying out the same HTML.

Ours is everything that `PIPELINE` does with the contents of an eight-page dossier; the reference
makes a plain PDF, neither tagged nor archival, of the very same HTML and stylesheet. Both run in
this process, in turn, and only processor time counts. Sealing and storing belong into the pipeline
as soon as they exist: give `run` a function that does them too.
"""

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from weasyprint import CSS, HTML

from documents.dossiers.contents import DossierContents
from documents.dossiers.render import STYLESHEET, DrawingsOnly, render_dossier, write_pages
from tests.dossiers.sample_contents import FULL, MISSING, SOURCES, TREATMENTS

PAIRS = 9
GOAL = 1.25

PIPELINE: Callable[[DossierContents], bytes] = render_dossier


def eight_pages() -> DossierContents:
    """The full sample with a longer history, so that it fills eight pages."""
    return replace(
        FULL,
        treatments=(*TREATMENTS, *TREATMENTS[1:4]),
        missing=(*MISSING, *MISSING),
        sources=(*SOURCES, *(replace(each, key=f"{each.key}b") for each in SOURCES)),
    )


def run(pipeline: Callable[[DossierContents], bytes] = PIPELINE) -> dict[str, Any]:
    """Measure interleaved pairs and return the row for the table of benchmarks."""
    contents = eight_pages()
    pipeline(contents)
    _render_bare(contents)
    pairs = [
        (_spend(lambda: pipeline(contents)), _spend(lambda: _render_bare(contents)))
        for _pair in range(PAIRS)
    ]
    ratio = statistics.median(ours / bare for ours, bare in pairs)
    return {
        "name": "dossier_warm",
        "ours": round(statistics.median(ours for ours, _bare in pairs), 4),
        "reference": round(statistics.median(bare for _ours, bare in pairs), 4),
        "ratio": round(ratio, 3),
        "goal": GOAL,
        "met": ratio <= GOAL,
    }


def _render_bare(contents: DossierContents) -> bytes:
    html, drawings = _pages(contents)
    source = HTML(string=html, url_fetcher=DrawingsOnly(drawings))
    return bytes(source.write_pdf(stylesheets=[CSS(string=_stylesheet())]))


_written: dict[int, Any] = {}


def _pages(contents: DossierContents) -> Any:
    """Write the HTML once: the reference pays for layout and writing only."""
    if id(contents) not in _written:
        _written[id(contents)] = write_pages(contents)
    return _written[id(contents)]


def _stylesheet() -> str:
    return Path(str(finders.find(STYLESHEET))).read_text(encoding="utf-8")


def _spend(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(run()))
