"""Why something cannot be done to a case, in sentences that say what to do."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class StageNotReachable(ValidationError):
    """`left` and `wanted` are the stages as people read them."""

    def __init__(self, *, left: str, wanted: str) -> None:
        super().__init__(
            _("A case at “%(left)s” cannot go to “%(wanted)s”; take the next stage."),
            code="stage_not_reachable",
            params={"left": left, "wanted": wanted},
        )


class ReasonNeeded(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("Say why, in a sentence; it is kept with the case."), code="reason_needed"
        )


class CaseFrozen(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("Nothing can be sent for this case: its consent is frozen, or the patient has died."),
            code="case_frozen",
        )


class ConsentMissing(ValidationError):
    def __init__(self, hospital: str) -> None:
        super().__init__(
            _("The family has not agreed that %(hospital)s may see the papers. Ask them first."),
            code="consent_missing",
            params={"hospital": hospital},
        )


class ConsentNotTheirs(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("Only the patient, or a family member who may agree for them, can do this."),
            code="consent_not_theirs",
        )


class ConsentNamesNoHospital(ValidationError):
    def __init__(self, purpose: str) -> None:
        super().__init__(
            _(
                "Consent to “%(purpose)s” names one hospital if papers go there, "
                "and none otherwise."
            ),
            code="consent_names_no_hospital",
            params={"purpose": purpose},
        )


class AlreadyAnswered(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("This was already done by someone else; look at the page again."),
            code="already_answered",
        )


class OwnerNotOfTeam(ValidationError):
    def __init__(self, team: str) -> None:
        super().__init__(
            _("They are not of the team “%(team)s”, which keeps this case; choose one who is."),
            code="owner_not_of_team",
            params={"team": team},
        )


class OwnerCannotSeeCases(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("Only a member of staff who works on cases can own one."), code="owner_not_case_staff"
        )


class DeathNotTheirs(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("A coordinator or team lead records this; tell the one who has the case."),
            code="death_not_theirs",
        )


class DeathInTheFuture(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("That day has not come yet; look at the date again."), code="death_in_the_future"
        )


class DeathStands(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _(
                "A day has passed, so this can no longer be undone here. If it was a mistake, "
                "open a new case for the patient and ask the family for the papers again."
            ),
            code="death_stands",
        )
