"""The words that a fact of the illness may take, and how people say them.

Source: the exchange form `case-snapshot/1`. The values are the ones of the contract, letter for
letter; a label is what a person reads. Pure Python: no Django here, so that the matcher stays
pure; the labels are marked for translation and translated where they are shown.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


def gettext_noop(message: str) -> str:
    """Mark a label for the message catalogues without importing Django."""
    return message


class Histology(StrEnum):
    NET = "NET"
    TYPICAL_CARCINOID = "typical_carcinoid"
    ATYPICAL_CARCINOID = "atypical_carcinoid"
    NEC = "NEC"
    LCNEC = "LCNEC"
    SCLC = "SCLC"
    MERKEL_CELL_CARCINOMA = "merkel_cell_carcinoma"
    GOBLET_CELL_ADENOCARCINOMA = "goblet_cell_adenocarcinoma"
    MEDULLARY_THYROID_CARCINOMA = "medullary_thyroid_carcinoma"
    MINEN_NEC_COMPONENT = "MiNEN_NEC_component"
    MINEN_NET_COMPONENT = "MiNEN_NET_component"
    PARAGANGLIOMA = "paraganglioma"
    PHEOCHROMOCYTOMA = "pheochromocytoma"
    PITNET = "pitNET"
    NEN_NOS = "NEN_NOS"
    OTHER = "other"


class Differentiation(StrEnum):
    WELL = "well"
    MODERATE = "moderate"
    POOR = "poor"


class Grade(StrEnum):
    G1 = "G1"
    G2 = "G2"
    G3 = "G3"


class PrimarySite(StrEnum):
    PANCREAS = "pancreas"
    STOMACH = "stomach"
    DUODENUM = "duodenum"
    JEJUNUM = "jejunum"
    ILEUM = "ileum"
    SMALL_BOWEL_NOS = "small_bowel_nos"
    APPENDIX = "appendix"
    COLON = "colon"
    RECTUM = "rectum"
    BRONCHUS_LUNG = "bronchus_lung"
    THYMUS = "thymus"
    AMPULLA = "ampulla"
    BILIARY = "biliary"
    KIDNEY = "kidney"
    OVARY = "ovary"
    BREAST = "breast"
    SKIN = "skin"
    THYROID = "thyroid"
    PITUITARY = "pituitary"
    ADRENAL = "adrenal"
    RETROPERITONEUM = "retroperitoneum"
    OTHER = "other"
    UNKNOWN_PRIMARY = "unknown_primary"


class Resectability(StrEnum):
    """The one word `resectable` takes beside true and false."""

    MEDICALLY_INOPERABLE = "medically_inoperable"


class Sex(StrEnum):
    """Administrative sex as FHIR R4 spells it; the contract leaves the list open."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class TreatmentClass(StrEnum):
    SSA = "SSA"
    MTOR_INHIBITOR = "mTOR_inhibitor"
    TKI = "TKI"
    PRRT = "PRRT"
    CHEMOTHERAPY = "chemotherapy"
    IMMUNOTHERAPY = "immunotherapy"
    INTERFERON = "interferon"
    HIF2A_INHIBITOR = "HIF2a_inhibitor"
    SURGERY = "surgery"
    LIVER_DIRECTED = "liver_directed"
    RADIOTHERAPY = "radiotherapy"
    SYMPTOMATIC = "symptomatic"
    OTHER_SYSTEMIC = "other_systemic"


class TreatmentStatus(StrEnum):
    COMPLETED = "completed"
    STOPPED = "stopped"
    ONGOING = "ongoing"
    PLANNED = "planned"
    DECLINED = "declined"


THIS_TUMOUR: Final = "NET"
"""`for_condition` of a treatment given for the tumour that the case is about."""


class DiseaseStatus(StrEnum):
    PROGRESSIVE = "progressive"
    STABLE = "stable"
    RESPONDING = "responding"


class ChildPugh(StrEnum):
    A = "A"
    B = "B"
    C = "C"


