"""The way of a paper from the family's hands to a person's word on it, through the real parts."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from cases.accounts.models import AuditEvent, User
from cases.casework.models import Case, RequestState, Task, TimelineEntry
from cases.casework.services import ask_for_record
from cases.clinical.models import Fact, FactState
from cases.clinical.services import confirm_fact, reject_fact
from cases.jobs.models import Job
from documents.records import queries, services
from documents.records.errors import MoveNotPossible, NotOfThisCase, ReasonNeeded
from documents.records.models import (
    DOCUMENT_MOVES,
    Document,
    DocumentFile,
    DocumentState,
    Evidence,
    Page,
    PersonCheck,
    RecordKind,
)
from tests import make
from tests.records.sending import LETTER, NOTE, PATHOLOGY, is_about_ruth, send

RunJobs = Callable[[], int]


@pytest.fixture
def ruth(cast: make.Cast) -> Case:
    return is_about_ruth(cast.case)


@pytest.fixture
def read(ruth: Case, cast: make.Cast, run_jobs: RunJobs) -> Document:
    """A note that was sent, checked and read, and waits for review."""
    document = send(ruth, actor=cast.parent)
    run_jobs()
    document.refresh_from_db()
    return document


# --- Upload, check, reading ---------------------------------------------------------------


def test_a_report_goes_from_upload_to_review_with_its_proposals(
    ruth: Case, cast: make.Cast, run_jobs: RunJobs
) -> None:
    document = send(
        ruth, LETTER, name="letter.pdf", kind=RecordKind.ONCOLOGY_LETTER, actor=cast.parent
    )
    assert document.state == DocumentState.RECEIVED
    run_jobs()
    document.refresh_from_db()
    assert document.state == DocumentState.TO_REVIEW
    assert (document.failure_code, document.person_check) == ("", PersonCheck.SAME)
    assert document.language == "en"
    file = document.files.get()
    assert (file.page_count, file.scan_verdict) == (2, "no_scanner")
    assert [bool(page.preview_name) for page in file.pages.all()] == [True, True]
    for evidence in Evidence.objects.filter(file=file).select_related("fact"):
        assert evidence.fact.state == FactState.PROPOSED
        page = file.pages.get(number=evidence.page)
        assert page.text[evidence.start : evidence.end] == evidence.quote
        assert evidence.boxes
        for left, top, right, bottom in evidence.boxes:
            assert 0 <= left < right <= 1
            assert 0 <= top < bottom <= 1
    assert Fact.objects.get(case=ruth, key="ki67_percent").value == 9


def test_the_receipt_stands_on_a_file_a_row_an_audit_row_and_a_job(cast: make.Cast) -> None:
    document = send(cast.case, actor=cast.parent)
    assert DocumentFile.objects.get(document=document).size == len(NOTE)
    event = AuditEvent.objects.get(action="document.received")
    assert event.target == document.target
    assert event.actor_id == cast.parent.pk
    assert TimelineEntry.objects.get(code="document_received").shown_to_family
    assert Job.objects.get(kind="records.scan_file").case_id == cast.case.pk


def test_the_same_bytes_again_are_the_same_document(cast: make.Cast, now: datetime) -> None:
    first = send(cast.case, actor=cast.parent)
    again = send(cast.case, actor=cast.parent, now=now + timedelta(days=3), name="other.txt")
    assert again.pk == first.pk
    assert again.already_here
    assert not first.already_here
    assert again.received_at == now
    assert DocumentFile.objects.count() == 1


def test_the_same_bytes_in_two_cases_are_two_documents(cast: make.Cast) -> None:
    assert send(cast.case).pk != send(make.case()).pk


def test_bytes_that_were_withdrawn_may_come_again(
    read: Document, ruth: Case, cast: make.Cast, now: datetime
) -> None:
    services.withdraw_document(document=read, actor=cast.coordinator, now=now)
    assert send(ruth).pk != read.pk


@pytest.mark.django_db(transaction=True)
def test_two_people_who_send_the_same_paper_at_once_make_one_document() -> None:
    case, together = make.case(), threading.Barrier(4)
    found: list[tuple[object, bool]] = []

    def send_one() -> None:
        try:
            together.wait(timeout=10)
            document = send(case, LETTER)
            found.append((document.pk, document.already_here))
        finally:
            connection.close()

    threads = [threading.Thread(target=send_one) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len({pk for pk, _here in found}) == 1
    assert sorted(here for _pk, here in found) == [False, True, True, True]
    assert DocumentFile.objects.count() == Job.objects.count() == 1


def test_an_upload_cannot_answer_the_request_of_another_case(
    cast: make.Cast, now: datetime
) -> None:
    asked = ask_for_record(
        case=make.case(), kind="pathology", title="Report", reason="-", actor=None, now=now
    )
    with pytest.raises(NotOfThisCase):
        send(cast.case, request=asked)
    assert not Document.objects.exists()


# --- Whose paper --------------------------------------------------------------------------


def test_a_paper_with_another_birth_date_is_held_and_proposes_nothing_until_it_is_cleared(
    cast: make.Cast, run_jobs: RunJobs, now: datetime
) -> None:
    document = send(cast.case, LETTER)
    run_jobs()
    document.refresh_from_db()
    assert document.state == DocumentState.OTHER_PATIENT
    assert document.person_check == PersonCheck.BOTH_DIFFER
    assert not Fact.objects.filter(case=cast.case).exists()
    with pytest.raises(MoveNotPossible):
        services.accept_document(document=document, actor=cast.coordinator, now=now)
    services.clear_other_patient(
        document=document, reason="A misprint", actor=cast.coordinator, now=now
    )
    run_jobs()
    document.refresh_from_db()
    assert (document.state, document.person_check) == ("to_review", "cleared")
    assert Evidence.objects.filter(file__document=document, fact__key="ki67_percent").exists()
    assert all(one.boxes for one in Evidence.objects.all())


def test_holding_a_paper_takes_back_what_was_read_in_it(
    read: Document, cast: make.Cast, now: datetime
) -> None:
    assert Fact.objects.filter(case=read.case).exists()
    services.mark_other_patient(document=read, actor=cast.coordinator, now=now)
    assert not Fact.objects.filter(case=read.case).exists()
    entry = TimelineEntry.objects.get(code="document_held")
    assert not entry.shown_to_family


# --- A person's word ----------------------------------------------------------------------


def test_accepting_names_the_person_and_tells_the_family(
    read: Document, cast: make.Cast, now: datetime
) -> None:
    accepted = services.accept_document(document=read, actor=cast.coordinator, now=now)
    assert accepted.state == DocumentState.ACCEPTED
    assert Document.objects.get(pk=read.pk).reviewed_by == cast.coordinator
    assert TimelineEntry.objects.get(code="document_accepted").shown_to_family


def test_returning_a_paper_needs_a_reason_which_the_family_reads(
    read: Document, cast: make.Cast, now: datetime
) -> None:
    with pytest.raises(ReasonNeeded):
        services.reject_document(document=read, reason=" ", actor=cast.coordinator, now=now)
    services.reject_document(
        document=read, reason="Page 2 is missing.", actor=cast.coordinator, now=now
    )
    row = queries.list_records(read.case)[0]
    assert (row.state, row.reason) == (DocumentState.REJECTED, "Page 2 is missing.")
    assert not Fact.objects.filter(case=read.case, state=FactState.PROPOSED).exists()


def test_a_returned_paper_can_be_taken_back_and_proposes_again(
    read: Document, cast: make.Cast, now: datetime, run_jobs: RunJobs
) -> None:
    services.reject_document(document=read, reason="Blurred.", actor=cast.coordinator, now=now)
    services.reopen_document(document=read, actor=cast.coordinator, now=now)
    run_jobs()
    assert Fact.objects.filter(case=read.case, key="ki67_percent").exists()


def test_the_checklist_follows_the_paper(
    ruth: Case, cast: make.Cast, now: datetime, run_jobs: RunJobs
) -> None:
    asked = ask_for_record(
        case=ruth, kind="pathology", title="Report", reason="-", actor=cast.coordinator, now=now
    )

    def state() -> str:
        asked.refresh_from_db()
        return asked.state

    blurred = send(ruth, NOTE, request=asked)
    better = send(ruth, PATHOLOGY, request=asked, name="p.pdf")
    assert better.kind == RecordKind.PATHOLOGY
    run_jobs()
    assert state() == RequestState.RECEIVED
    services.reject_document(document=blurred, reason="Blurred.", actor=cast.coordinator, now=now)
    assert state() == RequestState.RECEIVED
    services.accept_document(document=better, actor=cast.coordinator, now=now)
    assert state() == RequestState.FULFILLED
    services.withdraw_document(document=better, actor=cast.coordinator, now=now)
    assert state() == RequestState.OPEN


def test_a_copy_of_a_paper_says_of_which(
    read: Document, ruth: Case, cast: make.Cast, now: datetime, run_jobs: RunJobs
) -> None:
    copy = send(ruth, NOTE + b"\nsecond scan")
    run_jobs()
    with pytest.raises(NotOfThisCase):
        services.mark_duplicate(document=copy, same_as=copy, actor=cast.coordinator, now=now)
    marked = services.mark_duplicate(document=copy, same_as=read, actor=cast.coordinator, now=now)
    assert (marked.state, marked.same_as_id) == (DocumentState.DUPLICATE, read.pk)


def test_two_people_cannot_both_decide(read: Document, cast: make.Cast, now: datetime) -> None:
    stale = Document.objects.get(pk=read.pk)
    services.accept_document(document=read, actor=cast.coordinator, now=now)
    with pytest.raises(MoveNotPossible):
        services.reject_document(document=stale, reason="No.", actor=cast.lead, now=now)
    assert Document.objects.get(pk=read.pk).state == DocumentState.ACCEPTED


def test_from_every_state_only_the_moves_of_the_table_are_possible(
    cast: make.Cast, now: datetime
) -> None:
    person = cast.coordinator
    acts: dict[DocumentState, Callable[[Document], object]] = {
        DocumentState.ACCEPTED: lambda one: services.accept_document(
            document=one, actor=person, now=now
        ),
        DocumentState.REJECTED: lambda one: services.reject_document(
            document=one, reason="x", actor=person, now=now
        ),
        DocumentState.OTHER_PATIENT: lambda one: services.mark_other_patient(
            document=one, actor=person, now=now
        ),
        DocumentState.WITHDRAWN: lambda one: services.withdraw_document(
            document=one, actor=person, now=now
        ),
    }
    original = send(cast.case)
    for left in DocumentState:
        for wanted, act in acts.items():
            Document.objects.filter(pk=original.pk).update(
                state=left, reviewed_by=person, same_as=original
            )
            if wanted in DOCUMENT_MOVES[left]:
                act(original)
            else:
                with pytest.raises(ValidationError):
                    act(original)


def test_a_paper_is_described_bit_by_bit_and_dates_may_be_partial(
    read: Document, cast: make.Cast, now: datetime
) -> None:
    services.set_document_details(
        document=read,
        kind=RecordKind.PATHOLOGY,
        issuer="Karura Ridge Hospital",
        dates={"specimen_date": "2024-01", "report_date": ""},
        actor=cast.coordinator,
        now=now,
    )
    read.refresh_from_db()
    assert (read.kind, read.specimen_date) == ("pathology", "2024-01")
    event = AuditEvent.objects.get(action="document.described")
    assert event.detail == {"changed": "kind issuer specimen_date"}
    with pytest.raises(ValidationError):
        services.set_document_details(
            document=read, dates={"study_date": "3/4/2024"}, actor=cast.coordinator, now=now
        )


# --- What stands on it --------------------------------------------------------------------


def confirm_all(case: Case, person: User, now: datetime) -> Fact:
    fact = Fact.objects.get(case=case, key="ki67_percent", state=FactState.PROPOSED)
    return confirm_fact(fact=fact, actor=person, now=now)


def test_a_confirmed_fact_has_ground_only_while_its_paper_is_accepted(
    read: Document, ruth: Case, cast: make.Cast, now: datetime
) -> None:
    fact = confirm_all(ruth, cast.coordinator, now)
    assert fact not in queries.find_grounded_facts(ruth.pk)
    services.accept_document(document=read, actor=cast.coordinator, now=now)
    assert fact in queries.find_grounded_facts(ruth.pk)
    assert [one.is_accepted for one in queries.evidence_for([fact])[fact.pk]] == [True]
    services.withdraw_document(document=read, actor=cast.coordinator, now=now)
    assert fact in queries.find_facts_without_ground(ruth.pk)
    assert Task.objects.get(code="facts_without_ground").target == read.target


def test_a_fact_with_a_stated_source_needs_no_paper(cast: make.Cast, now: datetime) -> None:
    fact = Fact.objects.create(
        case=cast.case,
        key="ecog",
        value=1,
        state=FactState.CONFIRMED,
        origin="person",
        stated_source="Dr. Kamau by telephone, 3 May",
        proposed_at=now,
        decided_at=now,
        decided_by=cast.clinician,
    )
    assert fact in queries.find_grounded_facts(cast.case.pk)


def test_reading_again_replaces_what_nobody_decided_and_keeps_what_someone_did(
    read: Document, ruth: Case, cast: make.Cast, now: datetime, run_jobs: RunJobs
) -> None:
    confirmed = confirm_all(ruth, cast.coordinator, now)
    refused = Fact.objects.get(case=ruth, key="date_of_birth")
    reject_fact(fact=refused, actor=cast.coordinator, now=now)
    before = Fact.objects.filter(case=ruth).count()
    services.retry_reading(document=read, actor=cast.coordinator, now=now)
    run_jobs()
    read.refresh_from_db()
    assert read.state == DocumentState.TO_REVIEW
    assert Fact.objects.filter(case=ruth).count() == before
    confirmed.refresh_from_db()
    assert confirmed.state == FactState.CONFIRMED
    assert Page.objects.filter(file__document=read).count() == 1


# --- Who sees, and what is kept about it --------------------------------------------------


def test_strangers_see_no_document_no_file_no_page_and_no_evidence(
    read: Document, cast: make.Cast
) -> None:
    for model in (Document, DocumentFile, Page, Evidence):
        for person in (cast.stranger, cast.outsider, cast.administrator):
            assert not model.objects.visible_to(person).exists()
        for person in (cast.parent, cast.coordinator, cast.clinician):
            assert model.objects.visible_to(person).exists()
    assert queries.review_queue(cast.outsider) == []
    assert [row.id for row in queries.review_queue(cast.coordinator)] == [read.pk]


def test_no_audit_row_timeline_entry_or_job_holds_a_name_or_a_clinical_word(
    read: Document, cast: make.Cast, now: datetime
) -> None:
    services.reject_document(
        document=read, reason="Ruth's NET report", actor=cast.coordinator, now=now
    )
    rows = [f"{one.action} {one.target} {one.detail}" for one in AuditEvent.objects.all()]
    rows += [f"{one.code} {one.target} {one.detail}" for one in TimelineEntry.objects.all()]
    rows += [f"{one.kind} {one.args} {one.subject}" for one in Job.objects.all()]
    for row in rows:
        for word in ("Ruth", "Odhiambo", "note.txt", "Ki-67", "NET"):
            assert word not in row


@pytest.mark.parametrize(
    ("dated", "stands"),
    [
        ("2026-08-24", RequestState.FULFILLED),  # 90 days before the cast's today
        ("2026-08-23", RequestState.OPEN),
        ("2026-08", RequestState.FULFILLED),
        ("2026-07", RequestState.OPEN),
        ("2025", RequestState.OPEN),
        ("", RequestState.FULFILLED),
    ],
)
def test_a_paper_older_than_asked_for_leaves_its_line_open(
    ruth: Case, cast: make.Cast, now: datetime, run_jobs: RunJobs, dated: str, *, stands: str
) -> None:
    asked = ask_for_record(
        case=ruth,
        kind="imaging",
        title="CT",
        reason="-",
        not_older_than_days=90,
        actor=cast.coordinator,
        now=now,
    )
    document = send(ruth, NOTE, request=asked)
    run_jobs()
    Document.objects.filter(pk=document.pk).update(study_date=dated, report_date="")
    services.accept_document(document=document, actor=cast.coordinator, now=now)
    asked.refresh_from_db()
    assert asked.state == stands
