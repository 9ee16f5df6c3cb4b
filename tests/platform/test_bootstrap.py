"""A machine with Python alone is set up, whatever interrupts it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from navigator.bootstrap.environment import Environment

pytestmark = pytest.mark.alone

ROOT = Path(__file__).resolve().parents[2]
BASE_PYTHON: str = getattr(sys, "_base_executable", sys.executable)
SET_UP = [BASE_PYTHON, "-m", "navigator.bootstrap"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that needs nothing of the system and no package, so no network."""
    root = tmp_path / "a project"
    shutil.copytree(ROOT / "navigator/bootstrap", root / "navigator/bootstrap")
    shutil.copy(ROOT / "navigator/__init__.py", root / "navigator/__init__.py")
    shutil.copy(ROOT / "manage.py", root / "manage.py")
    with (root / "navigator/bootstrap/components.py").open("a") as components:
        components.write("\nRUNTIME = DEVELOPMENT = ()\n")
    for name in ("requirements.lock", "requirements-dev.lock"):
        (root / name).write_text("# no package\n")
    return root


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where an environment is kept that was set up in earnest; its copies work where they are."""
    return tmp_path_factory.mktemp("set-up")


@pytest.fixture
def set_up_project(project: Path, environment: Path) -> Path:
    kept = environment / ".venv"
    if kept.exists():
        shutil.copytree(kept, project / ".venv", symlinks=True)
    else:
        run(SET_UP, project)
        shutil.copytree(project / ".venv", kept, symlinks=True)
    return project


def run(argv: list[str], cwd: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "NAVIGATOR_SETUP": "on", **variables}
    return subprocess.run(
        argv, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def test_the_environment_is_made_once(project: Path) -> None:
    first = run(SET_UP, project)
    assert (first.returncode, first.stdout) == (0, "")
    assert "Set up in" in first.stderr
    assert (
        run([str(project / ".venv/bin/python"), "-m", "pip", "--version"], project).returncode == 0
    )
    second = run(SET_UP, project)
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")


def test_a_changed_lock_file_is_followed_from_inside_and_outside(set_up_project: Path) -> None:
    project = set_up_project
    inside = [str(project / ".venv/bin/python"), *SET_UP[1:]]
    for argv in (SET_UP, inside):
        with (project / "requirements.lock").open("a") as lock:
            lock.write("# changed\n")
        assert "Set up in" in run(argv, project).stderr
        assert run(argv, project).stderr == ""


def test_what_serves_developers_serves_the_product_too(set_up_project: Path) -> None:
    project = set_up_project
    run([*SET_UP, "development"], project)
    assert run(SET_UP, project).stderr == ""


def wait_for(condition: Callable[[], bool]) -> None:
    gives_up_at = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < gives_up_at, "waited in vain"
        time.sleep(0.02)


def test_a_set_up_that_was_killed_is_made_anew(project: Path) -> None:
    process = subprocess.Popen(SET_UP, cwd=project, stderr=subprocess.DEVNULL)
    wait_for((project / ".venv/bin/python").exists)
    time.sleep(0.3)
    process.send_signal(signal.SIGKILL)
    process.wait()
    again = run(SET_UP, project)
    assert again.returncode == 0, again.stderr
    assert "making it anew" in again.stderr
    assert (
        run([str(project / ".venv/bin/python"), "-m", "pip", "--version"], project).returncode == 0
    )


def test_a_broken_environment_is_made_anew(set_up_project: Path) -> None:
    project = set_up_project
    (project / ".venv/bin/python").unlink()
    again = run(SET_UP, project)
    assert again.returncode == 0
    assert "making it anew" in again.stderr


def test_two_at_once_wait_for_each_other(project: Path) -> None:
    both = [
        subprocess.Popen(SET_UP, cwd=project, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = [process.communicate(timeout=120)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("Set up in" in words for words in said) == 1


def test_the_command_works_from_any_folder(set_up_project: Path, tmp_path: Path) -> None:
    project = set_up_project
    marker = project / "django/core/management/__init__.py"  # stands in for the installed one
    marker.parent.mkdir(parents=True)
    for folder in (marker.parent, marker.parent.parent, marker.parent.parent.parent):
        (folder / "__init__.py").touch()
    marker.write_text(
        "import sys\ndef execute_from_command_line(argv):\n    print(sys.prefix, argv[1:])\n"
    )
    done = run([BASE_PYTHON, str(project / "manage.py"), "migrate", "--plan"], tmp_path)
    assert done.stdout.strip() == f"{project / '.venv'} ['migrate', '--plan']"


def test_an_old_python_says_what_is_needed(project: Path) -> None:
    pretend = (
        "import runpy, sys; sys.version_info = (3, 9, 2); "
        "runpy.run_path('manage.py', run_name='__main__')"
    )
    done = run([BASE_PYTHON, "-c", pretend], project, PATH="/nonexistent")
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "Navigator needs Python 3.11 or newer and found only 3.9: "
        "install it, then run this command again with it."
    )


def test_without_a_way_to_get_pip_one_sentence_says_so(project: Path) -> None:
    pretend = (
        "import runpy, sys; sys.modules['ensurepip'] = None; "
        "runpy.run_module('navigator.bootstrap', run_name='__main__')"
    )
    done = run([BASE_PYTHON, "-c", pretend], project, PATH="/nonexistent")
    assert done.returncode == 1
    assert "This Python lacks the module ensurepip" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_way_to_get_pango_one_sentence_says_so(set_up_project: Path) -> None:
    project = set_up_project
    with (project / "navigator/bootstrap/components.py").open("a") as components:
        components.write("\nRUNTIME = (Component('Pango', ('libpango-1.0-0',), lambda: False),)\n")
    done = run(SET_UP, project, PATH="/nonexistent")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "Navigator needs Pango, and there is no way to install it from here: "
        "install it (in Debian: libpango-1.0-0) and run this again."
    )


def test_the_set_up_needs_the_standard_library_alone() -> None:
    code = "import navigator.bootstrap.handover, navigator.supervisor, navigator.embedded_broker"
    done = run([BASE_PYTHON, "-S", "-c", code], ROOT)
    assert done.returncode == 0, done.stderr


def test_an_unpacked_tesseract_is_told_where_its_languages_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)
    environment = Environment(tmp_path)
    environment.debian.mkdir(parents=True)
    assert "TESSDATA_PREFIX" not in environment.missing_variables()
    languages = environment.debian / "usr/share/tesseract-ocr/5/tessdata"
    languages.mkdir(parents=True)
    assert environment.missing_variables()["TESSDATA_PREFIX"] == str(languages)
    monkeypatch.setenv("TESSDATA_PREFIX", str(languages))
    assert "TESSDATA_PREFIX" not in environment.missing_variables()
