"""A gigabyte through the resumable upload against `cp` plus `sha256sum` of the same file.

Ours is received in parts of 16 MiB by a real web server (gunicorn as it runs in production),
hashed, sealed, flushed, stored and committed, until its receipt is here. The reference copies the
file and hashes the copy. Interleaved pairs; by the clock, since several processes do the work.
"""

import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.records.web_process import Web, run_web

GOAL = 0.5
MOST_MEMORY = 150
PAIRS = 7
MIB = 1024 * 1024
SIZE = int(os.environ.get("BENCH_UPLOAD_MIB", "1024")) * MIB
PART = 16 * MIB
PART_TYPE = "application/offset+octet-stream"


def run() -> dict[str, Any]:
    """Measure, and return the row for the table of benchmarks."""
    with tempfile.TemporaryDirectory(prefix="navigator-bench-") as name:
        folder = Path(name)
        source = folder / "source"
        make_source(source)
        with run_web(folder / "data", MAX_DOCUMENT_BYTES=str(2 * SIZE)) as web:
            web.start()
            pairs = []
            for number in range(PAIRS):
                ours = time_upload(web, source, number)
                pairs.append((ours, time_reference(source)))
            memory = peak_memory(web)
    ratio = statistics.median(reference / ours for ours, reference in pairs)
    mib = SIZE / MIB
    return {
        "name": "upload",
        "ours": round(mib / statistics.median(ours for ours, _theirs in pairs), 1),
        "reference": round(mib / statistics.median(theirs for _ours, theirs in pairs), 1),
        "ratio": round(ratio, 3),
        "goal": GOAL,
        "met": ratio >= GOAL and memory < MOST_MEMORY,
        "memory": memory,
        "note": f"MiB a second of a file of {mib:.0f} MiB; a web process took {memory} MiB at most",
    }


def make_source(path: Path) -> None:
    block = os.urandom(64 * MIB)
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        while file.tell() < SIZE:
            file.write(block[: SIZE - file.tell()])


def time_upload(web: Web, source: Path, number: int) -> float:
    """Seconds from the first word to the receipt; the stored file is taken away afterwards."""
    started = time.monotonic()
    where = web.begin(SIZE)
    connection = web.connect()
    with source.open("rb") as file:
        for offset in range(0, SIZE, PART):
            part = file.read(PART)
            if offset == 0:  # other bytes each time, or it would be the same paper again
                part = part[:20] + b"%04d" % number + part[24:]
            headers = web.headers(Upload_Offset=str(offset), Content_Type=PART_TYPE)
            connection.request("PATCH", where, body=part, headers=headers)
            answer = connection.getresponse()
            answer.read()
            if answer.headers["Upload-Offset"] != str(offset + len(part)):
                raise RuntimeError(f"a part was answered with {answer.status}")
    connection.request("POST", where, headers=web.headers())
    answer = connection.getresponse()
    if "document" not in json.loads(answer.read())["received"][0]:
        raise RuntimeError("there is no receipt")
    spent = time.monotonic() - started
    connection.close()
    shutil.rmtree(web.folder / "files" / "files")
    return spent


def time_reference(source: Path) -> float:
    copy = source.with_suffix(".copy")
    started = time.monotonic()
    subprocess.run(["cp", source, copy], check=True)
    subprocess.run(["sha256sum", copy], check=True, stdout=subprocess.DEVNULL)
    spent = time.monotonic() - started
    copy.unlink()
    return spent


def peak_memory(web: Web) -> int:
    """MiB that the largest process of the server has had at any time."""
    assert web.process is not None  # it was started above
    children = Path(f"/proc/{web.process.pid}/task/{web.process.pid}/children").read_text().split()
    peaks = []
    for process in children:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
        peaks += [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
    return max(peaks) // 1024


if __name__ == "__main__":
    print(json.dumps(run()))
