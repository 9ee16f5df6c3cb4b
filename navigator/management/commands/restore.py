from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cases.jobs.holds import MAIL, release_queue
from navigator.backups import BackupRefused, restore_backup


class Command(BaseCommand):
    help = (
        "Brings a backup onto this empty system and compares every byte. The copy sends no mail "
        "until `restore --go-live` says that it is the one that lives."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path, nargs="?", help="the backup")
        parser.add_argument(
            "--go-live", action="store_true", help="let this system send its mail from now on"
        )

    def handle(self, *, folder: Path | None, go_live: bool, **_options: Any) -> None:
        if go_live == (folder is not None):
            raise CommandError("Name the folder of a backup, or say --go-live, one of both.")
        if folder is None:
            released = release_queue(MAIL)
            self.stdout.write(
                "Mail leaves from now on." if released else "Mail was not held: nothing changed."
            )
            return
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        try:
            done = restore_backup(folder, now=timezone.now(), say=self.stderr.write)
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"Restored {done.rows} rows of {done.tables} tables and {done.objects} files; "
            "each is equal to the backup."
        )
        self.stdout.write(
            "This copy sends no mail. When it is the one that lives: manage.py restore --go-live"
        )
