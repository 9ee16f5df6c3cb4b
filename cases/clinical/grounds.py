"""Which confirmed facts count: those that have not lost what they stood on.

A fact stays confirmed when the paper it was read in is withdrawn: a person decides what becomes
of it. Until then it is not compared. What facts stand on is known by rooms to the right, which
register here a condition on the rows of `Fact` that have lost their ground.
"""

from collections.abc import Callable

from django.db.models import Q, QuerySet

from cases.casework.models import Case
from cases.clinical.models import Fact

Rule = Callable[[], Q]
_rules: list[Rule] = []


def facts_lost_when(rule: Rule) -> Rule:
    """Register a condition under which confirmed facts do not count (a decorator)."""
    _rules.append(rule)
    return rule


def counted_facts(case: Case) -> QuerySet[Fact]:
    """The confirmed facts of a case that have not lost their ground."""
    facts = Fact.objects.confirmed().filter(case=case)
    for rule in _rules:
        facts = facts.exclude(rule())
    return facts
