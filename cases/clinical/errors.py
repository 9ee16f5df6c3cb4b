"""Refusals about facts, comparisons and sign-offs."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class FactRefused(ValidationError):
    """A key or value that the vocabulary does not have; says what may stand there."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem, code="fact_refused")


class FactAlreadyDecided(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("Someone has decided about this fact in the meantime. Load the page again."),
            code="fact_already_decided",
        )


class FactNotConfirmed(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("Only a confirmed fact can be replaced or disputed. Reject the proposal instead."),
            code="fact_not_confirmed",
        )


class SourceMissing(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("Say where this is known from: who said or wrote it, and when."),
            code="source_missing",
        )


class ReasonMissing(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("Say in a sentence why."), code="reason_missing")


class NotForThisRole(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("Your role does not do this. Ask the coordinator or the clinician of the case."),
            code="not_for_this_role",
        )


class NothingToSettle(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("The confirmed sources do not disagree about this fact any more."),
            code="nothing_to_settle",
        )


class EvaluationOutdated(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("The facts have changed since this comparison. Read the new one, then sign it."),
            code="evaluation_outdated",
        )


class NothingToAsk(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("Nothing is missing in this row that a record could settle."), code="nothing_to_ask"
        )


class DefinitionChanged(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _(
                "The file of this version says something else than what was decided about. Ask "
                "whoever runs the installation to bring it back; a change is a new version."
            ),
            code="definition_changed",
        )


class NotInReview(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("Only a version that is in review can be approved. Load the page again."),
            code="not_in_review",
        )


class ReadingDateInFuture(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("The label cannot have been read on a day that is still to come."),
            code="reading_date_in_future",
        )


class ReadingDateTooEarly(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("The authority's wording is younger than this day. When was the label read?"),
            code="reading_date_too_early",
        )


class NotReadyToActivate(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("A draft, an ended version, or one that is active already cannot become active."),
            code="not_ready_to_activate",
        )


class ApprovedStays(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("The active version is approved: only an approved one may take its place."),
            code="approved_stays",
        )


class DryRunMissing(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _(
                "Make a dry run first, and read it. One that was made before another version "
                "became active, or more than a week ago, does not count."
            ),
            code="dry_run_missing",
        )


class DefinitionOver(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("This version was withdrawn or superseded already."), code="definition_over"
        )


class NothingAmbiguous(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("This row is not one that the wording leaves to a physician."),
            code="nothing_ambiguous",
        )
