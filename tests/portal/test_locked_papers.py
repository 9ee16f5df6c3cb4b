"""A family opens a locked paper where it sees it, by typing its password."""

from collections.abc import Callable

import pytest

from documents.records.models import Document, DocumentState
from tests import make
from tests.portal.family import page_of, sign_in
from tests.records.papers import make_pdf, protect_pdf
from tests.records.sending import send

pytestmark = pytest.mark.django_db
PASSWORD = "between us"


@pytest.fixture
def locked(cast: make.Cast, run_jobs: Callable[[], int]) -> Document:
    document = send(cast.case, protect_pdf(make_pdf("The Ki-67 is 9%."), PASSWORD), name="a.pdf")
    run_jobs()
    return document


def page_for(document: Document) -> str:
    return page_of(document.case, "password", document.pk)


def test_the_list_asks_for_the_password_and_the_right_one_opens_the_paper(
    cast: make.Cast, locked: Document, run_jobs: Callable[[], int]
) -> None:
    browser = sign_in(cast.parent)
    assert page_for(locked) in browser.get(page_of(cast.case, "documents")).text
    answer = browser.post(page_for(locked), {"password": PASSWORD}, follow=True)
    assert "it is open" in answer.text
    assert page_for(locked) not in answer.text
    run_jobs()
    locked.refresh_from_db()
    assert locked.state == DocumentState.TO_REVIEW


def test_a_wrong_password_is_answered_beside_the_paper_and_not_repeated(
    cast: make.Cast, locked: Document
) -> None:
    answer = sign_in(cast.parent).post(page_for(locked), {"password": "canary word"})
    assert answer.status_code == 422
    assert "That is not its password. You can try 4 more times" in answer.text
    assert "canary" not in answer.text


def test_who_may_not_send_papers_is_not_asked(cast: make.Cast, locked: Document) -> None:
    cast.case.parties.filter(user=cast.parent).update(may_upload=False)
    browser = sign_in(cast.parent)
    assert page_for(locked) not in browser.get(page_of(cast.case, "documents")).text
    assert browser.post(page_for(locked), {"password": PASSWORD}).status_code == 404


def test_another_family_finds_no_such_page(cast: make.Cast, locked: Document) -> None:
    assert sign_in(cast.stranger).post(page_for(locked), {"password": "x"}).status_code == 404
