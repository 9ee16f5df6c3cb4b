"""Reading files that have their own text, against bare pypdfium2 on the same file.

Ours is the whole reading of a file: the child in the sandbox, its text, the place of every word,
whether a picture covers a page, and all of it handed back and taken apart. The reference opens the
file in this process and takes the text of each page, nothing more. Pairs in turn, by the clock,
since the wall around a child hides how long it worked.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2

from documents.records.reading import read_pages
from documents.records.sniffing import Kind
from tests.records.scans import join
from tests.samples.shapes import SAMPLES

PAIRS = 9
GOAL = 0.25
PAPERS = ("pnet-match", "epnet-match", "adolescent-match", "nec")
TIMES = 6


def run() -> dict[str, Any]:
    """Measure interleaved pairs and return the row for the table of benchmarks.

    `ours` and `reference` are pages a second; the ratio is ours over the reference's.
    """
    papers = [
        path.read_bytes() for name in PAPERS for path in sorted(SAMPLES.glob(f"{name}/*.pdf"))
    ]
    with tempfile.TemporaryDirectory(prefix="navigator-bench-") as folder:
        path = Path(folder, "papers.pdf")
        path.write_bytes(join(*papers * TIMES))
        count = check_same(path)
        pairs = [
            (spend(lambda: read_pages(path, Kind.PDF)), spend(lambda: read_bare(path)))
            for _pair in range(PAIRS)
        ]
    ratio = statistics.median(theirs / ours for ours, theirs in pairs)
    return {
        "name": "reading",
        "ours": round(count / statistics.median(ours for ours, _theirs in pairs)),
        "reference": round(count / statistics.median(theirs for _ours, theirs in pairs)),
        "ratio": round(ratio, 3),
        "goal": GOAL,
        "met": ratio >= GOAL,
        "note": f"pages a second, {count} pages with the places of their words",
    }


def read_bare(path: Path) -> list[str]:
    texts = []
    with pypdfium2.PdfDocument(path) as pdf:
        for page in pdf:
            texts.append(page.get_textpage().get_text_bounded())
            page.close()
    return texts


def check_same(path: Path) -> int:
    """Hold both to the same words; the number of pages."""
    ours, theirs = read_pages(path, Kind.PDF).pages, read_bare(path)
    for mine, bare in zip(ours, theirs, strict=True):
        if len(mine.text.split()) != len(bare.split()):
            raise RuntimeError(f"page {mine.number} is read otherwise")
    return len(ours)


def spend(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
