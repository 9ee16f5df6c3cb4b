"""How allauth behaves here: nobody signs up by themselves, and a passkey is nobody's burden."""

from collections.abc import Collection
from typing import Any, ClassVar

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import get_language, gettext as _, gettext_lazy

from cases.accounts.models import User
from cases.jobs.holds import MAIL, is_held

log = structlog.get_logger(__name__)

# In a browser's own description of itself, the first that stands there names the device.
DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", gettext_lazy("Android phone or tablet")),
    ("Windows", gettext_lazy("Windows computer")),
    ("Macintosh", gettext_lazy("Mac computer")),
    ("CrOS", gettext_lazy("Chromebook")),
    ("Linux", gettext_lazy("Linux computer")),
)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  # allauth's name
        """People come by invitation, or are made by an administrator."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Codes go at once and not by a job; a copy made from a backup sends none of them.

        They are in the language on file, whatever the browser speaks that asked for them.
        """
        if is_held(MAIL):
            log.warning("mail.held", template=template_prefix)
            return
        user = User.objects.filter(email__iexact=email).first()
        with translation.override(user.language if user else get_language()):
            super().send_mail(template_prefix, email, context)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Allauth's ways, with a passkey called what it is called on every other page."""
        ways: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        for way in ways:
            if way["id"] == "mfa_reauthenticate:webauthn":
                way["description"] = _("Use a passkey")
        return ways


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # as above
    error_messages: ClassVar = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("That did not match. Please try once more."),
    }

    def is_mfa_enabled(self, user: User, types: Collection[str] | None = None) -> bool:
        """A family's passkey is a faster way in, never a demand.

        Who lost the telephone that held it still comes in by the mailed code alone.
        """
        if getattr(user, "is_staff", False):
            return bool(super().is_mfa_enabled(user, types))
        kinds = set(types if types is not None else Authenticator.Type)
        return bool(super().is_mfa_enabled(user, kinds - {Authenticator.Type.WEBAUTHN}))

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002, ARG002  # allauth's names
        """The device that asks for it, so that a lost one is found in the list."""
        described = context.request.headers.get("user-agent", "")
        for sign, device in DEVICES:
            if sign in described:
                return str(device)
        return _("Passkey")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**entity, "name": settings.SITE_NAME}
