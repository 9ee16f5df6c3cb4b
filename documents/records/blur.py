"""Blurred pages found at once, for a family that is still there with the paper in hand.

A browser measures the photographs that it can decode before they are sent
(`static/js/sharpness.js`). The rest is measured here: what telephones and scanners send otherwise.
"""

from __future__ import annotations

from typing import Final

import structlog

from documents.records.copies import PICTURES
from documents.records.digest import KINDS
from documents.records.models import DocumentFile
from documents.records.parsers.sharpness import LIMIT
from documents.records.reading import MAX_CHARS, MAX_PAGE_CHARS, MAX_PAGES, MAX_PIXELS
from documents.records.recognition import MAX_DRAWN_PIXELS
from documents.records.sandbox import Limits, ReadingFailure, run_parser
from documents.records.sniffing import Kind
from documents.records.vault import plain_copy

log = structlog.get_logger(__name__)

MOST_MEASURED: Final = 12
# A person waits at the screen.
MEASURE_LIMITS: Final = Limits(cpu_seconds=15, wall_seconds=25.0)


def find_blurred_pages(file: DocumentFile) -> list[int]:
    """The numbers of the blurred ones among the first pages; none of a file that cannot be drawn.

    Takes some tenths of a second a page.
    """
    kind = KINDS.get(file.content_type)
    if kind in PICTURES:
        formats, most = PICTURES[kind][0], 1
    elif kind is Kind.TIFF:
        formats, most = ["TIFF"], MOST_MEASURED
    elif kind is Kind.PDF:
        formats, most = [], MOST_MEASURED
    else:
        return []
    arguments = {
        "most": most,
        "formats": formats,
        "max_pixels": MAX_PIXELS if formats else MAX_DRAWN_PIXELS,
        "max_pages": MAX_PAGES,
        "max_page_chars": MAX_PAGE_CHARS,
        "max_chars": MAX_CHARS,
    }
    try:
        with plain_copy(case_id=file.document.case_id, object_name=file.object_name) as path:
            answer = run_parser("measure_pages", path, arguments, limits=MEASURE_LIMITS)
    except ReadingFailure as failure:
        log.info("blur.not_measured", code=failure.code)
        return []
    return [
        number
        for number, score in enumerate(answer.header["sharpness"], start=1)
        if score is not None and score < LIMIT
    ]
