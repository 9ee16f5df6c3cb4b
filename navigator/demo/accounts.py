"""Who can sign in to the demonstration. Passwords and authenticators are made for it alone.

They are kept in the private data folder, so that a second start can say them again.
"""

import json
import os
import secrets
from dataclasses import asdict, dataclass

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings

from cases.accounts.models import Role, Team, User

KEPT_IN = settings.DATA_DIR / "demo" / "accounts.json"
STAFF = (
    ("coordinator@navigator.example", "Ines Moreau", Role.COORDINATOR),
    ("lead@navigator.example", "Noor Lindqvist", Role.TEAM_LEAD),
    ("clinician@navigator.example", "Dr Hanna Weiss", Role.CLINICIAN),
    ("administrator@navigator.example", "Ada Brandt", Role.ADMINISTRATOR),
)


@dataclass(frozen=True)
class StaffAccount:
    """How one member of staff signs in."""

    email: str
    name: str
    role: str
    password: str
    secret: str

    def code_now(self) -> str:
        """The six digits that an authenticator app would show now."""
        counter = next(iter(yield_hotp_counters_from_time()))
        return str(format_hotp_value(hotp_value(self.secret, counter)))


def make_staff() -> list[StaffAccount]:
    """Make the staff of the demonstration, once; their sign-in facts are read back later."""
    accounts = read_accounts() or keep_accounts()
    team, _made = Team.objects.get_or_create(name="Demonstration team")
    for account in accounts:
        user = User.objects.filter(email=account.email).first()
        if user is None:
            user = User.objects.create_user(
                account.email, account.password, name=account.name, role=account.role
            )
        if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
            TOTP.activate(user, account.secret)
        team.members.add(user)
    return accounts


def read_accounts() -> list[StaffAccount]:
    if not KEPT_IN.is_file():
        return []
    return [StaffAccount(**row) for row in json.loads(KEPT_IN.read_text(encoding="utf-8"))]


def keep_accounts() -> list[StaffAccount]:
    accounts = [
        StaffAccount(email, name, role.value, secrets.token_urlsafe(9), generate_totp_secret())
        for email, name, role in STAFF
    ]
    KEPT_IN.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = KEPT_IN.with_suffix(".draft")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump([asdict(account) for account in accounts], file)
    draft.replace(KEPT_IN)
    return accounts
