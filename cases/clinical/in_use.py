"""Which definitions cases are compared with, and whether their files are what was decided about.

A version is registered when the database is brought up to date. The first time, the newest
version of each indication becomes active, as the installation begins with it. Every version that
comes later waits for a person: a dry run, then activation.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

from django.core.checks import CheckMessage, Error
from django.db import connections

from cases.clinical.definitions import Definition, DefinitionStatus, load_definitions, load_versions
from cases.clinical.models import DefinitionState, DefinitionVersion

FOLLOWS_FILE = frozenset({DefinitionState.DRAFT, DefinitionState.IN_REVIEW})


@dataclass(frozen=True)
class Problem:
    """A version whose file is not what was decided about; cases are not compared with it."""

    row: DefinitionVersion
    is_missing: bool


def register_definitions(*, now: datetime) -> list[DefinitionVersion]:
    """Make a row for each shipped version that has none; drafts and reviews follow their files.

    What was approved or activated is never touched. Running it again changes nothing.
    """
    known = {(row.indication, row.version): row for row in DefinitionVersion.objects.all()}
    newest = {definition.id: definition.version for definition in load_definitions().values()}
    made = []
    for key, definition in load_versions().items():
        row = known.get(key)
        if row is None:
            made.append(_first_row(definition, newest, now, is_first=not known))
        elif not row.is_fixed and row.state in FOLLOWS_FILE:
            _follow_file(row, definition)
    DefinitionVersion.objects.bulk_create(made, ignore_conflicts=True)
    return made


def _first_row(
    definition: Definition, newest: dict[str, str], now: datetime, *, is_first: bool
) -> DefinitionVersion:
    row = DefinitionVersion(
        indication=definition.id,
        version=definition.version,
        state=definition.status.value,
        digest=definition.digest,
        registered_at=now,
    )
    if is_first and newest.get(definition.id) == definition.version:
        row.activated_at = now
    elif is_first and definition.status is not DefinitionStatus.DRAFT:
        row.state = DefinitionState.SUPERSEDED
    return row


def _follow_file(row: DefinitionVersion, definition: Definition) -> None:
    if (row.state, row.digest) != (definition.status.value, definition.digest):
        row.state, row.digest = definition.status.value, definition.digest
        row.save(update_fields=["state", "digest"])


@dataclass(frozen=True)
class Use:
    """The definitions that cases are compared with on a day, and all indications with one active.

    An indication whose active definition cannot be used (its file changed, its wording ran out)
    is among the indications alone: what was compared before stands as it is.
    """

    definitions: list[Definition]
    indications: frozenset[str]


def read_use(day: date) -> Use:
    """The active definitions as the office stands to them, the default one first."""
    rows = {
        row.indication: row
        for row in DefinitionVersion.objects.active().select_related("approved_by")
    }
    found = []
    for (indication, version), shipped in load_versions().items():
        row = rows.get(indication)
        if row is None or row.version != version or row.digest != shipped.digest:
            continue
        if shipped.effective_until is None or day <= shipped.effective_until:
            found.append(as_decided(shipped, row))
    return Use(found, frozenset(rows))


def definitions_in_use(day: date) -> list[Definition]:
    return read_use(day).definitions


def definition_of(row: DefinitionVersion) -> Definition | None:
    """What a version says; None where its file is gone or says something else by now."""
    shipped = load_versions().get((row.indication, row.version))
    if shipped is None or row.digest != shipped.digest:
        return None
    return as_decided(shipped, row)


def as_decided(shipped: Definition, row: DefinitionVersion) -> Definition:
    """A shipped definition with what the office decided about it."""
    return _decided(
        shipped,
        DefinitionStatus(row.state),
        row.approved_by.name if row.approved_by else None,
        row.approved_at.date() if row.approved_at else None,
        row.label_read_on,
    )


@lru_cache(maxsize=256)
def _decided(
    shipped: Definition,
    status: DefinitionStatus,
    by: str | None,
    on: date | None,
    read_on: date | None,
) -> Definition:
    """The same object for the same decision, so that its program is made once."""
    return replace(
        shipped,
        status=status,
        approved_by=by,
        approved_on=on,
        label_read_on=read_on,
        label_read_by=by,
    )


def find_problems() -> list[Problem]:
    """Versions that were decided about and whose file has changed, or is gone but wanted."""
    shipped = load_versions()
    problems = []
    for row in DefinitionVersion.objects.exclude(state=DefinitionState.WITHDRAWN):
        file = shipped.get((row.indication, row.version))
        is_wanted = row.is_active or row.state == DefinitionState.APPROVED
        if row.is_fixed and (is_wanted if file is None else file.digest != row.digest):
            problems.append(Problem(row, is_missing=file is None))
    return problems


def check_definitions(
    databases: Iterable[str] | None = None, **_given: object
) -> list[CheckMessage]:
    """A system check: an approved or active version says what it said when that was decided."""
    table = DefinitionVersion._meta.db_table  # noqa: SLF001  # Django's public name for it
    if not databases or table not in connections["default"].introspection.table_names():
        return []
    return [
        Error(
            f"{problem.row} was decided about, and its file "
            f"{'is gone' if problem.is_missing else 'says something else by now'}: cases are not "
            "compared with it.",
            hint="Bring the file back as it was; a change is a new version, in a file of its own.",
            obj=str(problem.row.pk),
            id="clinical.E001",
        )
        for problem in find_problems()
    ]
