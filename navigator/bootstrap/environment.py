"""The virtual environment `.venv/`: made, brought up to date, and repaired.

A stamp in it names the lock file and the components it was made from, so a start that has
nothing to do costs one small read. While it is being changed a mark lies in it; who finds
the mark makes it anew, because a set-up that was killed may have left half a package.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from navigator.bootstrap import debian, python
from navigator.bootstrap.commands import SetupError, run_step, say
from navigator.bootstrap.components import DEVELOPMENT, RUNTIME, Component

# Raise it when the way of setting up changes, so that environments made before are redone.
WAY_OF_SETTING_UP = 2


@dataclass(frozen=True)
class Purpose:
    """What an environment is for: which lock file, which parts of the system."""

    name: str
    lock_file: str
    components: tuple[Component, ...]
    includes: tuple[str, ...]  # the purposes that are served as well


TO_RUN = Purpose("runtime", "requirements.lock", RUNTIME, ("runtime",))
TO_DEVELOP = Purpose(
    "development", "requirements-dev.lock", DEVELOPMENT, ("runtime", "development")
)
PURPOSES = {purpose.name: purpose for purpose in (TO_RUN, TO_DEVELOP)}


class Environment:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / "bin" / "python"
        self.debian = self.folder / "debian"  # what was unpacked without root
        self.pip = self.folder / "pip"  # Debian's pip, where Python came without one
        self.stamp = self.folder / "set-up.json"
        self.mark = self.folder / "set-up-is-under-way"

    def is_ready(self, purpose: Purpose) -> bool:
        try:
            stamp = json.loads(self.stamp.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return (
            isinstance(stamp, dict)
            and stamp.get(purpose.name) == self.fingerprint(purpose)
            and self.python.exists()
            and not self.mark.exists()
        )

    def belongs_to_this_python(self) -> bool:
        """Whether the packages lie where the running interpreter of `.venv/` looks for them."""
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        return (self.folder / "lib" / version / "site-packages").is_dir()

    def fingerprint(self, purpose: Purpose) -> str:
        parts = [str(WAY_OF_SETTING_UP)]
        parts += [package for one in purpose.components for package in one.packages]
        content = "\n".join(parts).encode() + (self.root / purpose.lock_file).read_bytes()
        return hashlib.sha256(content).hexdigest()

    def make(self, purpose: Purpose) -> None:
        """Make the environment ready; may be called by several processes at once."""
        if self.is_ready(purpose):
            return
        with self.locked() as lock:
            if self.is_ready(purpose):
                return
            started = time.monotonic()
            self.discard_if_broken()
            self.folder.mkdir(exist_ok=True)
            self.mark.touch()
            self.stamp.unlink(missing_ok=True)
            if not self.python.exists():
                python.create_environment(self.folder, unpack_into=self.pip, lock=lock)
            python.install_packages(
                self.python,
                self.root / purpose.lock_file,
                certificates=self.pip / python.CERTIFICATES,
                lock=lock,
            )
            self.provide(purpose.components)
            self.write_stamp(purpose)
            self.mark.unlink()
            say(f"Set up in {time.monotonic() - started:.0f} seconds.")

    @contextlib.contextmanager
    def locked(self) -> Iterator[int]:
        """One set-up of this folder at a time; the kernel frees the lock when we are killed."""
        handle = os.open(self.root, os.O_RDONLY)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("Another set-up of this folder is under way; waiting for it.")
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield handle
        finally:
            os.close(handle)

    def discard_if_broken(self) -> None:
        if not self.folder.exists():
            return
        if self.mark.exists() or not self.python.exists() or not self.runs():
            say("Setting up: the environment in .venv/ was left unfinished; making it anew")
            shutil.rmtree(self.folder)

    def runs(self) -> bool:
        code = "import sys; print(*sys.version_info[:2])"
        try:
            major, minor = run_step((self.python, "-c", code), failure="It does not run:").split()
        except (SetupError, OSError):
            return False
        return (self.folder / "lib" / f"python{major}.{minor}" / "site-packages").is_dir()

    # --- The system -----------------------------------------------------------------------

    def provide(self, components: Sequence[Component]) -> None:
        """See that the system has what is needed, by installing or unpacking what is not."""
        missing = [one for one in components if not one.present()]
        unpacked = self.read_unpacked()
        missing = [one for one in missing if not set(one.packages) <= unpacked]
        for group in (
            [one for one in missing if one.needed],
            [one for one in missing if not one.needed],
        ):
            if not group:
                continue
            packages = [package for one in group for package in one.packages]
            try:
                self.obtain(packages, [one.name for one in group])
            except SetupError as problem:
                if group[0].needed:
                    raise
                say(f"Going on without {', '.join(one.name for one in group)}. {problem}")

    def obtain(self, packages: list[str], names: list[str]) -> None:
        if debian.can_install():
            debian.install_packages(packages)
        elif debian.can_unpack():
            debian.unpack_packages(packages, self.debian)
            debian.write_font_settings(self.debian)
            debian.write_launcher(self.debian, "chromium", "usr/lib/chromium/chromium")
            self.write_unpacked(self.read_unpacked() | set(packages))
        else:
            debian.raise_lacking(names, packages)

    def read_unpacked(self) -> set[str]:
        try:
            return set((self.debian / "packages").read_text(encoding="utf-8").split())
        except OSError:
            return set()

    def write_unpacked(self, packages: set[str]) -> None:
        (self.debian / "packages").write_text("\n".join(sorted(packages)), encoding="utf-8")

    def missing_variables(self) -> dict[str, str]:
        """What this process lacks in its own environment to find what was unpacked."""
        if not self.debian.is_dir():
            return {}
        wanted = {
            "LD_LIBRARY_PATH": [str(path) for path in debian.find_library_folders(self.debian)],
            "PATH": [str(self.debian / "usr" / "bin")],
        }
        missing = {}
        for name, folders in wanted.items():
            now = list(filter(None, os.environ.get(name, "").split(os.pathsep)))
            if not set(folders) <= set(now):
                missing[name] = os.pathsep.join(dict.fromkeys([*folders, *now]))
        fonts = self.debian / "fonts.conf"
        if fonts.is_file() and "FONTCONFIG_FILE" not in os.environ:
            missing["FONTCONFIG_FILE"] = str(fonts)
        # Tesseract looks for its languages below /usr, wherever it lies itself.
        languages = next(self.debian.glob("usr/share/tesseract-ocr/*/tessdata"), None)
        if languages is not None and "TESSDATA_PREFIX" not in os.environ:
            missing["TESSDATA_PREFIX"] = str(languages)
        return missing

    def write_stamp(self, purpose: Purpose) -> None:
        stamp = {name: self.fingerprint(PURPOSES[name]) for name in purpose.includes}
        draft = self.stamp.with_suffix(".new")
        draft.write_text(json.dumps(stamp), encoding="utf-8")
        draft.replace(self.stamp)
