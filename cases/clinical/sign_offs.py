"""What people do with a comparison: sign it, or ask the family for what is missing."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import translation

from cases.accounts.audit import record
from cases.accounts.models import Role, User
from cases.casework.models import Case, RecordRequest
from cases.casework.services import ask_for_record
from cases.clinical import errors
from cases.clinical.asking import asks_for
from cases.clinical.models import Evaluation, SignOff, SignOffMeaning
from cases.clinical.services import lock_case, require_decider

SIGNERS: Final = {
    SignOffMeaning.FACTS_COMPLETE: frozenset({Role.COORDINATOR, Role.TEAM_LEAD}),
    SignOffMeaning.READING_REVIEWED: frozenset({Role.CLINICIAN}),
}


@transaction.atomic
def sign_off_evaluation(
    *,
    evaluation: Evaluation,
    meaning: SignOffMeaning,
    statement: str,
    actor: User,
    now: datetime,
) -> SignOff:
    """A coordinator says that the facts are complete, a clinician that the reading was reviewed.

    The clinician says in a sentence what was weighed. Signing twice is signing once. The word
    holds until a fact or the definition changes.
    """
    meaning = SignOffMeaning(meaning)
    if actor.role not in SIGNERS[meaning]:
        raise errors.NotForThisRole
    if meaning == SignOffMeaning.READING_REVIEWED and not statement.strip():
        raise errors.ReasonMissing
    lock_case(evaluation.case)
    evaluation.refresh_from_db()
    if evaluation.superseded_at is not None:
        raise errors.EvaluationOutdated
    held: SignOff | None = (
        SignOff.objects.valid().filter(evaluation=evaluation, meaning=meaning).first()
    )
    if held is not None:
        return held
    sign_off = SignOff.objects.create(
        evaluation=evaluation,
        meaning=meaning,
        statement=statement.strip()[:300],
        signed_by=actor,
        signed_at=now,
    )
    record(
        action="evaluation.signed_off",
        actor=actor,
        now=now,
        case_id=evaluation.case_id,
        target=f"clinical.evaluation:{evaluation.pk}",
        detail={"meaning": meaning.value},
    )
    return sign_off


@transaction.atomic
def request_missing_fact(
    *, case: Case, evaluation: Evaluation, criterion: str, actor: User, now: datetime
) -> RecordRequest:
    """Put the record that could settle an unknown row on the family's checklist.

    The family reads which paper is wanted and why; no word of an indication.
    """
    require_decider(actor)
    row = next(
        (row for row in evaluation.result["criteria"] if row["id"] == criterion), {"answer": ""}
    )
    wanted = asks_for(row["facts"]) if row["answer"] == "unknown" else None
    if evaluation.case_id != case.pk or wanted is None:
        raise errors.NothingToAsk
    with translation.override("en"):  # kept in English, shown in the reader's language
        title, reason = str(wanted.title), str(wanted.reason)
    return ask_for_record(
        case=case,
        kind=wanted.kind,
        title=title,
        reason=reason,
        fact_key=wanted.fact_key,
        actor=actor,
        now=now,
    )
