"""What people decide about facts: propose, confirm, correct, reject, enter, settle, dispute.

Every act locks the case's row first, writes the fact, records the act, and tells the house that
the confirmed facts changed. Comparisons lock the same row, so none is made from a half.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from django.db import transaction

from cases.accounts.audit import record
from cases.accounts.models import Role, User
from cases.casework.models import Case
from cases.clinical import errors
from cases.clinical.fact_values import FactValueError, parse_value
from cases.clinical.models import CompleteHistory, Fact, FactOrigin, FactState
from cases.clinical.signals import facts_changed
from cases.clinical.vocabulary import UnknownFactError, spec_for

DECIDING_ROLES: Final = frozenset({Role.COORDINATOR, Role.TEAM_LEAD, Role.CLINICIAN})
LONGEST_DETAIL: Final = 200
DETAILS: Final = ("intent", "best_response", "stop_reason")
TREATMENT: Final = "prior_treatments"
Details = Mapping[str, str] | None


def require_decider(actor: User) -> None:
    if actor.role not in DECIDING_ROLES:
        raise errors.NotForThisRole


def read_value(key: str, value: object) -> Any:
    """The canonical value, or a refusal that says what may stand there."""
    try:
        return parse_value(key, value)
    except (FactValueError, UnknownFactError) as problem:
        raise errors.FactRefused(str(problem)) from problem


def read_details(details: Details) -> dict[str, str]:
    """What is told of a treatment beside its entry; unknown keys are refused."""
    told = {key: " ".join(str(text).split()) for key, text in (details or {}).items()}
    if unknown := set(told) - set(DETAILS):
        raise errors.FactRefused(f"{min(unknown)}: not one of {', '.join(DETAILS)}")
    if any(len(text) > LONGEST_DETAIL for text in told.values()):
        raise errors.FactRefused("intent, response and reason: at most 200 characters each")
    return {key: text for key, text in told.items() if text}


@transaction.atomic
def propose_fact(  # noqa: PLR0913  # one argument a column
    *,
    case: Case,
    key: str,
    value: object,
    now: datetime,
    actor: User | None = None,
    rule: str = "",
    note: str = "",
    dated: str = "",
    stated_source: str = "",
    details: Details = None,
) -> Fact:
    """Put a value before a person. By a rule when `rule` is named, else by `actor`.

    A proposal counts nowhere until a named person confirms it.
    """
    fact = Fact(
        case=case,
        key=key,
        value=read_value(key, value),
        origin=FactOrigin.RULE if rule else FactOrigin.PERSON,
        rule=rule,
        note=note[:300],
        dated=dated,
        stated_source=stated_source.strip(),
        details=read_details(details),
        proposed_at=now,
        proposed_by=actor,
    )
    fact.full_clean(exclude=["case", "value", "details", "proposed_by"], validate_constraints=False)
    fact.save(force_insert=True)
    if actor is not None:
        _record(fact, "proposed", actor, now)
    return fact


@transaction.atomic
def confirm_fact(*, fact: Fact, actor: User, now: datetime) -> Fact:
    """A named person stands for a proposal as it is.

    What it stands on may still be under review: only facts with words in an accepted document,
    or with a stated source, leave the house (`documents.dossiers`).
    """
    require_decider(actor)
    fact = _lock_proposal(fact)
    _decide(fact, FactState.CONFIRMED, actor, now)
    return _tell(fact, "confirmed", actor, now)


@transaction.atomic
def correct_fact(
    *,
    fact: Fact,
    value: object,
    actor: User,
    now: datetime,
    reason: str = "",
    key: str = "",
    dated: str | None = None,
    details: Details = None,
) -> Fact:
    """Confirm a proposal with another value: both rows are kept, the words stand behind both.

    Returns the confirmed row. `key` moves it to another fact (`grade` read as `stage`, say).
    """
    require_decider(actor)
    fact = _lock_proposal(fact)
    corrected = _insert_confirmed(
        case=fact.case,
        key=key or fact.key,
        value=value,
        dated=fact.dated if dated is None else dated,
        stated_source=fact.stated_source,
        details=fact.details if details is None else details,
        actor=actor,
        now=now,
    )
    _copy_evidence(fact, corrected)
    fact.replaced_by = corrected
    _decide(fact, FactState.REPLACED, actor, now, reason)
    _record(fact, "corrected", actor, now)
    return _tell(corrected, "confirmed", actor, now)


@transaction.atomic
def reject_fact(*, fact: Fact, actor: User, now: datetime, reason: str = "") -> Fact:
    """A named person says that a proposal is not so. It stays, so that nobody proposes it anew."""
    require_decider(actor)
    fact = _lock_proposal(fact)
    _decide(fact, FactState.REJECTED, actor, now, reason)
    _record(fact, "rejected", actor, now)
    return fact


@transaction.atomic
def enter_fact(
    *,
    case: Case,
    key: str,
    value: object,
    stated_source: str,
    actor: User,
    now: datetime,
    dated: str = "",
    details: Details = None,
) -> Fact:
    """A named person enters what no document says, and says where it is known from."""
    require_decider(actor)
    if not stated_source.strip():
        raise errors.SourceMissing
    case = lock_case(case)
    fact = _insert_confirmed(
        case=case,
        key=key,
        value=value,
        dated=dated,
        stated_source=stated_source.strip(),
        details=details,
        actor=actor,
        now=now,
    )
    return _tell(fact, "entered", actor, now)


@transaction.atomic
def replace_fact(
    *,
    fact: Fact,
    value: object,
    stated_source: str,
    actor: User,
    now: datetime,
    reason: str,
    dated: str = "",
    details: Details = None,
) -> Fact:
    """Put a new value, with its stated source, in the place of a confirmed one; both are kept."""
    require_decider(actor)
    if not stated_source.strip():
        raise errors.SourceMissing
    fact = _lock_confirmed(fact, reason)
    newer = _insert_confirmed(
        case=fact.case,
        key=fact.key,
        value=value,
        dated=dated or fact.dated,
        stated_source=stated_source.strip(),
        details=fact.details if details is None else details,
        actor=actor,
        now=now,
    )
    fact.replaced_by = newer
    _decide(fact, FactState.REPLACED, actor, now, reason)
    _record(fact, "replaced", actor, now)
    return _tell(newer, "confirmed", actor, now)


@transaction.atomic
def settle_conflict(*, keep: Fact, actor: User, now: datetime, reason: str) -> Fact:
    """Of confirmed values that disagree, keep one; the others are replaced by it."""
    require_decider(actor)
    keep = _lock_confirmed(keep, reason)
    if spec_for(keep.key).repeats:
        raise errors.NothingToSettle
    others = [
        other
        for other in Fact.objects.filter(case_id=keep.case_id, key=keep.key, state="confirmed")
        if other.value != keep.value
    ]
    if not others:
        raise errors.NothingToSettle
    for other in others:
        other.replaced_by = keep
        _decide(other, FactState.REPLACED, actor, now, reason)
        _record(other, "replaced", actor, now)
    return _tell(keep, "settled", actor, now)


@transaction.atomic
def dispute_fact(*, fact: Fact, actor: User, now: datetime, reason: str) -> Fact:
    """Take a confirmed fact out of everything that counts, with nothing in its place."""
    require_decider(actor)
    fact = _lock_confirmed(fact, reason)
    _decide(fact, FactState.DISPUTED, actor, now, reason)
    return _tell(fact, "disputed", actor, now)


@transaction.atomic
def confirm_history_complete(
    *, case: Case, stated_source: str, actor: User, now: datetime
) -> CompleteHistory:
    """A named person says that the confirmed treatments, perhaps none, are all there were."""
    require_decider(actor)
    if not stated_source.strip():
        raise errors.SourceMissing
    case = lock_case(case)
    live: CompleteHistory | None = CompleteHistory.objects.live().filter(case=case).first()
    if live is not None:
        return live
    history = CompleteHistory.objects.create(
        case=case, stated_source=stated_source.strip(), confirmed_at=now, confirmed_by=actor
    )
    record(
        action="history.confirmed_complete",
        actor=actor,
        now=now,
        case_id=case.pk,
        target=f"clinical.completehistory:{history.pk}",
    )
    facts_changed.send(sender=CompleteHistory, case_id=case.pk)
    return history


@transaction.atomic
def reopen_history(*, case: Case, actor: User, now: datetime) -> None:
    """Say that the treatment history may not be complete after all."""
    require_decider(actor)
    case = lock_case(case)
    if _end_history(case, actor, now):
        facts_changed.send(sender=CompleteHistory, case_id=case.pk)


def lock_case(case: Case) -> Case:
    """The case's row, locked until the transaction ends, so that its facts change one by one."""
    return Case.objects.select_for_update(no_key=True).get(pk=case.pk)


