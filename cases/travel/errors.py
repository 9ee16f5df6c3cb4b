"""Why a journey cannot be planned so, in sentences that say what to do."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class UnknownTimeZone(ValidationError):
    def __init__(self, name: str) -> None:
        super().__init__(
            _("“%(name)s” is not a time zone; choose one such as Europe/Berlin."),
            code="unknown_time_zone",
            params={"name": name[:60]},
        )


class EndsBeforeStart(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("The end lies before the beginning."), code="ends_before_start")


class TripMoveRefused(ValidationError):
    def __init__(self, *, left: str, wanted: str) -> None:
        super().__init__(
            _("A trip at “%(left)s” cannot become “%(wanted)s”."),
            code="trip_move_refused",
            params={"left": left, "wanted": wanted},
        )


class AppointmentMoveRefused(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("This appointment is over or was cancelled; make a new one."),
            code="appointment_move_refused",
        )
