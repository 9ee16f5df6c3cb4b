"""Run every benchmark beside this file: a table for people, `build/benchmarks.json` for the rest.

`python -m tests.benchmarks` runs all, `python -m tests.benchmarks matcher jobs` the named ones.
A goal that is missed is told and is no error; a benchmark that breaks is.
"""

import json
import os
import sys
import tempfile
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

import django

HERE = Path(__file__).resolve().parent
RESULT = HERE.parent.parent / "build" / "benchmarks.json"
COLUMNS = ("name", "ours", "reference", "ratio", "goal", "met")


def find_names(asked: list[str]) -> list[str]:
    names = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    unknown = set(asked) - set(names)
    if unknown:
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}; there are {names}.")
    return [name for name in names if not asked or name in asked]


def run_one(name: str) -> dict[str, Any] | None:
    """The row of one benchmark; None where it broke, which is told and stops no other."""
    try:
        return dict(import_module(f"tests.benchmarks.bench_{name}").run())
    except Exception:  # noqa: BLE001  # one that breaks must not hide the others
        traceback.print_exc()
        return None


def write_table(rows: list[dict[str, Any]]) -> str:
    cells = [COLUMNS, *(tuple(show(row.get(name)) for name in COLUMNS) for row in rows)]
    widths = [max(len(line[at]) for line in cells) for at in range(len(COLUMNS))]
    lines = [
        "  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True))
        for line in cells
    ]
    notes = [f"{row['name']}: {row['note']}" for row in rows if row.get("note")]
    return "\n".join([*lines, *notes])


def show(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "NO"
    return "" if value is None else str(value)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="navigator-bench-") as folder:
        os.environ.setdefault("DATA_DIR", folder)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "navigator.settings")
        os.environ.setdefault("LOG_LEVEL", "ERROR")
        django.setup()
        names = find_names(sys.argv[1:])
        found = [run_one(name) for name in names]
    rows = [row for row in found if row is not None]
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    print(write_table(rows))
    return 0 if len(rows) == len(names) else 1


if __name__ == "__main__":
    sys.exit(main())
