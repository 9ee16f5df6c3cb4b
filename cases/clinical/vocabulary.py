"""Every fact that a case may record: its key, its kind, its unit, and how people say it.

The one table that proposals, forms, snapshots and the dossier share. Source: the snapshot's keys
and the facts that `propose_facts` names. Some keys are families with a name after a colon:
`biomarker:GENE`, `attention:TOPIC`, `marker:NAME`. Values themselves are in `fact_values`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .terms import (
    LABELS,
    THIS_TUMOUR,
    AttentionTopic,
    ChildPugh,
    Differentiation,
    DiseaseStatus,
    Grade,
    Histology,
    PrimarySite,
    Resectability,
    Sex,
    TreatmentClass,
    TreatmentStatus,
    gettext_noop,
    label_of,
)

__all__ = [
    "DISEASE_KEYS",
    "FACTS",
    "LABELS",
    "PATIENT_KEYS",
    "THIS_TUMOUR",
    "AttentionTopic",
    "ChildPugh",
    "Differentiation",
    "DiseaseStatus",
    "FactKind",
    "FactSpec",
    "Grade",
    "Histology",
    "PrimarySite",
    "Resectability",
    "Sex",
    "TreatmentClass",
    "TreatmentStatus",
    "UnknownFactError",
    "label_of",
    "spec_for",
]


class FactKind(StrEnum):
    """What sort of value a fact takes; `fact_values.parse_value` has a reader for each."""

    WORD = "word"
    YES_NO = "yes_no"
    RESECTABLE = "resectable"
    DATE = "date"
    NUMBER = "number"
    COUNT = "count"
    MEASURE = "measure"
    """A number, a range or a bound: `8`, `5-8`, `<3`."""
    STAGE = "stage"
    TEXT = "text"
    TREATMENT = "treatment"
    BIOMARKER = "biomarker"
    MARKER = "marker"
    ATTENTION = "attention"


class Group(StrEnum):
    """Where a fact is shown."""

    PERSON = "person"
    DISEASE = "disease"
    TREATMENT = "treatment"
    BIOMARKERS = "biomarkers"
    CONDITION = "condition"
    ATTENTION = "attention"


@dataclass(frozen=True, kw_only=True)
class FactSpec:
    """One fact of the vocabulary.

    `repeats` says that several confirmed values stand side by side without contradicting one
    another (treatments, weights over time); otherwise confirmed values that differ are a
    conflict. `part` is the snapshot's object that holds it, empty where it enters none.
    """

    key: str
    label: str
    kind: FactKind
    group: Group
    unit: str = ""
    words: type[StrEnum] | None = None
    low: float | None = None
    high: float | None = None
    repeats: bool = False
    part: str = ""

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """Values with their words, for a form; empty where the value is not from a list."""
        if self.kind in {FactKind.YES_NO, FactKind.RESECTABLE}:
            yes_no = (("true", gettext_noop("yes")), ("false", gettext_noop("no")))
            if self.kind is FactKind.YES_NO:
                return yes_no
            word = Resectability.MEDICALLY_INOPERABLE
            return (*yes_no, (word.value, label_of(word)))
        if self.words is None:
            return ()
        return tuple((word.value, label_of(word)) for word in self.words)


class UnknownFactError(ValueError):
    """A key that the vocabulary does not have."""


_ = gettext_noop


def _word(key: str, label: str, words: type[StrEnum], group: Group, part: str = "") -> FactSpec:
    return FactSpec(key=key, label=label, kind=FactKind.WORD, words=words, group=group, part=part)


def _yes_no(key: str, label: str, part: str = "disease") -> FactSpec:
    return FactSpec(key=key, label=label, kind=FactKind.YES_NO, group=Group.DISEASE, part=part)


def _text(key: str, label: str, group: Group, *, repeats: bool = False) -> FactSpec:
    return FactSpec(key=key, label=label, kind=FactKind.TEXT, group=group, repeats=repeats)


_SPECS: Final = (
    FactSpec(
        key="date_of_birth",
        label=_("Date of birth"),
        kind=FactKind.DATE,
        group=Group.PERSON,
        part="patient",
    ),
    _word("sex", _("Sex"), Sex, Group.PERSON, "patient"),
    FactSpec(
        key="weight_kg",
        label=_("Weight"),
        kind=FactKind.NUMBER,
        group=Group.PERSON,
        unit="kg",
        low=0.1,
        high=700,
        repeats=True,
        part="patient",
    ),
    _word("histology", _("Histology"), Histology, Group.DISEASE, "disease"),
    _word(
        "differentiation",
        _("Differentiation"),
        Differentiation,
        Group.DISEASE,
        "disease",
    ),
    _word("grade", _("Grade"), Grade, Group.DISEASE, "disease"),
    FactSpec(
        key="ki67_percent",
        label=_("Ki-67"),
        kind=FactKind.MEASURE,
        group=Group.DISEASE,
        unit="%",
        low=0,
        high=100,
        part="disease",
    ),
    _word("primary_site", _("Primary site"), PrimarySite, Group.DISEASE, "disease"),
    _yes_no("locally_advanced", _("Locally advanced")),
    _yes_no("metastatic", _("Metastatic")),
    FactSpec(
        key="resectable",
        label=_("Resectable"),
        kind=FactKind.RESECTABLE,
        group=Group.DISEASE,
        part="disease",
    ),
    _yes_no("progressive", _("Progressive")),
    _yes_no("functional_syndrome", _("Functional syndrome")),
    _yes_no("sstr_positive", _("Somatostatin receptor positive")),
    _yes_no("germline_vhl", _("Germline VHL disease")),
    _yes_no("needs_immediate_surgery", _("Needs immediate surgery")),
    FactSpec(
        key="prior_treatments",
        label=_("Treatment"),
        kind=FactKind.TREATMENT,
        group=Group.TREATMENT,
        repeats=True,
        part="prior_treatments",
    ),
    FactSpec(
        key="mitoses_per_2mm2",
        label=_("Mitoses"),
        kind=FactKind.MEASURE,
        group=Group.DISEASE,
        unit="per 2 mm2",
        low=0,
        high=1000,
    ),
    FactSpec(key="stage", label=_("Stage"), kind=FactKind.STAGE, group=Group.DISEASE),
    _text("tnm", _("TNM"), Group.DISEASE),
    _word("disease_status", _("Disease status"), DiseaseStatus, Group.DISEASE),
    _yes_no("nodal_metastasis", _("Lymph node metastasis"), part=""),
    _text("metastasis_site", _("Site of metastasis"), Group.DISEASE, repeats=True),
    FactSpec(
        key="diagnosis_date",
        label=_("Date of diagnosis"),
        kind=FactKind.DATE,
        group=Group.DISEASE,
    ),
    FactSpec(
        key="ecog",
        label=_("ECOG performance status"),
        kind=FactKind.COUNT,
        group=Group.CONDITION,
        low=0,
        high=5,
    ),
    _word("child_pugh", _("Liver function"), ChildPugh, Group.CONDITION),
    _text("comorbidity", _("Other illness"), Group.CONDITION, repeats=True),
    _text("allergy", _("Allergy"), Group.CONDITION, repeats=True),
    _text("current_medicine", _("Current medicine"), Group.CONDITION, repeats=True),
)

FACTS: Final[Mapping[str, FactSpec]] = {spec.key: spec for spec in _SPECS}
"""Every fact with a fixed key, in the order in which people read them."""

PATIENT_KEYS: Final = tuple(spec.key for spec in _SPECS if spec.part == "patient")
DISEASE_KEYS: Final = tuple(spec.key for spec in _SPECS if spec.part == "disease")

_FAMILIES: Final[Mapping[str, tuple[FactKind, Group, re.Pattern[str]]]] = {
    "biomarker": (
        FactKind.BIOMARKER,
        Group.BIOMARKERS,
        re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./_+-]{0,39}", re.ASCII),
    ),
    "marker": (
        FactKind.MARKER,
        Group.BIOMARKERS,
        re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./_+-]{0,39}", re.ASCII),
    ),
    "attention": (
        FactKind.ATTENTION,
        Group.ATTENTION,
        re.compile(r"[a-z0-9][a-z0-9_]{0,39}", re.ASCII),
    ),
}


def spec_for(key: str) -> FactSpec:
    """The entry for a key, families included (`biomarker:MEN1`, `attention:thrombosis`).

    Raises:
        UnknownFactError: no such key.

    """
    spec = FACTS.get(key)
    if spec is not None:
        return spec
    family, colon, name = key.partition(":")
    if colon and family in _FAMILIES:
        kind, group, pattern = _FAMILIES[family]
        if pattern.fullmatch(name):
            label = _label_topic(name) if family == "attention" else name
            return FactSpec(
                key=key,
                label=label,
                kind=kind,
                group=group,
                repeats=family != "attention",
            )
    message = f"{ascii(key)[:80]} is not a fact of the vocabulary"
    raise UnknownFactError(message)


def _label_topic(topic: str) -> str:
    known = LABELS[AttentionTopic].get(topic, topic.replace("_", " "))
    return known[:1].upper() + known[1:]
