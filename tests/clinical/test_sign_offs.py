"""Two people sign a comparison; their word holds until something behind it changes."""

from datetime import datetime, timedelta

import pytest

from cases.accounts.models import AuditEvent, User
from cases.clinical import errors
from cases.clinical.definitions import DEFAULT_INDICATION, load_definitions
from cases.clinical.evaluating import evaluate_all, evaluate_case
from cases.clinical.models import Evaluation, SignOff, SignOffMeaning
from cases.clinical.sign_offs import request_missing_fact, sign_off_evaluation
from tests.clinical.knowing import enter, enter_pnet
from tests.make import Cast

NEVER_TOLD = ("match", "indication", "cabozantinib", "eligible", "label", "criteri")


def compare(cast: Cast, now: datetime) -> Evaluation:
    definition = load_definitions()[DEFAULT_INDICATION]
    return evaluate_case(case=cast.case, definition=definition, now=now)


def sign(
    evaluation: Evaluation,
    actor: User,
    now: datetime,
    meaning: SignOffMeaning = SignOffMeaning.READING_REVIEWED,
    statement: str = "Reading A holds; the board's letter says unresectable.",
) -> SignOff:
    return sign_off_evaluation(
        evaluation=evaluation, meaning=meaning, statement=statement, actor=actor, now=now
    )


def test_a_coordinator_and_a_clinician_each_sign_their_part(cast: Cast, now: datetime) -> None:
    enter_pnet(cast.case, cast.coordinator)
    flag = compare(cast, now)
    sign(flag, cast.coordinator, now, SignOffMeaning.FACTS_COMPLETE, "")
    sign(flag, cast.clinician, now)
    assert SignOff.objects.valid().count() == 2


def test_signing_twice_is_signing_once(cast: Cast, now: datetime) -> None:
    flag = compare(cast, now)
    assert sign(flag, cast.clinician, now) == sign(flag, cast.clinician, now)


@pytest.mark.parametrize(
    ("who", "meaning"),
    [
        ("coordinator", SignOffMeaning.READING_REVIEWED),
        ("clinician", SignOffMeaning.FACTS_COMPLETE),
        ("parent", SignOffMeaning.FACTS_COMPLETE),
        ("administrator", SignOffMeaning.READING_REVIEWED),
    ],
)
def test_nobody_signs_in_another_role(
    cast: Cast, now: datetime, who: str, meaning: SignOffMeaning
) -> None:
    with pytest.raises(errors.NotForThisRole):
        sign(compare(cast, now), getattr(cast, who), now, meaning)


def test_a_clinician_says_in_a_sentence_what_was_weighed(cast: Cast, now: datetime) -> None:
    with pytest.raises(errors.ReasonMissing):
        sign(compare(cast, now), cast.clinician, now, statement=" ")


def test_that_the_facts_are_complete_is_said_once_for_every_wording(
    cast: Cast, now: datetime
) -> None:
    evaluate_all(case=cast.case, now=now)
    flag = Evaluation.objects.current().get(case=cast.case, indication=DEFAULT_INDICATION)
    sign(flag, cast.coordinator, now, SignOffMeaning.FACTS_COMPLETE, "")
    signed = SignOff.objects.valid().values_list("evaluation", flat=True)
    assert set(signed) == set(Evaluation.objects.current().values_list("pk", flat=True))
    assert len(signed) == len(load_definitions())
    assert AuditEvent.objects.filter(action="evaluation.signed_off").count() == 1
    sign(flag, cast.coordinator, now, SignOffMeaning.FACTS_COMPLETE, "")
    assert SignOff.objects.count() == len(load_definitions())
    assert AuditEvent.objects.filter(action="evaluation.signed_off").count() == 1


def test_that_the_facts_are_complete_is_not_said_of_other_facts(cast: Cast, now: datetime) -> None:
    eu = load_definitions()["eu-ema/cabozantinib-tablets/net"]
    earlier = evaluate_case(case=cast.case, definition=eu, now=now)
    enter(cast.case, cast.coordinator, "grade", "G2")
    flag = compare(cast, now)
    sign(flag, cast.coordinator, now, SignOffMeaning.FACTS_COMPLETE, "")
    assert not earlier.sign_offs.exists()


def test_a_reading_is_reviewed_of_one_wording(cast: Cast, now: datetime) -> None:
    evaluate_all(case=cast.case, now=now)
    flag = Evaluation.objects.current().get(case=cast.case, indication=DEFAULT_INDICATION)
    sign(flag, cast.clinician, now)
    assert [word.evaluation for word in SignOff.objects.all()] == [flag]


def test_a_changed_fact_makes_the_word_stale(cast: Cast, now: datetime) -> None:
    signed = sign(compare(cast, now), cast.clinician, now)
    enter(cast.case, cast.coordinator, "grade", "G2")
    compare(cast, now + timedelta(minutes=1))
    signed.refresh_from_db()
    assert signed.stale_at == now + timedelta(minutes=1)


def test_a_passing_day_does_not_make_the_word_stale(cast: Cast, now: datetime) -> None:
    enter_pnet(cast.case, cast.coordinator)
    signed = sign(compare(cast, now), cast.clinician, now)
    compare(cast, now + timedelta(days=1))
    signed.refresh_from_db()
    assert signed.stale_at is None


def test_a_superseded_comparison_is_not_signed(cast: Cast, now: datetime) -> None:
    flag = compare(cast, now)
    enter(cast.case, cast.coordinator, "grade", "G2")
    compare(cast, now)
    with pytest.raises(errors.EvaluationOutdated):
        sign(flag, cast.clinician, now)


def test_a_missing_fact_becomes_a_line_of_the_familys_list_in_neutral_words(
    cast: Cast, now: datetime
) -> None:
    flag = compare(cast, now)
    for row in flag.result["criteria"]:
        if row["unknown_kind"] != "missing":
            continue
        asked = request_missing_fact(
            case=cast.case, evaluation=flag, criterion=row["id"], actor=cast.coordinator, now=now
        )
        told = f"{asked.title} {asked.reason}".lower()
        assert not any(word in told for word in NEVER_TOLD)
    assert cast.case.record_requests.count() >= 4


def test_asking_twice_is_asking_once(cast: Cast, now: datetime) -> None:
    flag = compare(cast, now)
    for _time in range(2):
        request_missing_fact(
            case=cast.case,
            evaluation=flag,
            criterion="histology_net",
            actor=cast.coordinator,
            now=now,
        )
    assert cast.case.record_requests.count() == 1


def test_nothing_is_asked_for_a_row_that_is_answered(cast: Cast, now: datetime) -> None:
    enter(cast.case, cast.coordinator, "histology", "NET")
    with pytest.raises(errors.NothingToAsk):
        request_missing_fact(
            case=cast.case,
            evaluation=compare(cast, now),
            criterion="histology_net",
            actor=cast.coordinator,
            now=now,
        )


def test_an_outdated_comparison_asks_the_family_for_nothing(cast: Cast, now: datetime) -> None:
    flag = compare(cast, now)
    Evaluation.objects.filter(pk=flag.pk).update(superseded_at=now)
    with pytest.raises(errors.EvaluationOutdated):
        request_missing_fact(
            case=cast.case,
            evaluation=flag,
            criterion="histology_net",
            actor=cast.coordinator,
            now=now,
        )
    assert not cast.case.record_requests.exists()
