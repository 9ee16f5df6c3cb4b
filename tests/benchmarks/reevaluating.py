"""The process of the benchmark `reevaluate`: 100,000 cases in an empty database, then pairs."""

import json
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "navigator.settings")
django.setup()

from django.core.management import call_command  # noqa: E402  # Django must be set up first, here and below
from django.utils import timezone  # noqa: E402

from cases.accounts.models import Role, User  # noqa: E402
from cases.casework.models import Case, Patient  # noqa: E402
from cases.clinical import definitions  # noqa: E402
from cases.clinical.approvals import request_dry_run  # noqa: E402
from cases.clinical.compared import columns_for, columns_of  # noqa: E402
from cases.clinical.definitions import DEFAULT_INDICATION, Definition, load_versions  # noqa: E402
from cases.clinical.dry_runs import FACTS, Pair  # noqa: E402
from cases.clinical.in_use import register_definitions  # noqa: E402
from cases.clinical.models import ComparedFacts, DefinitionVersion, DryRun  # noqa: E402
from cases.clinical.snapshot import Snapshot, dump_snapshot, parse_snapshot  # noqa: E402
from cases.jobs.services import run_due_jobs  # noqa: E402
from tests.benchmarks.bench_matcher import make_case  # noqa: E402

CASES: Final = 100_000
PAIRS: Final = 7
GOAL: Final = 3.0
SAMPLE: Final = 2_000
AT_ONCE: Final = 5_000
TODAY: Final = timezone.now().date()
NEW_WORDS: Final = (
    ("version: 1.0.0", "version: 1.1.0"),
    ("ambiguous: [moderate]", "ambiguous: []"),
    ("met: [well]", "met: [well, moderate]"),
)
"""The new version: moderately differentiated is met."""


def measure(cases: int, pairs: int) -> dict[str, Any]:
    """Fill an empty database, measure pairs in turn, and return the row of the table."""
    call_command("migrate", verbosity=0)
    newer = bring_newer_version()
    snapshots = fill_cases(cases)
    check_same(snapshots[:SAMPLE], newer)
    actor = User.objects.create_user("lead@office.example", name="Lead", role=Role.TEAM_LEAD)
    runs, measured = [], []
    for _pair in range(pairs):
        runs.append(request_dry_run(definition=newer, actor=actor, now=timezone.now()))
        measured.append((spend(lambda: run_due_jobs(limit=1)), spend(read_once)))
        require(runs[-1], cases)
    ratio = statistics.median(ours / theirs for ours, theirs in measured)
    long_way = ComparedFacts.objects.exclude(unsettled="").count()
    changed = sum(change.counted for change in runs[-1].changes.all())
    return {
        "name": "reevaluate",
        "ours": round(statistics.median(ours for ours, _theirs in measured), 3),
        "reference": round(statistics.median(theirs for _ours, theirs in measured), 3),
        "ratio": round(ratio, 2),
        "goal": GOAL,
        "met": ratio <= GOAL,
        "note": (
            f"seconds for {cases:,} cases; {changed:,} changed ones stored, {long_way:,} "
            "with facts that fit no column"
        ),
    }


def bring_newer_version() -> DefinitionVersion:
    """A folder with the shipped files and the next version of the default one."""
    shipped = definitions.FOLDER
    text = (shipped / "us-fda-cabozantinib-tablets-net.yaml").read_text(encoding="utf-8")
    for old, new in NEW_WORDS:
        text = text.replace(old, new, 1)
    folder = Path(tempfile.mkdtemp(dir=os.environ["DATA_DIR"]))
    for path in shipped.glob("*.yaml"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "newer.yaml").write_text(text, encoding="utf-8")
    definitions.FOLDER = folder  # type: ignore[misc]  # a release that brings a file more
    register_definitions(now=timezone.now())
    return DefinitionVersion.objects.get(indication=DEFAULT_INDICATION, version="1.1.0")


def fill_cases(count: int) -> list[Snapshot]:
    """Invented cases with their columns, as comparisons would have kept them."""
    dice = random.Random(20260315)  # noqa: S311  # invented cases, nothing secret
    snapshots: list[Snapshot] = []
    for first in range(0, count, AT_ONCE):
        size = min(AT_ONCE, count - first)
        made = [
            parse_snapshot(make_case(dice) | {"reference_date": str(TODAY)}) for _n in range(size)
        ]
        patients = Patient.objects.bulk_create(Patient(name="Invented") for _one in made)
        cases = Case.objects.bulk_create(
            Case(
                reference=f"B-{first + number}",
                patient=patient,
                opened_at=timezone.now(),
                stage_since=timezone.now(),
            )
            for number, patient in enumerate(patients)
        )
        ComparedFacts.objects.bulk_create(
            row_of(case, snapshot) for case, snapshot in zip(cases, made, strict=True)
        )
        snapshots += made if not snapshots else []
    return snapshots


def row_of(case: Case, snapshot: Snapshot) -> ComparedFacts:
    columns, unsettled = columns_of(snapshot)
    return ComparedFacts(
        case=case,
        facts_hash="0" * 64,
        unsettled=" ".join(unsettled),
        snapshot=dump_snapshot(snapshot) if unsettled else None,
        **columns,
    )


def check_same(snapshots: list[Snapshot], newer: DefinitionVersion) -> None:
    """Hold the quick way to comparing each case by itself.

    Raises:
        ValueError: the two differ on a case.

    """
    before, after = find_pair(newer)
    pair = Pair(before, after, TODAY)
    for snapshot in snapshots:
        columns, unsettled = columns_of(snapshot)
        values = tuple(columns.values())
        if pair.needs_all(values, " ".join(unsettled)):
            continue
        if pair.compare(values) != pair.compare_snapshot(snapshot):
            raise ValueError("the quick way answers otherwise")


def find_pair(newer: DefinitionVersion) -> tuple[Definition, Definition]:
    versions = load_versions()
    return versions[DEFAULT_INDICATION, "1.0.0"], versions[DEFAULT_INDICATION, newer.version]


def require(run: DryRun, cases: int) -> None:
    run.refresh_from_db()
    if run.finished_at is None or run.counted != cases:
        raise ValueError(f"{run.counted} of {cases} cases were compared")


def read_once() -> int:
    """One sequential read of the same facts into Python."""
    rows = ComparedFacts.objects.order_by().values_list("pk", "unsettled", *columns_for(FACTS))
    return len(list(rows.iterator(chunk_size=AT_ONCE)))


def spend(work: Any) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    asked = [int(word) for word in sys.argv[1:]]
    cases, pairs = (asked + [CASES, PAIRS][len(asked) :])[:2]
    print(json.dumps(measure(cases, pairs)))
