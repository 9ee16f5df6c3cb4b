"""The supervisor restarts what dies, stops in order and leaves nothing behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from navigator.supervisor import Plan, Program, find_running
from tests.processes import is_alive

ROOT = Path(__file__).resolve().parents[2]
# A program that starts a child of its own, as a worker does, and notes both numbers; the
# child is in a session of its own, out of reach of signals to the group.
FAMILY = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"],
                         start_new_session=True)
with open(sys.argv[1], "a") as notes:
    print(os.getpid(), child.pid, file=notes)
time.sleep(600)
"""
# A program that notes when it is asked to stop.
POLITE = """
import signal, sys, time
def leave(*_):
    with open(sys.argv[1], "a") as notes:
        print(sys.argv[2], file=notes)
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
print("up", flush=True)
time.sleep(600)
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(600)
"""


class Installation:
    """A supervisor that was started as the commands start it."""

    def __init__(self, folder: Path, programs: list[Program], **more: object) -> None:
        self.folder = folder
        self.notes = folder / "notes"
        self.plan = Plan(str(folder), programs, parent=os.getpid(), **more)  # type: ignore[arg-type]  # a test's keywords
        self.guardian = self.start()

    def start(self) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "navigator.supervisor"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
        )
        assert process.stdin is not None
        process.stdin.write(self.plan.write())
        process.stdin.close()
        process.stdin = None  # so that communicate() leaves it alone
        return process

    def numbers(self) -> dict[str, int]:
        try:
            found: dict[str, int] = json.loads((self.folder / "run/programs.json").read_text())
        except (OSError, ValueError):
            return {}
        return found

    def family(self) -> list[int]:
        """Every process that a FAMILY program ever noted."""
        try:
            return [int(word) for word in self.notes.read_text().split()]
        except OSError:
            return []

    def supervisor(self) -> int:
        return find_child(self.guardian.pid)

    def stop(self) -> None:
        if self.guardian.poll() is None:
            self.guardian.terminate()
        self.guardian.communicate(timeout=20)


def find_child(parent: int) -> int:
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            return int(entry.name)
    raise AssertionError(f"process {parent} has no child")


def wait_for(condition: Callable[[], object], seconds: float = 15) -> None:
    gives_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < gives_up_at, "waited in vain"
        time.sleep(0.05)


pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="relies on Linux's prctl and /proc"),
    pytest.mark.alone,
]


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Installation]:
    argv = [sys.executable, "-c", FAMILY, str(tmp_path / "notes")]
    installation = Installation(tmp_path, [Program("family", argv, patience=2)])
    wait_for(lambda: len(installation.family()) == 2)
    wait_for(installation.numbers)
    yield installation
    installation.stop()


def test_a_program_that_dies_is_started_again(family: Installation) -> None:
    first = family.numbers()["family"]
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: family.numbers().get("family") not in (None, first))
    assert not is_alive(first)


def test_a_program_that_keeps_dying_is_started_ever_more_slowly(tmp_path: Path) -> None:
    argv = [
        sys.executable,
        "-c",
        f"print('x', file=open({str(tmp_path / 'starts')!r}, 'a'))",
    ]
    installation = Installation(tmp_path, [Program("short", argv)])
    time.sleep(4)
    installation.stop()
    starts = (tmp_path / "starts").read_text().split()
    assert 3 <= len(starts) <= 5  # at once, then after 0.5, 1 and 2 seconds


@pytest.mark.parametrize("who", ["guardian", "supervisor", "both"])
def test_a_kill_leaves_no_process_behind(family: Installation, who: str) -> None:
    numbers = {"guardian": family.guardian.pid, "supervisor": family.supervisor()}
    program, grandchild = family.family()
    for name, number in numbers.items():
        if who in (name, "both"):
            os.kill(number, signal.SIGKILL)
    wait_for(lambda: not is_alive(program))
    wait_for(lambda: not is_alive(numbers["supervisor"]))
    if who == "supervisor":
        wait_for(lambda: not is_alive(grandchild))
    elif is_alive(grandchild):  # nobody was left to end what had left its parents' house
        os.kill(grandchild, signal.SIGKILL)


