"""A new version after one changed fact, thirty pages, against making it from nothing.

The case is a long one: most of the thirty pages are laid out, the rest are those of sources. From
nothing, the source pages are drawn and all is laid out; after one changed fact the drawn pages are
taken as they are and all that is laid out is laid out again (decision 0013 says why). Tags, links
and bookmarks are made in both. Processor time counts, that of the sandbox too.
"""

import json
import resource
import statistics
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from documents.dossiers.assembling import assemble_file
from documents.dossiers.building import count_pages
from documents.dossiers.contents import DossierContents
from documents.dossiers.printed import Fact
from documents.dossiers.render import render_dossier
from tests.benchmarks.bench_assemble_sources import FRAME, draw_sources
from tests.dossiers.sample_contents import FULL, MISSING, SOURCES, TREATMENTS, cite

PAGES = 30
PAIRS = 3
GOAL = 0.2


def run() -> dict[str, Any]:
    """Measure interleaved pairs and return the row for the table of benchmarks."""
    contents = long_case()
    changed = replace(contents, stage=Fact(text="IIIB"))
    laid_out = count_pages(render_dossier(contents))
    from_sources = PAGES - laid_out
    sources = draw_sources(from_sources)
    pairs = [
        (
            spend(lambda: assemble_file(render_dossier(changed), FRAME, sources)),
            spend(
                lambda: assemble_file(render_dossier(contents), FRAME, draw_sources(from_sources))
            ),
        )
        for _pair in range(PAIRS)
    ]
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    return {
        "name": "dossier_change",
        "ours": round(statistics.median(ours for ours, _theirs in pairs), 4),
        "reference": round(statistics.median(theirs for _ours, theirs in pairs), 4),
        "ratio": round(ratio, 3),
        "goal": GOAL,
        "met": ratio <= GOAL,
        "note": f"processor seconds for {laid_out} pages laid out and {from_sources} source pages",
    }


def long_case() -> DossierContents:
    """The full sample as it stands after years: three hundred details, eighty lines."""
    details = tuple(
        Fact(text=f"a value of some words, {number}", label=f"Detail {number}", cites=cite("S1", 1))
        for number in range(300)
    )
    papers = tuple(
        replace(each, key=f"S{len(SOURCES) * copy + at}")
        for copy in range(8)
        for at, each in enumerate(SOURCES, start=1)
    )
    return replace(
        FULL,
        diagnosis_details=details,
        treatments=(*TREATMENTS, *TREATMENTS[1:4] * 25),
        missing=MISSING * 8,
        sources=papers,
    )


def spend(work: Callable[[], object]) -> float:
    started = used()
    work()
    return used() - started


def used() -> float:
    """Processor seconds of this process and of its children that have ended."""
    both = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in both)


if __name__ == "__main__":
    print(json.dumps(run()))
