"""A private link opens for its contact, with its code, while the family agrees; for nobody else."""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import DatabaseError, transaction
from django.test import Client

from cases.accounts.models import AuditEvent
from cases.casework.consents import freeze_consent, withdraw_consent
from cases.casework.errors import CaseFrozen, ConsentMissing
from cases.casework.models import ConsentPurpose, Task, TimelineEntry
from cases.clinical.errors import NotForThisRole
from cases.hospitals.models import Message, MessageState
from documents.dossiers import errors
from documents.dossiers.delivery import grant_version, revoke_grant
from documents.dossiers.links import make_code
from documents.dossiers.models import Access, Grant, VersionState
from documents.dossiers.services import recall_version
from tests import make
from tests.dossiers.records import agree, sealed_version
from tests.make import NOW, Cast

RunJobs = Callable[[], int]
HOUR = timedelta(hours=1)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "empty_mailbox")]


def give(cast: Cast, *, expires_at: datetime | None = None) -> tuple[Grant, str]:
    """A live link to a sealed version, and the address it is at."""
    if not cast.case.consents.live().filter(purpose=ConsentPurpose.SHARE).exists():
        agree(cast)
    grant, token = grant_version(
        version=sealed_version(cast),
        contact=cast.reviewer,
        actor=cast.coordinator,
        now=NOW,
        expires_at=expires_at,
    )
    return grant, f"/d/{token}/"


def code_of(grant: Grant) -> str:
    grant.refresh_from_db()
    return make_code(grant)


def open_it(client: Client, grant: Grant, address: str) -> None:
    client.post(address, {"send": "1"})
    answer = client.post(address, {"code": code_of(grant)})
    assert answer.status_code == 302


def kinds(grant: Grant) -> list[str]:
    return list(Access.objects.filter(grant=grant).order_by("id").values_list("kind", flat=True))


def test_a_link_needs_a_live_consent_that_names_the_hospital(cast: Cast) -> None:
    version = sealed_version(cast)
    with pytest.raises(ConsentMissing):
        grant_version(version=version, contact=cast.reviewer, actor=cast.coordinator, now=NOW)
    consent = agree(cast)
    grant_version(version=version, contact=cast.reviewer, actor=cast.coordinator, now=NOW)
    withdraw_consent(consent=consent, actor=cast.parent, now=NOW)
    with pytest.raises(ConsentMissing):
        grant_version(version=version, contact=cast.reviewer, actor=cast.coordinator, now=NOW)


def test_nothing_is_given_of_a_frozen_case(cast: Cast) -> None:
    version = sealed_version(cast)
    agree(cast)
    freeze_consent(case=cast.case, actor=cast.coordinator, now=NOW)
    with pytest.raises(CaseFrozen):
        grant_version(version=version, contact=cast.reviewer, actor=cast.coordinator, now=NOW)


def test_only_a_contact_of_the_referrals_hospital_is_given_a_link(cast: Cast) -> None:
    version = sealed_version(cast)
    agree(cast)
    with pytest.raises(errors.ContactOfOtherHospital):
        grant_version(version=version, contact=make.contact(), actor=cast.coordinator, now=NOW)


def test_only_staff_of_the_case_give_links(cast: Cast) -> None:
    version = sealed_version(cast)
    agree(cast)
    with pytest.raises(NotForThisRole):
        grant_version(version=version, contact=cast.reviewer, actor=cast.parent, now=NOW)


@pytest.mark.parametrize("expires_at", [NOW, NOW - HOUR, NOW + timedelta(days=90, seconds=1)])
def test_a_link_ends_in_the_future_and_not_too_far(cast: Cast, expires_at: datetime) -> None:
    agree(cast)
    with pytest.raises(errors.ExpiryNotPossible):
        give(cast, expires_at=expires_at)


def test_the_first_link_says_that_the_version_and_the_referral_were_sent(cast: Cast) -> None:
    grant, _address = give(cast)
    grant.version.refresh_from_db()
    cast.referral.refresh_from_db()
    assert (grant.version.state, cast.referral.state) == (VersionState.SENT, "sent")


