"""`manage.py serve` runs a whole installation, and takes it away again."""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from navigator.embedded_broker import find_broker_socket
from tests.platform.test_supervisor import wait_for
from tests.processes import is_alive
from tests.servers import find_free_port

pytestmark = pytest.mark.alone

ROOT = Path(__file__).resolve().parents[2]


class Served:
    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.port = find_free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.variables = {
            name: value
            for name, value in os.environ.items()
            if name not in ("DATABASE_URL", "BROKER_URL", "CACHE_URL", "PORT", "SITE_URL")
        } | {"DATA_DIR": str(data_dir)}
        self.process = self.start()

    def start(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(self.port)],
            cwd=ROOT,
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def numbers(self) -> dict[str, int]:
        found: dict[str, int] = json.loads((self.data_dir / "run/programs.json").read_text())
        return found

    def ask(self, path: str) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path)
            return connection.getresponse().read()
        finally:
            connection.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    # A path longer than a socket's address may be.
    served = Served(tmp_path_factory.mktemp("data") / "of-an-installation-far-down" / ("x" * 90))
    try:
        assert served.process.stdout is not None
        line = served.process.stdout.readline()
        assert line == f"Navigator runs at {served.address} until Ctrl-C.\n"
        yield served
    finally:
        served.process.terminate()
        served.process.communicate(timeout=30)


def test_it_may_take_traffic_once_it_says_so(served: Served) -> None:
    answer = json.loads(served.ask("/readyz"))
    assert (answer["ready"], answer["down"]) == (True, {})


def test_a_second_start_says_where_the_first_is(served: Served) -> None:
    second = served.start()
    out, said = second.communicate(timeout=180)
    assert second.returncode == 1
    assert out == ""
    assert f"Navigator already runs at {served.address}" in said
    assert said.count("\n") == 1


def test_nobody_is_turned_away_while_a_killed_web_server_restarts(served: Served) -> None:
    first = served.numbers()["web"]
    os.kill(first, signal.SIGKILL)
    try:
        answer = served.ask("/healthz")
    except (http.client.RemoteDisconnected, ConnectionResetError):
        # A process that died a moment later had taken it; a browser asks again by itself.
        answer = served.ask("/healthz")
    assert answer == b"ok"
    wait_for(lambda: served.numbers().get("web") not in (None, first))


def test_a_killed_broker_comes_back(served: Served) -> None:
    os.kill(served.numbers()["broker"], signal.SIGKILL)
    wait_for(lambda: json.loads(served.ask("/readyz"))["down"] == {})


def test_ctrl_c_stops_everything(served: Served) -> None:
    numbers = served.numbers()
    assert numbers.keys() == {"broker", "web", "worker", "timetable"}
    served.process.send_signal(signal.SIGINT)
    served.process.wait(timeout=90)
    assert [name for name, number in numbers.items() if is_alive(number)] == []
    assert not find_broker_socket(served.data_dir).parent.exists()
