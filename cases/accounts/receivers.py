"""What the room of people hears from the packages that sign them in."""

from datetime import datetime
from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from cases.accounts.audit import record
from cases.accounts.models import User
from cases.accounts.sessions import note_signed_in
from cases.jobs.services import queue_job
from cases.jobs.signals import minute_passed

FORGET_AT: Final = (3, 10)


@receiver(user_logged_in)
def note_sign_in(request: HttpRequest, **_kwargs: Any) -> None:
    note_signed_in(request, timezone.now())


@receiver(minute_passed)
def forget_ended_sessions(now: datetime, **_news: Any) -> None:
    """Once a day: a session that ended holds what somebody looked for, until its row is gone."""
    if (now.hour, now.minute) == FORGET_AT:
        queue_job(kind="accounts.forget_sessions", args={}, unique_key="accounts.forget_sessions")


@receiver(authenticator_added)
@transaction.atomic
def tell_of_new_way_in(user: User, authenticator: Authenticator, **_kwargs: Any) -> None:
    """A new way in is recorded, and the address on file hears of a passkey."""
    note_way_in(user, authenticator, "added")
    if authenticator.type == Authenticator.Type.WEBAUTHN:
        queue_job(
            kind="accounts.tell_of_passkey",
            args={"user_id": user.pk},
            subject=f"accounts.user:{user.pk}",
        )


@receiver(authenticator_removed)
def note_lost_way_in(user: User, authenticator: Authenticator, **_kwargs: Any) -> None:
    note_way_in(user, authenticator, "removed")


def note_way_in(user: User, authenticator: Authenticator, verb: str) -> None:
    record(
        action=f"authenticator.{verb}",
        actor=user,
        target=f"accounts.user:{user.pk}",
        detail={"kind": str(authenticator.type)},
        now=timezone.now(),
    )
