"""What people do with a comparison: sign it, settle a row of it, ask the family what is missing."""

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation

from cases.accounts.audit import record
from cases.accounts.models import Role, User
from cases.casework.models import Case, RecordRequest, RequestState
from cases.casework.services import ask_for_record
from cases.clinical import errors
from cases.clinical.asking import Wanted, asks_for
from cases.clinical.in_use import read_use
from cases.clinical.logic import UnknownKind
from cases.clinical.models import Evaluation, Settlement, SignOff, SignOffMeaning
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

    The clinician says in a sentence what was weighed. The coordinator's word is about the facts,
    so it is given once, for every comparison of these very facts. Signing twice is signing once.
    The word holds until a fact or the definition changes.
    """
    meaning = SignOffMeaning(meaning)
    if actor.role not in SIGNERS[meaning]:
        raise errors.NotForThisRole
    if meaning == SignOffMeaning.READING_REVIEWED and not statement.strip():
        raise errors.ReasonMissing
    require_standing(evaluation, now)
    valid = SignOff.objects.valid().filter(meaning=meaning)
    unsigned = _comparisons_meant(evaluation, meaning).exclude(sign_offs__in=valid)
    made = SignOff.objects.bulk_create(
        SignOff(
            evaluation=each,
            meaning=meaning,
            statement=statement.strip()[:300],
            signed_by=actor,
            signed_at=now,
        )
        for each in unsigned.only("pk")
    )
    if made:
        record(
            action="evaluation.signed_off",
            actor=actor,
            now=now,
            case_id=evaluation.case_id,
            target=f"clinical.evaluation:{evaluation.pk}",
            detail={"meaning": meaning.value, "comparisons": len(made)},
        )
    signed: SignOff = valid.get(evaluation=evaluation)
    return signed


def _comparisons_meant(evaluation: Evaluation, meaning: SignOffMeaning) -> QuerySet[Evaluation]:
    """A reading is of one wording; that the facts are complete is said of the facts."""
    if meaning == SignOffMeaning.READING_REVIEWED:
        return Evaluation.objects.filter(pk=evaluation.pk)
    return Evaluation.objects.current().filter(
        case=evaluation.case_id, facts_hash=evaluation.facts_hash
    )


def require_standing(evaluation: Evaluation, now: datetime) -> None:
    """Lock the case, and make sure that nothing newer than this comparison is known or coming."""
    lock_case(evaluation.case)
    evaluation.refresh_from_db()
    in_use = {each.digest for each in read_use(now.date()).definitions}
    if evaluation.superseded_at is not None or evaluation.definition_digest not in in_use:
        raise errors.EvaluationOutdated


@transaction.atomic
def settle_row(
    *, evaluation: Evaluation, criterion: str, sentence: str, actor: User, now: datetime
) -> Settlement:
    """A clinician says in a sentence how they read a row that the wording does not settle.

    The sentence is printed beside the row. The row stays unknown: a physician decides, and no
    sentence makes the recorded facts say more. An earlier sentence on the row is stale.
    """
    if actor.role != Role.CLINICIAN:
        raise errors.NotForThisRole
    if not sentence.strip():
        raise errors.ReasonMissing
    require_standing(evaluation, now)
    row = _find_row(evaluation, criterion)
    if row.get("unknown_kind") != UnknownKind.AMBIGUOUS.value:
        raise errors.NothingAmbiguous
    Settlement.objects.valid().filter(evaluation=evaluation, criterion=criterion).update(
        stale_at=now
    )
    settled = Settlement.objects.create(
        evaluation=evaluation,
        criterion=criterion,
        sentence=" ".join(sentence.split())[:300],
        settled_by=actor,
        settled_at=now,
    )
    record(
        action="evaluation.row_settled",
        actor=actor,
        now=now,
        case_id=evaluation.case_id,
        target=f"clinical.evaluation:{evaluation.pk}",
        detail={"criterion": criterion},
    )
    return settled


def _find_row(evaluation: Evaluation, criterion: str) -> dict[str, Any]:
    return next((row for row in evaluation.result["criteria"] if row["id"] == criterion), {})


@transaction.atomic
def request_missing_fact(
    *, case: Case, evaluation: Evaluation, criterion: str, actor: User, now: datetime
) -> RecordRequest:
    """Put the record that could settle an unknown row on the family's checklist.

    The family reads which paper is wanted and why; no word of an indication.
    """
    require_decider(actor)
    require_standing(evaluation, now)
    row = _find_row(evaluation, criterion)
    wanted = asks_for(row["facts"]) if row.get("answer") == "unknown" else None
    if evaluation.case_id != case.pk or wanted is None:
        raise errors.NothingToAsk
    return _ask(case, wanted, actor, now)


@transaction.atomic
def request_all_missing(
    *, case: Case, evaluation: Evaluation, actor: User, now: datetime
) -> list[RecordRequest]:
    """Put every record that could settle a row that nobody recorded on the family's checklist.

    One paper may settle several rows, and is asked for once; one that came and is complete is not
    asked for again, whatever it leaves open.
    """
    require_decider(actor)
    if evaluation.case_id != case.pk:
        raise errors.NothingToAsk
    require_standing(evaluation, now)
    papers: dict[tuple[str, str], Wanted] = {}
    with translation.override("en"):  # as the requests keep them
        for row in evaluation.result["criteria"]:
            if row["unknown_kind"] == UnknownKind.MISSING.value and (one := asks_for(row["facts"])):
                papers.setdefault(one.key, one)
    complete = case.record_requests.filter(state=RequestState.FULFILLED)
    for paper in complete.values_list("kind", "title"):
        papers.pop(paper, None)
    if not papers:
        raise errors.NothingToAsk
    return [_ask(case, one, actor, now) for one in papers.values()]


def _ask(case: Case, wanted: Wanted, actor: User, now: datetime) -> RecordRequest:
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
