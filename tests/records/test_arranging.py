"""Papers made of papers: turned, covered, parted, joined; nothing that was sent is lost."""

import re
from datetime import datetime
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from django.db.models.functions import Now
from PIL import Image

from cases.accounts.models import AuditEvent
from cases.casework.models import Task
from cases.clinical import services as facts
from cases.clinical.models import Fact
from cases.jobs.models import Job
from documents.records import leaves, services
from documents.records.errors import (
    BeingArranged,
    NotArrangeable,
    NothingMarked,
    NotOfThisCase,
    PagesNotRight,
    TooFewToJoin,
)
from documents.records.models import (
    Document,
    DocumentFile,
    DocumentState,
    Evidence,
    Page,
    Redaction,
    RedactionReason,
)
from documents.records.queries import find_facts_without_ground, find_grounded_facts
from documents.records.services import Mark
from documents.records.vault import read_bytes
from tests import make
from tests.records.papers import make_pdf, make_photo
from tests.records.sending import is_about_ruth, send

PAGES = (
    "Patient: Ruth Achieng Odhiambo\nDate of birth: 14 May 1968\nKi-67: 9%.",
    "Second page.\nGrade: G2.",
    "Third page.\nUnresectable disease.",
)


@pytest.fixture
def paper(cast: make.Cast, run_jobs: object) -> Document:
    document = send(is_about_ruth(cast.case), make_pdf(*PAGES), actor=cast.parent, name="r.pdf")
    run_jobs()  # type: ignore[operator]
    document.refresh_from_db()
    assert document.state == DocumentState.TO_REVIEW
    return document


def newest(document: Document) -> DocumentFile:
    return document.files.order_by("-version")[0]


def bytes_of(file: DocumentFile) -> bytes:
    return read_bytes(case_id=file.document.case_id, object_name=file.object_name)


def text_of(data: bytes) -> str:
    pdf = pypdfium2.PdfDocument(data)
    return "\n".join(page.get_textpage().get_text_range() for page in pdf)


def ki67_of(document: Document) -> Fact:
    return Fact.objects.get(key="ki67_percent", evidence__file__document=document)


def place_words(page: Page) -> None:
    """Give a page the places of its words, one below the other."""
    found = list(re.finditer(r"\S+", page.text))
    page.words = [
        [word.start(), word.end(), 0.1, row / len(found), 0.9, (row + 0.9) / len(found), 1]
        for row, word in enumerate(found)
    ]
    page.save()


def test_a_turned_page_lies_right_in_a_new_version_and_the_sent_file_stays(
    paper: Document, cast: make.Cast, now: datetime, run_jobs: object
) -> None:
    sent = bytes_of(newest(paper))
    services.turn_pages(document=paper, turns={2: 90}, actor=cast.coordinator, now=now)
    run_jobs()  # type: ignore[operator]
    file = newest(paper)
    assert (file.version, file.role, file.made_by) == (2, "arranged", cast.coordinator)
    assert bytes_of(paper.files.get(version=1)) == sent
    with pikepdf.open(BytesIO(bytes_of(file))) as pdf:
        assert [int(page.obj.get("/Rotate", 0)) for page in pdf.pages] == [0, 90, 0]
    first, second = file.pages.order_by("number")[:2]
    assert (second.width, second.height) == (first.height, first.width)
    picture = Image.open(
        BytesIO(read_bytes(case_id=paper.case_id, object_name=second.preview_name))
    )
    assert picture.width > picture.height
    assert paper.state == DocumentState.TO_REVIEW


def test_the_words_of_a_fact_turn_with_their_page(
    paper: Document, cast: make.Cast, now: datetime, run_jobs: object
) -> None:
    before = Evidence.objects.get(fact=ki67_of(paper))
    services.turn_pages(document=paper, turns={1: 90}, actor=cast.coordinator, now=now)
    run_jobs()  # type: ignore[operator]
    after = Evidence.objects.get(pk=before.pk)
    assert after.file == newest(paper)
    left, top, right, bottom = before.boxes[0]
    assert after.boxes[0] == pytest.approx([1 - bottom, left, 1 - top, right])
    text = after.file.pages.get(number=1).text
    assert text[after.start : after.end] == after.quote


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_four_turns_bring_a_place_back(turn: int) -> None:
    box = [0.1, 0.2, 0.3, 0.5]
    turned = box
    for _time in range(4):
        turned = leaves.turn_box(turned, turn)
    assert turned == pytest.approx(box)


@pytest.mark.parametrize("turns", [{}, {4: 90}, {1: 45}, {1: 360}])
def test_only_pages_of_the_paper_are_turned_and_only_by_quarters(
    paper: Document, cast: make.Cast, now: datetime, turns: dict[int, int]
) -> None:
    with pytest.raises(PagesNotRight):
        services.turn_pages(document=paper, turns=turns, actor=cast.coordinator, now=now)


