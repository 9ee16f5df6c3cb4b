"""What every test may use: the cast, a clock, and background work run in this process."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings as installed
from django.utils import translation
from pytest_django.fixtures import Settings

from cases.jobs.services import run_due_jobs
from tests import make
from tests.components import need
from tests.emptying import emptying_lifts_guards

__all__ = ["emptying_lifts_guards"]
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def run_jobs() -> Callable[[], int]:
    """Run all background work that is due, here and now; returns how many jobs ran."""
    return run_due_jobs


@pytest.fixture(autouse=True)
def language_of_one_test() -> Iterator[None]:
    """A page asked for in Arabic leaves its language in the thread; the next test has its own."""
    translation.activate(installed.LANGUAGE_CODE)
    yield
    translation.activate(installed.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def private_folders(settings: Settings, tmp_path: Path) -> None:
    """Each test has its own file folder and mail folder, and passwords are hashed fast."""
    files = dict(settings.STORAGES)
    files["default"] = {
        **files["default"],
        "OPTIONS": {**files["default"].get("OPTIONS", {}), "location": str(tmp_path / "files")},
    }
    settings.STORAGES = files
    settings.INCOMING_DIR = tmp_path / "incoming"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.TESSERACT = ""  # slow, and not on every machine: `recognising` switches it on
    settings.MAIL_DIR = tmp_path / "mail"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")


@pytest.fixture
def recognising(settings: Settings, private_folders: None) -> None:  # noqa: ARG001  it comes first
    """Let the Tesseract of this machine read pictures."""
    settings.TESSERACT = need("Tesseract", shutil.which("tesseract"))


@pytest.fixture
def cast(db: None) -> make.Cast:  # noqa: ARG001  # the database must be there first
    """Coordinator, clinician, parent, hospital reviewer and stranger around one case."""
    return make.cast()
