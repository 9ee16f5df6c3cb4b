"""One door from a person to a case, and to everything below it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from cases.accounts.errors import NotAFamilyMember
from cases.casework.models import Case, CaseParty, Note, Relation, Task
from cases.casework.services import add_note, add_party, end_party, make_task
from tests import make

pytestmark = pytest.mark.django_db

SEES = {"coordinator", "lead", "clinician", "parent"}
PEOPLE = ["coordinator", "lead", "clinician", "parent", "stranger", "outsider", "administrator"]


@pytest.mark.parametrize("who", PEOPLE)
def test_only_those_around_a_case_see_it(cast: make.Cast, who: str) -> None:
    seen = Case.objects.visible_to(getattr(cast, who)).filter(pk=cast.case.pk).exists()
    assert seen is (who in SEES)


@pytest.mark.usefixtures("cast")
def test_nobody_signed_in_sees_nothing() -> None:
    assert not Case.objects.visible_to(AnonymousUser()).exists()


def test_someone_who_left_sees_nothing(cast: make.Cast) -> None:
    cast.coordinator.is_active = False
    cast.coordinator.save()
    assert not Case.objects.visible_to(cast.coordinator).exists()


def test_a_family_member_whose_part_ended_sees_nothing_from_then_on(cast: make.Cast) -> None:
    party = CaseParty.objects.get(case=cast.case, user=cast.parent)
    end_party(party=party, actor=cast.coordinator, now=make.NOW)
    assert not Case.objects.visible_to(cast.parent).exists()


def test_rows_below_a_case_are_seen_with_it(cast: make.Cast) -> None:
    add_note(case=cast.case, text="Prefers calls in the evening.", actor=cast.lead, now=make.NOW)
    assert Note.objects.visible_to(cast.coordinator).count() == 1
    assert Note.objects.visible_to(cast.outsider).count() == 0


def test_a_task_of_no_case_is_for_all_staff_and_no_family(cast: make.Cast) -> None:
    make_task(title="Look at the scanner", now=make.NOW)
    assert Task.objects.visible_to(cast.outsider).count() == 1
    assert Task.objects.visible_to(cast.parent).count() == 0


def test_the_end_of_a_part_is_written_once(cast: make.Cast) -> None:
    party = CaseParty.objects.get(case=cast.case, user=cast.parent)
    end_party(party=party, actor=cast.coordinator, now=make.NOW)
    end_party(party=party, actor=cast.coordinator, now=make.NOW + timedelta(days=1))
    assert CaseParty.objects.get(pk=party.pk).ended_at == make.NOW


def test_a_member_of_staff_is_no_family_member(cast: make.Cast) -> None:
    with pytest.raises(NotAFamilyMember):
        add_party(
            case=cast.case,
            user=cast.outsider,
            relation=Relation.OTHER,
            actor=cast.coordinator,
            now=make.NOW,
        )
