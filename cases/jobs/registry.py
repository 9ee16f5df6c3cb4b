"""Which work exists: a kind, its handler, its queue, and how long one attempt may take."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Protocol, TypeVar

from django.utils.module_loading import autodiscover_modules

from cases.jobs.errors import UnknownJobKind
from cases.jobs.models import Job


class Run(Protocol):
    """What a handler is given: the row, and the two things it may do to it."""

    job: Job

    def report_progress(self, done: int, total: int, *, step: str = "") -> None:
        """Show how far the work is, and renew the lease; raises LostClaim if it is lost."""

    def finishing(self) -> AbstractContextManager[None]:
        """A transaction for the effects: it commits only while the claim is still ours."""


Handler = Callable[..., None]
H = TypeVar("H", bound=Handler)


@dataclass(frozen=True)
class JobKind:
    """`lease` is the longest time between two reports; `back_off` grows by four a failure.

    `given_up` is what the person is told who must help when no attempt is left, in plain words and
    marked for the catalogues; empty: the kind is named.
    """

    name: str
    handler: Handler
    queue: str
    max_attempts: int
    lease: timedelta
    back_off: timedelta
    given_up: str = ""


_kinds: dict[str, JobKind] = {}


def job_handler(
    name: str,
    *,
    queue: str = "interactive",
    max_attempts: int = 3,
    lease: timedelta = timedelta(minutes=2),
    back_off: timedelta = timedelta(seconds=10),
    given_up: str = "",
) -> Callable[[H], H]:
    """Register a function `(run, **ids) -> None` as the handler of a kind of job."""

    def register(handler: H) -> H:
        if name in _kinds:
            raise RuntimeError(f"two handlers for {name}")
        _kinds[name] = JobKind(name, handler, queue, max_attempts, lease, back_off, given_up)
        return handler

    return register


def mail_handler(name: str, *, given_up: str = "") -> Callable[[H], H]:
    """Register the sender of a mail; it waits about thirty hours for a server to take it.

    Twenty seconds, and four times as long after each of the eight attempts.
    """
    return job_handler(
        name, queue="mail", max_attempts=8, back_off=timedelta(seconds=20), given_up=given_up
    )


@cache
def load_job_kinds() -> None:
    """Find the handlers: each room keeps its own in `jobs.py`.

    They load all that makes and reads files, which takes longer than most commands run. So it
    happens when a kind is first asked for; programs that part into processes do it before.
    """
    autodiscover_modules("jobs")


def list_queues() -> list[str]:
    load_job_kinds()
    return sorted({kind.queue for kind in _kinds.values()})


def find_job_kind(name: str) -> JobKind:
    load_job_kinds()
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownJobKind(name) from None
