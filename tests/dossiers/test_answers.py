"""A hospital answers behind its link by a choice: once, by the table, and the coordinator knows."""

from datetime import timedelta

import pytest
from django.test import Client

from cases.accounts.models import AuditEvent
from cases.casework.models import Task, TimelineEntry
from cases.hospitals.models import Message, Referral, ReferralState
from documents.dossiers import errors
from documents.dossiers.answers import CHOICES, Answer, find_choices, give_answer, mark_of
from documents.dossiers.delivery import revoke_grant
from documents.dossiers.models import Grant
from tests.dossiers.test_delivery import give, open_it
from tests.make import NOW, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
WORDS = "Please send the CT of the last sixty days."


@pytest.fixture
def grant(cast: Cast, client: Client) -> Grant:
    """An open link, opened by this browser."""
    made, address = give(cast)
    open_it(client, made, address)
    return made


def referral_of(cast: Cast) -> Referral:
    return Referral.objects.get(pk=cast.referral.pk)


def answer(cast: Cast, client: Client, choice: str, words: str = "", seen: str = "") -> int:
    form = {"answer": choice, "words": words, "seen": seen or mark_of(referral_of(cast))}
    return client.post("/d/open/answer/", form).status_code


@pytest.mark.usefixtures("grant")
@pytest.mark.parametrize(
    ("choice", "state", "outcome"),
    [
        (Answer.ACKNOWLEDGE, "acknowledged", ""),
        (Answer.REVIEW, "acknowledged", ""),
        (Answer.ASK, "info_requested", ""),
        (Answer.APPOINTMENT, "decided", "conditional"),
        (Answer.DECLINE, "decided", "declined"),
    ],
)
def test_each_answer_moves_the_referral_and_tells_the_coordinator(
    cast: Cast, client: Client, choice: Answer, state: str, outcome: str
) -> None:
    assert answer(cast, client, choice, WORDS) == 302
    referral = referral_of(cast)
    assert (referral.state, referral.outcome) == (state, outcome)
    letter = Message.objects.get(thread__referral=referral, direction="in")
    assert letter.body == f"{CHOICES[choice].title}.\n\n{WORDS}"
    assert Task.objects.open().filter(code="hospital_answered", case=cast.case).count() == 1
    assert TimelineEntry.objects.filter(code="referral_moved", detail__to=state).count() == 1
    logged = AuditEvent.objects.get(action="grant.answered")
    assert logged.detail["answer"] == choice
    assert WORDS not in str(logged.detail)


@pytest.mark.usefixtures("grant")
def test_an_answer_is_confirmed_on_the_page(cast: Cast, client: Client) -> None:
    form = {"answer": "ask", "words": WORDS, "seen": mark_of(referral_of(cast))}
    html = client.post("/d/open/answer/", form, follow=True).content.decode()
    assert "Your answer has arrived" in html
    assert WORDS in html


@pytest.mark.usefixtures("grant")
def test_a_letter_is_confirmed_on_the_page(client: Client) -> None:
    html = client.post("/d/open/letter/", {"body": "A word."}, follow=True).content.decode()
    assert "Your letter has arrived" in html


@pytest.mark.usefixtures("grant")
@pytest.mark.parametrize("choice", [Answer.ACKNOWLEDGE, Answer.APPOINTMENT])
def test_the_same_form_sent_twice_has_one_effect(
    cast: Cast, client: Client, choice: Answer
) -> None:
    seen = mark_of(referral_of(cast))
    assert answer(cast, client, choice, WORDS, seen) == 302
    assert answer(cast, client, choice, WORDS, seen) == 400
    assert Message.objects.filter(thread__referral=cast.referral, direction="in").count() == 1


@pytest.mark.usefixtures("grant")
def test_a_second_proposal_after_a_decision_is_filed_too(cast: Cast, client: Client) -> None:
    for words in ("Monday at nine.", "Tuesday at nine."):
        assert answer(cast, client, Answer.APPOINTMENT, words) == 302
    assert referral_of(cast).state == ReferralState.DECIDED
    assert Message.objects.filter(thread__referral=cast.referral, direction="in").count() == 2


@pytest.mark.usefixtures("grant")
@pytest.mark.parametrize("choice", [each for each in Answer if CHOICES[each].needs_words])
def test_what_says_nothing_without_words_needs_them(
    cast: Cast, client: Client, choice: Answer
) -> None:
    assert answer(cast, client, choice, "  ") == 400
    assert referral_of(cast).state == ReferralState.OPENED


@pytest.mark.usefixtures("grant")
@pytest.mark.parametrize("choice", ["", "accept_for_treatment"])
def test_only_what_is_offered_can_be_answered(cast: Cast, client: Client, choice: str) -> None:
    assert answer(cast, client, choice, WORDS) == 400
    assert referral_of(cast).state == ReferralState.OPENED


def test_what_the_table_does_not_allow_is_not_offered(cast: Cast) -> None:
    cast.referral.state = ReferralState.WITHDRAWN
    assert find_choices(cast.referral) == {}
    cast.referral.state = ReferralState.OPENED
    assert set(find_choices(cast.referral)) == set(Answer)
    cast.referral.state = ReferralState.DECIDED
    assert set(find_choices(cast.referral)) == {Answer.ASK, Answer.APPOINTMENT}
    assert find_choices(None) == {}


def test_a_link_that_was_closed_takes_no_answer(cast: Cast, client: Client, grant: Grant) -> None:
    seen = mark_of(referral_of(cast))
    revoke_grant(grant=grant, actor=cast.coordinator, now=NOW)
    assert answer(cast, client, Answer.ACKNOWLEDGE, WORDS, seen) == 404
    with pytest.raises(errors.LinkClosed):
        give_answer(
            grant=grant,
            answer=Answer.ACKNOWLEDGE,
            words=WORDS,
            seen=seen,
            now=NOW + timedelta(minutes=1),
        )


def test_without_an_opened_link_there_is_nothing_to_answer(cast: Cast, client: Client) -> None:
    assert answer(cast, client, Answer.ACKNOWLEDGE) == 404
