from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.accounts.audit import find_broken_links
from cases.accounts.models import AuditEvent


class Command(BaseCommand):
    help = "Walks the audit chain and names every row that is not as it was written."

    def handle(self, **_options: Any) -> None:
        broken = list(find_broken_links())
        if broken:
            named = ", ".join(
                str(number) if number else "the end of the chain" for number in broken
            )
            raise CommandError(f"Not as written: {named}")
        self.stdout.write(f"{AuditEvent.objects.count()} events, each as it was written.")
