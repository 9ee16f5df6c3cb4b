"""From any Python 3.11 or newer into the project's own environment."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from navigator.bootstrap.commands import SetupError
from navigator.bootstrap.environment import TO_DEVELOP, TO_RUN, Environment, Purpose

ROOT = Path(__file__).resolve().parent.parent.parent
COMMANDS_OF_DEVELOPERS = frozenset({"test"})


def enter_environment(script: str, arguments: Sequence[str]) -> None:
    """Return only in a process of `.venv/` that is up to date; become one if need be.

    `NAVIGATOR_SETUP=off` leaves the machine alone: the packages are then somebody else's
    business, as in the container image.
    """
    if os.environ.get("NAVIGATOR_SETUP") == "off":
        return
    command = arguments[0] if arguments else ""
    become = prepare(TO_DEVELOP if command in COMMANDS_OF_DEVELOPERS else TO_RUN)
    if become is not None:
        program, variables = become
        os.execve(program, [program, script, *arguments], {**os.environ, **variables})


def prepare(purpose: Purpose) -> tuple[str, dict[str, str]] | None:
    """Which program to become, and with which variables; None if this is the right one."""
    environment = Environment(ROOT)
    inside = Path(sys.prefix) == environment.folder
    try:
        if inside and not environment.belongs_to_this_python():
            environment.stamp.unlink(missing_ok=True)
        if inside and not environment.is_ready(purpose):
            # An environment cannot be made anew from within.
            return str(getattr(sys, "_base_executable", sys.executable)), {}
        environment.make(purpose)
    except SetupError as problem:
        sys.exit(str(problem))
    except OSError as problem:
        sys.exit(f"The set-up cannot write or read what it needs: {problem}.")
    except KeyboardInterrupt:
        sys.exit("The set-up was stopped. Run the same command again to go on.")
    variables = environment.missing_variables()
    return (str(environment.python), variables) if variables or not inside else None


def main() -> None:
    """`python3 -m navigator.bootstrap [runtime|development]`: set up and do nothing more."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else TO_RUN.name
    purposes = {TO_RUN.name: TO_RUN, TO_DEVELOP.name: TO_DEVELOP}
    if wanted not in purposes:
        sys.exit(f"Say one of {', '.join(purposes)}.")
    become = prepare(purposes[wanted])
    if become is not None and not Environment(ROOT).is_ready(purposes[wanted]):
        program, variables = become
        os.chdir(ROOT)
        os.execve(
            program,
            [program, "-m", "navigator.bootstrap", wanted],
            {**os.environ, **variables},
        )
