"""The search of the desk: its words stand in no address, and it shows what is theirs alone."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.accounts.models import AuditEvent
from cases.casework.models import Case
from navigator.desk.search import MOST_KEPT
from tests import make
from tests.desk.office import page
from tests.desk.reviewing import send_read
from tests.records.papers import make_pdf
from tests.records.test_searching import RUTH, RunJobs, put_paper
from tests.security.naughty import NAUGHTY
from tests.signing import sign_in

pytestmark = pytest.mark.django_db
SEARCH = "/admin/search/"
BLURRED = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|name="words" value="\w*"')


def begin(client: Client, words: str, **narrowed: str) -> str:
    """Post the words; the address that shows what was found."""
    answer = client.post(SEARCH, {"words": words, **narrowed})
    assert answer.status_code == 302
    return str(answer["Location"])


def search(client: Client, words: str, **narrowed: str) -> str:
    answer = client.get(begin(client, words, **narrowed))
    assert answer.status_code == 200
    return str(answer.content.decode())


def links(html: str) -> list[str]:
    return [unescape(one) for one in re.findall(r'class="search-title" href="([^"]+)"', html)]


def test_a_found_page_is_shown_with_its_case_its_words_marked(
    cast: make.Cast, desk: Client
) -> None:
    paper = put_paper(cast.case, "-", "A <b>small</b> spleen.", title="CT & PET")
    html = search(desk, "spleen")
    assert "A &lt;b&gt;small&lt;/b&gt; <mark>spleen</mark>." in html
    assert "CT &amp; PET" in html
    assert cast.case.reference in html
    (link,) = links(html)
    assert link.startswith(f"{reverse('admin:review', args=[paper.pk])}?page=2&look=")


def test_an_excerpt_is_read_in_the_direction_of_its_page_whatever_it_begins_with(
    cast: make.Cast, desk: Client
) -> None:
    put_paper(cast.case, "يوسف الحارثي was seen in the clinic with his daughter.")
    put_paper(cast.case, "Ki-67 9% PET: أظهرت الصور نقائل في الكبد عند يوسف الحارثي")
    html = search(desk, "يوسف")
    shown = dict(re.findall(r'<p class="search-snippet"><bdi dir="(\w+)">(?:… )?(\S+)', html))
    assert shown == {"ltr": "<mark>يوسف</mark>", "rtl": "Ki-67"}


def test_the_words_stand_in_no_address(cast: make.Cast, desk: Client) -> None:
    put_paper(cast.case, "spleen")
    address = begin(desk, "spleen")
    assert "spleen" not in address
    assert re.fullmatch(rf"{SEARCH}\?look=[0-9a-f]{{12}}", address)
    html = desk.get(address).content.decode()
    assert "<mark>spleen</mark>" in html
    for link in re.findall(r'(?:href|action)="([^"]*)"', html):
        assert "spleen" not in link
    assert "no-store" in desk.get(address)["Cache-Control"]


def test_back_and_forward_show_each_search_again(cast: make.Cast, desk: Client) -> None:
    put_paper(cast.case, "spleen", "kidney")
    first, second = begin(desk, "spleen"), begin(desk, "kidney")
    assert "<mark>spleen</mark>" in desk.get(first).content.decode()
    assert "<mark>kidney</mark>" in desk.get(second).content.decode()


def test_a_session_keeps_its_last_searches_alone(cast: make.Cast, desk: Client) -> None:
    put_paper(cast.case, "spleen")
    first = begin(desk, "spleen")
    for _ in range(MOST_KEPT - 1):
        begin(desk, "kidney")
    assert "<mark>" in desk.get(first).content.decode()
    begin(desk, "kidney")
    assert "<mark>" not in desk.get(first).content.decode()


def test_the_number_of_a_search_is_of_use_to_nobody_else(cast: make.Cast, desk: Client) -> None:
    put_paper(cast.case, "spleen")
    address = begin(desk, "spleen")
    for person in (cast.lead, cast.outsider):
        html = sign_in(person).get(address).content.decode()
        assert "spleen" not in html
        assert cast.case.reference not in html


@pytest.mark.parametrize("person", ["outsider", "administrator"])
def test_a_foreign_word_is_answered_like_one_that_nobody_wrote(
    cast: make.Cast, person: str
) -> None:
    put_paper(cast.case, "zebulon", title="Zebulon")
    client = sign_in(getattr(cast, person))
    foreign, missing = (
        re.sub(r"look=\w+", "", BLURRED.sub("", search(client, word)))
        for word in ("zebulon", "nobodywrote")
    )
    assert foreign == missing
    assert "Nothing found" in foreign


def test_within_a_case_only_its_papers_are_found(cast: make.Cast, desk: Client) -> None:
    other = make.case(owner=cast.coordinator)
    put_paper(cast.case, "spleen", title="Ours")
    put_paper(other, "spleen", title="Theirs")
    html = search(desk, "spleen", case=str(cast.case.pk))
    assert "Ours" in html
    assert "Theirs" not in html
    assert "Theirs" in search(desk, "spleen")


def test_a_case_of_others_cannot_be_searched_nor_told_from_none(desk: Client) -> None:
    foreign = make.case()
    for wanted in (str(foreign.pk), "00000000-0000-4000-8000-00000000dead", "nothing"):
        answer = desk.post(SEARCH, {"words": "spleen", "case": wanted})
        assert answer.status_code == 404, wanted


def test_a_case_that_went_to_others_is_not_searched_any_more(cast: make.Cast, desk: Client) -> None:
    mine = make.case(owner=cast.coordinator)
    put_paper(mine, "spleen")
    address = begin(desk, "spleen", case=str(mine.pk))
    assert desk.get(address).status_code == 200
    Case.objects.filter(pk=mine.pk).update(owner=None)
    assert desk.get(address).status_code == 404


@pytest.mark.parametrize("words", NAUGHTY.values(), ids=NAUGHTY)
def test_whatever_is_typed_is_answered(cast: make.Cast, desk: Client, words: str) -> None:
    put_paper(cast.case, words.replace("\x00", ""))
    html = search(desk, words)
    assert any(
        said in html
        for said in ("<mark>", "Nothing found", "Type a word", "Use a few words", "No page has")
    )
    assert "<script>alert" not in html


def test_too_many_words_are_refused_in_a_sentence_and_not_kept(desk: Client) -> None:
    html = search(desk, "spleen " * 1500)
    assert "Use a few words" in html
    assert len(desk.session["searches"][-1][1]) <= 201


def test_every_case_that_is_shown_is_recorded_as_looked_at(cast: make.Cast, desk: Client) -> None:
    other = make.case(owner=cast.coordinator)
    put_paper(cast.case, "spleen")
    put_paper(other, "spleen")
    address = begin(desk, "spleen")
    assert not AuditEvent.objects.filter(action="case.read").exists()
    desk.get(address)
    events = AuditEvent.objects.filter(action="case.read", detail={"part": "search"})
    assert {event.case_id for event in events} == {cast.case.pk, other.pk}


def test_more_pages_follow_by_an_address_without_words(cast: make.Cast, desk: Client) -> None:
    for at in range(3):
        put_paper(cast.case, *["spleen"] * 9, title=f"Paper {at}")
    address = begin(desk, "spleen")
    html = desk.get(address).content.decode()
    (more,) = re.findall(r'rel="next" href="([^"]+)"', html)
    rest = desk.get(SEARCH + unescape(more)).content.decode()
    assert len(links(html)) == 20
    assert len(links(rest)) == 7
    assert not set(links(html)) & set(links(rest))
    assert 'rel="next"' not in rest


@pytest.mark.parametrize("after", ["-1", "x", "9" * 40, "١", ""])
def test_a_place_that_somebody_wrote_by_hand_is_the_beginning(
    cast: make.Cast, desk: Client, after: str
) -> None:
    put_paper(cast.case, "spleen")
    address = begin(desk, "spleen")
    assert "<mark>" in desk.get(f"{address}&after={after}").content.decode()


def test_twenty_results_cost_as_many_queries_as_two(cast: make.Cast, desk: Client) -> None:
    put_paper(make.case(owner=cast.coordinator), "spleen", title="Spleen")
    address = begin(desk, "spleen")
    desk.get(address)
    few = count_queries(desk, address)
    for _ in range(25):
        put_paper(make.case(owner=cast.coordinator), "spleen", title="Spleen")
    assert count_queries(desk, address) == few <= 16


def count_queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_every_page_of_the_desk_has_the_search_and_each_case_its_own(
    cast: make.Cast, desk: Client
) -> None:
    for address in ("/admin/", "/admin/casework/case/", page(cast.case, "facts"), SEARCH):
        html = desk.get(address).content.decode()
        assert re.search(r'id="desk-search"[^>]*data-key="/"', html), address
        assert 'method="get"' not in html.partition('class="desk-search"')[2].partition(">")[0]
    cockpit = desk.get(page(cast.case, "facts")).content.decode()
    assert 'id="case-search"' in cockpit
    assert f'name="case" value="{cast.case.pk}"' in cockpit


def test_a_page_opened_from_the_results_has_the_words_lit(
    cast: make.Cast, desk: Client, run_jobs: RunJobs
) -> None:
    cast.case.patient.name, cast.case.patient.birth_date = "Ruth Achieng Odhiambo", "1968-05-14"
    cast.case.patient.save()
    send_read(
        cast.case, make_pdf(f"{RUTH}Small spleen. Spleen again."), run_jobs, actor=cast.coordinator
    )
    (link,) = links(search(desk, "spleen"))
    html = desk.get(link).content.decode()
    assert html.count('<rect class="is-looked" data-mark="looked-for"') == 2
    assert '<mark data-mark="looked-for">spleen</mark>' in html
    plain = desk.get(link.partition("?")[0]).content.decode()
    assert "looked-for" not in plain
    assert "looked-for" not in sign_in(cast.lead).get(link).content.decode()