def _lock_proposal(fact: Fact) -> Fact:
    fact = _lock(fact)
    if fact.state != FactState.PROPOSED:
        raise errors.FactAlreadyDecided
    return fact


def _lock_confirmed(fact: Fact, reason: str) -> Fact:
    if not reason.strip():
        raise errors.ReasonMissing
    fact = _lock(fact)
    if fact.state != FactState.CONFIRMED:
        raise errors.FactNotConfirmed
    return fact


def _lock(fact: Fact) -> Fact:
    case = lock_case(fact.case)
    fact = Fact.objects.get(pk=fact.pk)
    fact.case = case
    return fact


def _insert_confirmed(
    *,
    case: Case,
    key: str,
    value: object,
    dated: str,
    stated_source: str,
    details: Details,
    actor: User,
    now: datetime,
) -> Fact:
    fact = Fact(
        case=case,
        key=key,
        value=read_value(key, value),
        dated=dated,
        state=FactState.CONFIRMED,
        origin=FactOrigin.PERSON,
        stated_source=stated_source,
        details=read_details(details),
        proposed_at=now,
        proposed_by=actor,
        decided_at=now,
        decided_by=actor,
    )
    fact.full_clean(
        exclude=["case", "value", "details", "proposed_by", "decided_by"],
        validate_constraints=False,
    )
    fact.save(force_insert=True)
    return fact


