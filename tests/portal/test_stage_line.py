"""The line at home follows the hospital: sent, opened, confirmed, asking, answered."""

import pytest

from cases.casework.models import Stage
from cases.hospitals.models import ReferralState
from navigator.portal.queries import read_stage
from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("stage", [Stage.REVIEW, Stage.HOSPITAL_REVIEW])
@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ReferralState.SENT, "It has not opened them yet."),
        (ReferralState.OPENED, "The hospital has opened the papers."),
        (ReferralState.ACKNOWLEDGED, "has confirmed that it has the papers"),
        (ReferralState.INFO_REQUESTED, "looks at what it needs"),
        (ReferralState.INFO_SUPPLIED, "has confirmed that it has the papers"),
        (ReferralState.DECIDED, "reads the answer and explains it"),
    ],
)
def test_the_line_follows_the_referral(
    cast: make.Cast, stage: Stage, state: ReferralState, words: str
) -> None:
    cast.case.stage = stage
    cast.case.save()
    cast.referral.state = state
    cast.referral.outcome = "declined" if state == ReferralState.DECIDED else ""
    cast.referral.save()
    said = read_stage(cast.case)
    assert words in str(said.sentence)
    assert "declined" not in f"{said.word} {said.sentence}".casefold()


def test_a_hospital_that_asks_stands_before_one_that_answered(cast: make.Cast) -> None:
    cast.case.stage = Stage.HOSPITAL_REVIEW
    cast.case.save()
    other = make.referral(case=cast.case, contact=make.contact())
    for referral, state in (
        (cast.referral, ReferralState.DECIDED),
        (other, ReferralState.INFO_REQUESTED),
    ):
        referral.state, referral.outcome = state, "accepted"
        referral.save()
    assert read_stage(cast.case).word == "The hospital asks for more"


def test_before_anything_was_sent_nobody_is_said_to_read(cast: make.Cast) -> None:
    cast.case.stage = Stage.HOSPITAL_REVIEW
    cast.case.save()
    assert "being made ready" in str(read_stage(cast.case).sentence)


def test_other_stages_speak_for_themselves(cast: make.Cast) -> None:
    cast.referral.state = ReferralState.SENT
    cast.referral.save()
    cast.case.stage = Stage.TRAVEL
    assert read_stage(cast.case).word == "Preparing the journey"
