"""Which programs an embedded installation consists of, from its settings."""

import contextlib
import http
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from types import FrameType

from django.conf import settings
from django.core.management.base import CommandError

from navigator.embedded_broker import (
    NoBroker,
    find_broker_socket,
    remove_broker_socket,
    write_broker_command,
)
from navigator.supervisor import ALREADY_RUNNING, LISTENER, Plan, Program

QUEUES = "interactive,heavy,mail"
LONGEST_START = 120.0


def list_programs(*, web: bool) -> list[Program]:
    """In the order in which they start."""
    celery = [sys.executable, "-m", "celery", "--app", "navigator"]
    programs = []
    own_socket = find_broker_socket(settings.DATA_DIR)
    if f"redis+socket://{own_socket}" == settings.BROKER_URL:
        try:
            command = write_broker_command(settings.DATA_DIR)
        except NoBroker as problem:
            raise CommandError(str(problem)) from problem
        programs.append(Program("broker", command, patience=3, ready_socket=str(own_socket)))
    if web:
        programs.append(Program("web", write_web_command(), patience=6))
    programs += [
        Program(
            "worker",
            [
                *(*celery, "worker", "--pool", "prefork", "--queues", QUEUES),
                *("--concurrency", os.environ.get("WORKER_PROCESSES", "2")),
                *("--loglevel", "INFO", "--without-gossip", "--without-mingle"),
            ],
            patience=8,
        ),
        Program(
            "timetable",
            [
                *(*celery, "beat", "--loglevel", "WARNING", "--pidfile", ""),
                *("--schedule", str(settings.DATA_DIR / "run" / "timetable")),
            ],
            patience=5,
        ),
    ]
    return programs


def write_web_command() -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "navigator.wsgi:application"),
        *("--bind", f"fd://{LISTENER}"),
        # Loaded once and forked: half the time to start, and the memory is shared.
        *("--preload", "--worker-class", "gthread", "--threads", "4"),
        *("--workers", os.environ.get("WEB_PROCESSES", "2")),
        *("--timeout", "60", "--graceful-timeout", "4"),
    ]


@contextlib.contextmanager
def supervise(*, host: str, port: int) -> Iterator["subprocess.Popen[str]"]:
    """Run the installation while the block runs; `host` empty: without the web server.

    SIGTERM ends the block as Ctrl-C does, and both stop the programs in order. The
    supervisor has a process group of its own, so that Ctrl-C reaches it only through us.
    """
    if host:
        require_free_port(host, port)
    plan = Plan(
        data_dir=str(settings.DATA_DIR),
        programs=list_programs(web=bool(host)),
        variables={"DJANGO_SETTINGS_MODULE": "navigator.settings"},
        host=host,
        port=port,
        parent=os.getpid(),
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "navigator.supervisor"],
        stdin=subprocess.PIPE,
        cwd=settings.BASE_DIR,
        text=True,
        process_group=0,
    )
    # A shell starts what it puts in the background with Ctrl-C ignored; here it always counts.
    before = {each: signal.signal(each, interrupt) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        with supervisor.stdin or contextlib.nullcontext() as pipe:
            if pipe is not None:
                pipe.write(plan.write())
        yield supervisor
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        supervisor.terminate()
        supervisor.wait()
        if supervisor.returncode != ALREADY_RUNNING:
            remove_broker_socket(settings.DATA_DIR)


def require_free_port(host: str, port: int) -> None:
    """Refuse before anything starts; whoever answers there would be taken for us."""
    try:
        socket.create_server((host, port)).close()
    except OSError as problem:
        raise CommandError(
            f"Port {port} of {host} is not free ({problem.strerror}): choose another with --port."
        ) from problem


def interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def wait_until_ready(supervisor: "subprocess.Popen[str]", *, host: str, port: int) -> None:
    """Wait for `/readyz` to say yes; leave with the supervisor's code if it gave up."""
    gives_up_at = time.monotonic() + LONGEST_START
    answer = "nothing"
    while time.monotonic() < gives_up_at:
        if (code := supervisor.poll()) is not None:
            sys.exit(code)
        connection = http.client.HTTPConnection(host, port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            response = connection.getresponse()
            answer = response.read().decode(errors="replace").strip()
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
            continue
        finally:
            connection.close()
        if response.status == http.HTTPStatus.OK and supervisor.poll() is None:
            return
        time.sleep(0.2)
    raise CommandError(
        f"Navigator started, but was not ready in {LONGEST_START:.0f} seconds; it says: {answer}. "
        f"Its logs are in {settings.DATA_DIR / 'logs'}."
    )


def use_port(port: int) -> None:
    """Run this command again with PORT in its environment, so that the settings know it.

    Addresses in letters come from the settings, which were read before the option was.
    """
    if os.environ.get("PORT", "8000") != str(port):
        os.environ["PORT"] = str(port)
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def read_port() -> int:
    given = os.environ.get("PORT", "8000")
    if not given.isdecimal():
        raise CommandError(f"PORT is {given!r}, which is not a number.")
    return int(given)
