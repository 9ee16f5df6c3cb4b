"""Wrap every key with the newest master key; no file is touched."""

from typing import Any

from django.core.management.base import BaseCommand

from documents.records.keys import rewrap_case_keys
from documents.records.signals import master_key_rotated


class Command(BaseCommand):
    help = (
        "Wrap every case's key, and the seal's keys, with the first of MASTER_KEYS. "
        "The older ones can then go."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        moved = rewrap_case_keys()
        master_key_rotated.send(sender=Command)
        self.stdout.write(f"{moved} case keys moved to the newest master key")