def test_a_request_to_stop_leaves_no_process_behind(family: Installation) -> None:
    everybody = [*family.family(), family.supervisor()]
    family.guardian.terminate()
    assert family.guardian.wait(10) == 0
    assert not any(is_alive(number) for number in everybody)


def test_the_death_of_the_command_stops_everything(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", FAMILY, str(tmp_path / "notes")]
    starter = f"""
import os, subprocess, sys
from navigator.supervisor import Plan, Program
plan = Plan({str(tmp_path)!r}, [Program("family", {argv!r}, patience=2)], parent=os.getpid())
process = subprocess.Popen([sys.executable, "-m", "navigator.supervisor"],
                           stdin=subprocess.PIPE, text=True, process_group=0)
process.communicate(plan.write())
"""
    command = subprocess.Popen([sys.executable, "-c", starter], cwd=ROOT)
    notes = tmp_path / "notes"
    wait_for(lambda: notes.exists() and len(notes.read_text().split()) == 2)
    everybody = [int(word) for word in notes.read_text().split()]
    command.kill()
    command.wait()
    wait_for(lambda: not any(is_alive(number) for number in everybody))
    wait_for(lambda: find_running(tmp_path) is None)


def test_programs_stop_in_the_opposite_order(tmp_path: Path) -> None:
    programs = [
        Program(name, [sys.executable, "-c", POLITE, str(tmp_path / "notes"), name])
        for name in ("broker", "worker", "web")
    ]
    installation = Installation(tmp_path, programs)
    wait_for(lambda: all("up" in read(tmp_path / f"logs/{one.name}.log") for one in programs))
    installation.stop()
    assert (tmp_path / "notes").read_text().split() == ["web", "worker", "broker"]


def read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def test_a_program_that_does_not_stop_is_ended_when_patience_is_over(
    tmp_path: Path,
) -> None:
    argv = [sys.executable, "-c", STUBBORN]
    installation = Installation(tmp_path, [Program("stubborn", argv, patience=0.5)])
    wait_for(lambda: "up" in read(tmp_path / "logs/stubborn.log"))
    number = installation.numbers()["stubborn"]
    began = time.monotonic()
    installation.stop()
    assert time.monotonic() - began < 5
    assert not is_alive(number)


def test_a_second_supervisor_of_the_same_data_says_where_the_first_is(
    tmp_path: Path,
) -> None:
    port = find_free_port()
    installation = Installation(tmp_path, [], host="127.0.0.1", port=port)
    wait_for(lambda: find_running(tmp_path))
    second = installation.start()
    _, said = second.communicate(timeout=10)
    installation.stop()
    assert second.returncode == 3
    assert f"already runs at http://127.0.0.1:{port}" in said
    assert find_running(tmp_path) is None


def test_a_port_in_use_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        installation = Installation(tmp_path, [], host="127.0.0.1", port=port)
        _, said = installation.guardian.communicate(timeout=10)
    assert installation.guardian.returncode == 4
    assert said.startswith(f"Port {port} of 127.0.0.1 is not free")
    assert said.count("\n") == 1


def test_visitors_wait_in_line_while_the_web_server_restarts(tmp_path: Path) -> None:
    answering = """
import socket, sys
listener = socket.socket(fileno=int(sys.argv[1]))
visitor, _ = listener.accept()
visitor.sendall(b"answer")
"""
    port = find_free_port()
    program = Program("web", [sys.executable, "-c", answering, "{listener}"])
    installation = Installation(tmp_path, [program], host="127.0.0.1", port=port)
    wait_for(installation.numbers)
    answers = []
    for _ in range(3):  # the program dies after each answer
        with socket.create_connection(("127.0.0.1", port), timeout=10) as visitor:
            answers.append(visitor.recv(100))
    installation.stop()
    assert answers == [b"answer"] * 3


def find_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
