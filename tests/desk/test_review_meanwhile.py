"""Two people at one record: who comes too late reads what happened, and loses nothing typed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.accounts.models import AuditEvent
from documents.records import services
from documents.records.models import Document, DocumentState
from tests import make
from tests.desk.doing import read_news
from tests.desk.office import Office
from tests.desk.test_review import DETAILS

Act = Callable[[Document, make.Cast], object]
TYPED = {**DETAILS, "title": "What I typed", "report_date": "2026-11-02"}


def decide(desk: Client, document: Document, **typed: Any) -> Any:
    return desk.post(reverse("admin:review_do", args=[document.pk]), typed)


def by_lead(act: Callable[..., object], **more: str) -> Act:
    def take(document: Document, cast: make.Cast) -> object:
        return act(document=document, actor=cast.lead, now=timezone.now(), **more)

    return take


ACTS = {
    "accepted this record": by_lead(services.accept_document),
    "returned this record": by_lead(services.reject_document, reason="Blurred."),
    "held this record": by_lead(services.mark_other_patient),
    "took this record out of use": by_lead(services.withdraw_document),
}


@pytest.mark.parametrize("words", list(ACTS))
def test_who_comes_too_late_reads_who_decided_what_and_keeps_what_was_typed(
    office: Office, desk: Client, words: str
) -> None:
    ACTS[words](office.document, office.cast)
    before = Document.objects.get(pk=office.document.pk)
    response = decide(desk, office.document, do="accept", **TYPED)
    assert response.status_code == 400
    (news,) = read_news(response)
    assert news.startswith(f"{office.cast.lead.name} {words}")
    assert "cannot become" not in news
    html = response.content.decode()
    assert 'value="What I typed"' in html
    assert 'value="2026-11-02"' in html
    assert '<details class="fold details-fold" data-keep="details" open>' in html
    after = Document.objects.get(pk=office.document.pk)
    assert (after.title, after.report_date, after.state) == (
        before.title,
        before.report_date,
        before.state,
    )


def test_words_for_an_act_that_is_no_longer_possible_are_shown_to_be_copied(
    office: Office, desk: Client
) -> None:
    ACTS["accepted this record"](office.document, office.cast)
    typed = {"do": "reject", "code": "cut_off", "reason": "Line four is cut off.", "language": "en"}
    html = decide(desk, office.document, **typed).content.decode()
    assert "What you wrote was not sent" in html
    assert html.count("Line four is cut off.") == 1


def test_the_second_press_of_the_same_person_is_told_so(office: Office, desk: Client) -> None:
    decide(desk, office.document, do="accept", **DETAILS)
    (news,) = read_news(decide(desk, office.document, do="accept", **DETAILS))[-1:]
    assert news.startswith("You have decided this record already (")


def test_a_record_that_is_read_anew_is_decided_when_that_is_done(
    office: Office, desk: Client
) -> None:
    by_lead(services.retry_reading)(office.document, office.cast)
    (news,) = read_news(decide(desk, office.document, do="accept", **TYPED))
    assert "The machine is at this record just now" in news


def test_a_record_without_a_trace_of_who_is_said_by_its_state(office: Office, desk: Client) -> None:
    Document.objects.filter(pk=office.document.pk).update(state=DocumentState.SUPERSEDED)
    (news,) = read_news(decide(desk, office.document, do="accept"))
    assert news.startswith("This record is “Replaced by a newer one” by now.")


def open_page(desk: Client, document: Document) -> str:
    seen: str = desk.get(reverse("admin:review", args=[document.pk])).context["details_seen"]
    return seen


def test_details_that_somebody_wrote_meanwhile_are_not_overwritten_unseen(
    office: Office, desk: Client
) -> None:
    seen = open_page(desk, office.document)
    services.set_document_details(
        document=office.document,
        title="The lead’s title",
        dates={"report_date": "2026-11-03"},
        actor=office.cast.lead,
        now=timezone.now(),
    )
    refused = decide(desk, office.document, do="accept", seen=seen, **TYPED)
    assert refused.status_code == 400
    office.document.refresh_from_db()
    assert office.document.title == "The lead’s title"
    assert office.document.state == DocumentState.TO_REVIEW
    news = " ".join(read_news(refused))
    assert f"{office.cast.lead.name}: Now it says: Title: The lead’s title" in news
    assert "Report written: 2026-11-03" in news
    html = refused.content.decode()
    assert 'value="What I typed"' in html
    newer = refused.context["details_seen"]
    assert newer != seen
    assert decide(desk, office.document, do="accept", seen=newer, **TYPED).status_code == 302
    office.document.refresh_from_db()
    assert (office.document.title, office.document.state) == (
        "What I typed",
        DocumentState.ACCEPTED,
    )


def test_a_record_that_stands_as_it_was_seen_or_as_it_is_typed_is_taken(
    office: Office, desk: Client
) -> None:
    seen = open_page(desk, office.document)
    assert decide(desk, office.document, do="details", seen=seen, **TYPED).status_code == 302
    described = AuditEvent.objects.filter(action="document.described")
    assert described.count() == 1
    assert decide(desk, office.document, do="details", seen=seen, **TYPED).status_code == 302
    assert described.count() == 1
