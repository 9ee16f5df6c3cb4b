"""Compare every row with its stored object and hash, and find objects without a row."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from documents.records.checks import find_broken_files, find_orphans, sweep_incoming
from documents.records.vault import delete_object


class Command(BaseCommand):
    help = "Read every stored file to its end, compare it with its row, and find orphans."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--clean",
            action="store_true",
            help="delete objects without a row, and what killed uploads left behind",
        )

    def handle(self, *_args: Any, clean: bool = False, **_options: Any) -> None:
        now, broken, orphans = timezone.now(), 0, 0
        for finding in find_broken_files():
            broken += 1
            self.stdout.write(f"{finding.code} {finding.subject}")
        for finding in list(find_orphans(now=now)):
            orphans += 1
            self.stdout.write(f"{finding.code} {finding.subject}")
            if clean:
                delete_object(finding.subject)
        swept = sweep_incoming(now=now) if clean else 0
        self.stdout.write(f"{broken} broken, {orphans} orphans, {swept} leftovers removed")
        if broken:
            raise SystemExit(1)
