"""Passkeys of a family: offered soon after signing in, and only over their own."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from cases.accounts.models import AuditEvent
from cases.accounts.sessions import FRESH
from tests import make
from tests.portal.family import sign_in

pytestmark = pytest.mark.django_db

PAGE = "/portal/passkeys/"
NO_CREDENTIALS = ("", "{}", '{"id": "AAAA"}', "[1]", '{"response": []}', '"x"', "no JSON")


def kept_by(cast: make.Cast) -> Authenticator:
    row = Authenticator(user=cast.parent, type=Authenticator.Type.WEBAUTHN)
    row.data = {"name": "Old phone", "credential": {}}
    row.save()
    return row


@pytest.mark.parametrize(
    ("seconds", "offered"), [(-5, "passkey_add"), (5, "Sign in with a new code")]
)
def test_it_is_offered_only_soon_after_signing_in(
    cast: make.Cast, seconds: int, offered: str
) -> None:
    client = sign_in(cast.parent)
    with time_machine.travel(timezone.now() + FRESH + timedelta(seconds=seconds), tick=False):
        page = client.get(PAGE).content.decode()
    found = {words for words in ("passkey_add", "Sign in with a new code") if words in page}
    assert found == {offered}


def test_nothing_is_kept_for_a_session_that_is_no_longer_fresh(cast: make.Cast) -> None:
    client = sign_in(cast.parent)
    with time_machine.travel(timezone.now() + FRESH + timedelta(seconds=5), tick=False):
        client.post(PAGE, {"name": "Phone", "credential": "{}"})
    assert not Authenticator.objects.exists()


def test_an_answer_that_no_device_gave_keeps_nothing(cast: make.Cast) -> None:
    client = sign_in(cast.parent)
    client.get(PAGE)
    for given in NO_CREDENTIALS:
        answer = client.post(PAGE, {"name": "Phone", "credential": given}, follow=True)
        assert "The passkey was not made." in answer.content.decode()
    assert not Authenticator.objects.exists()


def test_only_their_own_can_be_removed(cast: make.Cast) -> None:
    row = kept_by(cast)
    path = f"{PAGE}{row.pk}/remove/"
    assert sign_in(cast.stranger).post(path).status_code == 404
    assert sign_in(cast.parent).get(path).status_code == 405
    assert Authenticator.objects.filter(pk=row.pk).exists()
    assert sign_in(cast.parent).post(path).status_code == 302
    assert not Authenticator.objects.exists()
    event = AuditEvent.objects.get(action="authenticator.removed")
    assert (event.actor_id, event.detail) == (cast.parent.pk, {"kind": "webauthn"})


def test_staff_and_strangers_find_no_such_page(cast: make.Cast) -> None:
    assert sign_in(cast.coordinator).get(PAGE).status_code in {302, 404}
    assert Client().get(PAGE)["Location"].startswith("/account/login/")


@pytest.mark.parametrize("given", NO_CREDENTIALS)
def test_nobody_comes_in_by_what_no_device_wrote(client: Client, given: str) -> None:
    client.get("/account/2fa/webauthn/login/", headers={"accept": "application/json"})
    answer = client.post("/account/2fa/webauthn/login/", {"credential": given})
    assert answer["Location"] == "/account/login/"
    assert "_auth_user_id" not in client.session
