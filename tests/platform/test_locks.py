"""Rows are locked without their key, so that who only points to a row never waits for it.

PostgreSQL checks references at the end of a transaction, long after the audit chain was locked: a
full lock of a case in one transaction and a new row of that case in another would wait for each
other.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = re.compile(r"select_for_update\(((?:[^()]|\([^()]*\))*)\)")


def find_full_locks() -> list[str]:
    found = []
    for folder in ("cases", "documents", "navigator"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            found += [
                f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}"
                for match in LOCK.finditer(text)
                if "no_key=True" not in match[1]
            ]
    return found


def test_no_row_is_locked_against_those_who_only_point_to_it() -> None:
    assert find_full_locks() == []
