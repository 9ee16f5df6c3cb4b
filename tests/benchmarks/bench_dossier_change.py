"""A new version after one changed fact, thirty pages, against making it from nothing.

Eight pages are laid out and twenty-two are those of sources. From nothing, the source pages are
drawn and the rest is laid out; after one changed fact the drawn pages are taken as they are, and
all that is laid out is laid out again, since the hash of the contents stands on each of its pages.
Tags, links and bookmarks are made in both. Processor time counts, that of the sandbox too.
"""

import json
import resource
import statistics
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from documents.dossiers.assembling import assemble_file
from documents.dossiers.printed import Fact
from documents.dossiers.render import render_dossier
from tests.benchmarks.bench_assemble_sources import FRAME, draw_sources
from tests.benchmarks.bench_dossier_warm import eight_pages

LAID_OUT = 8
SOURCES = 22
PAIRS = 3
GOAL = 0.2


def run() -> dict[str, Any]:
    """Measure interleaved pairs and return the row for the table of benchmarks."""
    contents = eight_pages()
    changed = replace(contents, stage=Fact(text="IV (one changed fact)"))
    sources = draw_sources(SOURCES)
    laid_out = spend(lambda: render_dossier(changed))
    pairs = [
        (
            spend(lambda: assemble_file(render_dossier(changed), FRAME, sources)),
            spend(lambda: assemble_file(render_dossier(contents), FRAME, draw_sources(SOURCES))),
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
        "note": f"processor seconds for {LAID_OUT} pages laid out ({laid_out:.2f} s of ours) and "
        f"{SOURCES} source pages",
    }


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
