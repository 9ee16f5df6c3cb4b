"""The child process in which parsers touch a stranger's file.

Run by `sandbox.run_parser` as a script in isolated mode, without settings or database. The request
is one JSON object on standard input; the file is an open descriptor that the request names, others
behind it where a parser takes several. The answer is one line of JSON and then raw bytes. The
limits are set before a parser is imported.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from importlib import import_module
from pathlib import Path

PACKAGE = "documents.records.parsers"
WRITE_AT_ONCE = 1 << 20
PARSERS = {
    "assemble_pdf": "assembly",
    "read_pdf": "pdf",
    "find_boxes": "pdf",
    "render_pdf": "pdf",
    "read_image": "images",
    "copy_image": "images",
    "copy_tiff": "images",
    "render_image": "images",
    "look_around": "trial",
    "misbehave": "trial",
}
"""The module in which each parser stands."""


def set_limits(limits: dict[str, int]) -> None:
    """Lower this process's own limits for good."""
    for name, value in (
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_CPU, limits["cpu_seconds"]),
        (resource.RLIMIT_FSIZE, limits["written"]),
        (resource.RLIMIT_NOFILE, limits["open_files"]),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(name, (value, value))


def main() -> int:
    """Read the request, keep libraries away from the answer's pipe, run the parser, answer."""
    request = json.load(sys.stdin.buffer)
    set_limits(request["limits"])
    answer_to = os.dup(1)
    os.dup2(2, 1)
    sys.path.append(str(Path(__file__).parents[3]))
    answers = import_module(f"{PACKAGE}.answers")
    try:
        parse = getattr(import_module(f"{PACKAGE}.{PARSERS[request['parser']]}"), request["parser"])
        with os.fdopen(request["descriptor"], "rb") as file:
            header, payload = parse(file, request["arguments"])
    except answers.Unreadable as error:
        header, payload = {"failure": error.code}, b""
    except MemoryError:
        header, payload = {"failure": "too_big"}, b""
    view = memoryview(json.dumps(header).encode() + b"\n" + payload)
    while view:
        view = view[os.write(answer_to, view[:WRITE_AT_ONCE]) :]
    return 0


if __name__ == "__main__":
    # Leave without running library destructors: pdfium may abort in them after a broken file.
    status = main()
    os._exit(status)
