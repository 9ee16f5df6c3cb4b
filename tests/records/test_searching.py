"""Searching the papers: what is found, by whom, and what is found no more."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cases.accounts.audit import find_broken_links
from cases.accounts.models import AuditEvent, User
from cases.casework.models import Case
from documents.records import services
from documents.records.models import (
    Document,
    DocumentFile,
    DocumentState,
    Page,
    RedactionReason,
    SearchedPage,
)
from documents.records.queries.searching import NAMES_READ, PAGES_SHOWN, SearchResults
from documents.records.search_index import find_unsearchable, index_pages, is_index_whole
from documents.records.services.searching import search_papers
from tests import make
from tests.records.papers import make_pdf
from tests.records.sending import is_about_ruth, send
from tests.records.test_arranging import place_words
from tests.records.test_searched_words import FOUND, OTHER, SAME

pytestmark = pytest.mark.django_db
RunJobs = Callable[[], int]
RUTH = "Patient: Ruth Achieng Odhiambo\nDate of birth: 14 May 1968\n"


def put_paper(case: Case, *texts: str, title: str = "Letter", **fields: str) -> Document:
    """A record whose pages say this, read long ago."""
    document = Document.objects.create(
        case=case, title=title, state=DocumentState.TO_REVIEW, received_at=make.NOW, **fields
    )
    put_version(document, *texts)
    return document


def put_version(document: Document, *texts: str) -> DocumentFile:
    version = document.files.count() + 1
    file = DocumentFile.objects.create(
        document=document,
        version=version,
        object_name=f"files/{document.pk}-{version}",
        content_type="application/pdf",
        sha256="0" * 64,
        size=1,
        page_count=len(texts),
        created_at=make.NOW,
    )
    pages = [Page(file=file, number=at, text=text) for at, text in enumerate(texts, 1)]
    index_pages(Page.objects.bulk_create(pages))
    return file


def look(asked: str, user: User, **narrowed: object) -> SearchResults:
    return search_papers(asked=asked, actor=user, now=make.NOW, **narrowed)  # type: ignore[arg-type]  # case and after


def numbers(results: SearchResults) -> list[int]:
    return [page.number for page in results.pages]


# --- Both databases find what is there --------------------------------------------------------


@pytest.mark.parametrize(("written", "asked"), SAME.values(), ids=SAME)
def test_a_page_is_found_by_either_way_of_writing(
    cast: make.Cast, written: str, asked: str
) -> None:
    put_paper(cast.case, written, asked, "nothing of it")
    assert sorted(numbers(look(asked, cast.coordinator))) == [1, 2]
    assert sorted(numbers(look(written, cast.coordinator))) == [1, 2]


@pytest.mark.parametrize(("written", "asked"), FOUND.values(), ids=FOUND)
def test_a_page_is_found_by_what_stands_there(cast: make.Cast, written: str, asked: str) -> None:
    put_paper(cast.case, f"before {written} behind", "nothing of it")
    assert numbers(look(asked, cast.coordinator)) == [1]


@pytest.mark.parametrize(("written", "asked"), OTHER.values(), ids=OTHER)
def test_a_page_is_not_found_by_what_does_not_stand_there(
    cast: make.Cast, written: str, asked: str
) -> None:
    put_paper(cast.case, f"before {written} behind")
    assert numbers(look(asked, cast.coordinator)) == []


def test_a_found_page_says_which_paper_of_which_case_it_is(cast: make.Cast) -> None:
    paper = put_paper(
        cast.case, "first", "The <b>spleen</b> is normal.", title="CT", report_date="2026-03"
    )
    (page,) = look("spleen", cast.coordinator).pages
    assert (page.record.id, page.record.title, page.number, page.page_count) == (
        paper.pk,
        "CT",
        2,
        2,
    )
    assert page.record.date == "2026-03"
    assert page.record.case.reference == cast.case.reference
    assert [piece.text for piece in page.snippet if piece.is_found] == ["spleen"]
    assert "".join(piece.text for piece in page.snippet) == "The <b>spleen</b> is normal."


def test_the_newest_paper_comes_first_and_its_pages_in_their_order(cast: make.Cast) -> None:
    for title in ("First", "Second"):
        put_paper(cast.case, "spleen", "spleen", title=title)
    found = look("spleen", cast.coordinator).pages
    assert [(page.record.title, page.number) for page in found] == [
        ("Second", 1),
        ("Second", 2),
        ("First", 1),
        ("First", 2),
    ]


# --- What is found no more --------------------------------------------------------------------


def test_what_was_covered_is_not_found_any_more(cast: make.Cast, run_jobs: RunJobs) -> None:
    case = is_about_ruth(cast.case)
    paper = send(case, make_pdf(f"{RUTH}Neighbour: Zebulon Quist.", "Grade: G2."), name="r.pdf")
    run_jobs()
    first = paper.files.get().pages.get(number=1)
    place_words(first)
    assert numbers(look("Zebulon", cast.coordinator)) == [1]
    at = first.text.index("Zebulon")
    boxes = tuple(tuple(word[2:6]) for word in first.words if word[0] >= at)
    services.redact_pages(
        document=paper,
        marks=[services.Mark(page=1, boxes=boxes, reason=RedactionReason.OTHER_PERSON)],
        actor=cast.coordinator,
        now=make.NOW,
    )
    run_jobs()
    assert paper.files.count() == 2
    assert Page.objects.filter(text__contains="Zebulon").exists(), "version 1 stays as it was sent"
    assert look("Zebulon", cast.coordinator).pages == ()
    assert numbers(look("Odhiambo", cast.coordinator)) == [1]
    assert numbers(look("grade", cast.coordinator)) == [2]


@pytest.mark.parametrize("state", [DocumentState.REJECTED, DocumentState.OTHER_PATIENT])
def test_a_paper_that_somebody_may_ask_about_is_found_with_its_state(
    cast: make.Cast, state: DocumentState
) -> None:
    paper = put_paper(cast.case, "spleen")
    Document.objects.filter(pk=paper.pk).update(state=state)
    (page,) = look("spleen", cast.coordinator).pages
    assert page.record.state == state


def test_the_pages_of_a_replaced_paper_are_found_in_the_one_that_replaced_it(
    cast: make.Cast,
) -> None:
    old, new = put_paper(cast.case, "spleen"), put_paper(cast.case, "spleen")
    Document.objects.filter(pk=old.pk).update(state=DocumentState.SUPERSEDED, replaced_by=new)
    (page,) = look("spleen", cast.coordinator).pages
    assert page.record.id == new.pk


@pytest.mark.parametrize("state", [DocumentState.WITHDRAWN, DocumentState.PURGED])
def test_a_paper_that_is_gone_is_not_found(cast: make.Cast, state: DocumentState) -> None:
    paper = put_paper(cast.case, "spleen", title="Spleen scan")
    assert look("spleen", cast.coordinator).records
    Document.objects.filter(pk=paper.pk).update(state=state)
    found = look("spleen", cast.coordinator)
    assert (found.pages, found.records) == ((), ())


def test_pages_that_are_read_again_are_found_by_their_new_words(cast: make.Cast) -> None:
    file = put_paper(cast.case, "spleen").files.get()
    file.pages.all().delete()
    index_pages(Page.objects.bulk_create([Page(file=file, number=1, text="kidney")]))
    assert look("spleen", cast.coordinator).pages == ()
    assert numbers(look("kidney", cast.coordinator)) == [1]


def test_a_newer_version_without_pages_hides_the_older_one(cast: make.Cast) -> None:
    paper = put_paper(cast.case, "spleen")
    put_version(paper)
    assert look("spleen", cast.coordinator).pages == ()


def test_what_is_taken_back_was_never_found(cast: make.Cast) -> None:
    with transaction.atomic():
        put_paper(cast.case, "spleen")
        transaction.set_rollback(True)
    put_paper(cast.case, "kidney")
    assert look("spleen", cast.coordinator).pages == ()
    assert is_index_whole()


def test_what_arrives_can_be_searched_once_it_is_read(cast: make.Cast, run_jobs: RunJobs) -> None:
    case = is_about_ruth(cast.case)
    paper = send(case, make_pdf(f"{RUTH}Spleen normal.", "Grade: G2.", "Page three."), name="r.pdf")
    run_jobs()
    assert numbers(look("spleen", cast.coordinator)) == [1]
    paper.refresh_from_db()
    services.split_document(
        document=paper, parts=[[1], [2, 3]], actor=cast.coordinator, now=make.NOW
    )
    run_jobs()
    (page,) = look("spleen", cast.coordinator).pages
    assert (page.number, page.page_count) == (1, 1)
    (page,) = look('"page three"', cast.coordinator).pages
    assert (page.number, page.page_count) == (2, 2)
    assert list(find_unsearchable()) == []


# --- Who finds what ---------------------------------------------------------------------------


def test_staff_find_it_across_their_cases_and_in_one(cast: make.Cast) -> None:
    second = make.case(owner=cast.coordinator)
    put_paper(cast.case, "spleen")
    put_paper(second, "spleen")
    assert len(look("spleen", cast.coordinator).pages) == 2
    (page,) = look("spleen", cast.coordinator, case=second).pages
    assert page.record.case.id == second.pk
    assert [one.record.case.id for one in look("spleen", cast.clinician).pages] == [cast.case.pk]


@pytest.mark.parametrize("person", ["outsider", "administrator", "stranger"])
def test_nobody_finds_what_is_not_theirs(cast: make.Cast, person: str) -> None:
    is_about_ruth(cast.case)
    put_paper(cast.case, "spleen", title="Spleen scan")
    for asked in ("spleen", "Odhiambo", "Odhiamboh", cast.case.reference):
        found = look(asked, getattr(cast, person))
        assert found == look("wordthatnobodywrote", getattr(cast, person)), asked
        assert found.case_ids == []


def test_a_look_is_recorded_for_each_case_that_is_shown_without_the_words(cast: make.Cast) -> None:
    second, third = make.case(owner=cast.coordinator), make.case(owner=cast.coordinator)
    for case in (cast.case, cast.case, second):
        put_paper(case, "spleen")
    put_paper(third, "kidney")
    look("spleen", cast.coordinator)
    events = AuditEvent.objects.filter(action="case.read")
    assert {event.case_id for event in events} == {cast.case.pk, second.pk}
    assert len(events) == 2
    assert {event.actor_id for event in events} == {cast.coordinator.pk}
    assert all(event.detail == {"part": "search"} for event in events)
    assert list(find_broken_links()) == []


def test_a_search_that_finds_nothing_is_a_look_at_nothing(cast: make.Cast) -> None:
    look("spleen", cast.coordinator)
    assert not AuditEvent.objects.exists()


# --- Names ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked", ["García", "garcia lopez", "Lopez Garcia", "Гарсия", "гарси", "maria gar", "Garsia"]
)
def test_a_case_is_found_by_the_name_of_its_patient(cast: make.Cast, asked: str) -> None:
    case = make.case(
        owner=cast.coordinator,
        patient=make.patient(name="María García López", native_name="Мария Гарсия"),
    )
    make.case(owner=cast.coordinator, patient=make.patient(name="Oliver Brandt"))
    assert [one.id for one in look(asked, cast.coordinator).cases] == [case.pk]


def test_a_name_that_only_sounds_so_is_said_to_do_that(cast: make.Cast) -> None:
    make.case(owner=cast.coordinator, patient=make.patient(name="Muhammad Haddad"))
    assert look("Mohammed", cast.coordinator).cases_alike
    assert not look("Muhammad", cast.coordinator).cases_alike


def test_an_organ_finds_no_patient_who_sounds_like_it(cast: make.Cast) -> None:
    make.case(owner=cast.coordinator, patient=make.patient(name="Oliver Lunge"))
    for asked in ("liver", "lung tumour", "lungs"):
        assert look(asked, cast.coordinator).cases == (), asked


def test_a_case_is_found_by_its_number(cast: make.Cast) -> None:
    reference = cast.case.reference
    for asked in (reference, reference.lower(), reference.rpartition("-")[2]):
        assert cast.case.pk in [one.id for one in look(asked, cast.coordinator).cases], asked


def test_a_record_is_found_by_title_issuer_and_kind(cast: make.Cast) -> None:
    paper = put_paper(cast.case, "-", title="Histología", issuer="Clínica Sur", kind="pathology")
    put_paper(cast.case, "-")
    for asked in ("histologia", "clinica sur", "pathology report", "histologia clinica"):
        assert [one.id for one in look(asked, cast.coordinator).records] == [paper.pk], asked
    assert look("histologia norte", cast.coordinator).records == ()


def test_a_case_older_than_the_newest_two_thousand_is_found_as_it_is_written(
    cast: make.Cast,
) -> None:
    now, owner = make.NOW, cast.coordinator
    patient = make.patient(name="Zebulon Quist")
    old = make.case(owner=owner, patient=patient)
    Case.objects.filter(pk=old.pk).update(opened_at=now - timedelta(days=1))
    Case.objects.bulk_create(
        Case(
            reference=f"NV-2020-{at:05d}",
            patient=cast.case.patient,
            owner=owner,
            opened_at=now,
            stage_since=now,
        )
        for at in range(NAMES_READ)
    )
    for asked in ("zebulon", "Quist, Zebulon", "qu\x00 quist"):
        found = [case.id for case in look(asked, owner).cases]
        assert found == ([old.pk] if "\x00" not in asked else []), asked


def test_within_a_case_no_other_case_is_named(cast: make.Cast) -> None:
    is_about_ruth(cast.case)
    second = make.case(owner=cast.coordinator)
    put_paper(second, "-", title="Odhiambo")
    found = look("Odhiambo", cast.coordinator, case=cast.case)
    assert (found.cases, found.records) == ((), ())


# --- Many of them -----------------------------------------------------------------------------


def test_pages_follow_each_other_without_a_gap_or_a_double(cast: make.Cast) -> None:
    for _ in range(3):
        put_paper(cast.case, *["spleen"] * (PAGES_SHOWN - 5))
    seen, after = list[tuple[object, int]](), None
    for _ in range(3):
        found = look("spleen", cast.coordinator, after=after)
        seen += [(page.record.id, page.number) for page in found.pages]
        after = found.after
    assert after is None
    assert len(seen) == len(set(seen)) == 3 * (PAGES_SHOWN - 5)


def test_the_last_page_of_results_knows_that_it_is_the_last(cast: make.Cast) -> None:
    put_paper(cast.case, *["spleen"] * PAGES_SHOWN)
    assert look("spleen", cast.coordinator).after is None
    put_paper(cast.case, "spleen")
    assert look("spleen", cast.coordinator).after is not None


def test_twenty_found_pages_cost_as_many_queries_as_two(cast: make.Cast) -> None:
    for _ in range(2):
        put_paper(make.case(owner=cast.coordinator), "spleen", title="Spleen")
    look("spleen", cast.coordinator)
    few = count_queries(cast)
    for _ in range(20):
        put_paper(make.case(owner=cast.coordinator), "spleen", title="Spleen")
    assert count_queries(cast) == few
    assert few <= 11


def count_queries(cast: make.Cast) -> int:
    with CaptureQueriesContext(connection) as queries:
        look("spleen", cast.coordinator)
    return len(queries)


# --- The command that compares ---------------------------------------------------------------


def check(**options: bool) -> tuple[str, int]:
    said, code = StringIO(), 0
    try:
        call_command("check_search", stdout=said, **options)
    except SystemExit as stop:
        code = int(stop.code or 0)
    return said.getvalue(), code


def test_the_command_finds_pages_that_the_search_does_not(cast: make.Cast) -> None:
    put_paper(cast.case, "spleen", "kidney", "liver")
    assert check() == ("0 pages not searchable\n", 0)
    kidney, liver = (Page.objects.get(text=word) for word in ("kidney", "liver"))
    SearchedPage.objects.filter(page=kidney).delete()
    Page.objects.filter(pk=liver.pk).update(text="another word")
    said, code = check()
    assert code == 1
    for page in (kidney, liver):
        assert f"not_searchable records.page:{page.pk}" in said
    assert "liver" not in said
    assert check(mend=True)[1] == 0
    assert check() == ("0 pages not searchable\n", 0)
    assert numbers(look("another", cast.coordinator)) == [3]
    assert look("liver", cast.coordinator).pages == ()


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL computes its column itself")
def test_the_command_finds_an_index_that_lost_its_step(cast: make.Cast) -> None:
    put_paper(cast.case, "spleen")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO records_searchedpage_fts (records_searchedpage_fts) VALUES ('delete-all')"
        )
    assert look("spleen", cast.coordinator).pages == ()
    assert check()[1] == 1
    check(mend=True)
    assert check()[1] == 0
    assert numbers(look("spleen", cast.coordinator)) == [1]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_was_emptied_finds_nothing_of_before(cast: make.Cast) -> None:
    put_paper(cast.case, "spleen")
    call_command("flush", interactive=False, verbosity=0)
    again = make.cast()
    put_paper(again.case, "kidney")
    assert look("spleen", again.coordinator).pages == ()
    assert numbers(look("kidney", again.coordinator)) == [1]
    assert is_index_whole()
