"""The list at home says what is asked for, why, how recent it must be, and how it stands."""

from collections.abc import Callable
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.casework.consents import record_death, take_back_death
from cases.casework.models import RecordRequest, RequestState, Task
from cases.casework.services import ask_for_record, set_request_state
from documents.records.models import Document, DocumentState
from documents.records.services import reject_document
from navigator.portal.queries import read_checklist
from tests import make
from tests.portal.family import page_of, sign_in
from tests.records.sending import send

pytestmark = pytest.mark.django_db


def ask(
    cast: make.Cast, title: str = "CT of the abdomen", days: int | None = None
) -> RecordRequest:
    return ask_for_record(
        case=cast.case,
        kind="imaging",
        title=title,
        reason="The hospital compares it with earlier pictures.",
        not_older_than_days=days,
        actor=cast.coordinator,
        now=make.NOW,
    )


def test_the_page_counts_what_was_received(cast: make.Cast) -> None:
    done = ask(cast, "Pathology report")
    ask(cast)
    set_request_state(
        request=done, state=RequestState.FULFILLED, actor=cast.coordinator, now=make.NOW
    )
    html = sign_in(cast.parent).get(page_of(cast.case, "home")).content.decode()
    assert "1 of 2 received" in html
    assert "The hospital compares it with earlier pictures." in html


def test_a_line_says_from_which_day_on_a_paper_is_recent(cast: make.Cast) -> None:
    ask(cast, days=60)
    line = read_checklist(cast.case, date(2026, 11, 22)).lines[0]
    assert "23 September 2026" in line.how_recent


def test_a_line_that_is_no_longer_needed_is_gone(cast: make.Cast) -> None:
    asked = ask(cast)
    set_request_state(
        request=asked, state=RequestState.WITHDRAWN, actor=cast.coordinator, now=make.NOW
    )
    assert read_checklist(cast.case, make.NOW.date()).total == 0


def test_what_is_still_needed_stands_first(cast: make.Cast) -> None:
    done = ask(cast, "Pathology report")
    ask(cast, "CT")
    set_request_state(
        request=done, state=RequestState.RECEIVED, actor=cast.coordinator, now=make.NOW
    )
    lines = read_checklist(cast.case, make.NOW.date()).lines
    assert [line.what for line in lines] == ["CT", "Pathology report"]


def test_a_returned_paper_tells_its_reason_on_the_line(cast: make.Cast) -> None:
    asked = ask(cast)
    Document.objects.create(
        case=cast.case,
        request=asked,
        title="photo",
        state=DocumentState.REJECTED,
        reason="The lower third is blurred.",
        received_at=make.NOW,
    )
    line = read_checklist(cast.case, make.NOW.date()).lines[0]
    assert "The lower third is blurred." in str(line.note)


def test_the_checklist_takes_two_queries_however_long(
    cast: make.Cast, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    for number in range(5):
        ask(cast, f"Paper {number}")
    with django_assert_num_queries(2):  # type: ignore[operator]  # pytest-django's fixture
        read_checklist(cast.case, make.NOW.date())


def test_i_cannot_get_this_needs_a_reason_and_makes_a_task(cast: make.Cast) -> None:
    asked = ask(cast)
    browser = sign_in(cast.parent)
    address = page_of(cast.case, "cannot_get", asked.pk)
    assert browser.post(address, {"reason": " "}).status_code == 200
    asked.refresh_from_db()
    assert asked.state == RequestState.OPEN
    browser.post(address, {"reason": "The hospital has closed."})
    asked.refresh_from_db()
    assert (asked.state, asked.cannot_get_reason) == (
        RequestState.CANNOT_GET,
        "The hospital has closed.",
    )
    assert Task.objects.open().filter(code="request_cannot_get").count() == 1


def test_a_line_of_another_case_cannot_be_answered(cast: make.Cast) -> None:
    asked = ask(cast)
    other = cast.stranger.parties.get().case
    browser = sign_in(cast.stranger)
    for case in (cast.case, other):
        address = page_of(case, "cannot_get", asked.pk)
        assert browser.post(address, {"reason": "x"}).status_code == 404
    asked.refresh_from_db()
    assert asked.state == RequestState.OPEN


def test_news_of_the_same_day_is_told_once(cast: make.Cast) -> None:
    for number in range(3):
        ask(cast, f"Paper {number}")
    html = sign_in(cast.parent).get(page_of(cast.case, "home")).content.decode()
    assert html.count("A paper was added to your list") == 1
    assert "3 times" in html


def test_home_answers_while_nothing_is_asked_for(cast: make.Cast) -> None:
    html = sign_in(cast.parent).get(page_of(cast.case, "home")).content.decode()
    assert "No list yet" in html


def test_after_a_death_nothing_is_asked_and_the_reason_is_not_said(cast: make.Cast) -> None:
    ask(cast)
    record_death(case=cast.case, on=make.NOW.date(), actor=cast.coordinator, now=timezone.now())
    words = sign_in(cast.parent).get(page_of(cast.case, "home")).content.decode()
    assert "Nothing is asked of you" in words
    assert "CT of the abdomen" not in words
    for word in ("died", "death", "loss"):
        assert word not in words
    take_back_death(case=cast.case, actor=cast.coordinator, now=timezone.now())
    assert (
        "CT of the abdomen" in sign_in(cast.parent).get(page_of(cast.case, "home")).content.decode()
    )


@pytest.mark.parametrize(
    ("code", "word"),
    [("wrong_person", "Not used"), ("not_needed", "Not used"), ("blurred", "Please send it again")],
)
def test_a_paper_that_came_by_mistake_is_not_asked_for_again(
    cast: make.Cast, run_jobs: Callable[[], int], code: str, word: str
) -> None:
    document = send(cast.case)
    run_jobs()
    reject_document(document=document, reason="", code=code, actor=cast.coordinator, now=make.NOW)
    page = sign_in(cast.parent).get(reverse("portal:documents", args=[cast.case.pk]))
    assert word in page.content.decode()
