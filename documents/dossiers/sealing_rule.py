"""Who may seal a dossier, and whether who asked for a version may do so alone."""

from typing import Final

from django.conf import settings
from django.db.models import Q

from cases.accounts.models import Role, SealingRule, User
from cases.casework.models import Case
from documents.dossiers.models import DossierVersion

SEALING_ROLES: Final = frozenset({Role.COORDINATOR, Role.TEAM_LEAD, Role.CLINICIAN})


def needs_two_to_seal(case: Case) -> bool:
    """What the team of a case has chosen, else what the installation says."""
    chosen = case.team.sealing if case.team else ""
    return chosen == SealingRule.TWO if chosen else settings.SEALING_NEEDS_TWO


def needs_another_to_seal(version: DossierVersion, actor: User | None) -> bool:
    """Where four eyes are wanted, whoever asked for a version does not seal it alone."""
    asked_it_alone = actor is not None and version.asked_by_id == actor.pk
    return asked_it_alone and needs_two_to_seal(version.dossier.case)


def list_second_people(version: DossierVersion) -> list[User]:
    """Who may seal a version that somebody else asked for: they see the case, in such a role."""
    case = version.dossier.case
    near = Q(pk__in=[case.owner.pk] if case.owner else [])
    if case.team:
        near |= Q(teams=case.team)
    people = User.objects.filter(near, is_active=True, role__in=SEALING_ROLES)
    if version.asked_by is not None:
        people = people.exclude(pk=version.asked_by.pk)
    return list(people.distinct().order_by("name"))
