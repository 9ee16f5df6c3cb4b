"""Helpers of the portal's tests: a signed-in browser and the addresses of a case's pages."""

from django.test import Client
from django.urls import reverse

from cases.accounts.models import User
from cases.casework.models import Case

PAGES = ["home", "upload", "documents", "messages", "trip", "calendar", "consent", "access"]


def sign_in(user: User) -> Client:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page_of(case: Case, name: str, *args: object) -> str:
    return reverse(f"portal:{name}", args=[case.pk, *args])
