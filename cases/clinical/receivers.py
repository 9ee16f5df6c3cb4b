"""What this room does about news: it queues comparisons."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.dispatch import receiver
from django.utils import timezone

from cases.casework.signals import case_opened
from cases.clinical.in_use import register_definitions
from cases.clinical.queries import cases_to_compare_again
from cases.clinical.signals import facts_changed
from cases.jobs.services import queue_job
from cases.jobs.signals import minute_passed

AT_ONCE = 200


@receiver(facts_changed)
@receiver(case_opened)
def compare_again(case_id: UUID, **_news: Any) -> None:
    queue_comparison(case_id)


@receiver(minute_passed)
def compare_what_fell_due(now: datetime, **_news: Any) -> None:
    """Compare cases whose answer changes today, and those compared with an older definition."""
    for case_id in cases_to_compare_again(now.date(), limit=AT_ONCE):
        queue_comparison(case_id)


def queue_comparison(case_id: UUID) -> None:
    queue_job(
        kind="clinical.evaluate_case",
        args={"case_id": str(case_id)},
        unique_key=f"clinical.evaluate:{case_id}",
        subject=f"clinical.evaluation:{case_id}",
        case_id=case_id,
    )


def see_shipped_definitions(using: str, **_news: Any) -> None:
    """After the tables are brought up to date: a row for every shipped version."""
    if using == DEFAULT_DB_ALIAS:
        register_definitions(now=timezone.now())