def test_the_token_is_kept_nowhere(cast: Cast, run_jobs: RunJobs) -> None:
    grant, address = give(cast)
    run_jobs()
    token = address.split("/")[2]
    assert len(token) >= 43
    kept = repr(list(Grant.objects.values())) + repr(list(Message.objects.values()))
    assert token not in kept
    assert grant.token_hash == hashlib.sha256(token.encode()).hexdigest()


def test_the_mail_holds_the_link_and_no_word_of_the_patient(cast: Cast, run_jobs: RunJobs) -> None:
    grant, address = give(cast)
    run_jobs()
    (sent,) = mail.outbox
    assert sent.to == [cast.reviewer.email]
    assert address in sent.body
    assert cast.case.reference in sent.body
    assert grant.message is not None
    assert sent.extra_headers["Message-ID"] == grant.message.message_id
    for word in (cast.case.patient.name, "Velasco", "tumour", "neuroendocrine"):
        assert word not in f"{sent.body} {sent.subject}"
    grant.message.refresh_from_db()
    assert grant.message.state == MessageState.SENT


def test_a_link_that_died_meanwhile_is_not_mailed(cast: Cast, run_jobs: RunJobs) -> None:
    grant, _address = give(cast)
    revoke_grant(grant=grant, actor=cast.coordinator, now=NOW)
    run_jobs()
    assert mail.outbox == []


def test_looking_at_a_link_burns_nothing(cast: Cast, client: Client) -> None:
    grant, address = give(cast)
    for look in (client.head, client.get, client.get):
        assert look(address).status_code == 200
    answer = client.get(address)
    assert kinds(grant) == []
    page = answer.content.decode()
    assert cast.case.patient.name not in page
    assert cast.case.reference not in page
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_link_opens_with_the_code_and_leaves_the_address(
    cast: Cast, client: Client, run_jobs: RunJobs
) -> None:
    grant, address = give(cast)
    run_jobs()
    client.post(address, {"send": "1"})
    run_jobs()
    code = re.search(r"^\d{6}$", str(mail.outbox[-1].body), re.MULTILINE)
    assert code is not None
    answer = client.post(address, {"code": code[0]})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/d/open/")
    cookie = answer.cookies["dossier"]
    assert (cookie["httponly"], cookie["path"], cookie["samesite"]) == (True, "/d/open/", "Strict")
    page = client.get("/d/open/")
    assert page.status_code == 200
    assert cast.case.reference in page.content.decode()
    assert address.split("/")[2] not in page.content.decode()
    assert kinds(grant) == ["code_sent", "opened"]
    cast.referral.refresh_from_db()
    assert cast.referral.state == "opened"


def test_a_code_opens_once(cast: Cast, client: Client) -> None:
    grant, address = give(cast)
    client.post(address, {"send": "1"})
    code = code_of(grant)
    assert client.post(address, {"code": code}).status_code == 302
    assert Client().post(address, {"code": code}).status_code == 400


def test_the_download_is_the_sealed_bytes_logged_first(cast: Cast, client: Client) -> None:
    grant, address = give(cast)
    open_it(client, grant, address)
    answer = client.post("/d/open/file/")
    assert hashlib.sha256(answer.content).hexdigest() == grant.version.file_sha256
    assert kinds(grant)[-1] == "downloaded"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]
    assert client.get("/d/open/file/").status_code == 405
    actions = AuditEvent.objects.filter(case_id=cast.case.pk).values_list("action", flat=True)
    assert {"grant.made", "grant.opened", "grant.downloaded"} <= set(actions)
    assert TimelineEntry.objects.filter(code="dossier_opened", shown_to_family=True).exists()


def test_without_the_cookie_nothing_is_open(cast: Cast, client: Client) -> None:
    grant, address = give(cast)
    open_it(client, grant, address)
    stranger = Client()
    assert stranger.get("/d/open/").status_code == 404
    assert stranger.post("/d/open/file/").status_code == 404
    stranger.cookies["dossier"] = str(grant.pk)
    assert stranger.get("/d/open/").status_code == 404
    assert kinds(grant) == ["code_sent", "opened"]


