"""A hospital reads and answers letters where it reads the dossier, and nowhere else."""

import pytest
from django.test import Client

from cases.hospitals.models import Direction, Message, MessageState, Thread
from cases.hospitals.services import find_family_thread, receive_message, send_message
from documents.dossiers.delivery import grant_version
from documents.dossiers.links import make_code
from documents.dossiers.models import Grant
from tests.dossiers.records import agree, sealed_version
from tests.make import NOW, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def grant(cast: Cast, client: Client) -> Grant:
    """A link that the contact has opened in this client."""
    agree(cast)
    Thread.objects.get_or_create(
        case=cast.case,
        referral=cast.referral,
        audience="hospital",
        defaults={"subject": cast.case.reference, "created_at": NOW},
    )
    given, token = grant_version(
        version=sealed_version(cast), contact=cast.reviewer, actor=cast.coordinator, now=NOW
    )
    client.post(f"/d/{token}/", {"send": "1"})
    given.refresh_from_db()
    client.post(f"/d/{token}/", {"code": make_code(given)})
    return given


def thread_of(cast: Cast) -> Thread:
    return Thread.objects.get(referral=cast.referral)


def test_letters_of_the_referral_are_read_behind_the_link(
    cast: Cast, client: Client, grant: Grant
) -> None:
    del grant
    send_message(thread=thread_of(cast), body="The CT follows.", actor=cast.coordinator, now=NOW)
    assert "The CT follows." in client.get("/d/open/").content.decode()


def test_what_the_family_writes_and_what_is_a_draft_stays_with_us(
    cast: Cast, client: Client, grant: Grant
) -> None:
    del grant
    family = find_family_thread(case=cast.case, now=NOW)
    receive_message(thread=family, body="We are afraid.", author=cast.parent, now=NOW)
    draft = send_message(
        thread=thread_of(cast), body="Not yet ready.", actor=cast.coordinator, now=NOW
    )
    Message.objects.filter(pk=draft.pk).update(state=MessageState.DRAFT)
    page = client.get("/d/open/").content.decode()
    assert "We are afraid." not in page
    assert "Not yet ready." not in page


def test_an_answer_lands_in_the_thread_and_waits_for_us(
    cast: Cast, client: Client, grant: Grant
) -> None:
    answer = client.post("/d/open/letter/", {"body": "Please send block B1."})
    assert answer.status_code == 302
    letter = Message.objects.get(thread=thread_of(cast), direction=Direction.IN)
    assert (letter.body, letter.contact) == ("Please send block B1.", grant.contact)
    assert thread_of(cast).waiting_on_us_since == NOW


def test_an_empty_answer_is_refused_in_a_sentence(client: Client, grant: Grant) -> None:
    del grant
    answer = client.post("/d/open/letter/", {"body": "  "})
    assert answer.status_code == 400
    assert "Write the message first" in answer.content.decode()


@pytest.mark.usefixtures("grant")
def test_without_the_opened_link_nobody_writes_or_reads() -> None:
    stranger = Client()
    assert stranger.post("/d/open/letter/", {"body": "Hello"}).status_code == 404
    assert stranger.get("/d/open/").status_code == 404
    assert not Message.objects.filter(body="Hello").exists()
