"""The table of contents of a zip archive, checked before anything in it is unpacked.

Read strictly: what two unpackers could understand in two ways is not opened. Nothing is ever
unpacked to a name; an entry is known by its number, and read by its place.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from documents.records.parsers.answers import Answer, Unreadable

END: Final = struct.Struct("<4s4H2LH")
END_64: Final = struct.Struct("<4sQ2H2L4Q")
LOCATOR_64: Final = struct.Struct("<4sLQL")
CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
LOCAL_SIZE: Final = 30
LONGEST_COMMENT: Final = 0xFFFF
NOT_HERE: Final = 0xFFFFFFFF
SIZES_64: Final = 0x0001
UNICODE_NAME: Final = 0x7075
LOCKED: Final = 1 | 1 << 6 | 1 << 13
UTF_8: Final = 1 << 11
KIND_OF_FILE: Final = 0o170000
PLAIN_FILE: Final = 0o100000
FOLDER: Final = 0o040000


@dataclass
class Entry:
    """One line of the table. `mode` is what a Unix system says of the file, else 0."""

    number: int
    name: str
    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    mode: int
    end: int = 0
    """Where at the latest its bytes end: the next entry, or the table."""

    def describe(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "name": self.name,
            "size": self.size,
            "is_folder": self.raw_name.endswith((b"/", b"\\")) or self._is(FOLDER),
            "is_plain": not self.mode & KIND_OF_FILE or self._is(PLAIN_FILE),
            "is_locked": bool(self.flags & LOCKED),
            "place": {
                "offset": self.offset,
                "end": self.end,
                "flags": self.flags,
                "method": self.method,
                "crc": self.crc,
                "packed": self.packed,
                "size": self.size,
                "name_size": len(self.raw_name),
                "name_crc": zlib.crc32(self.raw_name),
            },
        }

    def _is(self, kind: int) -> bool:
        return self.mode & KIND_OF_FILE == kind


@dataclass(frozen=True)
class Table:
    """Where the table of contents stands, and how many lines it says that it has."""

    offset: int
    size: int
    count: int


def list_zip(file: BinaryIO, request: dict[str, Any]) -> Answer:
    """Every entry with its place. Refuses archives in which entries overlap, or that are bombs."""
    whole = file.seek(0, 2)
    table = _find_table(file, whole)
    if table.count > request["max_entries"] or table.size > request["max_table"]:
        raise Unreadable("too_many_files")
    file.seek(table.offset)
    entries = _read_entries(file.read(table.size), table.count)
    _require_apart(entries, table.offset)
    unpacked = sum(entry.size for entry in entries)
    if unpacked > request["max_unpacked"] or unpacked > max(
        whole * request["max_ratio"], request["always_allowed"]
    ):
        raise Unreadable("unpacks_too_big")
    return {"entries": [entry.describe() for entry in entries]}, b""


def _find_table(file: BinaryIO, whole: int) -> Table:
    file.seek(max(whole - END.size - LONGEST_COMMENT, 0))
    tail = file.read()
    found = [at for at in _find_all(tail, b"PK\x05\x06") if _reaches_end(tail, at)]
    if len(found) != 1:
        raise Unreadable("damaged")
    at = whole - len(tail) + found[0]
    end = END.unpack_from(tail, found[0])
    _mark, disk, table_disk, here, count, size, offset, _comment = end
    if max(disk, table_disk, here, count) == 0xFFFF or NOT_HERE in (size, offset):  # noqa: PLR2004
        return _find_large_table(file, at)
    if disk or table_disk or here != count:
        raise Unreadable("in_parts")
    return _place_table(offset, size, count, before=at)


def _find_all(data: bytes, mark: bytes) -> list[int]:
    found, at = [], data.find(mark)
    while at >= 0:
        found.append(at)
        at = data.find(mark, at + 1)
    return found


def _reaches_end(tail: bytes, at: int) -> bool:
    if at + END.size > len(tail):
        return False
    return bool(at + END.size + END.unpack_from(tail, at)[-1] == len(tail))


def _find_large_table(file: BinaryIO, end: int) -> Table:
    """The table of an archive beyond 4 GiB or 65,535 entries."""
    mark, disk, at, disks = _unpack(LOCATOR_64, file, end - LOCATOR_64.size)
    if mark != b"PK\x06\x07":
        raise Unreadable("damaged")
    large = _unpack(END_64, file, at)
    mark, length, _made, _needs, this_disk, table_disk, here, count, size, offset = large
    if mark != b"PK\x06\x06" or at + 12 + length != end - LOCATOR_64.size:
        raise Unreadable("damaged")
    if disk or disks > 1 or this_disk or table_disk or here != count:
        raise Unreadable("in_parts")
    return _place_table(offset, size, count, before=at)


def _place_table(offset: int, size: int, count: int, *, before: int) -> Table:
    """The table ends where its end record begins: else something was put in front or between."""
    if not count:
        raise Unreadable("nothing_inside")
    if offset + size != before or count * CENTRAL.size > size:
        raise Unreadable("damaged")
    return Table(offset, size, count)


def _unpack(form: struct.Struct, file: BinaryIO, at: int) -> tuple[Any, ...]:
    if at < 0:
        raise Unreadable("damaged")
    file.seek(at)
    data = file.read(form.size)
    if len(data) != form.size:
        raise Unreadable("damaged")
    return form.unpack(data)


def _read_entries(table: bytes, count: int) -> list[Entry]:
    entries, at = [], 0
    for number in range(1, count + 1):
        if at + CENTRAL.size > len(table):
            raise Unreadable("damaged")
        fields = CENTRAL.unpack_from(table, at)
        mark, made, _needs, flags, method, _time, _date, crc, packed, size = fields[:10]
        name_size, extra_size, comment_size, disk, _inside, outside, offset = fields[10:]
        at += CENTRAL.size
        raw_name, extra = table[at : at + name_size], table[at + name_size :][:extra_size]
        at += name_size + extra_size + comment_size
        if mark != b"PK\x01\x02" or at > len(table):
            raise Unreadable("damaged")
        if disk not in {0, 0xFFFF}:
            raise Unreadable("in_parts")
        extras = _read_extras(extra)
        size, packed, offset = _read_large(extras.get(SIZES_64, b""), size, packed, offset)
        name = _read_name(raw_name, flags, extras.get(UNICODE_NAME, b""))
        mode = outside >> 16 if made >> 8 in {3, 19} else 0
        entries.append(
            Entry(number, name, raw_name, flags, method, crc, packed, size, offset, mode)
        )
    if at != len(table):
        raise Unreadable("damaged")
    return entries


def _read_extras(extra: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        found.setdefault(kind, extra[at + 4 : at + 4 + length])
        at += 4 + length
    return found


def _read_large(large: bytes, *values: int) -> list[int]:
    """The sizes and the offset; those that do not fit into four bytes stand in the extra field."""
    read, at = [], 0
    for value in values:
        if value != NOT_HERE:
            read.append(value)
            continue
        if at + 8 > len(large):
            raise Unreadable("damaged")
        read.append(struct.unpack_from("<Q", large, at)[0])
        at += 8
    return read


def _read_name(raw: bytes, flags: int, told: bytes) -> str:
    """The name in UTF-8 where the archive or its bytes say so, else in the letters of old DOS."""
    if len(told) > 5 and struct.unpack_from("<L", told, 1)[0] == zlib.crc32(raw):  # noqa: PLR2004
        raw, flags = told[5:], flags | UTF_8
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace") if flags & UTF_8 else raw.decode("cp437")


def _require_apart(entries: list[Entry], table: int) -> None:
    """No byte belongs to two entries, and none stands before the first: give each its end."""
    ordered = sorted(entries, key=lambda entry: entry.offset)
    if ordered[0].offset != 0:
        raise Unreadable("damaged")
    following = [*(entry.offset for entry in ordered[1:]), table]
    for entry, end in zip(ordered, following, strict=True):
        if entry.offset + LOCAL_SIZE + len(entry.raw_name) + entry.packed > end:
            raise Unreadable("overlapping")
        entry.end = end
