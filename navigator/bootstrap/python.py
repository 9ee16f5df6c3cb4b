"""Makes the virtual environment and fills it from a lock file, with or without Debian's pip."""

import importlib.util
import os
import sys
from pathlib import Path

from navigator.bootstrap import debian
from navigator.bootstrap.commands import SetupError, run_step, say

BUNDLES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
    Path("/etc/ssl/cert.pem"),
)
CERTIFICATES = "certificates.crt"  # in the folder of what was unpacked


def create_environment(folder: Path, *, unpack_into: Path, lock: int) -> None:
    """Make the environment, with pip in it.

    Debian leaves ensurepip out of its Python. The wheel of pip that Debian has for this is
    unpacked rather than installed, even by root: installing it would rewrite the machine's
    certificates, to which somebody may have added their own.
    """
    say("Setting up: the virtual environment .venv/")
    base: str = getattr(sys, "_base_executable", sys.executable)
    make = (base, "-m", "venv", "--symlinks", folder)
    failure = "The virtual environment could not be made:"
    if importlib.util.find_spec("ensurepip") is not None:
        run_step(make, failure=failure, keep_open=[lock])
        return
    if not debian.can_unpack():
        raise SetupError(
            "This Python lacks the module ensurepip, which makes virtual environments: install "
            f"it (in Debian the package python3.{sys.version_info.minor}-venv) and run this again."
        )
    debian.unpack_packages(["python3-pip-whl"], unpack_into)
    provide_certificates(unpack_into)
    run_step((*make, "--without-pip"), failure=failure, keep_open=[lock])
    wheel = next((unpack_into / "usr/share/python-wheels").glob("pip-*.whl"), None)
    if wheel is None:
        raise SetupError("The Debian package python3-pip-whl holds no pip.")
    run_step(
        (folder / "bin/python", wheel / "pip", "install", "--no-index", wheel),
        failure="pip could not be put into the virtual environment:",
        keep_open=[lock],
    )


def provide_certificates(unpack_into: Path) -> None:
    """Debian's pip trusts what the machine trusts, and a minimal machine trusts nobody."""
    if any(bundle.is_file() for bundle in BUNDLES):
        return
    if debian.can_install():
        debian.install_packages(["ca-certificates"])
        return
    authorities = sorted((unpack_into / "usr/share/ca-certificates").rglob("*.crt"))
    (unpack_into / CERTIFICATES).write_bytes(b"\n".join(path.read_bytes() for path in authorities))


def install_packages(python: Path, lock_file: Path, *, certificates: Path, lock: int) -> None:
    """Install what the lock file names, by its hashes alone; nothing is compiled here."""
    lines = lock_file.read_text(encoding="utf-8").splitlines()
    count = sum("==" in line and not line.startswith(("#", " ")) for line in lines)
    say(f"Setting up: {count} Python packages of {lock_file.name}")
    variables = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}
    if certificates.is_file():
        variables.setdefault("PIP_CERT", str(certificates))
    run_step(
        (
            *(python, "-m", "pip", "install", "--quiet", "--no-input"),
            *("--disable-pip-version-check", "--no-deps", "--only-binary=:all:"),
            *("--require-hashes", "-r", lock_file),
        ),
        failure=f"The Python packages of {lock_file.name} could not be installed:",
        env=variables,
        keep_open=[lock],
    )
