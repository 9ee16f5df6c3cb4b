"""Runs the programs of an installation: starts them, restarts what dies, leaves nothing behind.

    the command (manage.py serve or demo)
     └── guardian      adopts what is orphaned, and kills it when the supervisor is gone
          └── supervisor
               ├── broker, worker, timetable, web   each the head of its own process group

Whoever of them is killed, the rest goes: the command's death stops the guardian in order,
the guardian's death the supervisor, and the supervisor's death kills the programs at once.
On Linux the kernel sees to that (prctl); elsewhere an orderly stop is all there is.

Started as `python -m navigator.supervisor` with a plan in JSON on standard input. It uses the
standard library alone, so it is small and does not die of what it supervises.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO, NoReturn, Self

ALREADY_RUNNING = 3
PORT_IN_USE = 4
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # <sys/prctl.h>
STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
LONGEST_PAUSE = 30.0
LARGEST_LOG = 20_000_000
LISTENER = "{listener}"  # in a program's arguments: the number of the listening socket


@dataclass(frozen=True)
class Program:
    """What to run. It counts as up when `ready_socket` (if any) accepts connections."""

    name: str
    argv: list[str]
    patience: float = 5.0  # seconds between the request to stop and the kill
    ready_socket: str = ""


@dataclass(frozen=True)
class Plan:
    data_dir: str
    programs: list[Program]  # in the order of starting; they stop in the opposite order
    variables: dict[str, str] = field(default_factory=dict)
    host: str = ""  # empty: nothing listens
    port: int = 0
    parent: int = 0  # the process whose death stops us; 0: nobody's

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}" if self.host else ""

    def write(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> Self:
        given = json.loads(text)
        programs = [Program(**program) for program in given.pop("programs")]
        return cls(programs=programs, **given)


def say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


# --- One supervisor an installation -------------------------------------------------------


@dataclass(frozen=True)
class Running:
    """The supervisor that holds the installation now."""

    process: int
    address: str

    def __str__(self) -> str:
        where = f" at {self.address}" if self.address else ""
        return (
            f"Navigator already runs{where} on this data (process {self.process}): use that one, "
            "or stop it with Ctrl-C where it was started."
        )


def find_running(data_dir: Path) -> Running | None:
    """The supervisor of this installation, if one lives."""
    try:
        with (data_dir / "run" / "supervisor.lock").open(encoding="utf-8") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return read_holder(handle)
    except FileNotFoundError:
        pass
    return None


def read_holder(handle: IO[str]) -> Running:
    handle.seek(0)
    try:
        return Running(**json.load(handle))
    except (ValueError, TypeError):
        return Running(process=0, address="")  # it has the lock and has not yet written


def take_lock(plan: Plan) -> IO[str]:
    """Hold the installation until this process and those forked from it have ended."""
    folder = Path(plan.data_dir, "run")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = (folder / "supervisor.lock").open("a+", encoding="utf-8")
    gives_up_at = time.monotonic() + 1  # somebody may only be asking whether we run
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() > gives_up_at:
                say(str(read_holder(handle)))
                sys.exit(ALREADY_RUNNING)
            time.sleep(0.1)
    handle.truncate(0)
    json.dump(asdict(Running(process=os.getpid(), address=plan.address)), handle)
    handle.flush()
    return handle


def listen(plan: Plan) -> socket.socket | None:
    """Listen before anything starts: visitors wait in line while the web server restarts."""
    if not plan.host:
        return None
    family = socket.AF_INET6 if ":" in plan.host else socket.AF_INET
    try:
        return socket.create_server((plan.host.strip("[]"), plan.port), family=family, backlog=256)
    except OSError as problem:
        reason = problem.strerror or "it cannot be used"
        say(f"Port {plan.port} of {plan.host} is not free ({reason}): choose another with --port.")
        sys.exit(PORT_IN_USE)


# --- The supervisor -----------------------------------------------------------------------


class Child:
    """A program with its process, its log and the time of its next start."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program = program
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.start_at = 0.0
        self.deaths = 0  # since it last lived for a while

    def start(self, variables: dict[str, str], listener: socket.socket | None) -> None:
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        number = listener.fileno() if listener else -1
        argv = [part.replace(LISTENER, str(number)) for part in self.program.argv]
        shares = (number,) if listener and argv != self.program.argv else ()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **variables},
                pass_fds=shares,
                process_group=0,
                preexec_fn=end_with_supervisor(),  # noqa: PLW1509 - there is a single thread
            )
        self.started_at = time.monotonic()

    def notice_death(self) -> None:
        """Clear up after a program that ended by itself, and set the time of its next start."""
        if self.process is None or (code := self.process.poll()) is None:
            return
        self.kill_group()
        lived = time.monotonic() - self.started_at
        self.deaths = 1 if lived > LONGEST_PAUSE else self.deaths + 1
        pause = 0.0 if self.deaths == 1 else min(LONGEST_PAUSE, 0.5 * 2 ** (self.deaths - 2))
        self.start_at = time.monotonic() + pause
        self.process = None
        how = f"signal {-code}" if code < 0 else f"code {code}"
        hint = f"; see {self.log}" if pause else ""
        say(f"The {self.program.name} ended ({how}) and is started again{hint}.")

    def wait_until_ready(self, gives_up_at: float) -> None:
        path = self.program.ready_socket
        while path and self.process and self.process.poll() is None:
            with socket.socket(socket.AF_UNIX) as probe:
                if probe.connect_ex(path) == 0 or time.monotonic() > gives_up_at:
                    return
            time.sleep(0.02)

    def stop(self) -> None:
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(self.program.patience)
            except subprocess.TimeoutExpired:
                say(f"The {self.program.name} took too long to stop and was ended.")
        self.kill_group()
        self.process.wait()

    def kill_group(self) -> None:
        """End what the program started and left behind in its process group."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                return


class Supervisor:
    def __init__(self, plan: Plan, listener: socket.socket | None) -> None:
        self.plan = plan
        self.listener = listener
        self.stopping = False
        run, logs = Path(plan.data_dir, "run"), Path(plan.data_dir, "logs")
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.numbers = run / "programs.json"
        self.children = [Child(one, logs / f"{one.name}.log") for one in plan.programs]

    def run(self) -> None:
        for number in STOPS:
            signal.signal(number, self.ask_to_stop)
        try:
            while not self.stopping:
                self.start_what_is_due()
                time.sleep(0.1)
                for child in self.children:
                    child.notice_death()
        finally:
            for child in reversed(self.children):
                child.stop()
            self.numbers.unlink(missing_ok=True)

    def ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def start_what_is_due(self) -> None:
        changed = False
        for child in self.children:
            now = time.monotonic()
            if child.process is None and now >= child.start_at and not self.stopping:
                child.start(self.plan.variables, self.listener)
                child.wait_until_ready(now + 10)
                changed = True
        if changed:
            self.write_numbers()

    def write_numbers(self) -> None:
        """For people who look and for tests: which process is which program."""
        found = {one.program.name: one.process.pid for one in self.children if one.process}
        draft = self.numbers.with_suffix(".new")
        draft.write_text(json.dumps(found), encoding="utf-8")
        draft.replace(self.numbers)


# --- Nothing is left behind ---------------------------------------------------------------


def ask_kernel(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def end_with_supervisor() -> Callable[[], None] | None:
    """What a program's process does before it becomes the program."""
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def ask_the_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel


