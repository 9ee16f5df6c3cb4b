"""The record of what was done is append-only, and tells when it was touched."""

from collections.abc import Callable
from datetime import timedelta, timezone

import pytest
from django.db import DatabaseError, connection, transaction

from cases.accounts.audit import find_broken_links, record
from cases.accounts.models import AuditEvent
from tests import make

pytestmark = pytest.mark.django_db


def write_three() -> list[AuditEvent]:
    actor = make.user()
    return [record(action=f"case.act{n}", actor=actor, now=make.NOW) for n in range(3)]


def test_an_untouched_chain_has_no_broken_link() -> None:
    write_three()
    assert list(find_broken_links()) == []


@pytest.mark.parametrize("act", ["update", "delete"])
def test_the_database_refuses_to_change_a_row(act: str) -> None:
    write_three()
    acts: dict[str, Callable[[], object]] = {
        "update": lambda: AuditEvent.objects.update(action="case.other"),
        "delete": AuditEvent.objects.all().delete,
    }
    with pytest.raises(DatabaseError), transaction.atomic():
        acts[act]()


def test_a_row_altered_behind_the_triggers_is_named() -> None:
    events = write_three()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE accounts_auditevent DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER audit_no_update")
        cursor.execute(
            "UPDATE accounts_auditevent SET action = 'case.forged' WHERE id = %s", [events[1].pk]
        )
    assert list(find_broken_links()) == [events[1].pk]


def test_a_moment_given_in_another_zone_is_the_same_moment_when_read_back() -> None:
    there = timezone(timedelta(hours=5, minutes=30))
    record(action="case.act", actor=None, now=make.NOW.astimezone(there))
    assert list(find_broken_links()) == []
