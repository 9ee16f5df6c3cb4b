"""Why someone cannot come in, in sentences that give nothing away."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class InvitationRefused(ValidationError):
    """One answer for a wrong code, a wrong answer and a link that is no longer good."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "That did not match. Check the code in the newest mail and your answer; "
                "or ask your coordinator for a new link."
            ),
            code="invitation_refused",
        )


class NotAFamilyMember(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("Invitations are for family members; staff accounts are made by an administrator."),
            code="not_a_family_member",
        )


class PasskeyRefused(ValidationError):
    """One answer for a passkey that is not known and for what is no passkey at all."""

    def __init__(self) -> None:
        super().__init__(
            _("That did not match. Please try once more, or sign in in another way."),
            code="passkey_refused",
        )
