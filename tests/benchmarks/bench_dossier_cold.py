"""`build_dossier` as a command against the bare WeasyPrint command line on the same HTML.

Both start a process from nothing. Ours reads the case, compares, lays out, embeds, seals and stores
in a database of its own, which is put back before each run: a second version would list the first
and be longer. The reference makes a plain PDF of the HTML that ours was laid out from. Processor
time of the children counts.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from documents.dossiers.gather import gather_version
from documents.dossiers.render import SCHEME, STYLESHEET, write_pages
from documents.dossiers.services import begin_version
from tests.benchmarks.bench_dossier_change import spend

ROOT = Path(__file__).resolve().parents[2]
PAIRS = 7
GOAL = 1.6


def run() -> dict[str, Any]:
    """Measure interleaved pairs and return the row for the table of benchmarks."""
    with tempfile.TemporaryDirectory(prefix="navigator-bench-") as name:
        folder = Path(name)
        reference = open_case(folder)
        ours = [sys.executable, "manage.py", "build_dossier", reference, "--out"]
        ours.append(str(folder / "ours.pdf"))
        theirs = [str(Path(sys.executable).parent / "weasyprint"), str(folder / "pages.html")]
        theirs += [str(folder / "theirs.pdf"), "-s", str(finders.find(STYLESHEET))]
        kept = folder / "kept"
        shutil.copytree(settings.DATA_DIR, kept)
        pairs = []
        for number in range(PAIRS + 1):  # the first is not counted
            place = shutil.copytree(kept, folder / f"run-{number}")
            mine = spend(partial(call, ours, DATA_DIR=str(place)))
            pairs.append((mine, spend(lambda: call(theirs))))
        del pairs[0]
    ratio = statistics.median(mine / bare for mine, bare in pairs)
    return {
        "name": "dossier_cold",
        "ours": round(statistics.median(mine for mine, _bare in pairs), 4),
        "reference": round(statistics.median(bare for _mine, bare in pairs), 4),
        "ratio": round(ratio, 3),
        "goal": GOAL,
        "met": ratio <= GOAL,
        "note": "processor seconds of a process from its start on",
    }


def open_case(folder: Path) -> str:
    """A case with facts in the database of this run, and its pages as HTML with their drawings."""
    call_command("migrate", verbosity=0, interactive=False)
    from tests import make  # noqa: PLC0415  # its models need the settings of this run
    from tests.dossiers.records import fill_case  # noqa: PLC0415

    cast = make.cast()
    fill_case(cast)
    version, _is_new = begin_version(
        case=cast.case, referral=cast.referral, actor=None, now=timezone.now()
    )
    html, drawings = write_pages(gather_version(version, now=timezone.now()).contents)
    for name, drawing in drawings.items():
        (folder / f"{name}.svg").write_bytes(drawing.svg)
        html = html.replace(SCHEME + name, f"{name}.svg")
    (folder / "pages.html").write_text(html, encoding="utf-8")
    connections.close_all()
    return str(cast.case.reference)


def call(command: list[str], **environment: str) -> None:
    subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, env={**os.environ, **environment}
    )


if __name__ == "__main__":
    import django

    with tempfile.TemporaryDirectory(prefix="navigator-bench-") as place:
        os.environ.setdefault("DATA_DIR", place)
        django.setup()
        print(json.dumps(run()))
