"""What holds for every answer: no copies kept, the second factor, language and zone."""

import uuid
import zoneinfo
from collections.abc import Callable
from http import HTTPStatus

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _

GetResponse = Callable[[HttpRequest], HttpResponse]


class PrivateResponseMiddleware:
    """Nothing but static files may be kept by a browser or a proxy."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers["Cache-Control"] = "no-store, private"
        response.headers.setdefault(
            "Permissions-Policy", "geolocation=(), microphone=(), payment=(), usb=()"
        )
        return response


class PersonMiddleware:
    """Show times in the zone of the signed-in person, and pages in their chosen language.

    A language chosen on the page (cookie) wins over the one on file.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and user.language:
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
        with timezone.override(zoneinfo.ZoneInfo(user.time_zone or "UTC")):
            return self.get_response(request)


class ReadableAddressMiddleware:
    """A search with a NUL in it finds nothing: PostgreSQL cannot even look for it.

    The API says so in its own words.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        searched = request.META.get("QUERY_STRING", "")
        if "%00" in searched and not request.path.startswith("/api/"):
            return HttpResponse(status=HTTPStatus.BAD_REQUEST)
        return self.get_response(request)


class StaffSecondFactorMiddleware:
    """Staff reach nothing but the account pages until this session has seen a second factor.

    A passkey counts as both factors. The session itself is the proof, so no query is spent.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated or not user.is_staff or self.is_open_path(request.path):
            return self.get_response(request)
        if has_second_factor(request):
            return self.get_response(request)
        if request.path.startswith("/api/"):
            words = _("Sign in with your second factor first.")
            refusal = {"code": "second_factor_needed", "detail": words}
            return JsonResponse({**refusal, "reference": uuid.uuid4().hex[:12]}, status=403)
        page = "mfa_reauthenticate" if is_mfa_enabled(user) else "mfa_activate_totp"
        return redirect(f"{reverse(page)}?{urlencode({'next': request.get_full_path()})}")

    @staticmethod
    def is_open_path(path: str) -> bool:
        return path.startswith(("/account/", "/language/", settings.STATIC_URL)) or path in {
            "/healthz",
            "/readyz",
        }


def has_second_factor(request: HttpRequest) -> bool:
    """Whether this session's sign-in included an authenticator, a passkey or a recovery code."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)
