"""The search of the API: what is posted, what comes back, and what is refused."""

import pytest

from cases.accounts.models import AuditEvent
from tests import make
from tests.api.asking import Asking
from tests.records.test_searching import put_paper
from tests.security.naughty import NAUGHTY

pytestmark = pytest.mark.django_db
NOTHING = {"cases": [], "cases_alike": False, "records": [], "pages": [], "after": None}


def test_a_page_comes_with_its_record_and_its_case(cast: make.Cast) -> None:
    paper = put_paper(cast.case, "-", "A small spleen.", title="CT", report_date="2026-03")
    answer = Asking(cast.coordinator).post("/search/", {"words": "spleen"})
    assert answer.status_code == 200
    (page,) = answer.json()["pages"]
    assert page["page"] == 2
    assert page["snippet"] == [
        {"text": "A small ", "found": False},
        {"text": "spleen", "found": True},
        {"text": ".", "found": False},
    ]
    record = page["record"]
    assert (record["id"], record["title"], record["date"]) == (str(paper.pk), "CT", "2026-03")
    assert record["case"]["reference"] == cast.case.reference
    event = AuditEvent.objects.get(action="case.read")
    assert (event.case_id, event.detail) == (cast.case.pk, {"part": "search"})


def test_pages_follow_by_the_place_that_came_with_the_last(cast: make.Cast) -> None:
    put_paper(cast.case, *["spleen"] * 23, title="Spleen")
    asking = Asking(cast.coordinator)
    first = asking.post("/search/", {"words": "spleen"}).json()
    rest = asking.post("/search/", {"words": "spleen", "after": first["after"]}).json()
    assert len(first["records"]) == 1
    assert rest["records"] == []
    seen = [page["page"] for page in first["pages"] + rest["pages"]]
    assert sorted(seen) == list(range(1, 24))
    assert rest["after"] is None


def test_a_search_of_one_case_finds_nothing_of_another(cast: make.Cast) -> None:
    other = make.case(owner=cast.coordinator)
    put_paper(other, "spleen")
    asking = Asking(cast.coordinator)
    assert asking.post("/search/", {"words": "spleen", "case": str(cast.case.pk)}).json() == NOTHING
    assert asking.post("/search/", {"words": "spleen", "case": str(other.pk)}).json()["pages"]


def test_nobody_else_learns_anything(cast: make.Cast) -> None:
    put_paper(cast.case, "spleen", title="Spleen")
    asking = Asking(cast.outsider)
    for words in ("spleen", cast.case.reference, "nobodywrote"):
        assert asking.post("/search/", {"words": words}).json() == NOTHING, words
    for case in (str(cast.case.pk), "00000000-0000-4000-8000-00000000dead"):
        assert asking.post("/search/", {"words": "spleen", "case": case}).status_code == 404
    for person in (cast.administrator, cast.stranger):
        assert Asking(person).post("/search/", {"words": "spleen"}).status_code == 404
    assert Asking(None).post("/search/", {"words": "spleen"}).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"words": ""},
        {"words": "%&"},
        {"words": "x" * 201},
        {"words": "a b c d e f g h i j k l m"},
        {"words": "spleen", "after": "x"},
        {"words": "spleen", "after": 0},
        {"words": "spleen", "after": 2**63},
        {"words": "spleen", "case": "x"},
        {"words": ["spleen"]},
        {"words": "spleen", "q": "spleen"},
    ],
)
def test_what_cannot_be_searched_is_refused_without_an_echo(
    cast: make.Cast, body: dict[str, object]
) -> None:
    answer = Asking(cast.coordinator).post("/search/", body)
    assert answer.status_code == 400
    assert set(answer.json()) >= {"code", "detail", "reference"}
    assert "spleen" not in answer.content.decode()


@pytest.mark.parametrize("words", NAUGHTY.values(), ids=NAUGHTY)
def test_whatever_is_sent_is_answered(cast: make.Cast, words: str) -> None:
    answer = Asking(cast.coordinator).post("/search/", {"words": words})
    assert answer.status_code in {200, 400}
