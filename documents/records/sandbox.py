"""Run one parser on one file in a child process that may crash, hang or grow without harm.

The child is a fresh interpreter in isolated mode with an empty environment, its own session, limits
on memory, processor time, files and output, and, where bubblewrap works, no network and no view of
the host beyond the interpreter. Whatever goes wrong comes back as a `ReadingFailure` with a code.
"""

from __future__ import annotations

import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

PARSERS: Final = Path(__file__).with_name("parsers")
CHILD: Final = PARSERS / "child.py"
# What the child sees of the house: its parsers, and the two packages they stand in.
SHOWN: Final = (
    PARSERS,
    PARSERS.parent / "__init__.py",
    PARSERS.parents[1] / "__init__.py",
)
MEBIBYTE: Final = 1024 * 1024
READ_AT_ONCE: Final = 1024 * 1024
STOPPED_BY_LIMIT: Final = {
    -signal.SIGXCPU,
    -signal.SIGKILL,
    128 + signal.SIGXCPU,
    128 + signal.SIGKILL,
}

FAILURES: Final[dict[str, _StrPromise]] = {
    "crashed": _(
        "The file could not be opened safely. Please export it again or send a photograph of it."
    ),
    "too_slow": _("The file takes too long to read. Please send it in smaller parts."),
    "too_big": _(
        "The file needs more memory than it may have. Please send it smaller or in parts."
    ),
    "too_many_pages": _("The file has too many pages. Please send it in parts."),
    "password_needed": _(
        "The file is protected by a password. Please send the password or a copy without one."
    ),
    "damaged": _("The file is damaged. Please send it again from where it is stored."),
    "empty": _("The file has no pages. Please send it again from where it is stored."),
    "no_such_page": _("The file has no page with this number. Please choose another page."),
    "not_text": _("The file is not plain text. Please send it as PDF."),
}


class ReadingFailure(Exception):
    """A file could not be read; `code` says why to programs and `sentence` to people.

    It carries nothing of the file's content or name.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code if code in FAILURES else "crashed"

    @property
    def sentence(self) -> _StrPromise:
        """One plain sentence with what to do next."""
        return FAILURES[self.code]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use. Bytes, seconds and counts."""

    memory: int = 1024 * MEBIBYTE
    cpu_seconds: int = 60
    wall_seconds: float = 90.0
    output: int = 64 * MEBIBYTE
    written: int = 0
    open_files: int = 64


@dataclass(frozen=True, slots=True)
class Answer:
    """What a parser said: a small header, and bytes whose meaning the parser defines."""

    header: dict[str, Any]
    payload: bytes

    def split_payload(self) -> list[bytes]:
        """The parts of a payload that the child packed."""
        parts, at = [], 0
        for length in self.header["lengths"]:
            parts.append(self.payload[at : at + length])
            at += length
        return parts


DEFAULT_LIMITS: Final = Limits()


def run_parser(
    parser: str,
    source: Path | bytes,
    arguments: dict[str, Any] | None = None,
    *,
    limits: Limits = DEFAULT_LIMITS,
    others: Sequence[Path | bytes] = (),
    use_bubblewrap: bool | None = None,
) -> Answer:
    """Run a parser of `parsers.child.PARSERS` on the file and return its answer.

    A parser that takes several files finds the `others`' descriptors in its arguments. Bytes are
    handed over in memory, so that decrypted content need not touch a disk. Bubblewrap is
    used where it works, unless `use_bubblewrap` says otherwise. Raises `ReadingFailure`.
    """
    walled = bubblewrap_works() if use_bubblewrap is None else use_bubblewrap
    with ExitStack() as stack:
        descriptor, *behind = [stack.enter_context(_open_source(one)) for one in (source, *others)]
        request = {
            "parser": parser,
            "descriptor": descriptor,
            "arguments": {**(arguments or {}), **({"others": behind} if behind else {})},
            "limits": asdict(limits),
        }
        return _interpret(*_run_child(request, (descriptor, *behind), limits, walled=walled))


