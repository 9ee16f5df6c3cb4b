"""Why a job cannot go on."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class LostClaim(Exception):
    """Another worker holds the row by now: whatever this one has done must not be kept."""


class TryLater(Exception):
    """The work cannot be done now, and it is nobody's fault; it does not cost an attempt less.

    `code` is a short word for the row (`scanner_down`); `seconds` how long to wait.
    """

    def __init__(self, code: str, *, seconds: int = 60) -> None:
        super().__init__(code)
        self.code = code
        self.seconds = seconds


class UnknownJobKind(ValidationError):
    def __init__(self, kind: str) -> None:
        super().__init__(
            _("There is no background work called “%(kind)s”."),
            code="unknown_job_kind",
            params={"kind": kind},
        )
