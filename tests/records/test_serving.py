"""Handing out and listing: recorded first, never more than a few queries, nothing to strangers."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from cases.accounts.models import AuditEvent
from cases.casework.models import Case
from cases.clinical.models import Fact
from documents.records import queries, services, serving
from documents.records.errors import FileAltered, FileHeld, FileMissing, NoPreview
from documents.records.models import Document, DocumentState, Page
from tests import make
from tests.records.sending import LETTER, NOTE, is_about_ruth, send

Budget = Callable[..., Any]


@pytest.fixture
def read(cast: make.Cast, run_jobs: Callable[[], int]) -> Document:
    document = send(is_about_ruth(cast.case), LETTER, name="Brief für Ruth.pdf", actor=cast.parent)
    run_jobs()
    document.refresh_from_db()
    return document


def test_a_file_is_recorded_before_its_first_byte_and_comes_back_whole(
    read: Document, cast: make.Cast, now: datetime
) -> None:
    file = read.files.get()
    served = serving.serve_file(file=file, actor=cast.parent, now=now)
    event = AuditEvent.objects.get(action="file.read")
    assert (event.actor_id, event.case_id) == (cast.parent.pk, cast.case.pk)
    assert event.target == f"records.documentfile:{file.pk}"
    assert b"".join(served.chunks) == LETTER
    assert served.headers["Content-Length"] == str(len(LETTER))


def test_a_file_goes_out_as_an_attachment_that_nothing_may_run_or_keep(
    read: Document, cast: make.Cast, now: datetime
) -> None:
    headers = serving.serve_file(file=read.files.get(), actor=cast.parent, now=now).headers
    assert headers["Content-Disposition"].startswith("attachment;")
    assert "Brief%20f%C3%BCr%20Ruth.pdf" in headers["Content-Disposition"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("sandbox")
    assert "no-store" in headers["Cache-Control"]


def test_a_file_that_was_not_checked_is_handed_to_nobody(cast: make.Cast, now: datetime) -> None:
    document = send(cast.case)
    with pytest.raises(FileHeld):
        serving.serve_file(file=document.files.get(), actor=cast.coordinator, now=now)
    assert not AuditEvent.objects.filter(action="file.read").exists()


def test_a_missing_or_altered_file_is_said_to_be_so(
    read: Document, cast: make.Cast, now: datetime
) -> None:
    file = read.files.get()
    path = Path(default_storage.path(file.object_name))
    path.write_bytes(b"something else")
    with pytest.raises(FileAltered):
        serving.serve_file(file=file, actor=cast.parent, now=now)
    path.unlink()
    with pytest.raises(FileMissing):
        serving.serve_file(file=file, actor=cast.parent, now=now)


def test_a_picture_of_a_page_is_recorded_too(
    read: Document, cast: make.Cast, now: datetime
) -> None:
    page = Page.objects.get(file__document=read, number=2)
    served = serving.serve_preview(page=page, actor=cast.coordinator, now=now)
    assert b"".join(served.chunks).startswith(b"\xff\xd8\xff")
    assert AuditEvent.objects.get(action="page.read").detail == {
        "document": str(read.pk),
        "page": 2,
    }


def test_plain_text_has_no_picture(
    cast: make.Cast, run_jobs: Callable[[], int], now: datetime
) -> None:
    send(is_about_ruth(cast.case), NOTE)
    run_jobs()
    with pytest.raises(NoPreview):
        serving.serve_preview(page=Page.objects.get(), actor=cast.coordinator, now=now)


def test_a_page_under_review_shows_its_text_its_proposals_and_whose_it_is(
    read: Document, cast: make.Cast, django_assert_max_num_queries: Budget
) -> None:
    with django_assert_max_num_queries(10):
        view = queries.page_view(document=read, number=1, user=cast.coordinator)
    assert (view.number, view.page_count, view.has_preview) == (1, 2, True)
    assert view.patient_birth_date == "1968-05-14"
    assert view.record.person_check_label
    sentences = {one.sentence for one in view.here}
    assert "Ki-67 9 %" in sentences
    assert all(one.page == 1 for one in view.here)
    assert all(one.page == 2 for one in view.elsewhere)
    assert view.elsewhere
    for one in view.here:
        assert view.text[one.start : one.end] == one.quote
    assert queries.page_view(document=read, number=99, user=cast.coordinator).number == 2


def test_the_queue_leads_from_the_oldest_paper_to_the_newest(
    cast: make.Cast, run_jobs: Callable[[], int], now: datetime
) -> None:
    case = is_about_ruth(cast.case)
    papers = [
        send(case, NOTE + bytes([65 + number]), now=now + timedelta(hours=number))
        for number in range(3)
    ]
    run_jobs()
    assert [row.id for row in queries.review_queue(cast.coordinator)] == [one.pk for one in papers]
    view = queries.page_view(document=papers[1], number=1, user=cast.coordinator)
    assert (view.queue.previous, view.queue.next) == (papers[0].pk, papers[2].pk)
    assert (view.queue.place, view.queue.length) == (2, 3)
    services.accept_document(document=papers[1], actor=cast.coordinator, now=now)
    view = queries.page_view(document=papers[1], number=1, user=cast.coordinator)
    assert (view.queue.next, view.queue.place) == (papers[0].pk, None)


def fill(case: Case, count: int) -> None:
    for number in range(count):
        send(case, NOTE + str(number).encode())


def test_a_list_of_records_costs_the_same_for_one_and_for_many(
    cast: make.Cast, django_assert_num_queries: Budget
) -> None:
    fill(cast.case, 1)
    with django_assert_num_queries(3):
        assert len(queries.list_records(cast.case)) == 1
    fill(cast.case, 12)
    with django_assert_num_queries(3):
        rows = queries.list_records(cast.case)
    assert len(rows) == 12
    assert {row.progress for row in rows} == {0}
    with django_assert_num_queries(1):
        assert queries.review_queue(cast.coordinator) == []


def test_evidence_for_many_facts_is_one_query(
    read: Document, django_assert_num_queries: Budget
) -> None:
    facts = list(Fact.objects.filter(case=read.case))
    with django_assert_num_queries(1):
        found = queries.evidence_for(facts)
    assert set(found) == {fact.pk for fact in facts}
    one = found[next(fact.pk for fact in facts if fact.key == "ki67_percent")][0]
    assert (one.document_id, one.page, one.is_accepted) == (read.pk, 1, False)
    assert one.quote == "Ki-67 9%"


def test_a_withdrawn_record_leaves_the_list_but_not_the_house(
    read: Document, cast: make.Cast, now: datetime
) -> None:
    services.withdraw_document(document=read, actor=cast.coordinator, now=now)
    assert queries.list_records(read.case) == []
    rows = queries.list_records(read.case, with_gone=True)
    assert [row.state for row in rows] == [DocumentState.WITHDRAWN]
