"""Files that others collected to break readers, from the source archives of their projects.

The archives are named, with their hashes, in `archives.lock`; none of their code is run by us.
They are fetched once into `build/corpora/`, by whichever process comes first.
"""

import ast
import fcntl
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Final

import pydicom

HERE: Final = Path(__file__).resolve().parent
LOCK_FILE: Final = HERE / "archives.lock"
KEPT_IN: Final = HERE.parents[1] / "build" / "corpora"
KINDS: Final = frozenset(
    f".{kind}"
    for kind in (
        *("avif", "bmp", "dcm", "docx", "gif", "heic", "heif", "jpeg", "jpg"),
        *("mpo", "pdf", "png", "tif", "tiff", "webp", "zip"),
    )
)
NAUGHTY: Final = "blns.py"
ASK_AT_MOST_SECONDS: Final = 900


def fetch_corpora() -> Path | None:
    """The folder of the unpacked test files; None where the archives cannot be had."""
    KEPT_IN.mkdir(parents=True, exist_ok=True)
    whole = KEPT_IN / "files"
    with (KEPT_IN / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (whole / LOCK_FILE.name).is_file() and same(whole / LOCK_FILE.name, LOCK_FILE):
            return whole
        shutil.rmtree(whole, ignore_errors=True)
        archives = KEPT_IN / "archives"
        if not download(archives):
            return None
        draft = KEPT_IN / "draft"
        shutil.rmtree(draft, ignore_errors=True)
        for archive in sorted(archives.glob("*.tar.gz")):
            take_test_files(archive, draft)
        shutil.copy(LOCK_FILE, draft / LOCK_FILE.name)
        draft.rename(whole)
        shutil.rmtree(archives)
    return whole


def same(one: Path, other: Path) -> bool:
    return one.read_bytes() == other.read_bytes()


def download(folder: Path) -> bool:
    """Have pip fetch the archives from wherever this machine gets its packages."""
    asked = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps"),
        *("--no-binary", ":all:", "--require-hashes", "-r", str(LOCK_FILE), "-d", str(folder)),
    ]
    try:
        done = subprocess.run(
            asked,
            check=False,
            capture_output=True,
            timeout=ASK_AT_MOST_SECONDS,
            env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def take_test_files(archive: Path, into: Path) -> None:
    """Unpack the files of the kinds that people send, and the list of naughty strings."""
    with tarfile.open(archive) as tar:
        for member in tar:
            name = Path(member.name)
            if member.isfile() and (name.suffix.lower() in KINDS or name.name == NAUGHTY):
                tar.extract(member, into, filter="data")


def list_files(folder: Path) -> list[Path]:
    """Every file to be sent in, in a lasting order: those fetched, and those that pydicom ships."""
    found = [path for path in folder.rglob("*") if path.suffix.lower() in KINDS]
    shipped = Path(pydicom.__file__).parent / "data" / "test_files"
    found += [path for path in shipped.rglob("*") if path.suffix.lower() in KINDS]
    return sorted(path for path in found if path.is_file())


def list_naughty_strings(folder: Path) -> list[str]:
    """The big list of naughty strings: a list in a source file that is read, and not run."""
    source = next(folder.rglob(NAUGHTY)).read_text(encoding="utf-8")
    lists = [node.value for node in ast.parse(source).body if isinstance(node, ast.Assign)]
    texts: list[str] = max((ast.literal_eval(one) for one in lists), key=len)
    return texts
