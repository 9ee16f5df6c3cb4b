"""The table of contents of a zip is believed only where it can be understood in one way."""

import io
import struct
import zipfile
from typing import Any

import pytest

from documents.records.archives import LIST_ARGUMENTS, list_entries
from documents.records.sandbox import ReadingFailure, bubblewrap_works, run_parser
from tests.records.discs import change, find_central, name_entry, overlap, pack
from tests.records.test_sandbox import walls

PAPER = b"Ki-67: 9%. " * 50
TWO = pack([("a.txt", PAPER), ("b.txt", PAPER[::-1])])


class Held:
    """A file in memory of which any part can be had, that remembers how much was asked for."""

    def __init__(self, data: bytes) -> None:
        self.data, self.size, self.read = data, len(data), 0

    def read_at(self, offset: int, size: int) -> bytes:
        self.read += size
        return self.data[offset : offset + size]


def list_all(data: bytes, **changed: int) -> list[dict[str, Any]]:
    arguments = {**LIST_ARGUMENTS, **changed}
    entries: list[dict[str, Any]] = run_parser("list_zip", Held(data), arguments).header["entries"]
    return entries


def refusal_of(data: bytes, **changed: int) -> str:
    with pytest.raises(ReadingFailure) as refused:
        list_all(data, **changed)
    assert str(refused.value.sentence).endswith(".")
    return refused.value.code


def read_entry(data: bytes, place: int = 0) -> bytes:
    return run_parser("read_paper", Held(data), {"place": list_all(data)[place]["place"]}).payload


def entry_refusal(data: bytes, place: int = 0) -> str:
    with pytest.raises(ReadingFailure) as refused:
        read_entry(data, place)
    return refused.value.code


