"""Choose among what was found: a later word of the same report replaces an earlier one.

Nothing is chosen between two values of equal standing: both are proposed, and a person decides.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from documents.records.proposals.finding import Finding

SECTION_RANK: Final = {
    "addendum": 5, "diagnosis": 4, "impression": 4, "microscopic": 3, "findings": 3, "comment": 3, "biomarkers": 3,
    "oncologic_history": 3, "summary": 4, "start": 2, "other": 2, "clinical_history": 2,
}  # fmt: skip
RANKED: Final = frozenset(
    {"histology", "differentiation", "grade", "ki67_percent", "mitoses_per_2mm2", "primary_site", "disease_status",
     "stage", "functional_syndrome", "sstr_positive", "ecog", "weight_kg"}
)  # fmt: skip
CURRENT: Final = frozenset({"ecog", "weight_kg", "disease_status", "child_pugh"})
SPECIFIC: Final = {"small_bowel_nos": {"ileum", "jejunum", "duodenum"}, "other": set()}
LABORATORY_ONLY: Final = frozenset({"microscopic", "specimen", "gross"})

Test = Callable[[Finding], bool]


def resolve_findings(findings: Iterable[Finding], *, is_laboratory: bool) -> list[Finding]:
    """One finding for each fact and value that stands, in the order of the report."""
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.fact].append(finding)
    kept: list[Finding] = []
    for fact, group in groups.items():
        kept += _keep_one_each(_settle(fact, group, is_laboratory=is_laboratory))
    return sorted(kept, key=lambda one: (one.sentence.order, one.start, one.fact))


def _settle(fact: str, group: list[Finding], *, is_laboratory: bool) -> list[Finding]:
    if is_laboratory and fact in RANKED:
        group = [one for one in group if "outside" not in one.contexts]
    group = _prefer(group, lambda one: "outside" not in one.contexts)
    group = _prefer(group, lambda one: "preliminary" not in one.contexts)
    group = _mark_preliminary(group)
    if _differ(group) and any(one.sentence.section == "addendum" for one in group) and fact in RANKED:
        group = [
            replace(one, note=one.note or "the addendum replaces an earlier value")
            for one in group
            if one.sentence.section == "addendum"
        ]
    if fact in CURRENT and _differ(group):
        group = _prefer(group, lambda one: "present" in one.contexts)
    group = _prefer(group, lambda one: "past" not in one.contexts)
    if fact == "disease_status":
        group = [one for one in group if one.sentence.section != "treatments"]
        group = _prefer(group, lambda one: "during_treatment" not in one.contexts)
        group = _prefer(group, lambda one: one.sentence.section not in {"oncologic_history", "findings"})
    if fact == "metastatic":
        group = _prefer(group, lambda one: one.value is True)
    if fact == "primary_site":
        values = {one.value for one in group}
        group = [one for one in group if not SPECIFIC.get(one.value, set()) & values]
        group = _prefer(group, lambda one: one.value != "unknown_primary")
    if fact in RANKED and _differ(group):
        best = max(one.rank for one in group)
        group = [one for one in group if one.rank == best] if fact == "histology" else group
        top = max(_section_rank(one) for one in group)
        group = [one for one in group if _section_rank(one) == top]
    if fact == "disease_status" and _differ(group):
        return []
    return group


def _prefer(group: list[Finding], test: Test) -> list[Finding]:
    """Only those that pass the test, if any does and values differ."""
    passed = [one for one in group if test(one)]
    return passed if passed else group


def _mark_preliminary(group: list[Finding]) -> list[Finding]:
    return [replace(one, note=one.note or "a preliminary value") if "preliminary" in one.contexts else one for one in group]


def _differ(group: list[Finding]) -> bool:
    return len({_key(one) for one in group}) > 1


def _key(finding: Finding) -> str:
    return json.dumps(finding.value, sort_keys=True, default=str)


def _section_rank(finding: Finding) -> int:
    return SECTION_RANK.get(finding.sentence.section, 1)


def _keep_one_each(group: list[Finding]) -> list[Finding]:
    best: dict[str, Finding] = {}
    for one in group:
        other = best.get(_key(one))
        if other is None or (_section_rank(one), one.rank) > (_section_rank(other), other.rank):
            best[_key(one)] = one
    return list(best.values())
