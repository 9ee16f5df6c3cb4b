"""A file that is not here: its bytes are asked for, range by range, of the process that has it.

Asked are an offset and a size, both numbers of eight bytes; answered are a number of four bytes
and as many bytes. What is at the other end opens a sealed file chunk by chunk, so that neither
side ever holds the whole.
"""

from __future__ import annotations

import io
import os
import struct
from typing import Any

ASKED = struct.Struct(">QQ")
ANSWERED = struct.Struct(">I")
MOST = 1 << 20
BUFFER = 128 * 1024


class DistantFile(io.RawIOBase):
    """Looks like an open file; reads through a descriptor at whose other end the bytes are."""

    name = ""  # libraries ask for it; there is none

    def __init__(self, descriptor: int, size: int) -> None:
        super().__init__()
        self.line = descriptor
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise OSError("before the beginning")
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        size = min(len(buffer), max(self._size - self._at, 0), MOST)
        if not size:
            return 0
        os.write(self.line, ASKED.pack(self._at, size))
        (length,) = ANSWERED.unpack(self._take(ANSWERED.size))
        buffer[:length] = self._take(length)
        self._at += length
        return int(length)

    def _take(self, size: int) -> bytes:
        parts = bytearray()
        while len(parts) < size:
            part = os.read(self.line, size - len(parts))
            if not part:
                raise EOFError("nobody answers")
            parts += part
        return bytes(parts)


def open_distant(descriptor: int, size: int) -> io.BufferedReader:
    """The distant file, buffered."""
    return io.BufferedReader(DistantFile(descriptor, size), BUFFER)
