"""A new definition version over 100,000 stored cases, against reading their facts once.

Ours is the job of a dry run from its row to its end: every stored case is compared with the active
version and with the new one, and each case whose answer or rows change is stored with the rows
that differ. The reference reads the same columns of the same rows once into plain Python
tuples and does nothing with them. Both on PostgreSQL, pairs in turn, by the clock.
"""

import json
import os
import subprocess
import sys
import tempfile
from typing import Any

from tests.servers import find_postgres, run_postgres


def run(*asked: str) -> dict[str, Any]:
    """Measure in a process of its own, which knows the database of the benchmark alone.

    `asked`: other numbers of cases and pairs, for a quick look.
    """
    programs = find_postgres()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed")
    with run_postgres(programs) as server, tempfile.TemporaryDirectory() as folder:
        server.create_database("bench")
        mine = {
            "DATABASE_URL": server.url("bench"),
            "DATA_DIR": folder,
            "LOG_LEVEL": "CRITICAL",
            "PYTHONWARNINGS": "ignore",
        }
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.reevaluating", *asked],
            env={**os.environ, **mine},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    return dict(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    print(json.dumps(run(*sys.argv[1:])))
