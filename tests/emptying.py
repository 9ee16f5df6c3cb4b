"""Between tests that commit, tables are emptied; the guards of those that only grow are lifted.

Triggers that refuse nothing stay: those of the search empty its index with the pages.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.db.backends.base.operations import BaseDatabaseOperations

EMPTY = BaseDatabaseOperations.execute_sql_flush


@pytest.fixture(scope="session", autouse=True)
def emptying_lifts_guards() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", empty_tables)
        yield


def empty_tables(operations: BaseDatabaseOperations, sql_list: Sequence[str]) -> None:
    """Django's own way, with the triggers against change out of the way for that moment."""
    with transaction.atomic(), lifted_guards():
        EMPTY(operations, sql_list)


@contextmanager
def lifted_guards() -> Iterator[None]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            yield
            cursor.execute("SET session_replication_role = DEFAULT")
            return
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE(%'"
        )
        guards = cursor.fetchall()
        for name, _sql in guards:
            cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}")
        yield
        for _name, sql in guards:
            cursor.execute(sql)
