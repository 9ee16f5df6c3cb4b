"""What is known of a case, as the desk shows it: one line a value, with all its sources.

The same value from five papers is one line with five sources, so that a person sees at once
what is known, on how much it stands, and where papers disagree.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from cases.casework.models import Case
from cases.clinical.fact_values import show_value
from cases.clinical.models import Fact, FactState
from cases.clinical.vocabulary import FACTS, FactKind, Group, spec_for
from documents.records.queries import (
    EvidenceView,
    evidence_for,
    find_facts_without_ground,
)

GROUPS = {
    Group.DISEASE: gettext_lazy("The tumour"),
    Group.TREATMENT: gettext_lazy("Treatment so far"),
    Group.PERSON: gettext_lazy("The person"),
    Group.BIOMARKERS: gettext_lazy("Biomarkers and markers"),
    Group.CONDITION: gettext_lazy("General condition"),
    Group.ATTENTION: gettext_lazy("For the prescriber’s attention"),
}
ORDER = {key: place for place, key in enumerate(FACTS)}


@dataclass(frozen=True)
class Source:
    """Where a value stands: a page of a record, or a person's word."""

    words: str
    url: str
    quote: str
    is_accepted: bool


@dataclass(frozen=True)
class KnownValue:
    """One value, confirmed or proposed, with everything that says so."""

    id: UUID
    key: str
    label: str
    """Empty where the text says by itself what it is about."""
    text: str
    is_confirmed: bool
    ground: str
    """`holds`: it counts. `waits`: its record is not accepted yet. `gone`: no longer in use."""
    dates: tuple[str, ...]
    sources: tuple[Source, ...]
    stated: tuple[str, ...]
    note: str
    details: tuple[str, ...]
    decided_by: str
    decided_at: datetime | None
    review_url: str


@dataclass(frozen=True)
class KnownFact:
    """One fact: its confirmed values (several that count and differ: a conflict), proposals."""

    key: str
    label: str
    is_conflict: bool
    values: tuple[KnownValue, ...]
    proposals: tuple[KnownValue, ...]


@dataclass(frozen=True)
class Ground:
    """What nothing accepted stands behind, and the records that a person still has to accept."""

    groundless: frozenset[UUID] = frozenset()
    waiting: frozenset[UUID] = frozenset()

    def find(self, found: Iterable[Fact], views: Iterable[EvidenceView]) -> str:
        if any(row.pk not in self.groundless for row in found):
            return "holds"
        return "waits" if any(view.document_id in self.waiting for view in views) else "gone"


ALL_HOLDS = Ground()


@dataclass
class FactGroup:
    title: str
    facts: list[KnownFact] = field(default_factory=list)


def list_known(case: Case) -> list[FactGroup]:
    """The confirmed and proposed facts of a case by what they are about; four queries."""
    rows = list(
        Fact.objects.filter(case=case, state__in=[FactState.CONFIRMED, FactState.PROPOSED])
        .select_related("decided_by")
        .order_by("key", "-proposed_at")
    )
    evidence = evidence_for(rows)
    ground = Ground(
        frozenset(find_facts_without_ground(case.pk).values_list("pk", flat=True)),
        frozenset(case.documents.to_review().values_list("pk", flat=True)),
    )
    by_key: dict[str, list[Fact]] = {}
    for row in rows:
        by_key.setdefault(row.key, []).append(row)
    groups = {group: FactGroup(str(title)) for group, title in GROUPS.items()}
    for key in sorted(by_key, key=lambda key: (ORDER.get(key, len(ORDER)), key)):
        groups[spec_for(key).group].facts.append(_describe_fact(key, by_key[key], evidence, ground))
    return [group for group in groups.values() if group.facts]


def _describe_fact(
    key: str,
    rows: Iterable[Fact],
    evidence: dict[UUID, list[EvidenceView]],
    ground: Ground,
) -> KnownFact:
    spec = spec_for(key)
    same: dict[tuple[bool, str], list[Fact]] = {}
    for row in rows:
        same.setdefault((row.state == FactState.CONFIRMED, repr(row.value)), []).append(row)
    values = [describe_known(found, evidence, ground) for found in same.values()]
    confirmed = tuple(value for value in values if value.is_confirmed)
    if spec.kind is FactKind.TREATMENT:
        begun = {found[0].pk: _begin_of(found[0].value) for found in same.values()}
        confirmed = tuple(sorted(confirmed, key=lambda value: begun[value.id]))
    return KnownFact(
        key=key,
        label=_(spec.label),
        is_conflict=not spec.repeats and sum(value.ground != "gone" for value in confirmed) > 1,
        values=confirmed,
        proposals=tuple(value for value in values if not value.is_confirmed),
    )


def _begin_of(entry: Any) -> str:
    begun = entry.get("start_date")
    return begun if isinstance(begun, str) else "9999"


def describe_known(
    found: list[Fact],
    evidence: dict[UUID, list[EvidenceView]],
    ground: Ground = ALL_HOLDS,
) -> KnownValue:
    """One value that all these rows say."""
    first = found[0]
    spec = spec_for(first.key)
    views = [view for row in found for view in evidence.get(row.pk, ())]
    sources = list(dict.fromkeys(describe_source(view) for view in views))
    return KnownValue(
        id=first.pk,
        key=first.key,
        label="" if spec.kind is FactKind.TREATMENT else _(spec.label),
        text=show_value(first.key, first.value, _),
        is_confirmed=first.state == FactState.CONFIRMED,
        ground=ground.find(found, views),
        dates=tuple(dict.fromkeys(row.dated for row in found if row.dated)),
        sources=tuple(sources),
        stated=tuple(dict.fromkeys(row.stated_source for row in found if row.stated_source)),
        note=first.note,
        details=tuple(str(text) for text in first.details.values() if text),
        decided_by=first.decided_by.name if first.decided_by else "",
        decided_at=first.decided_at,
        review_url=sources[0].url if sources else "",
    )


def describe_source(view: EvidenceView) -> Source:
    page = _("%(title)s, page %(page)d") % {"title": view.document_title, "page": view.page}
    return Source(
        words=page,
        url=f"{reverse('admin:review', args=[view.document_id])}?page={view.page}",
        quote=view.quote,
        is_accepted=view.is_accepted,
    )
