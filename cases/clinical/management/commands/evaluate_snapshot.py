"""`manage.py evaluate_snapshot [FILE|-] [--indication ID]`: the evaluator for scripts.

Reads snapshots, writes answers as JSON; touches no database and checks no system.
"""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand

from cases.clinical.definitions import DEFAULT_INDICATION, Definition, load_definitions
from cases.clinical.matcher import evaluate, to_json
from cases.clinical.snapshot import Snapshot, SnapshotError, load_snapshots

ALL = "all"


class Command(BaseCommand):
    help = (
        "Compare the facts of one case snapshot, or of a JSON array of them, with the published "
        "wording of an indication. One snapshot gives one answer, an array gives an array in the "
        "same order. With --indication all, each snapshot gives an array with one answer for "
        "every shipped definition. Bad input: exit 2, one line on standard error."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", nargs="?", default="-", metavar="FILE", help="JSON file; - is standard input"
        )
        parser.add_argument(
            "--indication",
            default=DEFAULT_INDICATION,
            metavar="ID",
            help=f"id of a definition, or {ALL}; default {DEFAULT_INDICATION}",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        definitions = self._choose(options["indication"])
        try:
            snapshots = load_snapshots(_read(options["file"]))
        except OSError as error:
            self._refuse(f"{options['file']}: cannot be read: {error.strerror}")
        except SnapshotError as error:
            self._refuse(str(error))
        is_all = options["indication"] == ALL
        if isinstance(snapshots, Snapshot):
            answer = _answer(snapshots, definitions, is_all=is_all)
            self.stdout.write(json.dumps(answer, indent=2))
            return
        lines = [json.dumps(_answer(one, definitions, is_all=is_all)) for one in snapshots]
        self.stdout.write("[\n" + ",\n".join(lines) + "\n]" if lines else "[]")

    def _choose(self, indication: str) -> list[Definition]:
        known = load_definitions()
        if indication == ALL:
            return list(known.values())
        if indication not in known:
            self._refuse(f"--indication: {indication!r} is not one of {', '.join(known)}, {ALL}")
        return [known[indication]]

    def _refuse(self, problem: str) -> NoReturn:
        """Say what is wrong in one line and stop with code 2, with nothing on standard output."""
        self.stderr.write(problem.replace("\n", " "))
        raise SystemExit(2)


def _read(file: str) -> bytes:
    return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()


def _answer(
    snapshot: Snapshot, definitions: list[Definition], *, is_all: bool
) -> dict[str, Any] | list[dict[str, Any]]:
    answers = [to_json(evaluate(snapshot, definition)) for definition in definitions]
    return answers if is_all else answers[0]
