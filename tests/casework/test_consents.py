"""Consent is given by those who may, for one purpose, and taken back at once."""

import pytest
from django.db import IntegrityError, transaction

from cases.casework.consents import (
    freeze_consent,
    give_consent,
    lift_freeze,
    record_death,
    require_sendable,
    withdraw_consent,
)
from cases.casework.errors import (
    CaseFrozen,
    ConsentMissing,
    ConsentNamesNoHospital,
    ConsentNotTheirs,
)
from cases.casework.models import CaseParty, Consent, ConsentPurpose
from tests import make

pytestmark = pytest.mark.django_db


def share(cast: make.Cast) -> Consent:
    return give_consent(
        case=cast.case,
        purpose=ConsentPurpose.SHARE,
        actor=cast.parent,
        now=make.NOW,
        language="es",
        recipient_id=cast.reviewer.hospital_id,
        recipient_name=cast.reviewer.hospital.name,
    )


def check_sendable(cast: make.Cast) -> None:
    require_sendable(
        cast.case,
        hospital_id=cast.reviewer.hospital_id,
        hospital_name=cast.reviewer.hospital.name,
    )


def test_without_consent_nothing_can_be_sent(cast: make.Cast) -> None:
    with pytest.raises(ConsentMissing):
        check_sendable(cast)


def test_with_consent_for_this_hospital_it_can(cast: make.Cast) -> None:
    share(cast)
    check_sendable(cast)


def test_consent_for_one_hospital_says_nothing_of_another(cast: make.Cast) -> None:
    share(cast)
    other = make.hospital()
    with pytest.raises(ConsentMissing):
        require_sendable(cast.case, hospital_id=other.pk, hospital_name=other.name)


def test_the_same_consent_twice_is_one_row(cast: make.Cast) -> None:
    assert share(cast).pk == share(cast).pk


def test_a_withdrawn_consent_ends_at_once_and_can_be_given_anew(cast: make.Cast) -> None:
    consent = share(cast)
    withdraw_consent(consent=consent, actor=cast.parent, now=make.NOW)
    with pytest.raises(ConsentMissing):
        check_sendable(cast)
    assert share(cast).pk != consent.pk


@pytest.mark.parametrize("who", ["coordinator", "stranger"])
def test_nobody_else_can_agree_for_the_family(cast: make.Cast, who: str) -> None:
    with pytest.raises(ConsentNotTheirs):
        give_consent(
            case=cast.case,
            purpose=ConsentPurpose.CONTACT,
            actor=getattr(cast, who),
            now=make.NOW,
            language="en",
        )


def test_a_relative_who_may_not_agree_cannot(cast: make.Cast) -> None:
    CaseParty.objects.filter(user=cast.parent).update(may_consent=False)
    with pytest.raises(ConsentNotTheirs):
        share(cast)


def test_sharing_names_a_hospital_and_the_rest_do_not(cast: make.Cast) -> None:
    for purpose, recipient in (
        (ConsentPurpose.SHARE, None),
        (ConsentPurpose.TRANSLATE, cast.reviewer.hospital_id),
    ):
        with pytest.raises(ConsentNamesNoHospital):
            give_consent(
                case=cast.case,
                purpose=purpose,
                actor=cast.parent,
                now=make.NOW,
                language="en",
                recipient_id=recipient,
            )


def test_a_freeze_stops_sending_until_it_is_lifted(cast: make.Cast) -> None:
    share(cast)
    freeze_consent(case=cast.case, actor=cast.coordinator, now=make.NOW)
    cast.case.refresh_from_db()
    with pytest.raises(CaseFrozen):
        check_sendable(cast)
    lift_freeze(case=cast.case, actor=cast.coordinator, now=make.NOW)
    cast.case.refresh_from_db()
    check_sendable(cast)


def test_a_death_stops_sending_for_good(cast: make.Cast) -> None:
    share(cast)
    record_death(case=cast.case, on=make.NOW, actor=cast.coordinator, now=make.NOW)
    with pytest.raises(CaseFrozen):
        check_sendable(cast)


def test_a_freeze_and_its_end_are_told_once(cast: make.Cast) -> None:
    for _ in range(2):
        freeze_consent(case=cast.case, actor=cast.coordinator, now=make.NOW)
    for _ in range(2):
        lift_freeze(case=cast.case, actor=cast.coordinator, now=make.NOW)
    codes = list(cast.case.timeline.values_list("code", flat=True))
    assert sorted(codes) == ["consent_freeze_lifted", "consent_frozen"]


@pytest.mark.parametrize("purpose", [ConsentPurpose.SHARE, ConsentPurpose.TRANSLATE])
def test_the_database_keeps_one_live_consent(cast: make.Cast, purpose: ConsentPurpose) -> None:
    shares = purpose == ConsentPurpose.SHARE
    given = share(cast)
    fields = {
        "case": cast.case,
        "purpose": purpose,
        "recipient_id": given.recipient_id if shares else None,
        "given_by": cast.parent,
        "capacity": given.capacity,
        "text_version": given.text_version,
        "text_language": "es",
        "given_at": make.NOW,
    }
    if not shares:
        Consent.objects.create(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.create(**fields)
    Consent.objects.filter(purpose=purpose).update(withdrawn_at=make.NOW)
    Consent.objects.create(**fields)
