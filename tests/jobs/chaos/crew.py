"""Real Celery workers, each a process of its own that can be killed with all its children."""

import contextlib
import os
import random
import signal
import sys
import traceback

from django.db import connections

from cases.jobs.broker import forget_broker
from navigator.celery import app
from tests.servers import end_with_parent

OPTIONS = (
    *("worker", "--queues", "interactive", "--loglevel", "CRITICAL"),
    *("--without-mingle", "--without-gossip", "--without-heartbeat"),
)


class Crew:
    """Workers are forked from this process, which has everything imported: they begin at once."""

    def __init__(self, workers: int, *, children: int = 2) -> None:
        self.children = children
        self.workers: list[int] = []
        for _ in range(workers):
            self.hire()

    def hire(self) -> None:
        connections.close_all()  # a connection belongs to one process
        forget_broker()
        worker = os.fork()
        if worker == 0:
            work_until_killed(self.children)
        self.workers.append(worker)

    def kill_one(self, chance: random.Random) -> None:
        end_group(self.workers.pop(chance.randrange(len(self.workers))))
        self.hire()

    def replace_dead(self) -> int:
        """What a supervisor does; returns how many had died by themselves."""
        dead = [worker for worker in self.workers if os.waitpid(worker, os.WNOHANG)[0]]
        for worker in dead:
            self.workers.remove(worker)
            kill_group(worker)
            self.hire()
        return len(dead)

    def dismiss(self) -> None:
        for worker in self.workers:
            end_group(worker)


def work_until_killed(children: int) -> None:
    """The forked process: leader of its own group, ended with the process that began it."""
    status = 1
    try:
        os.setsid()
        if ends := end_with_parent(signal.SIGKILL):
            ends()
        quiet = os.open(os.devnull, os.O_RDWR)
        os.dup2(quiet, 1)
        os.environ["CELERY_SKIP_CHECKS"] = "1"  # this process has them behind it
        app.worker_main([*OPTIONS, "--concurrency", str(children)])
        status = 0
    except BaseException:  # noqa: BLE001  # this process must not go on as a copy of its parent
        traceback.print_exc(file=sys.stderr)
    finally:
        os._exit(status)


def end_group(worker: int) -> None:
    kill_group(worker)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(worker, 0)


def kill_group(worker: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(worker, signal.SIGKILL)
