"""What a contact answers behind their open link: a choice of five, with words where it needs them.

Each moves the referral by the table that stands, files the words in its thread and asks the
coordinator to look. None of them promises a treatment: taking a case up is reading it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _, override

from cases.accounts.audit import record
from cases.casework.models import Case
from cases.casework.services import make_task
from cases.hospitals.models import Message, Referral, ReferralOutcome, ReferralState
from cases.hospitals.services import REFERRAL_MOVES, move_referral
from documents.dossiers import errors
from documents.dossiers.delivery import answer_from_hospital, find_grant_by_id
from documents.dossiers.links import is_open
from documents.dossiers.models import Grant

S: Final = ReferralState
MOST_NOTED: Final = 2000


class Answer(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    REVIEW = "review"
    ASK = "ask"
    APPOINTMENT = "appointment"
    DECLINE = "decline"


@dataclass(frozen=True)
class Choice:
    """Where it leads, but from where it `stays_in`; and whether it says nothing without words."""

    title: Promise
    hint: Promise
    to: ReferralState
    outcome: ReferralOutcome | None = None
    needs_words: bool = False
    stays_in: frozenset[ReferralState] = frozenset()


CHOICES: Final[Mapping[Answer, Choice]] = {
    Answer.ACKNOWLEDGE: Choice(
        _("We have the papers"),
        _("You confirm that they arrived; your answer follows."),
        S.ACKNOWLEDGED,
    ),
    Answer.REVIEW: Choice(
        _("We take the case up for review"),
        _("Your doctors read it. This is not yet an acceptance for treatment."),
        S.ACKNOWLEDGED,
        stays_in=frozenset({S.ACKNOWLEDGED, S.INFO_SUPPLIED}),
    ),
    Answer.ASK: Choice(
        _("We need more"),
        _("Write below what is missing, and how recent it should be."),
        S.INFO_REQUESTED,
        needs_words=True,
    ),
    Answer.APPOINTMENT: Choice(
        _("We propose an appointment"),
        _("Write below the day, the time and the place. The coordinator asks the family."),
        S.DECIDED,
        ReferralOutcome.CONDITIONAL,
        needs_words=True,
        stays_in=frozenset({S.DECIDED, S.SCHEDULED}),
    ),
    Answer.DECLINE: Choice(
        _("We cannot take the case up"),
        _(
            "Write below why, and whom else one might ask. The coordinator explains it to the "
            "family."
        ),
        S.DECIDED,
        ReferralOutcome.DECLINED,
        needs_words=True,
    ),
}


def read_answer(chosen: str) -> Answer:
    try:
        return Answer(chosen)
    except ValueError:
        raise errors.ChooseAnswer from None


def find_choices(referral: Referral | None) -> dict[Answer, Choice]:
    """What can be answered as the referral stands."""
    if referral is None:
        return {}
    state = ReferralState(referral.state)
    return {
        answer: choice
        for answer, choice in CHOICES.items()
        if choice.to in REFERRAL_MOVES[state] or state in choice.stays_in
    }


@transaction.atomic
def give_answer(*, grant: Grant, answer: Answer, words: str, seen: str, now: datetime) -> Referral:
    """Take the answer of a contact, once.

    `seen` is `mark_of` the referral on the page that was answered: what was answered meanwhile,
    here or by a colleague, is read first. The case is locked until the answer is committed.
    """
    asked = grant.version.dossier.referral
    if asked is None:
        raise errors.ReferralEnded
    Case.objects.select_for_update(no_key=True).get(pk=asked.case_id)
    fresh = find_grant_by_id(str(grant.pk))  # what ends a link locks the case
    if fresh is None or not is_open(fresh, now):
        raise errors.LinkClosed
    referral = Referral.objects.select_related("case", "hospital").get(pk=asked.pk)
    choice = find_choices(referral).get(answer)
    if choice is None or mark_of(referral) != seen:
        raise errors.AnsweredMeanwhile
    words = words.strip()
    if choice.needs_words and not words:
        raise errors.WordsNeeded
    with override("en"):  # as the letters of a referral are kept
        title = str(choice.title)
    answer_from_hospital(grant=grant, body=f"{title}.\n\n{words}" if words else title, now=now)
    if referral.state not in choice.stays_in:
        move_referral(
            referral=referral,
            to=choice.to,
            actor=None,
            now=now,
            outcome=choice.outcome,
            outcome_note=words[:MOST_NOTED] or title,
        )
    record(
        action="grant.answered",
        actor=None,
        case_id=referral.case_id,
        target=f"dossiers.grant:{grant.pk}",
        detail={"answer": answer.value, "contact": str(grant.contact_id)},
        now=now,
    )
    make_task(
        title=gettext("A hospital answered: %(hospital)s") % {"hospital": referral.hospital.name},
        case=referral.case,
        code="hospital_answered",
        target=f"hospitals.referral:{referral.pk}",
        now=now,
    )
    return referral


def mark_of(referral: Referral) -> str:
    """Changes with every letter and every move, so that an answer is given to what was read."""
    letters = Message.objects.filter(thread__referral=referral).count()
    return f"{referral.state}.{letters}"