def _copy_evidence(fact: Fact, corrected: Fact) -> None:
    """The words stay where they were: they stand behind the corrected reading as well."""
    for evidence in fact.evidence.all():
        evidence.pk, evidence.fact = uuid4(), corrected
        evidence.save(force_insert=True)


def _decide(fact: Fact, state: FactState, actor: User, now: datetime, reason: str = "") -> None:
    fact.state, fact.decided_at, fact.decided_by = state, now, actor
    fact.reason = reason.strip()[:300]
    fact.save(update_fields=["state", "decided_at", "decided_by", "reason", "replaced_by"])


def _tell(fact: Fact, verb: str, actor: User, now: datetime) -> Fact:
    """Record the act and tell the house; a change of treatments reopens their completeness."""
    _record(fact, verb, actor, now)
    if fact.key == TREATMENT:
        _end_history(fact.case, actor, now)
    facts_changed.send(sender=Fact, case_id=fact.case_id)
    return fact


def _end_history(case: Case, actor: User, now: datetime) -> bool:
    ended = CompleteHistory.objects.filter(case=case, ended_at__isnull=True).update(ended_at=now)
    if ended:
        record(action="history.reopened", actor=actor, now=now, case_id=case.pk)
    return bool(ended)


def _record(fact: Fact, verb: str, actor: User, now: datetime) -> None:
    record(
        action=f"fact.{verb}",
        actor=actor,
        now=now,
        case_id=fact.case_id,
        target=f"clinical.fact:{fact.pk}",
    )
