"""How long ago the sign-in of a session was."""

from datetime import datetime, timedelta

from django.http import HttpRequest

FRESH = timedelta(minutes=15)
SIGNED_IN_AT = "signed_in_at"


def note_signed_in(request: HttpRequest, now: datetime) -> None:
    request.session[SIGNED_IN_AT] = now.timestamp()


def is_fresh_sign_in(request: HttpRequest, now: datetime) -> bool:
    """Whether this session began less than `FRESH` ago."""
    since = request.session.get(SIGNED_IN_AT)
    return since is not None and now.timestamp() - float(since) < FRESH.total_seconds()