@pytest.mark.parametrize(("seconds", "status"), [(3600, 200), (3601, 404)])
def test_what_was_opened_closes_after_an_hour(
    cast: Cast, client: Client, clock: time_machine.Traveller, seconds: int, status: int
) -> None:
    grant, address = give(cast)
    open_it(client, grant, address)
    clock.shift(timedelta(seconds=seconds))
    client.cookies["dossier"]["max-age"] = ""
    assert client.get("/d/open/").status_code == status


def test_the_fifth_wrong_code_voids_the_right_one(cast: Cast, client: Client) -> None:
    grant, address = give(cast)
    client.post(address, {"send": "1"})
    right = code_of(grant)
    wrong = "000000" if right != "000000" else "111111"
    for _try in range(5):
        assert client.post(address, {"code": wrong}).status_code == 400
    assert client.post(address, {"code": right}).status_code == 400
    assert kinds(grant) == ["code_sent", *["refused"] * 6]
    client.post(address, {"send": "1"})
    grant.refresh_from_db()
    assert grant.code_attempts == 0


def test_four_wrong_codes_do_not(cast: Cast, client: Client) -> None:
    grant, address = give(cast)
    client.post(address, {"send": "1"})
    right = code_of(grant)
    for _try in range(4):
        client.post(address, {"code": "12345"})
    assert client.post(address, {"code": f" {right[:3]} {right[3:]} "}).status_code == 302


@pytest.mark.parametrize(("seconds", "status"), [(599, 302), (600, 400)])
def test_a_code_is_good_for_ten_minutes(
    cast: Cast, client: Client, clock: time_machine.Traveller, seconds: int, status: int
) -> None:
    grant, address = give(cast)
    client.post(address, {"send": "1"})
    code = code_of(grant)
    clock.shift(timedelta(seconds=seconds))
    assert client.post(address, {"code": code}).status_code == status


def test_five_codes_an_hour_are_enough(
    cast: Cast, client: Client, clock: time_machine.Traveller
) -> None:
    _grant, address = give(cast)
    for _time in range(5):
        assert client.post(address, {"send": "1"}).status_code == 302
        clock.shift(timedelta(seconds=1))
    assert client.post(address, {"send": "1"}).status_code == 400
    clock.shift(HOUR)
    assert client.post(address, {"send": "1"}).status_code == 302


@pytest.mark.parametrize(("seconds", "status"), [(-1, 200), (0, 410), (1, 410)])
def test_a_link_ends_to_the_second(
    cast: Cast, client: Client, clock: time_machine.Traveller, seconds: int, status: int
) -> None:
    _grant, address = give(cast, expires_at=NOW + HOUR)
    clock.shift(HOUR + timedelta(seconds=seconds))
    assert client.get(address).status_code == status


def test_an_expired_link_names_the_coordinator_and_asks_once(
    cast: Cast, client: Client, clock: time_machine.Traveller
) -> None:
    grant, address = give(cast, expires_at=NOW + HOUR)
    clock.shift(2 * HOUR)
    page = client.get(address).content.decode()
    assert cast.coordinator.name in page
    assert cast.case.patient.name not in page
    for _time in range(2):
        client.post(address)
    task = Task.objects.get(code="new_link_asked")
    assert task.target == f"dossiers.grant:{grant.pk}"


def end_by_revoking(cast: Cast, grant: Grant) -> None:
    revoke_grant(grant=grant, actor=cast.coordinator, now=NOW)


def end_by_withdrawal(cast: Cast, grant: Grant) -> None:
    withdraw_consent(
        consent=cast.case.consents.get(purpose=ConsentPurpose.SHARE), actor=cast.parent, now=NOW
    )
    grant.refresh_from_db()
    assert grant.revoked_at == NOW


def end_by_freezing(cast: Cast, grant: Grant) -> None:
    del grant
    freeze_consent(case=cast.case, actor=cast.coordinator, now=NOW)


