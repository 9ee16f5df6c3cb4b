"""Background work of this room: compare a case again, or all cases with another wording."""

from datetime import timedelta

from django.utils import timezone

from cases.casework.models import Case
from cases.clinical.dry_runs import fill_columns, find_changes, keep_changes
from cases.clinical.evaluating import evaluate_all
from cases.clinical.in_use import definition_of
from cases.clinical.models import DefinitionVersion, DryRun
from cases.clinical.reevaluating import reevaluate_cases
from cases.jobs.registry import Run, job_handler


@job_handler("clinical.evaluate_case", queue="interactive", lease=timedelta(minutes=1))
def evaluate_case(run: Run, *, case_id: str) -> None:
    """Compare the confirmed facts of a case with every definition in use.

    All of it in the finishing transaction, with the case locked: a fact that changes while
    this runs waits, and queues the next comparison.
    """
    with run.finishing():
        case = Case.objects.select_for_update(no_key=True).get(pk=case_id)
        evaluate_all(case=case, now=timezone.now())


@job_handler("clinical.dry_run", queue="heavy", lease=timedelta(minutes=5))
def make_dry_run(run: Run, *, run_id: str) -> None:
    """Find whose answer would change, and keep it; a second attempt keeps the same once."""
    dry = DryRun.objects.select_related("definition", "before").get(pk=run_id)
    after = definition_of(dry.definition)
    before = definition_of(dry.before) if dry.before else None
    if after is None or after.digest != dry.digest or (dry.before is not None and before is None):
        return  # the file changed meanwhile: the page says so, and nothing can be activated
    day = timezone.now().date()
    fill_columns(day, lambda done, total: run.report_progress(done, total, step="columns"))
    counted, changes = find_changes(
        before, after, day, lambda done, total: run.report_progress(done, total, step="cases")
    )
    with run.finishing():
        keep_changes(dry, changes)
        dry.counted, dry.finished_at = counted, timezone.now()
        dry.save(update_fields=["counted", "finished_at"])


@job_handler("clinical.reevaluate", queue="heavy", max_attempts=10, lease=timedelta(minutes=5))
def reevaluate(run: Run, *, definition_id: str) -> None:
    """Compare every case with a version that became active; nothing, where it is so no more."""
    row = DefinitionVersion.objects.get(pk=definition_id)
    definition = definition_of(row)
    if definition is not None and row.is_active:
        reevaluate_cases(row, definition, timezone.now, run.report_progress)
