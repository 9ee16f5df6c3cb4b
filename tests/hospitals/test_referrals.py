"""A referral goes out with consent, and comes back with an answer."""

from datetime import timedelta

import pytest

from cases.casework.consents import give_consent
from cases.casework.errors import ConsentMissing
from cases.casework.models import ConsentPurpose
from cases.hospitals.errors import OutcomeNeeded, ReferralAlreadyOpen, ReferralMoveRefused
from cases.hospitals.models import Referral, ReferralOutcome, ReferralState
from cases.hospitals.services import ANSWER_WITHIN, move_referral, open_referral
from tests import make

pytestmark = pytest.mark.django_db


def agree(cast: make.Cast) -> None:
    give_consent(
        case=cast.case,
        purpose=ConsentPurpose.SHARE,
        actor=cast.parent,
        now=make.NOW,
        language="es",
        recipient_id=cast.reviewer.hospital_id,
        recipient_name=cast.reviewer.hospital.name,
    )


def move(cast: make.Cast, to: ReferralState, **more: object) -> None:
    cast.referral.refresh_from_db()
    move_referral(
        referral=cast.referral,
        to=to,
        actor=cast.coordinator,
        now=make.NOW,
        **more,  # type: ignore[arg-type]  # outcome and its words
    )


def test_a_referral_is_not_sent_without_consent_for_that_hospital(cast: make.Cast) -> None:
    with pytest.raises(ConsentMissing):
        move(cast, ReferralState.SENT)
    agree(cast)
    move(cast, ReferralState.SENT)
    cast.referral.refresh_from_db()
    assert cast.referral.answer_due_at == make.NOW + ANSWER_WITHIN


def test_a_draft_cannot_be_answered(cast: make.Cast) -> None:
    with pytest.raises(ReferralMoveRefused):
        move(cast, ReferralState.DECIDED, outcome=ReferralOutcome.ACCEPTED)


def test_an_answer_needs_its_outcome(cast: make.Cast) -> None:
    agree(cast)
    move(cast, ReferralState.SENT)
    with pytest.raises(OutcomeNeeded):
        move(cast, ReferralState.DECIDED)
    move(
        cast,
        ReferralState.DECIDED,
        outcome=ReferralOutcome.CONDITIONAL,
        outcome_note="After a new CT.",
    )
    cast.referral.refresh_from_db()
    assert cast.referral.outcome == ReferralOutcome.CONDITIONAL


def test_a_second_open_referral_to_the_same_hospital_is_refused(cast: make.Cast) -> None:
    def again() -> None:
        open_referral(
            case=cast.case,
            contact=cast.reviewer,
            question="Once more?",
            actor=cast.coordinator,
            now=make.NOW,
        )

    with pytest.raises(ReferralAlreadyOpen):
        again()
    move(cast, ReferralState.WITHDRAWN)
    again()


def test_overdue_begins_with_the_minute_after(cast: make.Cast) -> None:
    agree(cast)
    move(cast, ReferralState.SENT)
    due = make.NOW + ANSWER_WITHIN
    assert not Referral.objects.overdue(due).exists()
    assert Referral.objects.overdue(due + timedelta(minutes=1)).exists()
