"""Who asks: the session of the desk, and nothing else yet."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request


class ForgedRequest(exceptions.APIException):
    """The request did not come from one of our own pages, as far as can be told."""

    status_code = 403
    default_code = "csrf_failed"
    default_detail = _("Send the token of the cookie in the header X-CSRFToken, and try again.")


class DeskSession(SessionAuthentication):
    """A signed-in session. Without one the answer is 401, the same for every address."""

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002  # DRF's name
        return "Session"

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied:
            raise ForgedRequest from None


class DeskSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # ships half its types
    """How the schema tells of it."""

    target_class = DeskSession
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:  # noqa: ARG002  # its name
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
