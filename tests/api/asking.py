"""Asking the API in tests: a signed-in client that sends and reads JSON."""

import json
from typing import Any

from django.test import Client

from cases.accounts.models import User
from tests.signing import sign_in

ROOT = "/api/v1"


class Asking:
    """One person at the API."""

    def __init__(self, user: User | None) -> None:
        self.client = sign_in(user) if user is not None else Client()

    def get(self, path: str, **query: str) -> Any:
        return self.client.get(ROOT + path, query)

    def post(self, path: str, body: object = None, **extra: Any) -> Any:
        sent = body if isinstance(body, str | bytes) else json.dumps(body or {})
        return self.client.post(ROOT + path, sent, content_type="application/json", **extra)


def bytes_of(response: Any) -> bytes:
    sent: bytes = response.getvalue()
    return sent
