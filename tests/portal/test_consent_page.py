"""Agreeing and taking back: each purpose, each hospital, only by those who may."""

import pytest

from cases.casework.consents import give_consent, has_live_consent
from cases.casework.models import Consent, ConsentPurpose
from tests import make
from tests.portal.family import page_of, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> make.Cast:  # noqa: ARG001  # the database must be there first
    """Nothing is agreed yet."""
    return make.cast(agreed=False)


def test_agreeing_to_a_purpose_keeps_version_and_language(cast: make.Cast) -> None:
    address = page_of(cast.case, "consent_give", "translate")
    sign_in(cast.parent).post(address, {"understood": "on"})
    consent = Consent.objects.get()
    assert (consent.purpose, consent.text_language, consent.given_by) == (
        "translate",
        "en",
        cast.parent,
    )
    assert consent.text_version


def test_agreeing_needs_the_tick(cast: make.Cast) -> None:
    sign_in(cast.parent).post(page_of(cast.case, "consent_give", "translate"), {})
    assert not Consent.objects.exists()


def test_agreeing_to_a_hospital_names_it(cast: make.Cast) -> None:
    hospital = cast.reviewer.hospital
    address = page_of(cast.case, "consent_give_hospital", hospital.pk)
    sign_in(cast.parent).post(address, {"understood": "on"})
    assert has_live_consent(cast.case, ConsentPurpose.SHARE, hospital.pk)
    assert Consent.objects.get().recipient_name == hospital.name


def test_a_hospital_that_nobody_proposed_cannot_be_agreed_to(cast: make.Cast) -> None:
    address = page_of(cast.case, "consent_give_hospital", make.hospital().pk)
    assert sign_in(cast.parent).post(address, {"understood": "on"}).status_code == 404


@pytest.mark.parametrize("purpose", ["share", "anything"])
def test_a_purpose_that_is_none_is_not_there(cast: make.Cast, purpose: str) -> None:
    address = page_of(cast.case, "consent_give", purpose)
    assert sign_in(cast.parent).get(address).status_code == 404


def test_who_may_not_agree_reads_but_does_not_decide(cast: make.Cast) -> None:
    cast.case.parties.update(may_consent=False)
    browser = sign_in(cast.parent)
    assert browser.get(page_of(cast.case, "consent")).status_code == 200
    browser.post(page_of(cast.case, "consent_give", "translate"), {"understood": "on"})
    assert not Consent.objects.exists()


def agreed(cast: make.Cast) -> Consent:
    return give_consent(
        case=cast.case,
        purpose=ConsentPurpose.SHARE,
        actor=cast.parent,
        now=make.NOW,
        language="en",
        recipient_id=cast.reviewer.hospital_id,
        recipient_name=cast.reviewer.hospital.name,
    )


def test_looking_at_the_page_takes_nothing_back(cast: make.Cast) -> None:
    consent = agreed(cast)
    html = sign_in(cast.parent).get(page_of(cast.case, "consent_withdraw", consent.pk))
    assert "Nothing was opened." in html.content.decode()
    consent.refresh_from_db()
    assert consent.withdrawn_at is None


def test_taking_back_holds_at_once(cast: make.Cast) -> None:
    consent = agreed(cast)
    sign_in(cast.parent).post(page_of(cast.case, "consent_withdraw", consent.pk))
    assert not has_live_consent(cast.case, ConsentPurpose.SHARE, cast.reviewer.hospital_id)


def test_who_may_not_agree_takes_nothing_back(cast: make.Cast) -> None:
    consent = agreed(cast)
    cast.case.parties.update(may_consent=False)
    sign_in(cast.parent).post(page_of(cast.case, "consent_withdraw", consent.pk))
    consent.refresh_from_db()
    assert consent.withdrawn_at is None


def test_a_stranger_takes_nothing_back(cast: make.Cast) -> None:
    consent = agreed(cast)
    other = cast.stranger.parties.get()
    type(other).objects.filter(pk=other.pk).update(may_consent=True)
    browser = sign_in(cast.stranger)
    for case in (cast.case, other.case):
        address = page_of(case, "consent_withdraw", consent.pk)
        assert browser.post(address).status_code == 404
    consent.refresh_from_db()
    assert consent.withdrawn_at is None
