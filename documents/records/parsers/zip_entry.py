"""One entry of a zip archive, unpacked while it is read and never beyond what the table says."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any, BinaryIO, Final

from documents.records.parsers.answers import Unreadable
from documents.records.parsers.zip_directory import LOCKED, NOT_HERE

LOCAL: Final = struct.Struct("<4s5H3L2H")
STORED: Final = 0
DEFLATED: Final = 8
SIZES_FOLLOW: Final = 1 << 3
AT_ONCE: Final = 256 * 1024


class EntryFile(io.RawIOBase):
    """Looks like an open file. Going back means unpacking from the start again."""

    name = ""  # libraries ask for it; there is none

    def __init__(self, file: BinaryIO, place: dict[str, Any]) -> None:
        super().__init__()
        self._file = file
        self._place = place
        self._start = _find_data(file, place)
        self._rewind()

    def _rewind(self) -> None:
        self._at = 0
        self._taken = 0
        self._crc = 0
        self._inflate = None if self._place["method"] == STORED else zlib.decompressobj(-15)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._place["size"]}[whence]
        wanted = min(base + offset, self._place["size"])
        if wanted < 0:
            raise OSError("before the beginning")
        if wanted < self._at:
            self._rewind()
        while self._at < wanted and self.read(min(wanted - self._at, AT_ONCE)):
            pass
        return self._at

    def readinto(self, buffer: Any) -> int:
        size = min(len(buffer), AT_ONCE)
        data = self._unpack(size) if size else b""
        buffer[: len(data)] = data
        self._at += len(data)
        self._crc = zlib.crc32(data, self._crc)
        if self._at > self._place["size"]:
            raise Unreadable("damaged")
        if size and not data:
            self._require_whole()
        return len(data)

    def _unpack(self, size: int) -> bytes:
        if self._inflate is None:
            return self._take(size)
        try:
            while not self._inflate.eof:
                packed = self._inflate.unconsumed_tail or self._take(AT_ONCE)
                data = self._inflate.decompress(packed, size)
                if data or not packed:
                    return data
        except zlib.error:
            raise Unreadable("damaged") from None
        return b""

    def _take(self, size: int) -> bytes:
        """The next packed bytes; the line is asked from where this entry stands."""
        size = min(size, self._place["packed"] - self._taken)
        self._file.seek(self._start + self._taken)
        data = self._file.read(size)
        self._taken += len(data)
        return data

    def _require_whole(self) -> None:
        if (self._at, self._crc) != (self._place["size"], self._place["crc"]):
            raise Unreadable("damaged")


def open_entry(file: BinaryIO, place: dict[str, Any]) -> io.BufferedReader:
    """The entry, buffered. Raises Unreadable where its own header says another thing."""
    return io.BufferedReader(EntryFile(file, place), AT_ONCE)


def _find_data(file: BinaryIO, place: dict[str, Any]) -> int:
    """Where the packed bytes begin, if the entry's own header agrees with the table."""
    file.seek(place["offset"])
    data = file.read(LOCAL.size)
    if len(data) != LOCAL.size:
        raise Unreadable("damaged")
    mark, _needs, flags, method, _time, _date, crc, packed, size, name_size, extra_size = (
        LOCAL.unpack(data)
    )
    name = file.read(name_size)
    same = (
        mark == b"PK\x03\x04"
        and method == place["method"]
        and flags & (LOCKED | SIZES_FOLLOW) == place["flags"] & (LOCKED | SIZES_FOLLOW)
        and (len(name), zlib.crc32(name)) == (place["name_size"], place["name_crc"])
        and (flags & SIZES_FOLLOW or _agree(place, crc, packed, size))
    )
    if not same:
        raise Unreadable("headers_differ")
    if method not in {STORED, DEFLATED}:
        raise Unreadable("packed_otherwise")
    start = int(place["offset"] + LOCAL.size + name_size + extra_size)
    if start + place["packed"] > place["end"]:
        raise Unreadable("overlapping")
    return start


def _agree(place: dict[str, Any], crc: int, packed: int, size: int) -> bool:
    """Sizes that do not fit into the header stand behind it, and are those of the table."""
    return (
        crc == place["crc"]
        and packed in {place["packed"], NOT_HERE}
        and size in {place["size"], NOT_HERE}
    )
