"""The whole suite: everything on SQLite, whole installations by themselves, then PostgreSQL.

Tests marked `alone` start whole installations or kill processes: beside others they would wait for
the machine and not for what they test. Those marked `corpora` fetch files that others collected and
take minutes: they run with CI=true, or by `-m corpora`. What is named on the command line goes to
pytest; with a part of the suite named, only that part runs, once:
`python3 manage.py test tests/clinical -q`.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.servers import find_postgres, run_postgres

ROOT = Path(__file__).resolve().parent.parent
NO_TESTS = 5  # pytest's exit code when there was nothing to run


def run_pytest(arguments: list[str], **variables: str) -> int:
    return subprocess.run(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=ROOT,
        env={**os.environ, **variables},
        check=False,
    ).returncode


def spread(arguments: list[str]) -> list[str]:
    """A test process a processor, unless the caller says otherwise; a file stays in one process."""
    if any(argument.startswith("-n") for argument in arguments):
        return arguments
    return ["-n", str(os.cpu_count() or 1), "--dist", "loadfile", *arguments]


def names_a_part(arguments: list[str]) -> bool:
    selects = {"-k", "-m", "--lf", "--ff", "--collect-only", "--co", "--help", "-h", "--version"}
    return any(
        argument in selects or (not argument.startswith("-") and is_a_place(argument))
        for argument in arguments
    )


def is_a_place(argument: str) -> bool:
    return Path(ROOT, argument.partition("::")[0]).exists()


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


def run_on_postgres(arguments: list[str]) -> int:
    programs = find_postgres()
    if programs is None:
        sys.stdout.write("Skipped the pass on PostgreSQL: this machine lacks PostgreSQL.\n")
        return int(in_ci())
    with run_postgres(programs) as server:
        return run_pytest(["--database-tests", *arguments], DATABASE_URL=server.url("navigator"))


def main() -> int:
    arguments = sys.argv[1:]
    if names_a_part(arguments) or "DATABASE_URL" in os.environ:
        return run_pytest(arguments)
    results = []
    passes = (
        ("SQLite", run_pytest, [*spread(arguments), "-m", "not alone and not corpora"]),
        ("Whole installations", run_pytest, [*arguments, "-m", "alone"]),
        ("PostgreSQL", run_on_postgres, [*spread(arguments), "-m", "not alone and not corpora"]),
    )
    if in_ci():
        asked = [*spread(arguments), "--dist", "load", "-m", "corpora"]
        passes = (*passes, ("Public corpora", run_pytest, asked))
    for name, run, asked in passes:
        sys.stdout.write(f"\n--- The tests on {name}\n")
        sys.stdout.flush()
        began = time.monotonic()
        code = run(asked)
        results.append((name, code, time.monotonic() - began))
        if code in (2, 3, 4):  # stopped by a person, or pytest itself could not go on
            return code
    sys.stdout.write("\n")
    if not in_ci():
        sys.stdout.write("Left out: the public corpora; `-m corpora` runs them.\n")
    for name, code, seconds in results:
        word = "passed" if code == 0 else "nothing to run" if code == NO_TESTS else "FAILED"
        sys.stdout.write(f"{name}: {word} in {seconds:.0f} seconds\n")
    return max(code for _, code, _ in results)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(2)
