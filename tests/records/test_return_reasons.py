"""Why a paper comes back: prepared sentences in the family's language, and a person's own words."""

from collections.abc import Callable

import pytest

from documents.records import services
from documents.records.errors import ReasonNeeded
from documents.records.models import Document, DocumentState, ReturnReason
from documents.records.return_reasons import SENTENCES, tell_reason
from tests import make
from tests.records.sending import send


@pytest.fixture
def read(cast: make.Cast, run_jobs: Callable[[], int]) -> Document:
    document = send(cast.case, b"Pathology report\n\nKi-67: 9%.\n", actor=cast.parent)
    run_jobs()
    document.refresh_from_db()
    return document


def test_every_prepared_reason_has_a_sentence() -> None:
    assert set(SENTENCES) == set(ReturnReason)


def test_a_prepared_reason_reaches_the_family_in_their_language_and_words_stay_as_written(
    cast: make.Cast, read: Document
) -> None:
    services.reject_document(
        document=read,
        code="blurred",
        reason="The stamp too.",
        language="en",
        actor=cast.coordinator,
        now=make.NOW,
    )
    read.refresh_from_db()
    told = tell_reason(read)
    assert (read.reason_code, told.words, told.language) == ("blurred", "The stamp too.", "en")
    assert "daylight" in str(told)
    services.reopen_document(document=read, actor=cast.coordinator, now=make.NOW)
    read.refresh_from_db()
    assert not tell_reason(read)


def test_a_reason_is_a_prepared_one_or_words_of_a_person(cast: make.Cast, read: Document) -> None:
    with pytest.raises(ReasonNeeded):
        services.reject_document(
            document=read, code="whatever", reason=" ", actor=cast.coordinator, now=make.NOW
        )
    services.reject_document(
        document=read, code="too_old", reason="", actor=cast.coordinator, now=make.NOW
    )
    read.refresh_from_db()
    assert (read.state, read.reason_language) == (DocumentState.REJECTED, "")
