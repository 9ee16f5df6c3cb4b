"""Thirty source pages behind a dossier against pikepdf copying the very same pages.

Ours stamps, tags, bookmarks and links each page both ways, from sheets that were drawn before, as
they are whenever a version is made anew. The reference opens the same dossier and the same sheets,
copies the pages and saves, with the same settings. Both run in this process, in turn, and only
processor time counts.
"""

import io
import json
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pikepdf

from documents.dossiers.assembling import Frame, SourcePages, assemble_file
from documents.dossiers.render import render_dossier
from documents.dossiers.sheets import Leaf, draw_sheets
from documents.records.reading import read_pages
from documents.records.sheet_pictures import draw_sheet_pictures
from documents.records.sniffing import Kind
from tests.dossiers.sample_contents import FULL
from tests.samples.shapes import SAMPLES

PAGES = 30
PAIRS = 9
GOAL = 1.5
FRAME = Frame(
    reference="NV-2026-00012", version=2, language="en", made_at=datetime(2026, 3, 16, tzinfo=UTC)
)


def run() -> dict[str, Any]:
    """Measure interleaved pairs and return the row for the table of benchmarks."""
    dossier, sources = render_dossier(FULL), draw_sources()
    added = sum(len(source.numbers) for source in sources)
    made = assemble_file(dossier, FRAME, sources)
    copy_pages(dossier, sources)
    pairs = [
        (
            spend(lambda: assemble_file(dossier, FRAME, sources)),
            spend(lambda: copy_pages(dossier, sources)),
        )
        for _pair in range(PAIRS)
    ]
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    return {
        "name": "assemble_sources",
        "ours": round(statistics.median(ours for ours, _theirs in pairs), 4),
        "reference": round(statistics.median(theirs for _ours, theirs in pairs), 4),
        "ratio": round(ratio, 3),
        "goal": GOAL,
        "met": ratio <= GOAL,
        "note": f"processor seconds for {added} pages, {len(made) / 1e6:.1f} MB",
    }


def draw_sources(count: int = PAGES) -> list[SourcePages]:
    """The reports of the samples until there are enough pages, drawn now."""
    sources: list[SourcePages] = []
    left = count
    for path in sorted(SAMPLES.glob("*/[0-9][0-9]-*.pdf")):
        data = path.read_bytes()
        pages = read_pages(data, Kind.PDF).pages[:left]
        pictures = draw_sheet_pictures(data, Kind.PDF, range(1, len(pages) + 1))
        drawn = zip(pictures, pages, strict=True)
        sources.append(
            SourcePages(
                key=f"S{len(sources) + 1}",
                title=path.stem,
                sheets=draw_sheets([Leaf(one, page.text, page.words, "en") for one, page in drawn]),
                numbers=tuple(range(1, len(pages) + 1)),
                total=len(pages),
            )
        )
        left -= len(pages)
        if not left:
            break
    return sources


def copy_pages(dossier: bytes, sources: Sequence[SourcePages]) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(dossier)) as pdf:
        opened = [pikepdf.open(io.BytesIO(source.sheets)) for source in sources]
        for sheets in opened:
            pdf.pages.extend(sheets.pages)
        pdf.save(
            out,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.preserve,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
        )
    return out.getvalue()


def spend(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    print(json.dumps(run()))
