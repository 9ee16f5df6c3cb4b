"""`make check`: everything that a machine can say about the code without running it.

All checks run, whatever the first ones say, so that one run names all there is to mend.
"""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from navigator.languages import LOCALES, is_fresh

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
PACKAGES = ("manage.py", "navigator", "cases", "documents", "tests")


def run_program(*argv: str, **variables: str) -> bool:
    program = str(Path(PYTHON).parent / argv[0]) if argv[0] != PYTHON else PYTHON
    environment = {**os.environ, **variables}
    return (
        subprocess.run([program, *argv[1:]], cwd=ROOT, env=environment, check=False).returncode == 0
    )


def check_deployment() -> bool:
    """Django's own questions, asked of the settings that `.env.example` shows."""
    return run_program(
        PYTHON,
        *("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
        NAVIGATOR_ENV_FILE=str(ROOT / ".env.example"),
    )


def check_vendored_files() -> bool:
    """What was taken from elsewhere is as it was taken, and nothing lies there unlisted."""
    folder = ROOT / "static" / "vendor"
    listed = {}
    for line in (folder / "HASHES.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            digest, _, name = line.partition("  ")
            listed[name] = digest
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "HASHES.txt"
    }
    for name in sorted(listed.keys() | found.keys()):
        if listed.get(name) != found.get(name):
            sys.stdout.write(f"static/vendor/{name} is not what HASHES.txt says\n")
    return listed == found


def check_catalogues() -> bool:
    """The compiled catalogues that are committed say what their sources say."""
    stale = [locale for locale in LOCALES if not is_fresh(locale)]
    for locale in stale:
        sys.stdout.write(f"navigator/locale/{locale} is not compiled: run `make messages`\n")
    return not stale


CHECKS: dict[str, Callable[[], bool]] = {
    "ruff check": lambda: run_program("ruff", "check", "."),
    "ruff format": lambda: run_program("ruff", "format", "--check", "."),
    "mypy": lambda: run_program("mypy", *PACKAGES),
    "import contracts": lambda: run_program("lint-imports", "--no-logo"),
    "templates": lambda: run_program("djlint", "templates", "--lint", "--quiet"),
    "check --deploy": check_deployment,
    "migrations": lambda: run_program(
        PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"
    ),
    "vendored files": check_vendored_files,
    "catalogues": check_catalogues,
}


def main() -> int:
    results = {}
    for name, check in CHECKS.items():
        sys.stdout.write(f"--- {name}\n")
        sys.stdout.flush()
        began = time.monotonic()
        results[name] = (check(), time.monotonic() - began)
    sys.stdout.write("\n")
    for name, (passed, seconds) in results.items():
        sys.stdout.write(f"{'ok  ' if passed else 'FAIL'}  {name:<18}{seconds:6.1f} s\n")
    return 0 if all(passed for passed, _ in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
