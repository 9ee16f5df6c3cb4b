"""What people do to a case: open it, move it, note, ask, hand over."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from cases.accounts.audit import record
from cases.accounts.errors import NotAFamilyMember
from cases.accounts.models import Role, Team, User
from cases.casework import errors
from cases.casework.models import (
    Case,
    CaseParty,
    Note,
    Patient,
    RecordRequest,
    ReferenceCounter,
    Relation,
    RequestState,
    Stage,
    Task,
    TaskState,
    TimelineEntry,
)
from cases.casework.notices import tell_family
from cases.casework.signals import case_opened

MOST_TRIES = 5
Codes = Mapping[str, str | int | bool | None]


def add_timeline_entry(
    *,
    case: Case,
    code: str,
    actor: User | None,
    now: datetime,
    target: str = "",
    detail: Codes | None = None,
    shown_to_family: bool = False,
) -> TimelineEntry:
    """Say what happened to a case. `detail` holds ids and codes; the page makes the sentence."""
    return TimelineEntry.objects.create(
        case=case,
        at=now,
        code=code,
        target=target,
        detail=dict(detail or {}),
        actor=actor,
        shown_to_family=shown_to_family,
    )


@transaction.atomic
def open_case(
    *,
    patient: Patient,
    inquiry: str,
    actor: User | None,
    now: datetime,
    owner: User | None = None,
    team: Team | None = None,
) -> Case:
    """Open a case at the stage of inquiry, with the next reference number of its year."""
    require_possible_owner(owner, team)
    case = Case.objects.create(
        reference=take_next_reference(now.year),
        patient=patient,
        inquiry=inquiry,
        owner=owner,
        team=team,
        opened_at=now,
        stage_since=now,
        waiting_on_us_since=now,
    )
    record(action="case.opened", actor=actor, case_id=case.pk, now=now)
    add_timeline_entry(case=case, code="case_opened", actor=actor, now=now, shown_to_family=True)
    case_opened.send(sender=Case, case_id=case.pk, now=now)
    return case


def require_possible_owner(owner: User | None, team: Team | None) -> None:
    """An owner works on cases, still works here, and is of the team that keeps the case."""
    if owner is None:
        return
    if not (owner.works_on_cases and owner.is_active):
        raise errors.OwnerCannotSeeCases
    if team is not None and not team.members.filter(pk=owner.pk).exists():
        raise errors.OwnerNotOfTeam(team.name)


def take_next_reference(year: int) -> str:
    """`NV-2026-00042`; the year's row is locked until the case is committed."""
    counter, _made = ReferenceCounter.objects.select_for_update(no_key=True).get_or_create(
        year=year
    )
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"NV-{year}-{counter.last:05d}"


@transaction.atomic
def advance_stage(*, case: Case, to: Stage, actor: User, now: datetime, reason: str = "") -> Case:
    """Move a case to another stage and tell the timeline.

    One stage forward, or back (or closed early) with a reason. The row is locked, so two
    coordinators cannot both move it.
    """
    case = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if not case.can_move_to(to):
        raise errors.StageNotReachable(left=case.get_stage_display(), wanted=str(to.label))
    if case.needs_reason_for(to) and not reason.strip():
        raise errors.ReasonNeeded
    left, case.stage, case.stage_since = case.stage, to, now
    if to == Stage.REVIEW and case.records_complete_at is None:
        case.records_complete_at = now
    case.save(update_fields=["stage", "stage_since", "records_complete_at"])
    if reason.strip():
        Note.objects.create(case=case, author=actor, text=reason.strip(), created_at=now)
    moved = {"left": left, "to": to.value}
    record(action="case.stage_moved", actor=actor, case_id=case.pk, detail=moved, now=now)
    add_timeline_entry(
        case=case, code="stage_moved", actor=actor, now=now, detail=moved, shown_to_family=True
    )
    return case


@transaction.atomic
def hand_over_case(*, case: Case, owner: User, actor: User, now: datetime) -> Case:
    """Give a case, with its open tasks, to another coordinator."""
    case = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    require_possible_owner(owner, case.team)
    former, case.owner = case.owner_id, owner
    case.save(update_fields=["owner"])
    if former:
        case.tasks.open().filter(assignee_id=former).update(assignee=owner)
    changed = {"from": former, "to": owner.pk}
    record(action="case.handed_over", actor=actor, case_id=case.pk, detail=changed, now=now)
    add_timeline_entry(
        case=case, code="handed_over", actor=actor, now=now, detail=changed, shown_to_family=True
    )
    return case


@transaction.atomic
def set_hold(*, case: Case, reason: str, actor: User, now: datetime) -> Case:
    """Put a case on hold with a reason, or (empty reason) take it off hold."""
    case = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    case.hold_reason = reason.strip()
    case.save(update_fields=["hold_reason"])
    code = "held" if case.hold_reason else "released"
    record(action=f"case.{code}", actor=actor, case_id=case.pk, now=now)
    add_timeline_entry(case=case, code=f"case_{code}", actor=actor, now=now)
    return case


@transaction.atomic
def add_note(*, case: Case, text: str, actor: User, now: datetime) -> Note:
    if not text.strip():
        raise errors.ReasonNeeded
    note = Note.objects.create(case=case, author=actor, text=text.strip(), created_at=now)
    record(
        action="note.added",
        actor=actor,
        case_id=case.pk,
        target=f"casework.note:{note.pk}",
        now=now,
    )
    return note


