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
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from typing import IO, Any, Final, Protocol

from documents.records.parsers.child import CUT_SHORT
from documents.records.parsers.ranges import ANSWERED, ASKED, MOST
from documents.records.reading_failures import FAILURES, ReadingFailure

__all__ = [
    "DEFAULT_LIMITS",
    "FAILURES",
    "Answer",
    "Limits",
    "RandomSource",
    "ReadingFailure",
    "bubblewrap_works",
    "run_parser",
]

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

Sink = Callable[[bytes], None]


class RandomSource(Protocol):
    """A file of which any part can be had: `vault.SealedReader` is one."""

    size: int

    def read_at(self, offset: int, size: int, /) -> bytes:
        """The bytes from there; fewer only at the end."""


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
    source: Path | bytes | RandomSource,
    arguments: dict[str, Any] | None = None,
    *,
    limits: Limits = DEFAULT_LIMITS,
    others: Sequence[Path | bytes] = (),
    shown: Sequence[str] = (),
    use_bubblewrap: bool | None = None,
    sink: Sink | None = None,
) -> Answer:
    """Run a parser of `parsers.child.PARSERS` on the file and return its answer.

    A parser that takes several files finds the `others`' descriptors in its arguments. Bytes are
    handed over in memory, so that decrypted content need not touch a disk; of a source that is
    read at any place the child is given only the ranges it asks for. `shown` are folders that
    the child may see besides the system's own. With `sink`, the payload
    goes there piece by piece while it is made, and the answer holds none of it. Bubblewrap is
    used where it works, unless `use_bubblewrap` says otherwise. Raises `ReadingFailure`, and
    whatever the source or the sink raises.
    """
    walled = bubblewrap_works() if use_bubblewrap is None else use_bubblewrap
    with ExitStack() as stack:
        serving = None
        if isinstance(source, Path | bytes):
            descriptor = stack.enter_context(_open_source(source))
        else:
            descriptor, serving = stack.enter_context(_serve_ranges(source))
        behind = [stack.enter_context(_open_source(one)) for one in others]
        request = {
            "parser": parser,
            "descriptor": descriptor,
            "arguments": {**(arguments or {}), **({"others": behind} if behind else {})},
            "limits": asdict(limits),
            **({"size": serving.source.size} if serving is not None else {}),
            # Bubblewrap ends with us, and what is inside with it; without it the child must.
            **({} if walled else {"ends_with": os.getpid()}),
        }
        collected = _Collected(limits.output, sink)
        talk = partial(_converse, limits=limits, serving=serving, collected=collected)
        command = _command(shown, walled=walled)
        status = _run_child(request, (descriptor, *behind), talk, command)
        return _interpret(status, collected)


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
def _serve_ranges(source: RandomSource) -> Iterator[tuple[int, _Serving]]:
    """The child's end of a line on which it asks, and what answers at ours."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield theirs.fileno(), _Serving(source, ours)


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


def _command(folders: Sequence[str], *, walled: bool) -> list[str]:
    child = [sys.executable, "-I", "-X", "utf8", str(CHILD)]
    if not walled:
        return child
    # The child's environment is empty and has no search path: the program needs its whole name.
    program = shutil.which("bwrap") or "bwrap"
    bwrap = [program, "--unshare-all", "--die-with-parent", "--new-session", "--clearenv"]
    for name in ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/alternatives"):
        bwrap += ["--ro-bind-try", name, name]
    for folder in (*_interpreter_folders(), *folders):
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
    request: dict[str, Any],
    descriptors: tuple[int, ...],
    talk: Callable[[subprocess.Popen[bytes], bytes], None],
    command: Sequence[str],
) -> int:
    """Start the child, feed it, collect its answer, and leave nothing of it behind."""
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=descriptors,
        env={},
        cwd="/",
        start_new_session=True,
    ) as process:
        try:
            talk(process, json.dumps(request).encode())
            return process.wait(timeout=10)
        except (subprocess.TimeoutExpired, TimeoutError) as error:
            raise ReadingFailure("too_slow") from error
        finally:
            _kill_group(process)


def _converse(
    process: subprocess.Popen[bytes],
    request: bytes,
    *,
    limits: Limits,
    serving: _Serving | None,
    collected: _Collected,
) -> None:
    """Write the request, answer what the child asks, read until it closes, within the limits."""
    deadline = time.monotonic() + limits.wall_seconds
    answers = _send_request(process, request)
    with selectors.DefaultSelector() as selector:
        selector.register(answers, selectors.EVENT_READ)
        if serving is not None:
            selector.register(serving.line, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _events in selector.select(_left(deadline))}
            if not ready:
                raise ReadingFailure("too_slow")
            if serving is not None and serving.line in ready:
                serving.answer(deadline)
            if answers in ready:
                chunk = os.read(answers.fileno(), READ_AT_ONCE)
                if not chunk:
                    return
                collected.take(chunk)


def _send_request(process: subprocess.Popen[bytes], request: bytes) -> IO[bytes]:
    """Tell the child what to do; where it will answer."""
    if process.stdin is None or process.stdout is None:
        raise ReadingFailure("crashed")
    try:
        process.stdin.write(request)
        process.stdin.close()
    except BrokenPipeError as error:
        raise ReadingFailure("crashed") from error
    return process.stdout


def _left(deadline: float) -> float:
    return max(deadline - time.monotonic(), 0)


class _Serving:
    """Our end of a line on which a child asks for ranges of a file (`parsers.ranges`)."""

    def __init__(self, source: RandomSource, line: socket.socket) -> None:
        self.source = source
        self.line = line
        self._question = b""

    def answer(self, deadline: float) -> None:
        """Take what has arrived of a question and answer it once it is whole."""
        self.line.settimeout(max(_left(deadline), 0.001))
        try:
            self._question += self.line.recv(ASKED.size - len(self._question))
            if len(self._question) < ASKED.size:
                return
            offset, size = ASKED.unpack(self._question)
            self._question = b""
            data = self.source.read_at(offset, min(size, MOST))
            self.line.sendall(ANSWERED.pack(len(data)) + data)
        except ConnectionError as error:
            raise ReadingFailure("crashed") from error


class _Collected:
    """What a child says: its first line kept, the bytes behind it kept too or handed on."""

    def __init__(self, most: int, sink: Sink | None) -> None:
        self._most = most
        self._sink = sink
        self._line: bytes | None = None
        self._parts: list[bytes] = []
        self._size = 0

    def take(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._size > self._most:
            raise ReadingFailure("too_big")
        if self._sink is None:
            self._parts.append(chunk)
        elif self._line is None:
            self._parts.append(chunk)
            line, newline, rest = b"".join(self._parts).partition(b"\n")
            if newline:
                self._line, self._parts = line, []
                if rest:
                    self._sink(rest)
        else:
            self._sink(chunk)

    def divide(self) -> tuple[bytes, bytes]:
        """The line and, where there is no sink, the payload."""
        if self._line is not None:
            return self._line, b""
        line, _newline, payload = b"".join(self._parts).partition(b"\n")
        return line, payload


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """End the child and whatever it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # nobody of the group is left


def _interpret(status: int, collected: _Collected) -> Answer:
    line, payload = collected.divide()
    if status == CUT_SHORT:
        raise ReadingFailure("damaged")
    if status != 0:
        raise ReadingFailure("too_slow" if status in STOPPED_BY_LIMIT else "crashed")
    try:
        header = json.loads(line)
    except ValueError as error:
        raise ReadingFailure("crashed") from error
    if "failure" in header:
        raise ReadingFailure(header["failure"])
    return Answer(header, payload)
