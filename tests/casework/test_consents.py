"""Consent is given by those who may, for one purpose, and taken back at once."""

from contextlib import nullcontext
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from cases.casework.consents import (
    TIME_TO_UNDO,
    freeze_consent,
    give_consent,
    lift_freeze,
    record_death,
    require_sendable,
    take_back_death,
    withdraw_consent,
)
from cases.casework.errors import (
    CaseFrozen,
    ConsentMissing,
    ConsentNamesNoHospital,
    ConsentNotTheirs,
    DeathInTheFuture,
    DeathNotTheirs,
    DeathStands,
)
from cases.casework.models import CaseParty, Consent, ConsentPurpose
from cases.hospitals.models import MessageState
from cases.hospitals.services import find_family_thread, send_message
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
    record_death(case=cast.case, on=make.NOW.date(), actor=cast.coordinator, now=make.NOW)
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


def die(cast: make.Cast) -> None:
    record_death(case=cast.case, on=make.NOW.date(), actor=cast.coordinator, now=make.NOW)


def test_a_death_by_mistake_is_undone_within_a_day(cast: make.Cast) -> None:
    share(cast)
    second = make.case(team=cast.case.team, patient=cast.case.patient)
    die(cast)
    take_back_death(
        case=cast.case,
        actor=cast.coordinator,
        now=make.NOW + TIME_TO_UNDO - timedelta(minutes=1),
    )
    cast.case.refresh_from_db()
    check_sendable(cast)
    for case in (cast.case, second):
        codes = sorted(
            case.timeline.filter(code__startswith="patient_").values_list("code", flat=True)
        )
        assert codes == ["patient_death_taken_back", "patient_died"]


def test_after_a_day_a_recorded_death_stands(cast: make.Cast) -> None:
    die(cast)
    with pytest.raises(DeathStands):
        take_back_death(case=cast.case, actor=cast.lead, now=make.NOW + TIME_TO_UNDO)
    cast.case.patient.refresh_from_db()
    assert cast.case.patient.deceased_on == make.NOW.date()


def test_a_death_recorded_anew_has_its_own_day(cast: make.Cast) -> None:
    die(cast)
    take_back_death(case=cast.case, actor=cast.lead, now=make.NOW)
    later = make.NOW + 3 * TIME_TO_UNDO
    record_death(case=cast.case, on=make.NOW.date(), actor=cast.lead, now=later)
    take_back_death(case=cast.case, actor=cast.lead, now=later + TIME_TO_UNDO / 2)
    assert cast.case.patient.deceased_on is None


def test_undoing_what_was_not_recorded_changes_nothing(cast: make.Cast) -> None:
    take_back_death(case=cast.case, actor=cast.coordinator, now=make.NOW)
    assert not cast.case.timeline.filter(code="patient_death_taken_back").exists()


@pytest.mark.parametrize("who", ["clinician", "parent", "administrator"])
def test_only_coordinators_and_leads_record_a_death(cast: make.Cast, who: str) -> None:
    for act in (
        partial(record_death, on=make.NOW.date()),
        take_back_death,
    ):
        with pytest.raises(DeathNotTheirs):
            act(case=cast.case, actor=getattr(cast, who), now=make.NOW)


@pytest.mark.parametrize(("days", "refused"), [(1, False), (2, True)])
def test_nobody_dies_in_the_future(cast: make.Cast, *, days: int, refused: bool) -> None:
    on = make.NOW.date() + timedelta(days=days)
    with pytest.raises(DeathInTheFuture) if refused else nullcontext():
        record_death(case=cast.case, on=on, actor=cast.coordinator, now=make.NOW)


def test_what_waited_stays_a_draft_after_the_undo(cast: make.Cast) -> None:
    thread = find_family_thread(case=cast.case, now=make.NOW)
    message = send_message(thread=thread, body="A word", actor=cast.coordinator, now=make.NOW)
    die(cast)
    take_back_death(case=cast.case, actor=cast.coordinator, now=make.NOW)
    message.refresh_from_db()
    assert message.state == MessageState.DRAFT
