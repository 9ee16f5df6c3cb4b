"""Running other programs during the set-up, and saying in one sentence what went wrong."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class SetupError(Exception):
    """The set-up cannot go on; the message is a sentence that a person can act on."""


def say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


def run_step(
    argv: Sequence[str | Path],
    *,
    failure: str,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    keep_open: Sequence[int] = (),
) -> str:
    """Run a program to its end and return its output; a failure quotes its last lines."""
    finished = subprocess.run(
        [str(part) for part in argv],
        cwd=cwd,
        env=None if env is None else dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        pass_fds=tuple(keep_open),
        preexec_fn=end_with_parent(),
    )
    if finished.returncode != 0:
        last_lines = "\n".join(f"    {line}" for line in finished.stdout.splitlines()[-8:])
        raise SetupError(f"{failure}\n{last_lines}".rstrip())
    return finished.stdout


def end_with_parent() -> Callable[[], None] | None:
    """What a child calls before it starts, so that it does not outlive a killed set-up."""
    if sys.platform != "linux":
        return None
    try:
        libc = ctypes.CDLL(None, use_errno=True)
    except OSError:
        return None
    parent = os.getpid()
    set_parent_death_signal = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>

    def ask_the_kernel() -> None:
        libc.prctl(set_parent_death_signal, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel
