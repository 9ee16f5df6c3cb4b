import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from navigator.demo.accounts import read_accounts


class Command(BaseCommand):
    help = (
        "Says the code with which an account of the demonstration signs in now: staff by their "
        "authenticator key, families by the newest mail in the mail folder."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?", default="coordinator@navigator.example")

    def handle(self, *, email: str, **_options: Any) -> None:
        for account in read_accounts():
            if account.email == email:
                self.stdout.write(account.code_now())
                return
        code = find_mailed_code(Path(settings.MAIL_DIR), email)
        if code is None:
            raise CommandError(f"No code was mailed to {email} yet; ask for one on the page.")
        self.stdout.write(code)


def find_mailed_code(folder: Path, email: str) -> str | None:
    """The code in the newest mail to an address that holds one."""
    newest_first = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in newest_first:
        for mail in reversed(path.read_text(encoding="utf-8", errors="replace").split("-" * 79)):
            if f"To: {email}" in mail and (
                found := re.search(r"^\s*([A-Z0-9-]{6,9})\s*$", mail, re.MULTILINE)
            ):
                return found[1]
    return None
