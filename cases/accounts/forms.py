"""What a person fills in about their own way of signing in.

Allauth's forms, which take for granted that a browser wrote the credential. Anyone may write one:
what cannot be read is answered like what does not match.
"""

from typing import Any

from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
    SignupWebAuthnForm,
)
from django.utils.translation import gettext_lazy as _

from cases.accounts.errors import PasskeyRefused

UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, IndexError)


class SoundNewCredential:
    def clean(self) -> Any:
        try:
            return super().clean()  # type: ignore[misc]  # of the form it is mixed into
        except UNREADABLE as trouble:
            raise PasskeyRefused from trouble


class SoundCredential:
    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]  # as above
        except UNREADABLE as trouble:
            raise PasskeyRefused from trouble


class FamilyPasskeyForm(SoundNewCredential, SignupWebAuthnForm):  # type: ignore[misc]  # allauth ships no types, here and below
    """A passkey of a family: it works alone, always."""


class StaffPasskeyForm(SoundNewCredential, AddWebAuthnForm):  # type: ignore[misc]
    """A passkey of staff: it may stand for both factors, if the device checks who holds it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].help_text = _("So that you know it again in your list.")
        alone = self.fields["passwordless"]
        alone.label = _("Sign in with it alone, without password and code")
        alone.help_text = _(
            "The device then asks for your finger, your face or its PIN each time. "
            "Without this it only takes the place of the code."
        )
        alone.initial = True


class RenamePasskeyForm(EditWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")


class PasskeyLoginForm(SoundCredential, LoginWebAuthnForm):  # type: ignore[misc]
    pass


class PasskeySecondStepForm(SoundCredential, AuthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class PasskeyAgainForm(SoundCredential, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    pass
