"""What a session held is gone once it has ended."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from cases.jobs.models import Job
from cases.jobs.signals import minute_passed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("minute", "queued"), [(9, 0), (10, 1), (11, 0)])
def test_the_sweep_is_queued_once_a_day_at_its_minute(minute: int, queued: int) -> None:
    minute_passed.send(sender=None, now=datetime(2026, 11, 22, 3, minute, 20, tzinfo=UTC))
    assert Job.objects.filter(kind="accounts.forget_sessions").count() == queued


def test_ended_sessions_are_forgotten_and_live_ones_are_not(run_jobs: Callable[[], int]) -> None:
    now = timezone.now()
    for key, left in (("ended", timedelta(seconds=-5)), ("live", timedelta(minutes=5))):
        Session.objects.create(session_key=key, session_data="", expire_date=now + left)
    minute_passed.send(sender=None, now=datetime(2026, 11, 22, 3, 10, tzinfo=UTC))
    run_jobs()
    assert [row.session_key for row in Session.objects.all()] == ["live"]
