"""The link of an invitation: a GET does nothing, the code and the known fact open the page."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.accounts.services import invite_person
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"host": "127.0.0.1"})


@pytest.fixture
def link(cast: make.Cast, run_jobs: Callable[[], int]) -> str:
    invite_person(
        user=cast.parent,
        actor=cast.coordinator,
        now=timezone.now(),
        question="In which town was she born?",
        answer="Arequipa",
    )
    run_jobs()
    found = re.search(r"/portal/invitation/[^/\s]+/", str(mail.outbox[-1].body))
    assert found
    return found.group()


def ask_for_code(visitor: Client, link: str, run_jobs: Callable[[], int]) -> str:
    visitor.post(link, {"send_code": "yes"})
    run_jobs()
    found = re.search(r"\b\d{6}\b", str(mail.outbox[-1].body))
    assert found
    return found.group()


def test_opening_the_link_sends_nothing_and_shows_no_whole_address(
    cast: make.Cast, visitor: Client, link: str, run_jobs: Callable[[], int]
) -> None:
    sent = len(mail.outbox)
    html = visitor.get(link).content.decode()
    run_jobs()
    assert len(mail.outbox) == sent
    assert cast.parent.email not in html


def test_code_and_known_fact_sign_the_person_in(
    visitor: Client, link: str, run_jobs: Callable[[], int]
) -> None:
    code = ask_for_code(visitor, link, run_jobs)
    answer = visitor.post(link, {"code": code, "answer": "arequipa"})
    assert answer.headers["Location"] == reverse("portal:home")
    assert visitor.get(reverse("portal:home")).status_code == 302


@pytest.mark.parametrize("wrong", ["code", "answer"])
def test_one_wrong_answer_is_refused_without_saying_which(
    visitor: Client, link: str, run_jobs: Callable[[], int], wrong: str
) -> None:
    given = {"code": ask_for_code(visitor, link, run_jobs), "answer": "Arequipa"}
    given[wrong] = "000000x"
    answer = visitor.post(link, given)
    assert answer.status_code == 422
    assert "That did not match." in answer.content.decode()
    assert reverse("account_login") in visitor.get(reverse("portal:home")).headers["Location"]


def test_a_used_link_is_over(visitor: Client, link: str, run_jobs: Callable[[], int]) -> None:
    code = ask_for_code(visitor, link, run_jobs)
    visitor.post(link, {"code": code, "answer": "Arequipa"})
    assert Client(headers={"host": "127.0.0.1"}).get(link).status_code == 410


def test_a_link_that_never_was_looks_like_one_that_is_over(visitor: Client) -> None:
    answer = visitor.get(reverse("portal:invitation", args=["never"]))
    assert answer.status_code == 410
    assert "This link has run out" in answer.content.decode()


def test_a_link_ends_after_its_days(cast: make.Cast, visitor: Client, link: str) -> None:
    cast.parent.invitations.update(expires_at=timezone.now() + timedelta(minutes=1))
    assert visitor.get(link).status_code == 200
    cast.parent.invitations.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert visitor.get(link).status_code == 410