def make_large() -> bytes:
    """An archive that says its sizes and places in eight bytes, as those beyond 4 GiB do."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w") as archive,
        archive.open("a.txt", "w", force_zip64=True) as entry,
    ):
        entry.write(PAPER)
    data = out.getvalue()
    at = find_central(data)
    end = data.index(b"PK\x05\x06")
    name = b"a.txt"
    extra = struct.pack("<HHQQQ", 1, 24, len(PAPER), len(PAPER), 0)
    line = bytearray(data[at:end])
    line[20:28] = b"\xff" * 8
    line[30:32] = struct.pack("<H", len(extra))
    line[42:46] = b"\xff" * 4
    table = bytes(line[:46]) + name + extra
    record = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, len(table), at)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at + len(table), 1)
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, *[0xFFFFFFFF] * 2, 0)
    return data[:at] + table + record + locator + tail


def test_an_archive_is_listed_from_its_end_alone() -> None:
    data = pack([("scan.bin", b"\x01\x02\x03" * 700_000)], compress=zipfile.ZIP_STORED)
    held = Held(data)
    entries = run_parser("list_zip", held, LIST_ARGUMENTS).header["entries"]
    assert [(one["number"], one["name"], one["size"]) for one in entries] == [
        (1, "scan.bin", 2_100_000)
    ]
    assert held.read < 600_000


@walls
def test_an_entry_is_unpacked_whole(walled: bool) -> None:  # noqa: FBT001
    if walled and not bubblewrap_works():
        pytest.skip("bubblewrap does not work here")
    for compress in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        data = pack([("a.txt", PAPER), ("long.txt", PAPER * 5000)], compress=compress)
        place = list_all(data)[1]["place"]
        answer = run_parser("read_paper", Held(data), {"place": place}, use_bubblewrap=walled)
        assert answer.payload == PAPER * 5000


def test_archives_beyond_four_gibibytes_say_their_sizes_elsewhere() -> None:
    data = make_large()
    (entry,) = list_all(data)
    assert entry["size"] == len(PAPER)
    assert read_entry(data) == PAPER


def test_sizes_that_stand_behind_an_entry_are_those_of_the_table() -> None:
    out = io.BytesIO()

    class Pipe(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            return out.write(data)

    with zipfile.ZipFile(Pipe(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", PAPER)
    assert read_entry(out.getvalue()) == PAPER


@pytest.mark.parametrize(
    ("raw", "flags", "shown"),
    [
        ("Отчёт.pdf".encode(), 1 << 11, "Отчёт.pdf"),
        ("Отчёт.pdf".encode(), 0, "Отчёт.pdf"),
        ("informe_médico.pdf".encode("cp437"), 0, "informe_médico.pdf"),
        (b"bad\xff\xfe.pdf", 1 << 11, "bad\ufffd\ufffd.pdf"),
    ],
)
def test_names_are_read_in_their_letters(raw: bytes, flags: int, shown: str) -> None:
    data = pack([("x" * len(raw), PAPER)]).replace(b"x" * len(raw), raw)
    data = change(data, find_central(data) + 8, "<H", flags)
    assert list_all(data)[0]["name"] == shown


def in_front(data: bytes) -> bytes:
    """Other bytes in front, and the places mended so that lenient unpackers go on."""
    return b"GIF89a" + data


REFUSED = {
    "cut in the middle": (TWO[: len(TWO) // 2], "damaged"),
    "cut by one byte": (TWO[:-1], "damaged"),
    "something behind the end": (TWO + b"!", "damaged"),
    "something in front": (in_front(TWO), "damaged"),
    "two ends, one in the comment of the other": (
        change(TWO, len(TWO) - 2, "<H", 22) + TWO[-22:],
        "damaged",
    ),
    "without an entry": (pack([]), "nothing_inside"),
    "entries over one another": (overlap(TWO), "overlapping"),
    "an entry that reaches into the next": (
        change(TWO, find_central(TWO) + 20, "<L", 5000),
        "overlapping",
    ),
    "one part of several": (change(TWO, len(TWO) - 18, "<H", 1), "in_parts"),
    "fewer lines than are told": (
        change(TWO, len(TWO) - 12, "<H", 3),
        "in_parts",
    ),
    "more lines than there is room for": (
        change(change(TWO, len(TWO) - 14, "<H", 999), len(TWO) - 12, "<H", 999),
        "damaged",
    ),
    "a line that is none": (TWO.replace(b"PK\x01\x02", b"PK\x09\x09", 1), "damaged"),
    "a place beyond the end": (
        change(TWO, find_central(TWO, 1) + 42, "<L", 1 << 30),
        "overlapping",
    ),
    "large sizes that stand nowhere": (
        change(TWO, find_central(TWO) + 24, "<L", 0xFFFFFFFF),
        "damaged",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_archive_that_can_be_understood_in_two_ways_is_not_opened(name: str) -> None:
    data, code = REFUSED[name]
    assert refusal_of(data) == code


def test_an_archive_may_hold_so_many_entries_and_no_more() -> None:
    assert len(list_all(TWO, max_entries=2)) == 2
    assert refusal_of(TWO, max_entries=1) == "too_many_files"


def test_an_archive_may_unpack_to_so_much_and_no_more() -> None:
    data = pack([("a.txt", bytes(1_000_000)), ("b.txt", bytes(1_000_000))])
    assert len(list_all(data, max_unpacked=2_000_000)) == 2
    assert refusal_of(data, max_unpacked=1_999_999) == "unpacks_too_big"
    assert refusal_of(data, always_allowed=1_999_999) == "unpacks_too_big"
    assert len(list_all(data, always_allowed=2_000_000)) == 2
    assert len(list_all(data, always_allowed=0, max_ratio=1000)) == 2


def test_a_bomb_is_known_before_anything_is_unpacked() -> None:
    bomb = pack([(f"{number}.txt", bytes(40_000_000)) for number in range(3)])
    assert refusal_of(bomb) == "unpacks_too_big"


def test_an_entry_that_unpacks_to_far_more_than_it_is_is_not_opened() -> None:
    bomb = pack([("a.txt", bytes(20_000_000)), ("b.txt", PAPER)])
    codes = {one.number: one.refusal_code for one in list_entries(Held(bomb))}
    assert codes == {1: "unpacks_too_big", 2: ""}


def test_an_entry_that_hides_its_size_ends_where_the_table_says() -> None:
    data = pack([("a.txt", PAPER)])
    for at, size in ((find_central(data) + 24, 100), (22, 100)):
        data = change(data, at, "<L", size)
    assert entry_refusal(data) == "damaged"


@pytest.mark.parametrize(
    ("at", "form", "value"),
    [(8, "<H", 0), (14, "<L", 7), (18, "<L", 7), (22, "<L", 7), (6, "<H", 1), (30, "<B", 98)],
)
def test_an_entry_that_says_another_thing_than_the_table_is_not_opened(
    at: int, form: str, value: int
) -> None:
    assert entry_refusal(change(TWO, at, form, value)) == "headers_differ"
    assert read_entry(change(TWO, at, form, value), 1) == PAPER[::-1]


def test_bytes_that_are_not_those_that_were_packed_are_found_out() -> None:
    stored = pack([("a.txt", PAPER)], compress=zipfile.ZIP_STORED)
    assert entry_refusal(change(stored, 60, "<B", 0)) == "damaged"
    assert entry_refusal(change(TWO, 50, "<L", 0xFFFFFFFF)) == "damaged"


def test_other_ways_to_pack_are_not_opened() -> None:
    data = pack([("a.txt", PAPER)], compress=zipfile.ZIP_BZIP2)
    assert entry_refusal(data) == "packed_otherwise"


def test_an_archive_that_is_locked_as_a_whole_says_so() -> None:
    data = TWO
    for place in (0, 1):
        data = change(data, find_central(data, place) + 8, "<H", 1)
        codes = [one.refusal_code for one in list_entries(Held(data))] if not place else []
        assert codes in ([], ["locked", ""])
    with pytest.raises(ReadingFailure) as refused:
        list_entries(Held(data))
    assert refused.value.code == "locked_archive"


def test_links_and_other_things_that_are_no_files_are_not_opened() -> None:
    modes = {"link.pdf": 0o120777, "pipe.pdf": 0o010644, "paper.pdf": 0o100644, "dos.pdf": 0}
    data = pack([(name_entry(name, mode=mode), b"/etc/passwd") for name, mode in modes.items()])
    codes = {one.raw_name: one.refusal_code for one in list_entries(Held(data))}
    assert codes == {"link.pdf": "link", "pipe.pdf": "link", "paper.pdf": "", "dos.pdf": ""}


def test_folders_are_no_files() -> None:
    folder = name_entry("papers/", mode=0o040755)
    assert [
        one.raw_name for one in list_entries(Held(pack([(folder, b""), ("papers/a", PAPER)])))
    ] == ["papers/a"]
