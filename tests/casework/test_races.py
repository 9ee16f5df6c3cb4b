"""Two at once: whoever comes second waits, and both find one row where one belongs."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from cases.accounts.audit import find_broken_links, record
from cases.accounts.models import AuditEvent
from cases.casework.consents import give_consent, withdraw_consent
from cases.casework.models import Consent, ConsentPurpose, Task
from cases.casework.services import make_task, open_case
from cases.hospitals.models import Message, MessageState
from cases.hospitals.outbox import claim_message
from cases.hospitals.services import find_family_thread, send_message
from cases.jobs.models import Job
from cases.jobs.services import queue_job
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> make.Cast:  # noqa: ARG001  # the database must be there first
    """Nothing is agreed yet."""
    return make.cast(agreed=False)


AT_ONCE = 4


def do_at_once(act: Callable[[int], Any]) -> list[Any]:
    """Call `act` from several threads that begin together, each with its own connection."""
    start = Barrier(AT_ONCE)

    def run(number: int) -> Any:
        start.wait(10)
        try:
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


def test_the_first_writers_of_an_empty_record_make_one_chain() -> None:
    do_at_once(lambda number: record(action=f"case.act{number}", actor=None, now=make.NOW))
    assert AuditEvent.objects.count() == AT_ONCE
    assert list(find_broken_links()) == []


def test_the_first_cases_of_a_year_get_different_references() -> None:
    patients = [make.patient() for _ in range(AT_ONCE)]
    cases = do_at_once(
        lambda number: open_case(patient=patients[number], inquiry="…", actor=None, now=make.NOW)
    )
    assert sorted(int(case.reference[-5:]) for case in cases) == [1, 2, 3, 4]


def test_the_same_consent_given_at_once_is_one_row(cast: make.Cast) -> None:
    given = do_at_once(lambda _number: agree(cast))
    assert {consent.pk for consent in given} == {Consent.objects.get().pk}


def test_consent_given_and_withdrawn_at_once_leaves_a_whole_record(cast: make.Cast) -> None:
    consent = agree(cast)
    do_at_once(
        lambda number: (
            agree(cast)
            if number % 2
            else withdraw_consent(consent=consent, actor=cast.parent, now=make.NOW)
        )
    )
    assert Consent.objects.live().count() <= 1
    assert list(find_broken_links()) == []


def agree(cast: make.Cast) -> Consent:
    return give_consent(
        case=cast.case,
        purpose=ConsentPurpose.TRANSLATE,
        actor=cast.parent,
        now=make.NOW,
        language="es",
    )


def test_a_message_is_claimed_by_one_sender(cast: make.Cast) -> None:
    thread = find_family_thread(case=cast.case, now=make.NOW)
    message = send_message(thread=thread, body="…", actor=cast.coordinator, now=make.NOW)
    claims = do_at_once(lambda _number: claim_message(str(message.pk)))
    assert len([claim for claim in claims if claim is not None]) == 1
    assert Message.objects.get().state == MessageState.SENDING


def test_the_same_work_asked_for_at_once_is_one_job_and_one_task(cast: make.Cast) -> None:
    args = {"message_id": "0"}
    do_at_once(lambda _number: queue_job(kind="hospitals.send_mail", args=args, unique_key="a"))
    do_at_once(lambda _number: make_task(title="Look", case=cast.case, code="look", now=make.NOW))
    assert (Job.objects.count(), Task.objects.count()) == (1, 1)
