"""Comparing every case again with a version that became active: those it changes come first."""

from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from cases.accounts.audit import record
from cases.casework.models import Case
from cases.clinical.definition_parts import Definition
from cases.clinical.evaluating import evaluate_case
from cases.clinical.models import DefinitionVersion, DryRunChange, Evaluation

AT_ONCE = 200


def cases_left(definition: Definition) -> QuerySet[Case]:
    """Open cases that were not compared with this wording yet."""
    compared = Evaluation.objects.current().filter(
        case=OuterRef("pk"), indication=definition.id, definition_digest=definition.digest
    )
    return Case.objects.open().filter(~Exists(compared))


def reevaluate_cases(
    row: DefinitionVersion,
    definition: Definition,
    now: Callable[[], datetime],
    report: Callable[[int, int], None],
) -> int:
    """Compare each case that is left, every one in a transaction of its own; how many.

    May be stopped anywhere and begun again: what is done is not left any more.
    """
    total = cases_left(definition).count()
    done = 0
    for case_id in _in_turn(row, definition):
        with transaction.atomic():
            # A version that was withdrawn or gave way meanwhile answers for no further case; the
            # row is held, so that whoever ends it waits for this one and then ends this one too.
            held = DefinitionVersion.objects.select_for_update(no_key=True).get(pk=row.pk)
            if not held.is_active:
                return done
            case = Case.objects.select_for_update(no_key=True).get(pk=case_id)
            written = evaluate_case(case=case, definition=definition, now=now())
            record(
                action="case.evaluated",
                actor=None,
                now=now(),
                case_id=case_id,
                target=f"clinical.evaluation:{written.pk}",
            )
        done += 1
        if done % AT_ONCE == 0:
            report(done, total)
    return done


def _in_turn(row: DefinitionVersion, definition: Definition) -> Iterator[UUID]:
    """Those whose answer changes by the newest dry run, then all others, by their ids."""
    left = cases_left(definition).order_by("pk").values_list("pk", flat=True)
    run = row.dry_runs.filter(finished_at__isnull=False).first()
    for change in DryRunChange.objects.filter(run=run).values_list("cases", flat=True):
        for first in range(0, len(change), AT_ONCE):
            yield from left.filter(pk__in=change[first : first + AT_ONCE])
    last: UUID | None = None
    while part := list((left.filter(pk__gt=last) if last else left)[:AT_ONCE]):
        yield from part
        last = part[-1]