def test_what_is_covered_is_in_no_byte_and_no_text_of_the_new_version(
    paper: Document, cast: make.Cast, now: datetime, run_jobs: object
) -> None:
    place_words(newest(paper).pages.get(number=1))
    place_words(newest(paper).pages.get(number=2))
    mark = Mark(1, ((0.0, 0.0, 1.0, 0.3),), RedactionReason.IDENTITY)
    services.redact_pages(document=paper, marks=[mark], actor=cast.coordinator, now=now)
    run_jobs()  # type: ignore[operator]
    file = newest(paper)
    assert file.role == "redacted"
    page = file.pages.get(number=1)
    assert "Ruth" not in page.text
    assert "Ki-67: 9%." in page.text
    printed = text_of(bytes_of(file))
    assert "Ruth" not in printed
    assert "Ki-67" not in printed  # the covered page is a picture
    assert "Second page" in printed
    picture = Image.open(BytesIO(read_bytes(case_id=paper.case_id, object_name=page.preview_name)))
    covered = picture.convert("L").crop((50, 20, picture.width - 50, picture.height // 5))
    assert max(covered.tobytes()) < 40  # nothing but black
    assert Redaction.objects.get().made_by == cast.coordinator


def test_a_fact_whose_words_were_covered_leaves_the_house_no_more(
    paper: Document, cast: make.Cast, now: datetime, run_jobs: object
) -> None:
    ki67 = facts.confirm_fact(fact=ki67_of(paper), actor=cast.coordinator, now=now)
    services.accept_document(document=paper, actor=cast.coordinator, now=now)
    assert ki67 in find_grounded_facts(paper.case_id)
    box = Evidence.objects.get(fact=ki67).boxes[0]
    mark = Mark(1, (tuple(box),), RedactionReason.FAMILY_WISH)
    services.redact_pages(document=paper, marks=[mark], actor=cast.coordinator, now=now)
    run_jobs()  # type: ignore[operator]
    paper.refresh_from_db()
    assert paper.state == DocumentState.ACCEPTED
    assert ki67 not in find_grounded_facts(paper.case_id)
    assert ki67 in find_facts_without_ground(paper.case_id, document=paper)
    assert Task.objects.filter(code="facts_without_ground", case=paper.case).exists()


def test_covering_another_page_leaves_the_fact_its_ground(
    paper: Document, cast: make.Cast, now: datetime, run_jobs: object
) -> None:
    ki67 = facts.confirm_fact(fact=ki67_of(paper), actor=cast.coordinator, now=now)
    services.accept_document(document=paper, actor=cast.coordinator, now=now)
    mark = Mark(3, ((0, 0, 1, 1),), RedactionReason.NOT_NEEDED)
    services.redact_pages(document=paper, marks=[mark], actor=cast.coordinator, now=now)
    run_jobs()  # type: ignore[operator]
    assert ki67 in find_grounded_facts(paper.case_id)


def test_a_page_whose_words_have_no_known_place_keeps_no_text_once_it_is_covered(
    paper: Document, cast: make.Cast, now: datetime, run_jobs: object
) -> None:
    newest(paper).pages.filter(number=2).update(words=[])
    mark = Mark(2, ((0.4, 0.4, 0.5, 0.5),), RedactionReason.OTHER_PERSON)
    services.redact_pages(document=paper, marks=[mark], actor=cast.coordinator, now=now)
    run_jobs()  # type: ignore[operator]
    page = newest(paper).pages.get(number=2)
    assert (page.text, page.words, page.text_source) == ("", [], "none")


@pytest.mark.parametrize(
    ("mark", "error"),
    [
        (Mark(1, (), RedactionReason.IDENTITY), NothingMarked),
        (Mark(9, ((0, 0, 1, 1),), RedactionReason.IDENTITY), PagesNotRight),
        (Mark(1, ((0.5, 0, 0.5, 1),), RedactionReason.IDENTITY), PagesNotRight),
        (Mark(1, ((0, 0, 1.2, 1),), RedactionReason.IDENTITY), PagesNotRight),
    ],
)
def test_marks_that_cover_nothing_or_lie_beside_the_page_are_refused(
    paper: Document, cast: make.Cast, now: datetime, mark: Mark, error: type[Exception]
) -> None:
    with pytest.raises(error):
        services.redact_pages(document=paper, marks=[mark], actor=cast.coordinator, now=now)


def test_a_parted_paper_gives_way_to_its_parts_and_facts_go_with_their_page(
    paper: Document, cast: make.Cast, now: datetime, run_jobs: object
) -> None:
    ki67 = facts.confirm_fact(fact=ki67_of(paper), actor=cast.coordinator, now=now)
    services.split_document(document=paper, parts=[[2, 3], [1]], actor=cast.coordinator, now=now)
    run_jobs()  # type: ignore[operator]
    paper.refresh_from_db()
    assert paper.state == DocumentState.SUPERSEDED
    rest, first = sorted(paper.parts.all(), key=lambda part: part.title)
    assert [one.state for one in (rest, first)] == [DocumentState.TO_REVIEW] * 2
    assert "Second page" in text_of(bytes_of(newest(rest)))
    assert "Second page" not in text_of(bytes_of(newest(first)))
    evidence = Evidence.objects.get(fact=ki67)
    assert (evidence.file.document, evidence.page) == (first, 1)
    assert first.person_check == paper.person_check


@pytest.mark.parametrize("parts", [[[1, 2, 3]], [[1], [2]], [[1, 2], [2, 3]], [[1, 2, 3], []]])
def test_a_parting_names_each_page_once(
    paper: Document, cast: make.Cast, now: datetime, parts: list[list[int]]
) -> None:
    with pytest.raises(PagesNotRight):
        services.split_document(document=paper, parts=parts, actor=cast.coordinator, now=now)


def test_photographs_become_one_paper_in_the_chosen_order(
    cast: make.Cast, now: datetime, run_jobs: object
) -> None:
    photos = [
        send(
            cast.case,
            make_photo(width=300 + 20 * n, height=400),
            actor=cast.parent,
            name=f"{n}.jpg",
        )
        for n in range(3)
    ]
    order = [photos[2], photos[0], photos[1]]
    services.join_documents(documents=order, title="Letter", actor=cast.parent, now=now)
    run_jobs()  # type: ignore[operator]  # the joining was asked for before they were read
    Job.objects.unfinished().update(run_after=Now())
    run_jobs()  # type: ignore[operator]
    whole = Document.objects.get(title="Letter", state=DocumentState.TO_REVIEW)
    widths = [page.width / page.height for page in newest(whole).pages.order_by("number")]
    assert widths == pytest.approx([340 / 400, 300 / 400, 320 / 400])
    for photo in photos:
        photo.refresh_from_db()
        assert (photo.state, photo.replaced_by) == (DocumentState.SUPERSEDED, whole)
    with pikepdf.open(BytesIO(bytes_of(newest(whole)))) as pdf:
        assert len(pdf.pages) == 3


def test_papers_of_two_cases_are_never_joined(
    paper: Document, cast: make.Cast, now: datetime
) -> None:
    other = send(make.case(owner=cast.coordinator), make_pdf("Another."), name="o.pdf")
    with pytest.raises(NotOfThisCase):
        services.join_documents(documents=[paper, other], actor=cast.coordinator, now=now)


def test_one_paper_is_not_joined_with_itself(
    paper: Document, cast: make.Cast, now: datetime
) -> None:
    with pytest.raises(TooFewToJoin):
        services.join_documents(documents=[paper, paper], actor=cast.coordinator, now=now)


def test_a_paper_that_may_be_another_persons_is_neither_turned_nor_joined(
    paper: Document, cast: make.Cast, now: datetime
) -> None:
    services.mark_other_patient(document=paper, actor=cast.coordinator, now=now)
    with pytest.raises(NotArrangeable):
        services.turn_pages(document=paper, turns={1: 90}, actor=cast.coordinator, now=now)


def test_a_second_act_waits_until_the_first_is_done(
    paper: Document, cast: make.Cast, now: datetime, run_jobs: object
) -> None:
    services.turn_pages(document=paper, turns={1: 90}, actor=cast.coordinator, now=now)
    with pytest.raises(BeingArranged):
        services.split_document(
            document=paper, parts=[[1], [2, 3]], actor=cast.coordinator, now=now
        )
    run_jobs()  # type: ignore[operator]
    services.turn_pages(document=paper, turns={1: 270}, actor=cast.coordinator, now=now)


def test_a_text_without_pictures_cannot_be_turned(
    cast: make.Cast, now: datetime, run_jobs: object
) -> None:
    note = send(cast.case, actor=cast.parent)
    run_jobs()  # type: ignore[operator]
    with pytest.raises(NotArrangeable):
        services.turn_pages(document=note, turns={1: 90}, actor=cast.coordinator, now=now)


def test_every_act_is_recorded_with_numbers_only(
    paper: Document, cast: make.Cast, now: datetime, run_jobs: object
) -> None:
    services.turn_pages(document=paper, turns={2: 180}, actor=cast.coordinator, now=now)
    run_jobs()  # type: ignore[operator]
    event = AuditEvent.objects.get(action="document.turned")
    assert event.detail == {"version": 2, "pages": "2"}
    assert event.actor_id == cast.coordinator.pk
