"""Signing in for tests: a client whose session has seen what the door asks for."""

from allauth.account.internal.flows.login import record_authentication
from django.test import Client, RequestFactory

from cases.accounts.models import User


def sign_in(user: User, *, second_factor: bool = True) -> Client:
    """A client signed in as `user`; staff with their second factor unless told otherwise."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    request = RequestFactory().get("/")
    request.session = session
    record_authentication(request, user, "password")
    if second_factor and user.is_staff:
        record_authentication(request, user, "mfa", type="totp")
    session.save()
    return client
