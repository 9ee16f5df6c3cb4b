"""What a hospital sees behind its opened link: its own letters, and no other word of the case."""

from typing import Any

import pytest
from django.core import signing
from django.test import Client

from cases.hospitals.models import Message
from documents.dossiers.models import Grant
from documents.dossiers.views import COOKIE, SALT
from tests import make
from tests.security.naughty import NAUGHTY
from tests.security.planting import CANARY, Planted


def opened(grant: Grant) -> Client:
    client = Client()
    client.cookies[COOKIE] = signing.dumps(str(grant.pk), salt=SALT)
    return client


def test_a_hospital_sees_its_own_letters_and_no_others(planted: Planted) -> None:
    Message.objects.filter(pk=planted.message.pk).update(body="For the board of Lindenau")
    page = opened(planted.grant).get("/d/open/").content.decode()
    assert "For the board of Lindenau" in page
    assert CANARY not in page


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", ["/d/open/", "/d/open/file/", "/d/open/letter/"])
def test_a_forged_cookie_opens_nothing(planted: Planted, path: str, method: str) -> None:
    own = str(planted.grant.pk)
    for forged in ("", own, signing.dumps(own, salt="another"), signing.dumps("x", salt=SALT)):
        client = Client()
        client.cookies[COOKIE] = forged
        answer: Any = getattr(client, method)(path, {"body": "hello"})
        assert answer.status_code in {404, 405}
        assert CANARY.encode() not in answer.getvalue()


@pytest.mark.parametrize("ended", ["revoked_at", "expires_at"])
def test_a_link_that_has_ended_opens_nothing(planted: Planted, ended: str) -> None:
    client = opened(planted.grant)
    moments = {"revoked_at": make.NOW, "expires_at": planted.grant.created_at.replace(second=1)}
    Grant.objects.filter(pk=planted.grant.pk).update(**{ended: moments[ended]})
    assert client.get("/d/open/").status_code == 404
    assert client.post("/d/open/file/").status_code == 404
    assert client.post("/d/open/letter/", {"body": "hello"}).status_code == 404


def test_a_letter_of_a_hospital_is_kept_or_refused_and_shown_escaped(planted: Planted) -> None:
    client = opened(planted.grant)
    for name, text in NAUGHTY.items():
        answer = client.post("/d/open/letter/", {"body": text})
        assert answer.status_code in {302, 400}, name
    page = client.get("/d/open/").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