@transaction.atomic
def add_party(
    *,
    case: Case,
    user: User,
    relation: Relation,
    actor: User | None,
    now: datetime,
    may_consent: bool = False,
) -> CaseParty:
    """Let a family member see a case and send papers; perhaps agree for the patient."""
    if user.role != Role.FAMILY:
        raise NotAFamilyMember
    party, _made = CaseParty.objects.update_or_create(
        case=case,
        user=user,
        defaults={"relation": relation, "may_consent": may_consent, "ended_at": None},
    )
    detail: Codes = {"relation": relation.value, "may_consent": may_consent}
    record(
        action="party.added",
        actor=actor,
        case_id=case.pk,
        target=f"accounts.user:{user.pk}",
        detail=detail,
        now=now,
    )
    return party


@transaction.atomic
def end_party(*, party: CaseParty, actor: User, now: datetime) -> CaseParty:
    """End a family member's sight of a case at once, once; what they wrote stays theirs."""
    if not CaseParty.objects.filter(pk=party.pk, ended_at__isnull=True).update(ended_at=now):
        return party
    party.ended_at = now
    record(
        action="party.ended",
        actor=actor,
        case_id=party.case_id,
        target=f"accounts.user:{party.user_id}",
        now=now,
    )
    return party


@transaction.atomic
def set_notices(*, party: CaseParty, wanted: bool, actor: User, now: datetime) -> None:
    """A member says whether they want to be told of news by mail; what waits is then not sent."""
    changed = CaseParty.objects.filter(
        pk=party.pk, ended_at__isnull=True, wants_notices=not wanted
    ).update(wants_notices=wanted)
    if changed:
        record(
            action="party.notices_set",
            actor=actor,
            case_id=party.case_id,
            target=f"accounts.user:{party.user_id}",
            detail={"wanted": wanted},
            now=now,
        )


def make_task(
    *,
    title: str,
    now: datetime,
    case: Case | None = None,
    code: str = "",
    target: str = "",
    assignee: User | None = None,
    due_in: timedelta | None = None,
) -> Task:
    """Ask a person to do something. With a `code`, one open task for each target is enough."""
    fields = {
        "title": title,
        "case": case,
        "assignee": assignee or (case.owner if case is not None else None),
        "created_at": now,
        "due_at": now + due_in if due_in is not None else None,
    }
    for _ in range(MOST_TRIES):
        try:
            with transaction.atomic():
                return Task.objects.create(code=code, target=target, **fields)
        except IntegrityError:
            found = Task.objects.open().filter(code=code, target=target).first()
        if found is not None:  # else it was finished at this moment, and there is room again
            return found
    raise RuntimeError(f"the task {code} is taken by no row that can be read")


@transaction.atomic
def finish_task(*, task: Task, actor: User, now: datetime, dropped: bool = False) -> Task:
    state = TaskState.DROPPED if dropped else TaskState.DONE
    changed = Task.objects.open().filter(pk=task.pk).update(state=state, done_at=now, done_by=actor)
    if not changed:
        raise errors.AlreadyAnswered
    record(
        action=f"task.{state}",
        actor=actor,
        case_id=task.case_id,
        target=f"casework.task:{task.pk}",
        now=now,
    )
    task.refresh_from_db()
    return task


@transaction.atomic
def ask_for_record(
    *,
    case: Case,
    kind: str,
    title: str,
    reason: str,
    actor: User | None,
    now: datetime,
    fact_key: str = "",
    not_older_than_days: int | None = None,
) -> RecordRequest:
    """Put one line on the family's checklist; an open line for the same thing is kept."""
    asked = case.record_requests.filter(
        kind=kind, title=title, state__in=[RequestState.OPEN, RequestState.RECEIVED]
    ).first()
    if asked is not None:
        return asked
    request = RecordRequest.objects.create(
        case=case,
        kind=kind,
        title=title,
        reason=reason,
        fact_key=fact_key,
        not_older_than_days=not_older_than_days,
        asked_at=now,
        asked_by=actor,
    )
    target = f"casework.recordrequest:{request.pk}"
    record(action="request.made", actor=actor, case_id=case.pk, target=target, now=now)
    add_timeline_entry(
        case=case,
        code="record_asked_for",
        actor=actor,
        now=now,
        target=target,
        detail={"kind": kind},
        shown_to_family=True,
    )
    tell_family(case=case, now=now)
    return request


@transaction.atomic
def set_request_state(
    *,
    request: RecordRequest,
    state: RequestState,
    actor: User | None,
    now: datetime,
    cannot_get_reason: str = "",
) -> RecordRequest:
    """Say how a line of the checklist stands. "Cannot get" needs the family's reason."""
    if state == RequestState.CANNOT_GET and not cannot_get_reason.strip():
        raise errors.ReasonNeeded
    request = RecordRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
    if request.state == state:
        return request
    request.state = state
    request.cannot_get_reason = cannot_get_reason.strip()
    request.answered_at = None if state == RequestState.OPEN else now
    request.save(update_fields=["state", "cannot_get_reason", "answered_at"])
    target = f"casework.recordrequest:{request.pk}"
    record(
        action="request.moved",
        actor=actor,
        case_id=request.case_id,
        target=target,
        detail={"to": state.value},
        now=now,
    )
    if state == RequestState.CANNOT_GET and (actor is None or actor.role == Role.FAMILY):
        make_task(
            title="The family cannot get a paper that was asked for",
            case=request.case,
            code="request_cannot_get",
            target=target,
            now=now,
        )
    return request
