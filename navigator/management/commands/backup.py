from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from navigator.backups import BackupRefused, write_backup


class Command(BaseCommand):
    help = (
        "Copies everything into a new folder: the database at one moment and the sealed files. "
        "Work goes on meanwhile. The keys are not in it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", metavar="DIR", type=Path, help="a folder that is new or empty"
        )

    def handle(self, *, folder: Path, **_options: Any) -> None:
        try:
            done = write_backup(folder, now=timezone.now())
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{done.rows} rows of {done.tables} tables and {done.objects} files.")
        keys = ", ".join(done.keys) or "none yet"
        self.stdout.write(
            f"Master keys that open the files: {keys}. They are not in the backup: keep "
            "MASTER_KEYS and SECRET_KEY apart from it, in a safe."
        )
        self.stdout.write(
            "The rows of the database are readable: keep the folder where patients' data may lie."
        )
