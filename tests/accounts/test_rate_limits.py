"""Whose tries are counted together, with a proxy in front and without one."""

import pytest
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from cases.accounts.rate_limits import find_network

WROTE = "203.0.113.9"
ADDED = "198.51.100.7"


@pytest.mark.parametrize(
    ("behind_proxy", "told", "counted"),
    [
        (False, "", "127.0.0.1"),
        (False, f"{WROTE}, {ADDED}", "127.0.0.1"),
        (True, f"{WROTE}, {ADDED}", ADDED),
        (True, ADDED, ADDED),
        (True, "", "127.0.0.1"),
    ],
)
def test_only_what_our_own_proxy_added_is_believed(
    settings: Settings, told: str, counted: str, *, behind_proxy: bool
) -> None:
    settings.BEHIND_PROXY = behind_proxy
    headers = {"X-Forwarded-For": told} if told else {}
    assert find_network(RequestFactory().get("/verify/", headers=headers)) == counted
