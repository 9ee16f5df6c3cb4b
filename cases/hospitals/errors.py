"""Why something cannot be written or sent, in sentences that say what to do."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class ReferralMoveRefused(ValidationError):
    def __init__(self, *, left: str, wanted: str) -> None:
        super().__init__(
            _("A referral at “%(left)s” cannot become “%(wanted)s”."),
            code="referral_move_refused",
            params={"left": left, "wanted": wanted},
        )


class OutcomeNeeded(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("Choose what the hospital answered, and give its words."), code="outcome_needed"
        )


class MessageEmpty(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("Write the message first."), code="message_empty")


class MessageUnreadable(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("The text holds a character that cannot be kept. Type it anew, or leave it out."),
            code="message_unreadable",
        )


class NoAddress(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("There is no address to write to; choose a contact, or add a family member."),
            code="no_address",
        )


class ContactOfOtherHospital(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("This contact belongs to another hospital than the referral."),
            code="contact_of_other_hospital",
        )


class ReferralAlreadyOpen(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("There is an open referral to this hospital already; continue that one."),
            code="referral_already_open",
        )


class MessageNotInDoubt(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("Only a message that was held back, returned or perhaps sent can be sent again."),
            code="message_not_in_doubt",
        )
