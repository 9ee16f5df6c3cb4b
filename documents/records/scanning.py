"""The check for harmful content, by clamd where one is set up.

What the scanner does not say clearly is not clean: no answer, an answer cut off, a limit of
the scanner's own. Then the file waits, or is kept apart for a person.
"""

import socket
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from django.conf import settings

CONNECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 180.0
SLOWEST: Final = 5 * 1024 * 1024  # bytes a second
SEND_AT_ONCE: Final = 256 * 1024
MAX_ANSWER: Final = 4096


class Verdict(StrEnum):
    """What a check came to, as it stands in `DocumentFile.scan_verdict`."""

    CLEAN = "clean"
    HARMFUL = "harmful"
    NOT_SCANNED = "not_scanned"
    """The scanner did not look at all of it (too large, nested too deep)."""
    NO_SCANNER = "no_scanner"


@dataclass(frozen=True, slots=True)
class Scan:
    verdict: Verdict
    signature: str = ""


class ScannerDown(Exception):
    """The scanner could not be reached, or did not answer in time. Try later."""


class Scanner(Protocol):
    def scan(self, chunks: Iterator[bytes]) -> Scan:
        """Check a file. Raises ScannerDown."""


class NoScanner:
    """Stands where none is set up; the desk says so."""

    def scan(self, chunks: Iterator[bytes]) -> Scan:  # noqa: ARG002  looks at nothing
        return Scan(Verdict.NO_SCANNER)


@dataclass(frozen=True, slots=True)
class ClamdScanner:
    """A client of clamd's INSTREAM; `address` is `host:port` or the path of a socket."""

    address: str
    seconds: float = ANSWER_SECONDS

    def scan(self, chunks: Iterator[bytes]) -> Scan:
        deadline = time.monotonic() + self.seconds
        try:
            with self._connect() as line:
                cut = not _send_stream(line, chunks, deadline)
                answer = _read_answer(line, deadline)
        except OSError as error:
            raise ScannerDown from error
        return read_verdict(answer, cut=cut)

    def _connect(self) -> socket.socket:
        if "/" in self.address:
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(CONNECT_SECONDS)
            try:
                line.connect(self.address)
            except OSError:
                line.close()
                raise
            return line
        host, _colon, port = self.address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_SECONDS)


def _send_stream(line: socket.socket, chunks: Iterator[bytes], deadline: float) -> bool:
    """Send the file in pieces; False where the scanner closed its ear before the end."""
    try:
        _send(line, b"zINSTREAM\0", deadline)
        for chunk in chunks:
            view = memoryview(chunk)
            for at in range(0, len(view), SEND_AT_ONCE):
                piece = view[at : at + SEND_AT_ONCE]
                _send(line, struct.pack(">I", len(piece)), deadline)
                _send(line, piece, deadline)
        _send(line, struct.pack(">I", 0), deadline)
    except (BrokenPipeError, ConnectionResetError):
        return False
    return True


def _send(line: socket.socket, data: bytes | memoryview, deadline: float) -> None:
    line.settimeout(_left(deadline))
    line.sendall(data)


def _read_answer(line: socket.socket, deadline: float) -> bytes:
    answer = b""
    with suppress(ConnectionResetError):
        while b"\0" not in answer and len(answer) < MAX_ANSWER:
            line.settimeout(_left(deadline))
            piece = line.recv(MAX_ANSWER)
            if not piece:
                break
            answer += piece
    return answer.partition(b"\0")[0].strip()


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def read_verdict(answer: bytes, *, cut: bool) -> Scan:
    """What clamd's words mean. Only `stream: OK` to the whole stream is clean.

    Raises ScannerDown where it said nothing, or nothing about this file.
    """
    words = answer.decode("utf-8", "replace")
    if words.endswith(" FOUND"):
        signature = words.removesuffix(" FOUND").partition(": ")[2]
        # With AlertExceedsMax clamd says so where it did not look at everything.
        if signature.startswith("Heuristics.Limits.Exceeded"):
            return Scan(Verdict.NOT_SCANNED, signature[:60])
        return Scan(Verdict.HARMFUL, signature[:60])
    if "size limit exceeded" in words:
        return Scan(Verdict.NOT_SCANNED, "INSTREAM size limit")
    if words == "stream: OK" and not cut:
        return Scan(Verdict.CLEAN)
    raise ScannerDown


def find_scanner(size: int = 0) -> Scanner:
    """The scanner for a file of so many bytes: it is given the longer, the larger the file."""
    if settings.CLAMD_ADDRESS:
        return ClamdScanner(settings.CLAMD_ADDRESS, ANSWER_SECONDS + size / SLOWEST)
    return NoScanner()


def is_scanner_set_up() -> bool:
    """Whether there is a scanner at all; the desk shows it where there is none."""
    return bool(settings.CLAMD_ADDRESS)
