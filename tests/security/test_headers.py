"""Headers of every answer, and the cookies of an installation that is reached by HTTPS."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.security.planting import Planted
from tests.signing import sign_in

ROOT = Path(__file__).resolve().parents[2]
PUBLIC = ["/", "/healthz", "/portal/inquiry/", "/account/login/", "/no/such/page", "/d/x/"]


def check_headers(answer: Any, path: str) -> None:
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy, path
    assert "*" not in policy, path
    assert "http:" not in policy, path
    assert "default-src 'none'" in policy, path
    assert "frame-ancestors 'none'" in policy or policy.startswith("sandbox"), path
    assert "no-store" in answer.headers["Cache-Control"], path
    assert answer.headers["X-Content-Type-Options"] == "nosniff", path
    assert answer.headers["Referrer-Policy"] in {"no-referrer", "same-origin"}, path
    assert answer.headers["X-Frame-Options"] == "DENY", path
    assert "Server" not in answer.headers


@pytest.mark.django_db
@pytest.mark.parametrize("path", PUBLIC)
def test_pages_for_visitors_are_strict(path: str) -> None:
    check_headers(Client().get(path), path)


def test_pages_of_every_house_are_strict(planted: Planted) -> None:
    case = planted.case
    houses = {
        planted.cast.coordinator: [
            "/admin/",
            f"/admin/case/{case.pk}/",
            f"/admin/review/{planted.waiting.pk}/",
            f"/admin/file/{planted.file.pk}/",
            f"/admin/page/{planted.page.pk}/",
            f"/admin/version/{planted.version.pk}/pdf/",
            f"/admin/case/{case.pk}/calendar.ics",
            "/api/v1/cases/",
            "/api/v1/schema/",
            "/api/v1/nothing/",
            f"/api/v1/records/{planted.document.pk}/files/1/",
        ],
        planted.cast.parent: [
            f"/portal/case/{case.pk}/",
            f"/portal/case/{case.pk}/papers/{planted.document.pk}/file/",
            f"/portal/case/{case.pk}/trip/calendar.ics",
            "/portal/case/00000000-0000-4000-8000-000000000000/",
        ],
    }
    for person, paths in houses.items():
        client = sign_in(person)
        for path in paths:
            check_headers(client.get(path), path)


@pytest.mark.django_db
def test_static_files_may_be_kept() -> None:
    answer = Client().get(settings.STATIC_URL + "css/desk.css")
    assert answer.status_code == 200
    assert "no-store" not in answer.headers.get("Cache-Control", "")
    answer.close()


@pytest.mark.django_db
def test_a_forged_host_is_refused() -> None:
    assert Client().get("/", headers={"host": "evil.example"}).status_code == 400


PRINT_SETTINGS = """
from django.conf import settings as s
print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,
      s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE, s.LANGUAGE_COOKIE_SECURE,
      s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS >= 31536000, s.DEBUG)
"""


def test_cookies_of_an_https_installation_are_bound_to_it(tmp_path: Path) -> None:
    """Settings are read once a process, so another one reads them."""
    given = {
        **os.environ,
        "HTTPS": "true",
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "navigator.settings",
    }
    said = subprocess.run(  # our own interpreter
        [sys.executable, "-c", PRINT_SETTINGS],
        cwd=ROOT,
        env=given,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split() == [
        "__Host-session",
        "__Host-csrf",
        "True",
        "True",
        "True",
        "Lax",
        "True",
        "True",
        "True",
        "False",
    ]
