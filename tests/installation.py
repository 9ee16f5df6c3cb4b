"""An installation of its own for the suite; loaded before the settings are read."""

import os
import tempfile

os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="navigator-test-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "navigator.settings")
