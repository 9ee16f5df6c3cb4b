"""An installation of its own for the suite; loaded before the settings are read."""

import os
import shutil
import tempfile

MADE_HERE = "" if "DATA_DIR" in os.environ else tempfile.mkdtemp(prefix="navigator-test-")
if MADE_HERE:
    os.environ["DATA_DIR"] = MADE_HERE
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "navigator.settings")


def pytest_unconfigure() -> None:
    if MADE_HERE:
        shutil.rmtree(MADE_HERE, ignore_errors=True)
