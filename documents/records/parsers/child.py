"""The child process in which parsers touch a stranger's file.

Run by `sandbox.run_parser` as a script in isolated mode, without settings or database. The request
is one JSON object on standard input; the file is an open descriptor that the request names, others
behind it where a parser takes several, or a line on which its bytes are asked for (`ranges`). The
answer is one line of JSON and then raw bytes; what fails behind that line ends with `CUT_SHORT`.
The limits are set before a parser is imported.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

PACKAGE = "documents.records.parsers"
WRITE_AT_ONCE = 1 << 20
CUT_SHORT = 3
PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
PARSERS = {
    "assemble_pdf": "assembly",
    "read_pdf": "pdf",
    "find_boxes": "pdf",
    "render_pdf": "pdf",
    "read_image": "images",
    "copy_image": "images",
    "copy_tiff": "images",
    "copy_pdf": "quiet_pdf",
    "copy_word": "word_pages",
    "draw_slice": "dicom_picture",
    "index_zip": "dicom_header",
    "list_zip": "zip_directory",
    "read_dicom": "dicom_header",
    "read_paper": "dicom_paper",
    "read_word": "word_document",
    "render_image": "images",
    "measure_pages": "recognition",
    "recognise_page": "recognition",
    "draw_sheets": "sheets",
    "look_around": "trial",
    "read_ranges": "trial",
    "ask_badly": "trial",
    "misbehave": "trial",
}
"""The module in which each parser stands."""


def end_with(parent: int) -> None:
    """Have the kernel end this process when the one that waits for it is killed (on Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it was killed meanwhile
        os._exit(1)


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


def open_source(request: dict[str, Any]) -> Any:
    """The stranger's file, here or far away."""
    if "size" in request:
        ranges = import_module(f"{PACKAGE}.ranges")
        return ranges.open_distant(request["descriptor"], request["size"])
    return os.fdopen(request["descriptor"], "rb")


def write_all(to: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(to, view[:WRITE_AT_ONCE]) :]


def main() -> int:
    """Read the request, keep libraries away from the answer's pipe, run the parser, answer."""
    request = json.load(sys.stdin.buffer)
    if "ends_with" in request:
        end_with(request["ends_with"])
    set_limits(request["limits"])
    answer_to = os.dup(1)
    os.dup2(2, 1)
    sys.path.append(str(Path(__file__).parents[3]))
    answers = import_module(f"{PACKAGE}.answers")
    begun = False
    try:
        parse = getattr(import_module(f"{PACKAGE}.{PARSERS[request['parser']]}"), request["parser"])
        with open_source(request) as file:
            header, payload = parse(file, request["arguments"])
            line = json.dumps(header).encode() + b"\n"
            begun = True
            write_all(answer_to, line)
            for part in [payload] if isinstance(payload, bytes) else payload:
                write_all(answer_to, part)
    except (answers.Unreadable, MemoryError) as error:
        if begun:
            return CUT_SHORT
        code = "too_big" if isinstance(error, MemoryError) else error.code
        write_all(answer_to, json.dumps({"failure": code}).encode() + b"\n")
    return 0


if __name__ == "__main__":
    # Leave without running library destructors: pdfium may abort in them after a broken file.
    status = main()
    os._exit(status)