class AttentionTopic(StrEnum):
    """Matters that the label's warnings speak of; shown to the prescriber, never counted."""

    ANTICOAGULANT = "anticoagulant"
    BLEEDING = "bleeding"
    VARICES = "varices"
    THROMBOSIS = "thrombosis"
    PERFORATION = "perforation"
    HYPERTENSION = "hypertension"
    PLANNED_SURGERY = "planned_surgery"
    DENTAL_WORK = "dental_work"
    WOUND = "wound"
    CYP3A4_STRONG_INHIBITOR = "cyp3a4_strong_inhibitor"
    CYP3A4_INDUCER = "cyp3a4_inducer"
    LIVER_FUNCTION = "liver_function"
    PROTEINURIA = "proteinuria"
    THYROID = "thyroid"
    HYPOCALCAEMIA = "hypocalcaemia"
    PREGNANCY = "pregnancy"
    OSTEONECROSIS = "osteonecrosis"


_ = gettext_noop

LABELS: Final[Mapping[type[StrEnum], Mapping[str, str]]] = {
    Histology: {
        Histology.NET: _("neuroendocrine tumour (NET)"),
        Histology.TYPICAL_CARCINOID: _("typical carcinoid"),
        Histology.ATYPICAL_CARCINOID: _("atypical carcinoid"),
        Histology.NEC: _("neuroendocrine carcinoma (NEC)"),
        Histology.LCNEC: _("large-cell neuroendocrine carcinoma"),
        Histology.SCLC: _("small-cell carcinoma"),
        Histology.MERKEL_CELL_CARCINOMA: _("Merkel cell carcinoma"),
        Histology.GOBLET_CELL_ADENOCARCINOMA: _("goblet cell adenocarcinoma"),
        Histology.MEDULLARY_THYROID_CARCINOMA: _("medullary thyroid carcinoma"),
        Histology.MINEN_NEC_COMPONENT: _("MiNEN with a NEC component"),
        Histology.MINEN_NET_COMPONENT: _("MiNEN with a NET component"),
        Histology.PARAGANGLIOMA: _("paraganglioma"),
        Histology.PHEOCHROMOCYTOMA: _("phaeochromocytoma"),
        Histology.PITNET: _("pituitary neuroendocrine tumour"),
        Histology.NEN_NOS: _("neuroendocrine neoplasm, not otherwise specified"),
        Histology.OTHER: _("another histology"),
    },
    Differentiation: {
        Differentiation.WELL: _("well differentiated"),
        Differentiation.MODERATE: _("moderately differentiated"),
        Differentiation.POOR: _("poorly differentiated"),
    },
    Grade: {
        Grade.G1: _("G1"),
        Grade.G2: _("G2"),
        Grade.G3: _("G3"),
    },
    PrimarySite: {
        PrimarySite.PANCREAS: _("pancreas"),
        PrimarySite.STOMACH: _("stomach"),
        PrimarySite.DUODENUM: _("duodenum"),
        PrimarySite.JEJUNUM: _("jejunum"),
        PrimarySite.ILEUM: _("ileum"),
        PrimarySite.SMALL_BOWEL_NOS: _("small bowel, part not stated"),
        PrimarySite.APPENDIX: _("appendix"),
        PrimarySite.COLON: _("colon"),
        PrimarySite.RECTUM: _("rectum"),
        PrimarySite.BRONCHUS_LUNG: _("bronchus or lung"),
        PrimarySite.THYMUS: _("thymus"),
        PrimarySite.AMPULLA: _("ampulla of Vater"),
        PrimarySite.BILIARY: _("gallbladder or bile ducts"),
        PrimarySite.KIDNEY: _("kidney"),
        PrimarySite.OVARY: _("ovary"),
        PrimarySite.BREAST: _("breast"),
        PrimarySite.SKIN: _("skin"),
        PrimarySite.THYROID: _("thyroid"),
        PrimarySite.PITUITARY: _("pituitary"),
        PrimarySite.ADRENAL: _("adrenal gland"),
        PrimarySite.RETROPERITONEUM: _("retroperitoneum"),
        PrimarySite.OTHER: _("another site"),
        PrimarySite.UNKNOWN_PRIMARY: _("unknown primary"),
    },
    Resectability: {
        Resectability.MEDICALLY_INOPERABLE: _("medically inoperable"),
    },
    Sex: {
        Sex.FEMALE: _("female"),
        Sex.MALE: _("male"),
        Sex.OTHER: _("other"),
        Sex.UNKNOWN: _("not stated"),
    },
    TreatmentClass: {
        TreatmentClass.SSA: _("somatostatin analogue"),
        TreatmentClass.MTOR_INHIBITOR: _("mTOR inhibitor"),
        TreatmentClass.TKI: _("tyrosine kinase inhibitor"),
        TreatmentClass.PRRT: _("peptide receptor radionuclide therapy"),
        TreatmentClass.CHEMOTHERAPY: _("chemotherapy"),
        TreatmentClass.IMMUNOTHERAPY: _("immunotherapy"),
        TreatmentClass.INTERFERON: _("interferon"),
        TreatmentClass.HIF2A_INHIBITOR: _("HIF-2a inhibitor"),
        TreatmentClass.SURGERY: _("surgery"),
        TreatmentClass.LIVER_DIRECTED: _("liver-directed therapy"),
        TreatmentClass.RADIOTHERAPY: _("radiotherapy"),
        TreatmentClass.SYMPTOMATIC: _("symptomatic treatment"),
        TreatmentClass.OTHER_SYSTEMIC: _("other systemic antitumour therapy"),
    },
    TreatmentStatus: {
        TreatmentStatus.COMPLETED: _("completed"),
        TreatmentStatus.STOPPED: _("stopped"),
        TreatmentStatus.ONGOING: _("ongoing"),
        TreatmentStatus.PLANNED: _("planned"),
        TreatmentStatus.DECLINED: _("declined"),
    },
    DiseaseStatus: {
        DiseaseStatus.PROGRESSIVE: _("progressive"),
        DiseaseStatus.STABLE: _("stable"),
        DiseaseStatus.RESPONDING: _("responding"),
    },
    ChildPugh: {
        ChildPugh.A: _("Child-Pugh A"),
        ChildPugh.B: _("Child-Pugh B"),
        ChildPugh.C: _("Child-Pugh C"),
    },
    AttentionTopic: {
        AttentionTopic.ANTICOAGULANT: _("anticoagulant"),
        AttentionTopic.BLEEDING: _("recent bleeding"),
        AttentionTopic.VARICES: _("varices"),
        AttentionTopic.THROMBOSIS: _("thrombosis"),
        AttentionTopic.PERFORATION: _("perforation or fistula"),
        AttentionTopic.HYPERTENSION: _("high blood pressure"),
        AttentionTopic.PLANNED_SURGERY: _("planned or recent surgery"),
        AttentionTopic.DENTAL_WORK: _("planned dental work"),
        AttentionTopic.WOUND: _("unhealed wound"),
        AttentionTopic.CYP3A4_STRONG_INHIBITOR: _("strong CYP3A4 inhibitor"),
        AttentionTopic.CYP3A4_INDUCER: _("CYP3A4 inducer"),
        AttentionTopic.LIVER_FUNCTION: _("liver function"),
        AttentionTopic.PROTEINURIA: _("protein in the urine"),
        AttentionTopic.THYROID: _("thyroid function"),
        AttentionTopic.HYPOCALCAEMIA: _("low calcium"),
        AttentionTopic.PREGNANCY: _("pregnancy"),
        AttentionTopic.OSTEONECROSIS: _("osteonecrosis of the jaw"),
    },
}
"""What a person reads, by vocabulary: words like `other` stand in several."""


def label_of(term: StrEnum) -> str:
    """The English words for a value of the vocabulary."""
    return LABELS[type(term)][term]
