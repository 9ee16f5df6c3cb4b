"""A clamd that speaks INSTREAM on a real socket, and misbehaves when it is told to."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass
class FakeClamd:
    """`mood`: honest, limit (closes at `limit` bytes), hang, close, deaf, babble."""

    mood: str = "honest"
    limit: int = 25 * 1024 * 1024
    scanned: int = 0
    address: str = ""
    end: threading.Event = field(default_factory=threading.Event)

    def serve(self, server: socket.socket) -> None:
        while not self.end.is_set():
            try:
                line, _peer = server.accept()
            except OSError:
                return
            with line:
                try:
                    self.answer(line)
                except OSError:
                    continue

    def answer(self, line: socket.socket) -> None:
        if self.mood == "close":
            return
        if self.mood == "hang":
            self.end.wait(20)
            return
        assert read_exactly(line, 10) == b"zINSTREAM\0"
        seen = b""
        while size := struct.unpack(">I", read_exactly(line, 4))[0]:
            seen += read_exactly(line, size)
            if self.mood == "limit" and len(seen) > self.limit:
                line.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.scanned += 1
        if self.mood == "babble":
            line.sendall(b"UNKNOWN COMMAND\0")
        elif self.mood == "exceeds":
            line.sendall(b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0")
        elif self.mood != "deaf":
            line.sendall(b"stream: Eicar-Signature FOUND\0" if EICAR in seen else b"stream: OK\0")


def read_exactly(line: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = line.recv(size - len(data))
        if not piece:
            raise ConnectionError
        data += piece
    return data


@contextmanager
def run_clamd() -> Iterator[FakeClamd]:
    clamd = FakeClamd()
    with socket.create_server(("127.0.0.1", 0)) as server:
        clamd.address = f"127.0.0.1:{server.getsockname()[1]}"
        thread = threading.Thread(target=clamd.serve, args=(server,), daemon=True)
        thread.start()
        try:
            yield clamd
        finally:
            clamd.end.set()
            server.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=5)
