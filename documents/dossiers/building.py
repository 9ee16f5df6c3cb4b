"""Making a version's file: gather, lay out, add the sources, check, store.

What a job does, and a command in its process; `settling` writes down what became of it. This loads
the layout, so only what lays out may load this.

Nothing here changes the database before the caller's last transaction, so an attempt that dies
leaves a version that is still being made, and at most an object that no row names.
"""

import hashlib
import io
from collections.abc import Callable
from datetime import datetime
from typing import Final

import pikepdf

from documents.dossiers.assembling import Frame, SourcePages, assemble_file
from documents.dossiers.attachments import make_attachments
from documents.dossiers.gather import Gathered, gather_version
from documents.dossiers.models import DossierVersion, VersionVariant
from documents.dossiers.one_moment import at_one_moment
from documents.dossiers.printed import Absence
from documents.dossiers.render import STEPS as RENDER_STEPS, render_dossier
from documents.dossiers.serving import FOLDER
from documents.dossiers.settling import Built
from documents.dossiers.source_pages import find_source_pages
from documents.dossiers.sources import stands_unasked
from documents.records.vault import seal_bytes

GATHER: Final = "gather"
LAY_OUT: Final = "lay_out"
SOURCES: Final = "sources"
CHECK: Final = "check"
STORE: Final = "store"
TOTAL: Final = 4 + len(RENDER_STEPS)
Report = Callable[[int, int, str], None]


def build_file(version: DossierVersion, *, now: datetime, report: Report) -> Built:
    """Gather, lay out, assemble, check and store; of the database only drawn sheets are written.

    Raises a ValidationError with a sentence where a person must change something first.
    """
    report(0, TOTAL, GATHER)
    with at_one_moment():
        gathered = gather_version(version, now=now)
        attachments = make_attachments(version, gathered)

    def on_step(done: int, total: int, step: str) -> None:  # noqa: ARG001  # counted with ours
        if step:
            report(1 + done, TOTAL, LAY_OUT)

    laid_out = render_dossier(gathered.contents, on_step=on_step)
    report(TOTAL - 3, TOTAL, SOURCES)
    pdf = assemble_file(
        laid_out,
        Frame(
            reference=gathered.contents.case_reference,
            version=version.number,
            language=gathered.contents.language,
            made_at=gathered.contents.made_at,
            verify_at=gathered.contents.verify_at,
        ),
        _find_sources(version, gathered, now, lambda: report(TOTAL - 3, TOTAL, SOURCES)),
        attachments,
    )
    report(TOTAL - 2, TOTAL, CHECK)
    page_count = count_pages(pdf)
    report(TOTAL - 1, TOTAL, STORE)
    stored = seal_bytes(case_id=version.dossier.case_id, data=pdf, folder=FOLDER)
    if stored.sha256 != hashlib.sha256(pdf).hexdigest():
        raise RuntimeError("the stored dossier is not the rendered one")
    return Built(gathered, stored, page_count)


def _find_sources(
    version: DossierVersion, gathered: Gathered, now: datetime, on_drawn: Callable[[], object]
) -> list[SourcePages]:
    """Papers stand behind the whole dossier only, and where its reader may know whose they are.

    A summary is one page; a version without identity, or for a hospital that no live consent
    names, has no place for the names in papers. Papers for a bed, not for an opinion, stand there
    only where a person chose their pages.
    """
    is_withheld = isinstance(gathered.contents.patient.name, Absence)
    if version.variant != VersionVariant.FULL or is_withheld:
        return []
    wanted = [
        source
        for source in gathered.files
        if stands_unasked(source.document) or str(source.document.pk) in version.source_choice
    ]
    return find_source_pages(version, wanted, now=now, on_drawn=on_drawn)


def count_pages(pdf: bytes) -> int:
    """Open the file as a stranger would; how many pages it has."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)
