"""Handlers are found when they are wanted, and before a program parts into processes."""

import subprocess
import sys

import pytest

HEAVY = ("weasyprint", "redis", "boto3", "fido2", "documents.records.digest")
START = "import django, sys; django.setup(); "
LOADED = f"print(*(name for name in {HEAVY!r} if name in sys.modules))"


def run_python(code: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.split()


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "navigator.settings")


def test_a_command_that_makes_no_file_loads_nothing_that_makes_files() -> None:
    assert run_python(START + LOADED) == []


def test_the_first_question_for_a_kind_finds_the_handlers_of_every_room() -> None:
    asked = "from cases.jobs.registry import find_job_kind as find; "
    kinds = ("accounts.forget_sessions", "records.scan_file", "dossiers.build_version")
    said = run_python(START + asked + f"print(*(find(kind).name for kind in {kinds!r}))")
    assert said == list(kinds)


def test_the_web_server_has_handlers_and_broker_before_it_parts_and_no_layout() -> None:
    told = run_python("import sys; from navigator.wsgi import application; " + LOADED)
    assert {"redis", "documents.records.digest"} <= set(told)
    assert "weasyprint" not in told


def test_a_worker_has_the_handlers_and_the_layout_before_it_parts() -> None:
    begins = "from celery.signals import worker_init; import navigator.celery; "
    told = run_python(START + begins + "worker_init.send(sender=None); " + LOADED)
    assert {"weasyprint", "documents.records.digest"} <= set(told)