@cache
def bubblewrap_works() -> bool:
    """Whether bubblewrap is installed and can start our child here; tried once a process."""
    if shutil.which("bwrap") is None:
        return False
    try:
        run_parser("look_around", b"", use_bubblewrap=True, limits=Limits(wall_seconds=20))
    except ReadingFailure:
        return False
    return True


@contextmanager
def _open_source(source: Path | bytes) -> Iterator[int]:
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield file.fileno()
        return
    with _anonymous_file() as descriptor:
        view = memoryview(source)
        while view:
            view = view[os.write(descriptor, view[:READ_AT_ONCE]) :]
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor


@contextmanager
def _anonymous_file() -> Iterator[int]:
    """A file without a name, in memory where the system can."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("record")
        try:
            yield descriptor
        finally:
            os.close(descriptor)
        return
    with tempfile.TemporaryFile() as file:
        yield file.fileno()


def _command(*, walled: bool) -> list[str]:
    child = [sys.executable, "-I", "-X", "utf8", str(CHILD)]
    if not walled:
        return child
    bwrap = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--clearenv"]
    for name in ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/alternatives"):
        bwrap += ["--ro-bind-try", name, name]
    for folder in _interpreter_folders():
        bwrap += ["--ro-bind", folder, folder]
    for shown in SHOWN:
        bwrap += ["--ro-bind", str(shown), str(shown)]
    bwrap += [
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "--chdir",
        "/",
    ]
    return [*bwrap, *child]


def _interpreter_folders() -> list[str]:
    """Where the interpreter and its packages live, as far as not below /usr."""
    real = Path(sys.executable).resolve()
    found = {sys.prefix, sys.base_prefix, str(real.parent.parent)}
    found |= {sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib")}
    outside = sorted(
        folder for folder in found if folder != "/" and not f"{folder}/".startswith("/usr/")
    )
    return [
        folder for folder in outside if not any(folder.startswith(f"{other}/") for other in outside)
    ]


def _run_child(
    request: dict[str, Any], descriptors: tuple[int, ...], limits: Limits, *, walled: bool
) -> tuple[int, bytes]:
    """Start the child, feed it, collect its answer, and leave nothing of it behind."""
    with subprocess.Popen(
        _command(walled=walled),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=descriptors,
        env={},
        cwd="/",
        start_new_session=True,
    ) as process:
        try:
            output = _converse(process, json.dumps(request).encode(), limits)
            status = process.wait(timeout=10)
        except subprocess.TimeoutExpired as error:
            raise ReadingFailure("too_slow") from error
        finally:
            _kill_group(process)
    return status, output


def _converse(process: subprocess.Popen[bytes], request: bytes, limits: Limits) -> bytes:
    """Write the request and read the answer until the child closes it, within the limits."""
    deadline = time.monotonic() + limits.wall_seconds
    if process.stdin is None or process.stdout is None:
        raise ReadingFailure("crashed")
    try:
        process.stdin.write(request)
        process.stdin.close()
    except BrokenPipeError as error:
        raise ReadingFailure("crashed") from error
    chunks: list[bytes] = []
    size = 0
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(max(deadline - time.monotonic(), 0)):
                raise ReadingFailure("too_slow")
            chunk = os.read(process.stdout.fileno(), READ_AT_ONCE)
            if not chunk:
                return b"".join(chunks)
            chunks.append(chunk)
            size += len(chunk)
            if size > limits.output:
                raise ReadingFailure("too_big")


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """End the child and whatever it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # nobody of the group is left


def _interpret(status: int, output: bytes) -> Answer:
    line, _newline, payload = output.partition(b"\n")
    if status != 0:
        raise ReadingFailure("too_slow" if status in STOPPED_BY_LIMIT else "crashed")
    try:
        header = json.loads(line)
    except ValueError as error:
        raise ReadingFailure("crashed") from error
    if "failure" in header:
        raise ReadingFailure(header["failure"])
    return Answer(header, payload)
