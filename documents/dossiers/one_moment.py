"""Reading a case as it stood at one moment, in however many queries."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


@contextmanager
def at_one_moment() -> Iterator[None]:
    """All that is read inside is of one moment; what others write meanwhile is not seen.

    Nobody has to wait for it, and nothing can be written inside. In a transaction of the caller
    nothing is changed: what is read there is as consistent as that transaction.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with _reading_only():
            yield
    else:
        with transaction.atomic():
            _tell("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


@contextmanager
def _reading_only() -> Iterator[None]:
    """SQLite keeps what it read first to the end of a transaction; ours lock for writing as well.

    A reader needs no lock, so others go on writing while a long dossier is gathered.
    """
    database: Any = connection  # of SQLite: only it has the mode
    usual, database.transaction_mode = database.transaction_mode, "DEFERRED"
    try:
        with transaction.atomic():
            _tell("PRAGMA query_only = ON")
            yield
    finally:
        database.transaction_mode = usual
        _tell("PRAGMA query_only = OFF")


def _tell(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
