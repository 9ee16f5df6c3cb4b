"""A parser may crash, hang or grow: the caller lives on and learns a code."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from documents.records.sandbox import (
    FAILURES,
    Answer,
    Limits,
    ReadingFailure,
    bubblewrap_works,
    run_parser,
)
from tests.processes import children_of, is_alive

SHORT = Limits(cpu_seconds=1, wall_seconds=3, output=1_000_000)
walls = pytest.mark.parametrize("walled", [True, False])


def run(parser: str, source: Path | bytes = b"", *, walled: bool, **arguments: object) -> Answer:
    if walled and not bubblewrap_works():
        pytest.skip("bubblewrap does not work here")
    return run_parser(parser, source, dict(arguments), limits=SHORT, use_bubblewrap=walled)


@walls
@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("abort", "crashed"),
        ("raise", "crashed"),
        ("hang", "too_slow"),
        ("spin", "too_slow"),
        ("eat", "too_big"),
        ("shout", "too_big"),
    ],
)
def test_every_way_to_fail_has_its_code(walled: bool, how: str, code: str) -> None:  # noqa: FBT001
    with pytest.raises(ReadingFailure) as failure:
        run("misbehave", walled=walled, how=how, amount=5_000_000)
    assert failure.value.code == code
    assert str(failure.value.sentence).endswith(".")


@walls
def test_noise_of_a_library_does_not_reach_the_answer(walled: bool) -> None:  # noqa: FBT001
    assert run("misbehave", walled=walled, how="litter") == Answer({}, b"")


@walls
def test_the_child_sees_no_secret_of_ours(walled: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    monkeypatch.setenv("SECRET_KEY", "canary")
    environment = run("look_around", walled=walled).header["environment"]
    assert set(environment) <= {"LC_CTYPE", "PWD"}


def test_behind_the_wall_there_is_no_network_and_no_host(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("canary")
    answer = run("look_around", walled=True, paths=[str(secret), "/etc/passwd"])
    assert answer.header["visible"] == []
    assert answer.header["networks"] in (["lo"], [])


@walls
def test_bytes_and_paths_are_read_alike(walled: bool, tmp_path: Path) -> None:  # noqa: FBT001
    path = tmp_path / "file"
    path.write_bytes(b"four")
    assert run("look_around", path, walled=walled).header["bytes"] == 4
    assert run("look_around", b"four", walled=walled).header["bytes"] == 4


def test_the_wall_is_found_where_our_search_path_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ReadingFailure):  # it was started, since what is not found says so
        run_parser("look_around", b"", limits=SHORT, use_bubblewrap=True)


def test_nothing_is_left_running_after_a_hang() -> None:
    started = time.monotonic()
    with pytest.raises(ReadingFailure):
        run("misbehave", walled=False, how="hang")
    assert time.monotonic() - started < 10
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


CALLER = """
from documents.records.sandbox import Limits, run_parser
run_parser("misbehave", b"", {{"how": "hang"}}, limits=Limits(wall_seconds=60), use_bubblewrap={})
"""


@walls
def test_a_child_does_not_outlive_a_caller_that_is_killed(walled: bool) -> None:  # noqa: FBT001
    if walled and not bubblewrap_works():
        pytest.skip("bubblewrap does not work here")
    caller = subprocess.Popen([sys.executable, "-c", CALLER.format(walled)])
    until = time.monotonic() + 30
    while not children_of(caller.pid):
        assert time.monotonic() < until
        time.sleep(0.05)
    time.sleep(1)  # the child is past its start, and hangs
    below = children_of(caller.pid)
    assert below
    caller.kill()
    caller.wait()
    while any(is_alive(child) for child in below):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_an_unknown_code_is_a_crash() -> None:
    assert ReadingFailure("what is this").code == "crashed"


def test_a_failure_says_nothing_of_the_file() -> None:
    assert [str(ReadingFailure(code)) for code in FAILURES] == list(FAILURES)


class Alphabet:
    """A file that exists nowhere, as large as one likes; its byte at n is n modulo 251."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.asked: list[tuple[int, int]] = []

    def read_at(self, offset: int, size: int, /) -> bytes:
        self.asked.append((offset, size))
        return bytes(at % 251 for at in range(offset, min(offset + size, self.size)))


@walls
def test_a_child_reads_parts_of_a_file_that_it_is_never_given(walled: bool) -> None:  # noqa: FBT001
    if walled and not bubblewrap_works():
        pytest.skip("bubblewrap does not work here")
    source, parts = Alphabet(1 << 40), list[bytes]()
    answer = run_parser(
        "read_ranges",
        source,
        {"ranges": [[1 << 39, 5], [0, 3], [(1 << 40) - 2, 10]]},
        limits=SHORT,
        use_bubblewrap=walled,
        sink=parts.append,
    )
    assert answer == Answer({"end": 1 << 40}, b"")
    expected = [*range(1 << 39, (1 << 39) + 5), *range(3), (1 << 40) - 2, (1 << 40) - 1]
    assert b"".join(parts) == bytes(at % 251 for at in expected)
    assert sum(size for _offset, size in source.asked) < 1_000_000


@walls
def test_what_fails_after_the_answer_began_is_a_failure(walled: bool) -> None:  # noqa: FBT001
    if walled and not bubblewrap_works():
        pytest.skip("bubblewrap does not work here")
    with pytest.raises(ReadingFailure) as failure:
        run_parser(
            "read_ranges",
            Alphabet(100),
            {"ranges": [[0, 5], [0, -1]]},
            limits=SHORT,
            use_bubblewrap=walled,
            sink=lambda _part: None,
        )
    assert failure.value.code == "damaged"


@pytest.mark.parametrize("question", ["", "00", "ff" * 16, "00" * 15])
def test_a_child_that_asks_badly_or_never_is_ended(question: str) -> None:
    arguments = {"question": question}
    with pytest.raises(ReadingFailure) as failure:
        run_parser("ask_badly", Alphabet(100), arguments, limits=Limits(wall_seconds=2))
    assert failure.value.code == "too_slow"


def test_what_goes_wrong_with_the_source_or_with_the_sink_reaches_the_caller() -> None:
    class Gone(Alphabet):
        def read_at(self, offset: int, size: int, /) -> bytes:
            raise FileNotFoundError(offset, size)

    with pytest.raises(FileNotFoundError):
        run_parser("read_ranges", Gone(100), {"ranges": [[0, 5]]}, limits=SHORT)

    def refuse(part: bytes) -> None:
        raise ValueError(len(part))

    with pytest.raises(ValueError, match="5"):
        run_parser("read_ranges", Alphabet(100), {"ranges": [[0, 5]]}, limits=SHORT, sink=refuse)
