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
    "addendum": 5,
    "diagnosis": 4,
    "impression": 4,
    "summary": 4,
    "microscopic": 3,
    "findings": 3,
    "comment": 3,
    "biomarkers": 3,
    "oncologic_history": 3,
    "start": 2,
    "other": 2,
    "clinical_history": 2,
}
RANKED: Final = frozenset(
    {
        "histology",
        "differentiation",
        "grade",
        "ki67_percent",
        "mitoses_per_2mm2",
        "primary_site",
        "disease_status",
        "stage",
        "functional_syndrome",
        "sstr_positive",
        "ecog",
        "weight_kg",
    }
)
DATED: Final = frozenset(
    {"grade", "ki67_percent", "mitoses_per_2mm2", "ecog", "weight_kg", "stage"}
)
# Said by comparing with an earlier or another's study, and yet of today.
COMPARED: Final = frozenset({"disease_status"})
ADRENAL: Final = frozenset({"paraganglioma", "pheochromocytoma"})
CURRENT: Final = frozenset({"ecog", "weight_kg", "disease_status", "child_pugh"})
SPECIFIC: Final = {"small_bowel_nos": {"ileum", "jejunum", "duodenum"}}

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
    """The findings of one fact that stand."""
    if is_laboratory and fact in RANKED - COMPARED:
        group = [one for one in group if "outside" not in one.contexts]
    group = _prefer(group, lambda one: "outside" not in one.contexts)
    group = _prefer(group, lambda one: "preliminary" not in one.contexts)
    group = _mark_preliminary(group)
    if fact in RANKED and _differ(group):
        group = _replace_by_addendum(group)
    if fact in CURRENT and _differ(group):
        group = _prefer(group, lambda one: "present" in one.contexts)
    if fact == "disease_status":
        group = _settle_status(group)
    group = _prefer(group, lambda one: "past" not in one.contexts)
    if fact in DATED and _differ(group):
        group = _take_latest(group)
    kind = "biomarker" if fact.startswith("biomarker:") else fact
    if kind in SETTLERS:
        group = SETTLERS[kind](group)
    if fact in RANKED and _differ(group):
        top = max(_section_rank(one) for one in group)
        group = [one for one in group if _section_rank(one) == top]
    return [] if fact == "disease_status" and _differ(group) else group


def _take_latest(group: list[Finding]) -> list[Finding]:
    """Of values with a date ("03/2022: Ki-67 8%") those of the latest; and those without one."""
    latest = max((one.as_of for one in group), default="")
    return [one for one in group if not one.as_of or one.as_of == latest]


def _replace_by_addendum(group: list[Finding]) -> list[Finding]:
    added = [one for one in group if one.sentence.section == "addendum"]
    note = "the addendum replaces an earlier value"
    return [replace(one, note=one.note or note) for one in added] or group


def _settle_status(group: list[Finding]) -> list[Finding]:
    """How the disease is now, not how it answered to a treatment once."""
    group = [one for one in group if one.sentence.section != "treatments"]
    group = [one for one in group if _tells_today(one)]
    group = _prefer(group, lambda one: "during_treatment" not in one.contexts)
    last = {one.sentence.order: one for one in group}
    group = list(last.values())
    return _prefer(group, lambda one: one.sentence.section not in {"oncologic_history", "findings"})


def _tells_today(one: Finding) -> bool:
    """Whether an answer named beside a treatment is that of now: not "CAPTEM with a response"."""
    if "during_treatment" not in one.contexts or "present" in one.contexts:
        return True
    return one.value != "responding" and "in_a_row" not in one.contexts


def _settle_site(group: list[Finding]) -> list[Finding]:
    """The more exact of two names, and a known site before an unknown one."""
    values = {one.value for one in group}
    group = [one for one in group if not SPECIFIC.get(one.value, set()) & values]
    return _prefer(group, lambda one: one.value != "unknown_primary")


def _settle_metastatic(group: list[Finding]) -> list[Finding]:
    """No distant metastasis on one page does not undo one on another."""
    return _prefer(group, lambda one: one.value is True)


def _settle_histology(group: list[Finding]) -> list[Finding]:
    """The more exact name: a typical carcinoid is a NET too, and any tumour a neoplasm.

    A tumour of the adrenals in one line and a NET of its own organ in another are two tumours.
    """
    if any(one.value in ADRENAL for one in group):
        others = [one for one in group if one.value not in ADRENAL and one.is_sited]
        if others:
            return [one for one in group if one.value in ADRENAL] + others
    best = max((one.rank for one in group), default=0)
    return [one for one in group if one.rank == best] if _differ(group) else group


def _settle_biomarker(group: list[Finding]) -> list[Finding]:
    """Of two spellings of one alteration in a sentence the more exact one."""
    best: dict[int, int] = {}
    for one in group:
        best[one.sentence.order] = max(one.rank, best.get(one.sentence.order, one.rank))
    return [one for one in group if one.rank == best[one.sentence.order]]


def _settle_anticoagulant(group: list[Finding]) -> list[Finding]:
    """The medicine's name before the bare word."""
    return _prefer(group, lambda one: "anticoag" not in str(one.value))


def _settle_sex(group: list[Finding]) -> list[Finding]:
    """The word itself before a title, a title before "she"."""
    best = max((one.rank for one in group), default=0)
    return [one for one in group if one.rank == best]


def _keep_first(group: list[Finding]) -> list[Finding]:
    """One line for what is one warning, however many words the report has for it."""
    return group[:1]


SETTLERS: Final[dict[str, Callable[[list[Finding]], list[Finding]]]] = {
    "primary_site": _settle_site,
    "biomarker": _settle_biomarker,
    "metastatic": _settle_metastatic,
    "histology": _settle_histology,
    "sex": _settle_sex,
    "attention:anticoagulant": _settle_anticoagulant,
    **{
        f"attention:{topic}": _keep_first
        for topic in (
            "bleeding",
            "hypertension",
            "perforation",
            "planned_surgery",
            "pregnancy",
            "thrombosis",
            "varices",
        )
    },
}


def _prefer(group: list[Finding], test: Test) -> list[Finding]:
    """Only those that pass the test, if any does."""
    passed = [one for one in group if test(one)]
    return passed or group


def _mark_preliminary(group: list[Finding]) -> list[Finding]:
    return [
        replace(one, note=one.note or "a preliminary value")
        if "preliminary" in one.contexts
        else one
        for one in group
    ]


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
