"""Refusals about dossiers and their links, in sentences that say what to do."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from cases.casework.promises import Promise


class VersionNotToCheck(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("Only a version that was made and waits to be checked can be sealed."),
            code="version_not_to_check",
        )


class VersionBeingMade(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("A version with other pages is being made just now. Wait until it is there."),
            code="version_being_made",
        )


class SourcesChanged(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _(
                "A record behind this version was withdrawn, kept back or changed since it was "
                "made. Make a new version."
            ),
            code="sources_changed",
        )


class SecondPersonNeeded(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("You asked for this version, so a colleague looks at it and seals it."),
            code="second_person_needed",
        )


class VersionNotSealed(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("Only the sealed, newest version goes to a hospital. Seal it first."),
            code="version_not_sealed",
        )


class VersionHasNoFile(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("This version has no file yet. Wait until it is made, or make a new one."),
            code="version_has_no_file",
        )


class VersionHasNoBundle(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("No FHIR document is attached to this version. Make a new version to have one."),
            code="version_has_no_bundle",
        )


class SealBroken(ValidationError):
    """The stored bytes are not the ones that were made; nothing of them is handed on."""

    def __init__(self) -> None:
        super().__init__(
            _("The stored file is not as it was made, and is not shown. Please tell the office."),
            code="seal_broken",
        )


class SourceNotDrawn(ValidationError):
    def __init__(self, *, title: str) -> None:
        super().__init__(
            _("The pages of “%(title)s” cannot be drawn. Have it read anew, or leave it out."),
            code="source_not_drawn",
            params={"title": title},
        )


class SourcesTooMany(ValidationError):
    def __init__(self, *, pages: int, megabytes: int) -> None:
        super().__init__(
            _(
                "The source pages are too many for one file (at most %(pages)d pages and "
                "%(megabytes)d MB). Choose the pages that the hospital needs."
            ),
            code="sources_too_many",
            params={"pages": pages, "megabytes": megabytes},
        )


class WordRefused(ValidationError):
    def __init__(self, promise: Promise, *, place: str) -> None:
        super().__init__(
            _(
                "“%(word)s” is never said of a patient. It stands in %(place)s: "
                "“%(sentence)s” Say instead: %(instead)s."
            ),
            code="word_refused",
            params={
                "word": promise.word,
                "place": gettext(place),
                "sentence": promise.sentence,
                "instead": promise.instead,
            },
        )


class LanguageNotSpoken(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("Dossiers are not made in this language. Choose one of the list."),
            code="language_not_spoken",
        )


class SummaryTooLong(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("The summary does not fit on one page. Make the whole dossier instead."),
            code="summary_too_long",
        )


class ReferralOfOtherCase(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("The referral belongs to another case."), code="referral_of_other_case")


class ContactOfOtherHospital(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("This version was made for another hospital, or the contact has left. Choose again."),
            code="contact_of_other_hospital",
        )


class ReferralEnded(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("The referral to this hospital has ended. Open a new one first."),
            code="referral_ended",
        )


class ExpiryNotPossible(ValidationError):
    def __init__(self, *, days: int) -> None:
        super().__init__(
            _("A link ends in the future, at most %(days)d days from now."),
            code="expiry_not_possible",
            params={"days": days},
        )


class ReasonMissing(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("Say in a sentence why."), code="reason_missing")


class TooManyCodes(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("Several codes were sent already. Look in your mailbox, or try again in an hour."),
            code="too_many_codes",
        )


class CodeRefused(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("This code is not right, or its ten minutes are over. Ask for a new one."),
            code="code_refused",
        )


class LinkClosed(ValidationError):
    """Revoked, expired, frozen or never there; the page says the same of all."""

    def __init__(self) -> None:
        super().__init__(_("This link does not open anything."), code="link_closed")


class LinkNotToBeSentAgain(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _(
                "The link of this mail is closed or has run out. Send the version anew on its "
                "own page; that makes a new link."
            ),
            code="link_not_to_be_sent_again",
        )


class AnsweredMeanwhile(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _(
                "Something was answered or written here meanwhile, perhaps by this very form. "
                "Please read it below; if your answer is not there, give it again."
            ),
            code="answered_meanwhile",
        )


class WordsNeeded(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("Please write a sentence with it, so that the coordinator can act on it."),
            code="words_needed",
        )


class ChooseAnswer(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("Please choose one of the answers."), code="choose_answer")
