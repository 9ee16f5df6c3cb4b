"""A worker of one installation, which is killed while it reads or dies by itself at a point.

`python -m tests.records.worker_process` runs all that is due, as a worker does.
"""

import os
import sys
from typing import Any

from tests.records.web_process import die


def die_behind(module: Any, name: str) -> None:
    """Let the work be done, and die before anybody hears of it."""
    honest = vars(module)[name]

    def work(*args: Any, **named: Any) -> None:
        honest(*args, **named)
        die()

    vars(module)[name] = work


def hang_in_a_child(*_args: object) -> None:
    from documents.records.sandbox import Limits, run_parser  # noqa: PLC0415  Django is set up

    sys.stdout.write("reading\n")
    sys.stdout.flush()
    run_parser("misbehave", b"", {"how": "hang"}, limits=Limits(wall_seconds=60))


def prepare(point: str) -> None:
    from documents.records import digest, processing  # noqa: PLC0415  Django is set up first

    if point == "while_a_child_reads":
        vars(digest)["read_pages"] = hang_in_a_child
    elif point == "with_pictures_stored":
        die_behind(digest, "_store_previews")
    elif point == "inside_the_last_transaction":
        die_behind(processing, "settle_reading")


def main() -> None:
    import django  # noqa: PLC0415

    django.setup()
    prepare(os.environ.get("DIE_AT", ""))
    from cases.jobs.services import run_due_jobs  # noqa: PLC0415

    sys.stdout.write(f"{run_due_jobs()}\n")


if __name__ == "__main__":
    main()
