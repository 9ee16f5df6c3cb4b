"""A scan on its whole way: read by a job, its facts proposed with their places, turned, decided."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.urls import reverse

from cases.casework.models import Case
from cases.clinical.models import Fact
from cases.jobs.models import Job
from documents.records.models import (
    Document,
    DocumentState,
    Evidence,
    Page,
    PersonCheck,
    TextSource,
)
from documents.records.queries import page_view
from documents.records.services import reject_document, reopen_document, turn_pages
from tests import make
from tests.records import scans
from tests.records.sending import is_about_ruth, send
from tests.signing import sign_in

RunJobs = Callable[[], int]


@pytest.fixture
def case(cast: make.Cast) -> Case:
    return is_about_ruth(cast.case)


def take(case: Case, data: bytes, run_jobs: RunJobs, name: str = "scan.pdf") -> Document:
    document = send(case, data, name=name)
    run_jobs()
    document.refresh_from_db()
    return document


def find_ki67(document: Document) -> Evidence:
    evidence: Evidence = Evidence.objects.get(file__document=document, fact__key="ki67_percent")
    return evidence


@pytest.mark.usefixtures("recognising")
def test_a_scan_on_its_side_is_read_proposed_from_and_kept_turned(
    case: Case, cast: make.Cast, run_jobs: RunJobs, now: datetime
) -> None:
    scan = scans.save(scans.turn(scans.draw(), 90), "PDF")
    document = take(case, scan, run_jobs)
    assert (document.state, document.failure_code) == (DocumentState.TO_REVIEW, "")
    assert (document.language, document.person_check) == ("en", PersonCheck.SAME)
    assert document.findings["report_date"]["value"] == "2026-03-09"
    page = Page.objects.get(file__document=document)
    assert (page.text_source, page.turn) == (TextSource.RECOGNISED, 270)
    assert page.confidence is not None
    assert 0.8 < page.confidence <= 1
    before = find_ki67(document)
    assert before.confidence is not None
    assert before.boxes
    assert before.boxes[0][2] - before.boxes[0][0] < before.boxes[0][3] - before.boxes[0][1]

    turn_pages(document=document, turns={1: page.turn}, actor=cast.coordinator, now=now)
    run_jobs()
    upright = Page.objects.get(file__document=document, file__version=2)
    assert (upright.turn, upright.text) == (0, page.text)
    box = find_ki67(document).boxes[0]
    assert box[2] - box[0] > box[3] - box[1]


@pytest.mark.usefixtures("recognising")
def test_what_is_proposed_anew_from_a_scan_has_its_places_again(
    case: Case, cast: make.Cast, run_jobs: RunJobs, now: datetime
) -> None:
    document = take(case, scans.save(scans.draw()), run_jobs, "photo.jpg")
    before = find_ki67(document)
    reject_document(document=document, reason="x", actor=cast.coordinator, now=now)
    assert not Fact.objects.filter(key="ki67_percent").exists()
    reopen_document(document=document, actor=cast.coordinator, now=now)
    run_jobs()
    after = find_ki67(document)
    assert after.pk != before.pk
    assert (after.boxes, after.confidence) == (before.boxes, before.confidence)


@pytest.mark.usefixtures("recognising")
def test_the_reviewer_is_told_that_words_were_read_from_a_picture_and_how_surely(
    case: Case, cast: make.Cast, run_jobs: RunJobs
) -> None:
    document = take(case, scans.save(scans.turn(scans.draw(), 180)), run_jobs, "photo.jpg")
    view = page_view(document=document, number=1, user=cast.coordinator)
    assert (view.turn, view.is_blank, bool(view.words)) == (180, False, True)
    html = sign_in(cast.coordinator).get(reverse("admin:review", args=[document.pk]))
    sureness = int((find_ki67(document).confidence or 0) * 100)
    assert f"read from a picture, sure to {sureness} %" in html.content.decode()
    assert 'data-lies="180"' in html.content.decode()


def test_a_fact_from_a_file_s_own_text_says_nothing_of_a_picture(
    case: Case, cast: make.Cast, run_jobs: RunJobs
) -> None:
    document = take(case, scans.typeset(scans.ENGLISH), run_jobs, "own.pdf")
    assert find_ki67(document).confidence is None
    html = sign_in(cast.coordinator).get(reverse("admin:review", args=[document.pk]))
    assert "read from a picture" not in html.content.decode()


@pytest.mark.usefixtures("recognising")
def test_each_picture_is_a_step_that_the_job_shows(case: Case, run_jobs: RunJobs) -> None:
    scan = scans.save(scans.draw(), "PDF")
    document = take(case, scans.join(scan, scans.typeset("<p>Words."), scan), run_jobs)
    job = Job.objects.get(kind="records.read_file", subject=document.target)
    assert job.progress_total == 2 + 4
    assert job.progress_done == job.progress_total


def test_a_file_on_whose_pages_nothing_stands_says_so(case: Case, run_jobs: RunJobs) -> None:
    document = take(case, scans.typeset("<p>"), run_jobs, "empty.pdf")
    assert (document.state, document.failure_code) == (DocumentState.TO_REVIEW, "blank")


def test_without_an_engine_a_scan_waits_for_a_person(case: Case, run_jobs: RunJobs) -> None:
    document = take(case, scans.save(scans.draw()), run_jobs, "photo.jpg")
    assert (document.state, document.failure_code) == (DocumentState.TO_REVIEW, "no_text")
    page = Page.objects.get(file__document=document)
    assert (page.text_source, page.is_blank) == (TextSource.NONE, False)


NOT_SET_UP = "No text recognition is set up"


def test_the_desk_says_to_those_who_can_change_it_that_no_recognition_is_set_up(
    cast: make.Cast,
) -> None:
    for who, is_said in (("lead", True), ("administrator", True), ("coordinator", False)):
        html = sign_in(getattr(cast, who)).get(reverse("admin:index")).content.decode()
        assert (NOT_SET_UP in html) is is_said


@pytest.mark.usefixtures("recognising")
def test_nothing_is_said_where_recognition_is_set_up(cast: make.Cast) -> None:
    html = sign_in(cast.lead).get(reverse("admin:index")).content.decode()
    assert NOT_SET_UP not in html
