"""Jobs a second through row, broker and worker, against bare Celery no-op tasks.

Both go through the same Redis or Valkey to the same worker, in interleaved pairs of small
batches; the rows are in the SQLite of an embedded installation. A second run kills workers
and flushes the broker, and counts what was lost or doubled: 1,000 jobs, or 10,000 with
BENCH_FULL=1.
"""

import json
import os
import subprocess
import sys
import tempfile
from typing import Any

from tests.servers import Redis, find_redis, run_redis

GOAL = 0.3
PAIRS = 7
SMALL = ("--jobs", "1000", "--kills", "20", "--flushes", "1")
FULL = ("--jobs", "10000", "--kills", "100", "--flushes", "5")


def run() -> dict[str, Any]:
    """Measure, and return the row for the table of benchmarks."""
    program = find_redis()
    if program is None:
        raise RuntimeError("neither Redis nor Valkey is installed")
    with run_redis(program) as redis:
        pace = ask_chaos(redis, "--pace", str(PAIRS))
        chaos = ask_chaos(redis, *(FULL if os.environ.get("BENCH_FULL") else SMALL))
    harmed = chaos["lost"] + chaos["doubled"] + chaos["unfinished"]
    return {
        "name": "jobs",
        **pace,
        "goal": GOAL,
        "met": pace["ratio"] >= GOAL and harmed == 0,
        "lost": chaos["lost"],
        "doubled": chaos["doubled"],
        "note": (
            f"jobs a second; {chaos['lost']} lost and {chaos['doubled']} doubled of "
            f"{chaos['jobs']} under {chaos['killed']} kills and {chaos['flushed']} flushes"
        ),
    }


def ask_chaos(redis: Redis, *options: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="navigator-bench-") as folder:
        mine = {"DATA_DIR": folder, "BROKER_URL": redis.url, "LOG_LEVEL": "CRITICAL"}
        environment = {**os.environ, **mine, "PYTHONWARNINGS": "ignore"}
        environment.pop("DATABASE_URL", None)
        done = subprocess.run(
            [sys.executable, "-m", "tests.jobs.chaos", "--seconds", "3000", *options],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
    return dict(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    print(json.dumps(run()))
