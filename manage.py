#!/usr/bin/env python3
"""The one command of the project: `python3 manage.py demo`, `test`, `serve`, `migrate` ...

On a machine without the virtual environment `.venv/` it first makes it, then runs itself
again inside. This file is written so that an older Python can still read it and say what
it lacks.
"""

import gc
import os
import sys

LOWEST = (3, 11)
FEW_LOOKS = 50 * 1000


def main():
    # type: () -> None
    if sys.version_info < LOWEST:
        hand_over_to_a_newer_python()
    from navigator.bootstrap.handover import enter_environment

    enter_environment(os.path.abspath(__file__), sys.argv[1:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "navigator.settings")
    gc.set_threshold(FEW_LOOKS)  # what a command loads stays; the collector would scan it often
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def hand_over_to_a_newer_python():
    # type: () -> None
    for name in ("python3.14", "python3.13", "python3.12", "python3.11"):
        for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
            program = os.path.join(folder, name)
            if os.path.isfile(program) and os.access(program, os.X_OK):
                os.execv(program, [program, os.path.abspath(__file__)] + sys.argv[1:])
    sys.exit(
        "Navigator needs Python 3.11 or newer and found only %d.%d: install it, then run "
        "this command again with it." % sys.version_info[:2]
    )


if __name__ == "__main__":
    main()
