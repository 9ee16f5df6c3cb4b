"""Recognising scanned pages against bare Tesseract on pictures of the same pages.

Ours draws each page in the sandbox, looks whether it is blank and how sharp it is, has it read and
places every word. The reference is the program alone on a picture that was drawn before, in the
same language, with one thread. Pairs in turn, by the clock.
"""

import shutil
import statistics
import subprocess
from typing import Any

from documents.records.models import TextSource
from documents.records.reading import read_pages
from documents.records.recognition import Engine, Letters, find_engine, recognise_pages
from documents.records.sniffing import Kind
from tests.benchmarks.bench_reading import spend
from tests.records import scans

PAIRS = 7
GOAL = 0.75
DPI = 200


def run() -> dict[str, Any]:
    """Measure interleaved pairs and return the row for the table of benchmarks.

    `ours` and `reference` are pages a second; the ratio is ours over the reference's.
    """
    engine = find_engine()
    if not engine.program or shutil.which(engine.program) is None:
        raise RuntimeError("there is no Tesseract here")
    drawn = [scans.draw(html, DPI) for html in (scans.ENGLISH, scans.ENGLISH * 3)]
    pictures = [scans.save(one.convert("L"), "PPM") for one in drawn]
    data = scans.join(*(scans.save(one, "PDF", quality=90) for one in drawn))
    reading = read_pages(data, Kind.PDF)
    read = recognise_pages(data, Kind.PDF, reading, Letters(), engine=engine)
    if any(page.source != TextSource.RECOGNISED for page in read.pages):
        raise RuntimeError("a page was not read")
    pairs = [
        (
            spend(lambda: recognise_pages(data, Kind.PDF, reading, Letters(), engine=engine)),
            spend(lambda: read_bare(engine, pictures)),
        )
        for _pair in range(PAIRS)
    ]
    ratio = statistics.median(theirs / ours for ours, theirs in pairs)
    count = len(pictures)
    return {
        "name": "recognition",
        "ours": round(count / statistics.median(ours for ours, _theirs in pairs), 2),
        "reference": round(count / statistics.median(theirs for _ours, theirs in pairs), 2),
        "ratio": round(ratio, 3),
        "goal": GOAL,
        "met": ratio >= GOAL,
        "note": f"pages a second, {DPI} dpi, English, one thread",
    }


def read_bare(engine: Engine, pictures: list[bytes]) -> None:
    for picture in pictures:
        subprocess.run(
            [engine.program, "-", "-", "-l", "eng", "--dpi", str(DPI)],
            input=picture,
            env={**dict(engine.environment), "OMP_THREAD_LIMIT": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
