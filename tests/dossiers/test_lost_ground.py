"""A record that is no longer in use: its facts stop counting, and count again when it returns."""

from collections.abc import Callable
from datetime import datetime

import pytest

from cases.casework.models import Case
from cases.clinical.definitions import DEFAULT_INDICATION
from cases.clinical.models import Evaluation, FactState
from cases.clinical.standing import build_standing
from documents.records import services
from documents.records.models import Document, DocumentState
from tests.clinical.knowing import enter
from tests.dossiers.records import accepted_record, fill_case, propose_from, read_from
from tests.make import Cast


def overall(case: Case) -> str:
    found = Evaluation.objects.current().get(case=case, indication=DEFAULT_INDICATION)
    return str(found.overall)


def test_a_withdrawn_records_facts_stop_counting_at_the_desk(
    cast: Cast, now: datetime, run_jobs: Callable[[], int]
) -> None:
    file = fill_case(cast)
    run_jobs()
    assert overall(cast.case) == "match"
    services.withdraw_document(document=file.document, actor=cast.coordinator, now=now)
    run_jobs()
    assert overall(cast.case) == "insufficient_information"


def test_a_record_that_returns_brings_its_facts_back(
    cast: Cast, now: datetime, run_jobs: Callable[[], int]
) -> None:
    file = fill_case(cast)
    Document.objects.filter(pk=file.document_id).update(state=DocumentState.TO_REVIEW)
    document = services.reject_document(
        document=file.document, reason="A page is missing", actor=cast.coordinator, now=now
    )
    run_jobs()
    assert overall(cast.case) == "insufficient_information"
    services.reopen_document(document=document, actor=cast.coordinator, now=now)
    run_jobs()
    assert overall(cast.case) == "match"


@pytest.mark.parametrize(
    ("state", "known"),
    [
        (DocumentState.ACCEPTED, "NET"),
        (DocumentState.TO_REVIEW, "NET"),
        (DocumentState.OTHER_PATIENT, None),
        (DocumentState.REJECTED, None),
        (DocumentState.SUPERSEDED, None),
        (DocumentState.WITHDRAWN, None),
    ],
)
def test_a_fact_counts_while_its_record_is_in_use(
    cast: Cast, now: datetime, state: DocumentState, known: str | None
) -> None:
    file = fill_case(cast)
    Document.objects.filter(pk=file.document_id).update(state=state)
    assert build_standing(cast.case, now.date()).snapshot.disease.histology == known


def test_a_fact_that_stands_elsewhere_too_goes_on_counting(cast: Cast, now: datetime) -> None:
    first = accepted_record(cast.case, cast.coordinator)
    second = accepted_record(cast.case, cast.coordinator, title="Second opinion")
    read_from(first, cast.coordinator, "grade", "G2")
    other = read_from(second, cast.coordinator, "grade", "G2")
    services.withdraw_document(document=first.document, actor=cast.coordinator, now=now)
    standing = build_standing(cast.case, now.date())
    assert standing.snapshot.disease.grade == "G2"
    assert standing.by_key["grade"] == (other,)


def test_a_stated_fact_needs_no_record_and_stays_confirmed(cast: Cast, now: datetime) -> None:
    file = accepted_record(cast.case, cast.coordinator)
    read = read_from(file, cast.coordinator, "grade", "G2")
    enter(cast.case, cast.coordinator, "histology", "NET")
    services.withdraw_document(document=file.document, actor=cast.coordinator, now=now)
    disease = build_standing(cast.case, now.date()).snapshot.disease
    assert (disease.histology, disease.grade) == ("NET", None)
    read.refresh_from_db()
    assert read.state == FactState.CONFIRMED


def test_a_record_without_confirmed_facts_moves_no_comparison(
    cast: Cast, now: datetime, run_jobs: Callable[[], int]
) -> None:
    file = accepted_record(cast.case, cast.coordinator)
    propose_from(file, "grade", "G2")
    run_jobs()
    services.withdraw_document(document=file.document, actor=cast.coordinator, now=now)
    assert run_jobs() == 0
