"""A dossier in a warm worker against bare WeasyPrint laying out the same HTML.

Ours is the whole way of an eight-page dossier from its contents on: frozen and hashed, written as
pages, laid out as an archival file for every reader, the answers for programs embedded, opened and
counted, stored under the key of a case as what a person looks at, signed, stored again, and the
stored file's hash compared. The reference makes a plain PDF, neither tagged nor archival, of the
very same HTML and stylesheet, and keeps it nowhere. Both run in this process, in turn, and only
processor time counts.
"""

import hashlib
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.utils import timezone
from weasyprint import CSS, HTML

from cases.clinical.definitions import load_definitions
from cases.clinical.matcher import evaluate, to_json
from cases.clinical.snapshot import SCHEMA, parse_snapshot
from documents.dossiers.assembling import Frame, assemble_file
from documents.dossiers.attachments import Attachment
from documents.dossiers.building import count_pages
from documents.dossiers.contents import DossierContents
from documents.dossiers.freezing import freeze_contents, hash_frozen
from documents.dossiers.render import STYLESHEET, DrawingsOnly, render_dossier, write_pages
from documents.dossiers.seal_keys import take_seal_key
from documents.dossiers.serving import FOLDER
from documents.dossiers.signing import sign_file
from documents.records.vault import delete_object, seal_bytes
from tests.dossiers.sample_contents import FULL, MISSING, SOURCES, TREATMENTS

PAIRS = 9
GOAL = 1.25
FRAME = Frame(
    reference=FULL.case_reference,
    version=2,
    language="en",
    made_at=datetime(2026, 3, 16, tzinfo=UTC),
)


def eight_pages() -> DossierContents:
    """The full sample with a longer history, so that it fills eight pages."""
    return replace(
        FULL,
        treatments=(*TREATMENTS, *TREATMENTS[1:4]),
        missing=(*MISSING, *MISSING),
        sources=(*SOURCES, *(replace(each, key=f"{each.key}b") for each in SOURCES)),
    )


def run() -> dict[str, Any]:
    """Measure interleaved pairs and return the row for the table of benchmarks."""
    contents = eight_pages()
    case_id = open_case()
    pages = make_file(contents, case_id)
    html, drawings = write_pages(contents)

    def bare() -> None:
        source = HTML(string=html, url_fetcher=DrawingsOnly(drawings))
        source.write_pdf(stylesheets=[CSS(string=_stylesheet())])

    bare()
    pairs = [(_spend(lambda: make_file(contents, case_id)), _spend(bare)) for _pair in range(PAIRS)]
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    return {
        "name": "dossier_warm",
        "ours": round(statistics.median(ours for ours, _theirs in pairs), 4),
        "reference": round(statistics.median(theirs for _ours, theirs in pairs), 4),
        "ratio": round(ratio, 3),
        "goal": GOAL,
        "met": ratio <= GOAL,
        "note": f"processor seconds for {pages} pages, with attachment and seal, stored encrypted",
    }


def open_case() -> UUID:
    """A case to seal for, in the database of this run, which may still be empty."""
    call_command("migrate", verbosity=0, interactive=False)
    from tests import make  # noqa: PLC0415  # its models need the settings of this run

    return UUID(str(make.case().pk))


def make_file(contents: DossierContents, case_id: UUID) -> int:
    """Everything between contents and a sealed version; the number of pages."""
    contents_sha256 = hash_frozen(freeze_contents(contents))
    pdf = assemble_file(render_dossier(contents), FRAME, (), [answer()])
    pages = count_pages(pdf)
    to_check = seal_bytes(case_id=case_id, data=pdf, folder=FOLDER)
    sealed = sign_file(pdf, take_seal_key(timezone.now()))
    stored = seal_bytes(case_id=case_id, data=sealed.data, folder=FOLDER)
    if stored.sha256 != hashlib.sha256(sealed.data).hexdigest() or not contents_sha256:
        raise RuntimeError("the stored dossier is not the rendered one")
    delete_object(to_check.object_name)
    delete_object(stored.object_name)
    return pages


def answer() -> Attachment:
    """The answers of every definition on two facts, as they lie inside a dossier."""
    snapshot = parse_snapshot({"schema": SCHEMA, "reference_date": "2026-03-15"})
    answers = [to_json(evaluate(snapshot, each)) for each in load_definitions().values()]
    return Attachment(
        name="case.answers.json",
        media_type="application/json",
        description="The comparison with published wordings, for programs",
        relationship="Data",
        data=json.dumps(answers).encode(),
    )


def _stylesheet() -> str:
    return Path(str(finders.find(STYLESHEET))).read_text(encoding="utf-8")


def _spend(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    import os

    import django

    with tempfile.TemporaryDirectory(prefix="navigator-bench-") as folder:
        os.environ.setdefault("DATA_DIR", folder)
        django.setup()
        print(json.dumps(run()))