def stop_with(parent: int) -> None:
    """Ask the kernel to send SIGTERM when the parent dies, or go now if it already has."""
    ask_kernel(PR_SET_PDEATHSIG, signal.SIGTERM)
    if parent and os.getppid() != parent:
        sys.exit(0)


def guard(supervisor: int) -> int:
    """Wait for the supervisor, reap what it orphaned, then end everything that is left."""

    def pass_on(_number: int, _frame: FrameType | None) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(supervisor, signal.SIGTERM)

    for number in STOPS:
        signal.signal(number, pass_on)
    code, lives = 1, True
    while True:
        try:
            ended, status = os.wait()
        except ChildProcessError:
            return code
        if ended == supervisor:
            code, lives = os.waitstatus_to_exitcode(status), False
        if not lives:
            end_children()


def end_children() -> None:
    """End the processes that were ours or became ours; a request to stop is met already."""
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)
    for orphan in find_children(os.getpid()):
        os.kill(orphan, signal.SIGKILL)


def find_children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            # After the name in brackets, which may hold anything: state, parent, ...
            after_name = (entry / "stat").read_text(encoding="latin-1").rpartition(")")[2]
        except OSError:
            continue
        state, its_parent = after_name.split()[:2]
        if int(its_parent) == parent and state != "Z":
            found.append(int(entry.name))
    return found


def main() -> NoReturn:
    plan = Plan.read(sys.stdin.read())
    stop_with(plan.parent)
    lock = take_lock(plan)
    listener = listen(plan)
    ask_kernel(PR_SET_CHILD_SUBREAPER, 1)
    guardian = os.getpid()
    supervisor = os.fork()
    if supervisor == 0:
        stop_with(guardian)
        Supervisor(plan, listener).run()
        sys.exit(0)
    if listener is not None:
        listener.close()
    code = guard(supervisor)
    lock.close()
    sys.exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main()