def end_by_death(cast: Cast, grant: Grant) -> None:
    del grant
    cast.case.patient.deceased_on = NOW.date()
    cast.case.patient.save()


def end_by_recall(cast: Cast, grant: Grant) -> None:
    recall_version(version=grant.version, reason="page 2", actor=cast.coordinator, now=NOW)


def end_by_leaving(cast: Cast, grant: Grant) -> None:
    del grant
    cast.reviewer.ended_at = NOW
    cast.reviewer.save()


ENDS = [
    end_by_revoking,
    end_by_withdrawal,
    end_by_freezing,
    end_by_death,
    end_by_recall,
    end_by_leaving,
]


@pytest.mark.parametrize("end", ENDS)
def test_a_link_that_was_ended_looks_like_one_that_never_was(
    cast: Cast, client: Client, end: Callable[[Cast, Grant], None]
) -> None:
    grant, address = give(cast)
    open_it(client, grant, address)
    end(cast, grant)
    ended, unknown = client.get(address), client.get("/d/" + "x" * 43 + "/")
    assert (ended.status_code, unknown.status_code) == (404, 404)
    hidden = re.compile(rb"/d/[^\"]*|csrfmiddlewaretoken[^>]*")
    assert hidden.sub(b"", ended.content) == hidden.sub(b"", unknown.content)
    assert client.post(address, {"send": "1"}).status_code == 404
    assert client.post(address, {"code": "123456"}).status_code == 404
    assert client.get("/d/open/").status_code == 404
    assert client.post("/d/open/file/").status_code == 404
    assert kinds(grant) == ["code_sent", "opened"]


def test_a_consent_for_another_hospital_leaves_the_link_open(cast: Cast, client: Client) -> None:
    from cases.casework.consents import give_consent  # noqa: PLC0415

    _grant, address = give(cast)
    other = make.hospital()
    consent = give_consent(
        case=cast.case,
        purpose=ConsentPurpose.SHARE,
        actor=cast.parent,
        now=NOW,
        language="en",
        recipient_id=other.pk,
        recipient_name=other.name,
    )
    withdraw_consent(consent=consent, actor=cast.parent, now=NOW)
    assert client.get(address).status_code == 200


def test_a_newer_version_is_told_on_the_older_ones_page(cast: Cast, client: Client) -> None:
    grant, address = give(cast)
    sealed_version(cast, title="of a second version")
    open_it(client, grant, address)
    page = client.get("/d/open/").content.decode()
    assert "Version 2 has been sealed since" in page
    answer = client.post("/d/open/file/")
    assert hashlib.sha256(answer.content).hexdigest() == grant.version.file_sha256


def test_where_the_newer_version_was_called_back_the_older_one_does_not_pass_for_the_newest(
    cast: Cast, client: Client
) -> None:
    grant, address = give(cast)
    newer = sealed_version(cast, title="of a second version")
    open_it(client, grant, address)
    recall_version(version=newer, reason="A wrong page", actor=cast.coordinator, now=NOW)
    page = client.get("/d/open/").content.decode()
    assert "This version was replaced" in page
    assert f"Ask {cast.coordinator.name} which version holds" in page
    assert "has been sealed since" not in page


def test_the_newest_version_says_nothing_of_others(cast: Cast, client: Client) -> None:
    grant, address = give(cast)
    open_it(client, grant, address)
    page = client.get("/d/open/").content.decode()
    assert "was replaced" not in page
    assert "newer version" not in page


def test_a_logged_access_refuses_every_change(cast: Cast, client: Client) -> None:
    grant, address = give(cast)
    client.post(address, {"send": "1"})
    with pytest.raises(DatabaseError), transaction.atomic():
        Access.objects.filter(grant=grant).update(kind="opened")


@pytest.mark.parametrize("token", ["%00", "a" * 900, "%ff%fe", "..%2f..", "open%00"])
def test_nonsense_in_the_address_is_a_link_that_never_was(client: Client, token: str) -> None:
    assert client.get(f"/d/{token}/").status_code == 404
