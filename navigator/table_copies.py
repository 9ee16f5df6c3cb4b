"""Rows of a database as lines of text and back, the same on SQLite and on PostgreSQL.

A value is written as the column holds it, not as a field would show it, so that nothing is
computed anew on the way. JSON is compared by what it says: PostgreSQL keeps it in an order of its
own.
"""

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models

from cases.jobs.models import Hold

AT_ONCE: Final = 200
# What only JSON cannot hold is written as [name of the kind, text].
WRITE: Final[dict[type, tuple[str, Callable[[Any], str]]]] = {
    bytes: ("bytes", lambda value: base64.b64encode(value).decode()),
    dt.datetime: ("datetime", dt.datetime.isoformat),
    dt.date: ("date", dt.date.isoformat),
    dt.time: ("time", dt.time.isoformat),
    dt.timedelta: ("microseconds", lambda value: str(value // dt.timedelta(microseconds=1))),
    Decimal: ("decimal", str),
    UUID: ("uuid", str),
}
READ: Final[dict[str, Callable[[str], Any]]] = {
    "bytes": base64.b64decode,
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "microseconds": lambda text: dt.timedelta(microseconds=int(text)),
    "decimal": Decimal,
    "uuid": UUID,
}


@dataclass(frozen=True)
class Copied:
    """What a table's copy holds: `bytes_sha256` of the file, `rows_sha256` of what it says."""

    rows: int
    bytes_sha256: str
    rows_sha256: str


def about(model: type[models.Model]) -> Any:
    return model._meta  # noqa: SLF001  # Django documents this door, underscore and all


def label_of(model: type[models.Model]) -> str:
    """`casework.case`: how the model is called in a backup."""
    return str(about(model).label_lower)


def list_tables() -> list[type[models.Model]]:
    """Every table of ours. A hold belongs to one installation and is not copied."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if about(model).managed and not about(model).proxy and model is not Hold
    ]


def columns_of(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    return [field for field in about(model).local_concrete_fields if not field.generated]


@contextmanager
def frozen_view() -> Iterator[None]:
    """Within, all tables are read as they were at one moment; nobody is kept from writing."""
    begin = {"postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"}
    with connection.cursor() as cursor:
        cursor.execute(begin.get(connection.vendor, "BEGIN DEFERRED"))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")


def read_rows(model: type[models.Model]) -> Iterator[list[Any]]:
    """The rows of a table by their keys, a batch at a time, as the backend reads its columns."""
    fields, table = columns_of(model), about(model).db_table
    converters = [connection.ops.get_db_converters(field.get_col(table)) for field in fields]
    expressions = [field.get_col(table) for field in fields]
    quoted = connection.ops.quote_name
    names = ", ".join(quoted(str(field.column)) for field in fields)
    key = quoted(about(model).pk.column)
    last: Any = None
    position = fields.index(about(model).pk)
    while True:
        after = "" if last is None else f"WHERE {key} > %s"
        query = f"SELECT {names} FROM {quoted(table)} {after} ORDER BY {key} LIMIT {AT_ONCE}"  # noqa: S608  # names of our own tables
        with connection.cursor() as cursor:
            cursor.execute(query, [] if last is None else [last])
            batch = cursor.fetchall()
        for raw in batch:
            values = []
            for value, own, expression in zip(raw, converters, expressions, strict=True):
                for convert in own:
                    value = convert(value, expression, connection)  # noqa: PLW2901
                values.append(bytes(value) if isinstance(value, memoryview) else value)
            yield values
        if len(batch) < AT_ONCE:
            return
        last = batch[-1][position]


def write_value(value: Any) -> Any:
    for kind, (name, write) in WRITE.items():
        if isinstance(value, kind):
            return [name, write(value)]
    return value


def read_value(value: Any) -> Any:
    return READ[value[0]](value[1]) if isinstance(value, list) else value


def copy_table(model: type[models.Model], path: Path | None) -> Copied:
    """Write a table's rows into a file; without a path only say what would stand in it."""
    written, said, count = hashlib.sha256(), hashlib.sha256(), 0
    in_json = [isinstance(field, models.JSONField) for field in columns_of(model)]
    with path.open("xb") if path else open_nowhere() as file:
        for row in read_rows(model):
            line = write_line([write_value(value) for value in row])
            written.update(line)
            said.update(write_line(as_said(row, in_json)))
            file.write(line)
            count += 1
    return Copied(count, written.hexdigest(), said.hexdigest())


@contextmanager
def open_nowhere() -> Iterator[Any]:
    with Path("/dev/null").open("wb") as file:
        yield file


def as_said(row: list[Any], in_json: list[bool]) -> list[Any]:
    return [
        {"json": json.loads(value)} if is_json and value is not None else write_value(value)
        for value, is_json in zip(row, in_json, strict=True)
    ]


def write_line(values: list[Any]) -> bytes:
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass") + b"\n"


def load_table(model: type[models.Model], path: Path) -> None:
    fields, quoted = columns_of(model), connection.ops.quote_name
    names = ", ".join(quoted(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {quoted(about(model).db_table)} ({names}) VALUES ({marks})"  # noqa: S608  # as above
    with path.open("rb") as file, connection.cursor() as cursor:
        for lines in batched_lines(file):
            rows = [
                [
                    to_column(field, read_value(value))
                    for field, value in zip(fields, json.loads(line), strict=True)
                ]
                for line in lines
            ]
            cursor.executemany(statement, rows)


def batched_lines(file: Iterable[bytes]) -> Iterator[list[bytes]]:
    lines: list[bytes] = []
    for line in file:
        lines.append(line)
        if len(lines) == AT_ONCE:
            yield lines
            lines = []
    if lines:
        yield lines


def to_column(field: "models.Field[Any, Any]", value: Any) -> Any:
    """A value as this database's column takes it."""
    ops, features = connection.ops, connection.features
    match value:
        case dt.datetime():
            value = ops.adapt_datetimefield_value(value)
        case dt.date():
            value = ops.adapt_datefield_value(value)
        case dt.time():
            value = ops.adapt_timefield_value(value)
        case dt.timedelta() if not features.has_native_duration_field:
            value //= dt.timedelta(microseconds=1)
        case Decimal() if isinstance(field, models.DecimalField):
            value = ops.adapt_decimalfield_value(value, field.max_digits, field.decimal_places)
        case UUID() if not features.has_native_uuid_field:
            value = value.hex
        case bytes():
            value = models.BinaryField().get_db_prep_value(value, connection)
    return value


def empty_table(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {connection.ops.quote_name(about(model).db_table)}")  # noqa: S608  # as above


def has_rows(model: type[models.Model]) -> bool:
    return bool(about(model).base_manager.exists())


def advance_counters() -> None:
    """After rows came with their own numbers, the next new one must get a number of its own."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list_tables()):
            cursor.execute(statement)
