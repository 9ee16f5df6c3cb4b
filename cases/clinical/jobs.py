"""Background work of this room: compare a case again."""

from datetime import timedelta

from django.utils import timezone

from cases.casework.models import Case
from cases.clinical.evaluating import evaluate_all
from cases.jobs.registry import Run, job_handler


@job_handler("clinical.evaluate_case", queue="interactive", lease=timedelta(minutes=1))
def evaluate_case(run: Run, *, case_id: str) -> None:
    """Compare the confirmed facts of a case with every shipped definition.

    All of it in the finishing transaction, with the case locked: a fact that changes while
    this runs waits, and queues the next comparison.
    """
    with run.finishing():
        case = Case.objects.select_for_update(no_key=True).get(pk=case_id)
        evaluate_all(case=case, now=timezone.now())
