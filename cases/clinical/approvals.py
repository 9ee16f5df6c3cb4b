"""What people decide about a definition: approve it, try it dry, make it active, withdraw it.

Each act locks the version's row, and activation the row that it takes the place of, so that two
people cannot both decide. What a version says never changes by any of them.
"""

from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from cases.accounts.audit import record
from cases.accounts.models import Role, User
from cases.clinical import errors
from cases.clinical.definition_parts import Definition
from cases.clinical.evaluating import end_comparisons, spoil_words
from cases.clinical.in_use import definition_of
from cases.clinical.models import DefinitionState, DefinitionVersion, DryRun, Evaluation
from cases.jobs.models import Job
from cases.jobs.services import queue_job

DECIDERS: Final = frozenset({Role.CLINICIAN, Role.TEAM_LEAD})
"""Who tries a version and makes it active; approval is a clinician's alone."""
DRY_RUN_HOLDS: Final = timedelta(days=7)


@transaction.atomic
def approve_definition(
    *, definition: DefinitionVersion, label_read_on: date, actor: User, now: datetime
) -> DefinitionVersion:
    """A clinician, by name, says that the definition says what the label says.

    `label_read_on` is the day on which they read the label: today at the latest, and not before
    the authority's wording held. The content is fixed from then on.
    """
    _require(actor, frozenset({Role.CLINICIAN}))
    row, said = _lock(definition)
    if row.state != DefinitionState.IN_REVIEW:
        raise errors.NotInReview
    if label_read_on > now.date():
        raise errors.ReadingDateInFuture
    if said.effective_from is not None and label_read_on < said.effective_from:
        raise errors.ReadingDateTooEarly
    row.state = DefinitionState.APPROVED
    row.label_read_on, row.approved_at, row.approved_by = label_read_on, now, actor
    row.save(update_fields=["state", "label_read_on", "approved_at", "approved_by"])
    _record(row, "approved", actor, now)
    return row


@transaction.atomic
def request_dry_run(*, definition: DefinitionVersion, actor: User, now: datetime) -> DryRun:
    """Have a job find out whose answer would change; nothing is activated by it.

    While the same is being found out, asking again is asking once.
    """
    _require(actor, DECIDERS)
    row, said = _lock(definition)
    if not row.may_become_active:
        raise errors.NotReadyToActivate
    before = _find_active(row.indication)
    for waiting in row.dry_runs.filter(before=before, digest=said.digest, finished_at__isnull=True):
        if Job.objects.unfinished().filter(subject=f"clinical.dryrun:{waiting.pk}").exists():
            return waiting
    run = DryRun.objects.create(
        definition=row,
        before=before,
        digest=said.digest,
        asked_by=actor,
        asked_at=now,
    )
    queue_job(
        kind="clinical.dry_run",
        args={"run_id": str(run.pk)},
        unique_key=f"clinical.dry_run:{run.pk}",
        subject=f"clinical.dryrun:{run.pk}",
        actor_id=actor.pk,
    )
    _record(row, "tried", actor, now)
    return run


@transaction.atomic
def activate_definition(
    *, definition: DefinitionVersion, actor: User, now: datetime
) -> DefinitionVersion:
    """Compare cases with this version from now on; the one before is superseded.

    Needs a finished dry run of this very content against the version that is active now. What
    was signed on the older one is stale at once; a job compares every case again.
    """
    _require(actor, DECIDERS)
    row, said = _lock(definition)
    if not row.may_become_active:
        raise errors.NotReadyToActivate
    before = _find_active(row.indication)
    if (
        before is not None
        and before.approved_at is not None
        and row.state != DefinitionState.APPROVED
    ):
        raise errors.ApprovedStays
    if not find_valid_run(row, before, said, now=now):
        raise errors.DryRunMissing
    if before is not None:
        before.state, before.ended_at, before.ended_by = DefinitionState.SUPERSEDED, now, actor
        before.save(update_fields=["state", "ended_at", "ended_by"])
    row.activated_at, row.activated_by = now, actor
    row.save(update_fields=["activated_at", "activated_by"])
    spoil_words(Evaluation.objects.current().filter(indication=row.indication), now=now)
    queue_job(
        kind="clinical.reevaluate",
        args={"definition_id": str(row.pk)},
        unique_key=f"clinical.reevaluate:{row.pk}",
        subject=f"clinical.definitionversion:{row.pk}",
        actor_id=actor.pk,
    )
    _record(row, "activated", actor, now)
    return row


def find_valid_run(
    row: DefinitionVersion,
    before: DefinitionVersion | None,
    said: Definition,
    *,
    now: datetime,
) -> DryRun | None:
    """The newest finished dry run that still tells what activation would do.

    Facts change from day to day: what was tried longer ago than a week tells of other cases.
    """
    return row.dry_runs.filter(
        before=before, digest=said.digest, finished_at__gt=now - DRY_RUN_HOLDS
    ).first()


@transaction.atomic
def withdraw_definition(
    *, definition: DefinitionVersion, because: str, actor: User, now: datetime
) -> DefinitionVersion:
    """Compare no case with this version any more, and say why; no other takes its place."""
    _require(actor, DECIDERS)
    if not because.strip():
        raise errors.ReasonMissing
    row = DefinitionVersion.objects.select_for_update(no_key=True).get(pk=definition.pk)
    if row.state in {DefinitionState.WITHDRAWN, DefinitionState.SUPERSEDED}:
        raise errors.DefinitionOver
    was_active = row.is_active
    row.state, row.withdrawn_because = DefinitionState.WITHDRAWN, because.strip()[:300]
    row.ended_at, row.ended_by = now, actor
    row.save(update_fields=["state", "withdrawn_because", "ended_at", "ended_by"])
    if was_active:
        end_comparisons(Evaluation.objects.current().filter(indication=row.indication), now=now)
    _record(row, "withdrawn", actor, now)
    return row


def _require(actor: User, roles: frozenset[Role]) -> None:
    if actor.role not in roles:
        raise errors.NotForThisRole


def _lock(definition: DefinitionVersion) -> tuple[DefinitionVersion, Definition]:
    """The version's row, locked, and what it says, if its file still says that."""
    row = DefinitionVersion.objects.select_for_update(no_key=True).get(pk=definition.pk)
    said = definition_of(row)
    if said is None:
        raise errors.DefinitionChanged
    return row, said


def _find_active(indication: str) -> DefinitionVersion | None:
    return (
        DefinitionVersion.objects.select_for_update(no_key=True)
        .active()
        .filter(indication=indication)
        .first()
    )


def _record(row: DefinitionVersion, verb: str, actor: User, now: datetime) -> None:
    record(
        action=f"definition.{verb}",
        actor=actor,
        now=now,
        target=f"clinical.definitionversion:{row.pk}",
        detail={"indication": row.indication, "version": row.version},
    )
