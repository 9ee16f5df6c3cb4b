"""A person reads a fact on a page: it is confirmed at once, and its place is kept with it."""

from collections.abc import Callable

import pytest

from cases.clinical.errors import FactRefused, NotForThisRole
from cases.clinical.models import Fact, FactOrigin, FactState
from documents.records.errors import NoSuchPlace, NothingFromThisRecord
from documents.records.models import Document, Evidence
from documents.records.services import mark_other_patient
from documents.records.services.facts_on_pages import enter_fact_from_page
from tests import make
from tests.records.sending import send

TEXT = "Clinic letter\r\n\r\nShe weighs  61 kg.\nKi-67: 9%.\nShe has asthma.\n"


@pytest.fixture
def letter(cast: make.Cast, run_jobs: Callable[[], int]) -> Document:
    document = send(cast.case, TEXT.encode(), actor=cast.parent)
    run_jobs()
    document.refresh_from_db()
    return document


def enter(letter: Document, cast: make.Cast, words: str, **wanted: object) -> Fact:
    page = letter.files.get().pages.get()
    start = page.text.find(words)
    told = {
        "page": 1,
        "start": max(start, 0),
        "end": start + len(words) if start >= 0 else 0,
        "quote": words,
        "key": "comorbidity",
        "value": "asthma",
        "actor": cast.coordinator,
        "now": make.NOW,
    }
    return enter_fact_from_page(document=letter, **{**told, **wanted})  # type: ignore[arg-type]  # what a test varies


def test_marked_words_stand_behind_the_fact_without_the_space_around_them(
    letter: Document, cast: make.Cast
) -> None:
    fact = enter(letter, cast, " asthma.\n")
    evidence = Evidence.objects.get(fact=fact)
    assert (fact.state, fact.origin) == (FactState.CONFIRMED, FactOrigin.PERSON)
    assert fact.decided_by == cast.coordinator
    text = letter.files.get().pages.get().text
    assert text[evidence.start : evidence.end] == evidence.quote == "asthma."


def test_the_words_are_drawn_where_the_page_knows_their_places(
    letter: Document, cast: make.Cast
) -> None:
    page = letter.files.get().pages.get()
    at = page.text.index("She has")
    page.words = [
        [at, at + 3, 0.1, 0.5, 0.2, 0.52, 1],
        [at + 4, at + 7, 0.22, 0.5, 0.3, 0.52, 1],
        [at + 8, at + 15, 0.1, 0.54, 0.3, 0.56, 0.4],
    ]
    page.save()
    evidence = Evidence.objects.get(fact=enter(letter, cast, "She has asthma."))
    assert evidence.boxes == [[0.1, 0.5, 0.3, 0.52], [0.1, 0.54, 0.3, 0.56]]


def test_typed_words_are_found_however_they_are_spaced(letter: Document, cast: make.Cast) -> None:
    fact = enter(letter, cast, "weighs 61 kg", key="weight_kg", value="61", start=0, end=0)
    evidence = Evidence.objects.get(fact=fact)
    assert evidence.quote.split() == ["weighs", "61", "kg"]
    assert evidence.end > evidence.start > 0


def test_words_of_a_picture_are_kept_as_typed(letter: Document, cast: make.Cast) -> None:
    evidence = Evidence.objects.get(fact=enter(letter, cast, "written by hand: asthma"))
    assert (evidence.start, evidence.end, evidence.boxes) == (0, 0, [])
    assert evidence.quote == "written by hand: asthma"


def test_a_proposal_that_says_the_same_is_confirmed_with_one_more_place(
    letter: Document, cast: make.Cast
) -> None:
    proposal = Fact.objects.proposed().get(key="ki67_percent")
    fact = enter(letter, cast, "Clinic letter", key="ki67_percent", value="9")
    assert fact.pk == proposal.pk
    assert fact.evidence.count() == 2
    assert not Fact.objects.proposed().filter(key="ki67_percent").exists()


def test_nothing_is_entered_without_words_or_with_a_value_that_cannot_be(
    letter: Document, cast: make.Cast
) -> None:
    for wanted, refusal in (
        ({"start": 0, "end": 0, "quote": " "}, NoSuchPlace),
        ({"page": 9}, NoSuchPlace),
        ({"key": "grade", "value": "purple"}, FactRefused),
        ({"actor": cast.administrator}, NotForThisRole),
    ):
        with pytest.raises(refusal):
            enter(letter, cast, "asthma", **wanted)
    assert not Fact.objects.filter(origin=FactOrigin.PERSON).exists()


def test_nothing_is_read_in_a_paper_that_may_be_anothers(letter: Document, cast: make.Cast) -> None:
    mark_other_patient(document=letter, actor=cast.coordinator, now=make.NOW)
    with pytest.raises(NothingFromThisRecord):
        enter(letter, cast, "asthma")
