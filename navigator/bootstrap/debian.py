"""Debian packages: installed where we are root, else unpacked into a folder of our own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from navigator.bootstrap.commands import SetupError, run_step, say

# Another package manager may be at work on a machine that has just started.
WAIT_FOR_LOCK = ("-o", "DPkg::Lock::Timeout=600")
RETRY = ("-o", "Acquire::Retries=3")
QUIET = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}


def can_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def can_unpack() -> bool:
    return all(shutil.which(name) is not None for name in ("apt-get", "dpkg-deb"))


def install_packages(packages: Sequence[str]) -> None:
    """Install for the whole machine. Nothing recommended comes along, no question is asked."""
    say(f"Setting up: Debian packages {' '.join(packages)}")
    environment = {**os.environ, **QUIET}
    update_lists((), environment)
    run_step(
        (
            *("apt-get", "install", "--yes", "--no-install-recommends"),
            *(*WAIT_FOR_LOCK, *RETRY, *packages),
        ),
        failure=f"The Debian packages {', '.join(packages)} could not be installed:",
        env=environment,
    )


def unpack_packages(packages: Sequence[str], into: Path) -> None:
    """Fetch packages with what they depend on and is not installed, and unpack them.

    Nothing outside the folder is touched: apt keeps its lists and its cache in a
    throw-away folder, and no package's scripts are run.
    """
    say(f"Setting up: unpacking Debian packages {' '.join(packages)} into {into}")
    environment = {**os.environ, **QUIET}
    with tempfile.TemporaryDirectory(prefix="navigator-apt-") as folder:
        private = use_private_state(Path(folder))
        update_lists(private, environment)
        simulated = run_step(
            (
                "apt-get",
                *private,
                "install",
                "--simulate",
                "--no-install-recommends",
                *packages,
            ),
            failure=f"The Debian packages {', '.join(packages)} are not to be had:",
            env=environment,
        )
        wanted = [
            line.split()[1] for line in simulated.splitlines() if line.startswith("Inst ")
        ] or list(packages)
        archives = Path(folder, "archives")
        archives.mkdir()
        run_step(
            ("apt-get", *private, *RETRY, "download", *wanted),
            failure=f"The Debian packages {', '.join(packages)} could not be fetched:",
            cwd=archives,
            env=environment,
        )
        into.mkdir(parents=True, exist_ok=True)
        for archive in sorted(archives.glob("*.deb")):
            run_step(("dpkg-deb", "-x", archive, into), failure=f"{archive.name} is damaged:")


def use_private_state(folder: Path) -> tuple[str, ...]:
    for name in ("state/lists/partial", "cache/archives/partial", "log"):
        Path(folder, name).mkdir(parents=True)
    return (
        *("-o", f"Dir::State={folder / 'state'}"),
        *("-o", "Dir::State::status=/var/lib/dpkg/status"),
        *("-o", f"Dir::Cache={folder / 'cache'}"),
        *("-o", f"Dir::Log={folder / 'log'}"),
        *("-o", "Debug::NoLocking=1"),
    )


def update_lists(options: Iterable[str], environment: Mapping[str, str]) -> None:
    """Bring the lists of packages up to date.

    A failure is not the end: one unreachable source among several does not matter, and if
    it does matter, the step that needs the package says so.
    """
    subprocess.run(
        ("apt-get", *options, *WAIT_FOR_LOCK, *RETRY, "update"),
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )


def find_library_folders(root: Path) -> list[Path]:
    """The folders below an unpacked root in which a program must look for libraries."""
    places = [root / "usr" / "lib", root / "lib"]
    places += [path for place in tuple(places) for path in place.glob("*-linux-gnu*")]
    # A few libraries keep parts of themselves one folder further down.
    places += [path for place in tuple(places) for path in place.glob("*") if path.is_dir()]
    return [place for place in dict.fromkeys(places) if any(place.glob("lib*.so*"))]


def write_font_settings(root: Path) -> Path:
    """Settings for fontconfig that add the unpacked fonts to the machine's own."""
    system, unpacked = Path("/etc/fonts/fonts.conf"), root / "etc/fonts/fonts.conf"
    rules = root / "usr/share/fontconfig/conf.avail"
    base = system if system.is_file() else unpacked
    path = root / "fonts.conf"
    path.write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n'
        "<fontconfig>\n"
        f'  <include ignore_missing="yes">{base}</include>\n'
        + "".join(f"  <include>{rule}</include>\n" for rule in find_enabled_rules(root, rules))
        + f"  <dir>{root / 'usr/share/fonts'}</dir>\n"
        '  <cachedir prefix="xdg">fontconfig</cachedir>\n'
        "</fontconfig>\n",
        encoding="utf-8",
    )
    return path


def find_enabled_rules(root: Path, rules: Path) -> list[Path]:
    """The default rules of fontconfig, whose links point to the place where they are not."""
    enabled = root / "etc/fonts/conf.d"
    return sorted(
        rules / link.name for link in enabled.glob("*.conf") if (rules / link.name).is_file()
    )


def write_launcher(root: Path, name: str, program: str) -> None:
    """A start script for a program that looks for itself below /usr."""
    target = root / program
    if not target.is_file():
        return
    launcher = root / "usr" / "bin" / name
    launcher.unlink(missing_ok=True)
    launcher.write_text(f'#!/bin/sh\nexec "{target}" "$@"\n', encoding="utf-8")
    launcher.chmod(0o755)


def raise_lacking(names: Sequence[str], packages: Sequence[str]) -> None:
    raise SetupError(
        f"Navigator needs {' and '.join(names)}, and there is no way to install it from here: "
        f"install it (in Debian: {' '.join(packages)}) and run this again."
    )
