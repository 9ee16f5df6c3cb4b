"""Tests that need a program of the system say so here; what was skipped is told at the end.

On a person's machine a missing program skips the tests that use it. With CI=true it fails
them, since there a skip would hide that nothing was tested.
"""

import os
from collections import Counter
from typing import TypeVar

import pytest

Found = TypeVar("Found")
LACKING = "this machine lacks "


def need(component: str, found: Found | None) -> Found:
    """Return what was found, or skip the test (in CI: fail it) for want of the component."""
    if found:
        return found
    words = f"{LACKING}{component}"
    if os.environ.get("CI", "").lower() in ("1", "true", "yes"):
        pytest.fail(f"{words}, and with CI=true it must be there", pytrace=False)
    pytest.skip(words)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-tests",
        action="store_true",
        help="run only the tests that use the database (for a second pass on PostgreSQL)",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--database-tests"):
        return
    kept = [item for item in items if uses_database(item)]
    dropped = [item for item in items if not uses_database(item)]
    config.hook.pytest_deselected(items=dropped)
    items[:] = kept


def uses_database(item: pytest.Item) -> bool:
    fixtures = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or bool(
        {"db", "transactional_db", "django_db_serialized_rollback"}.intersection(fixtures)
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was skipped and why, once a reason."""
    reasons: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", ()):
        if isinstance(report.longrepr, tuple):
            reasons[str(report.longrepr[2]).removeprefix("Skipped: ")] += 1
    if reasons:
        terminalreporter.section("skipped")
        for reason, count in reasons.most_common():
            terminalreporter.write_line(f"{count} skipped: {reason}")
