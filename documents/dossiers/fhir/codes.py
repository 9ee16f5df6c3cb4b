"""Codes and names of FHIR: only what the clinical notes name, or what the profiles themselves fix.

`OURS` is a namespace and no address: in it stand the keys and words of `case-snapshot/1`, so that
a receiver can read the facts back without guessing from displays. Sources: mCODE STU4 for SNOMED
CT and NCIt, ICD-O-3.2, ICD-10-CM and LOINC as in the clinical notes.
"""

from collections.abc import Mapping
from typing import Final

OURS: Final = "https://navigator.example/fhir"
FACT: Final = f"{OURS}/fact"
"""System of the keys of facts: `histology`, `weight_kg`."""
VOCABULARY: Final = f"{OURS}/vocabulary"
"""Below it, one system of words for each key: `…/histology` has `NET`."""
ANSWER: Final = f"{OURS}/answer"
CRITERION: Final = f"{OURS}/criterion"
CRITERION_TAG: Final = f"{OURS}/criterion-tag"
"""Where the words of a criterion come from: `LABEL` or `TRIAL`."""
USE: Final = f"{OURS}/use"
CASE_REFERENCE: Final = f"{OURS}/case-reference"
UNKNOWN_KIND: Final = f"{OURS}/unknown-kind"
CONFLICT_SOURCE: Final = f"{OURS}/StructureDefinition/conflict-source"
AS_RECORDED: Final = f"{OURS}/StructureDefinition/as-recorded"
DERIVED: Final = f"{OURS}/StructureDefinition/derived"

LOINC: Final = "http://loinc.org"
SNOMED: Final = "http://snomed.info/sct"
NCIT: Final = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
ICD_O_3: Final = "http://terminology.hl7.org/CodeSystem/icd-o-3"
ICD_10_CM: Final = "http://hl7.org/fhir/sid/icd-10-cm"
UCUM: Final = "http://unitsofmeasure.org"
HGVS: Final = "http://varnomen.hgvs.org"
DICOM: Final = "http://dicom.nema.org/resources/ontology/DCM"
TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem"
CORE: Final = "http://hl7.org/fhir/StructureDefinition"
MCODE: Final = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-"
DATA_ABSENT: Final = f"{CORE}/data-absent-reason"
PAGES: Final = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Attachment.pages"
"""How FHIR R5 writes the number of pages, for R4."""

LOINC_OF: Final[Mapping[str, str]] = {
    "ki67_percent": "29593-1",
    "weight_kg": "29463-7",
    "ecog": "89247-1",
    "disease_status": "97509-4",
    "histology": "31206-6",
    "marker:CgA": "9811-1",
    "marker:chromogranin A": "9811-1",
}
PROFILES: Final[Mapping[str, str]] = {
    "histology": "histologic-behavior-and-type",
    "grade": "histologic-grade",
    "ki67_percent": "tumor-marker-test",
    "ecog": "ecog-performance-status",
    "disease_status": "cancer-disease-status",
    "stage": "tnm-stage-group",
}
LABORATORY: Final = frozenset(
    {"histology", "differentiation", "grade", "ki67_percent", "mitoses_per_2mm2", "sstr_positive"}
)
HISTOLOGIES: Final[Mapping[str, str]] = {
    "typical_carcinoid": "8240/3",
    "atypical_carcinoid": "8249/3",
    "NEC": "8246/3",
    "LCNEC": "8013/3",
    "SCLC": "8041/3",
    "MiNEN_NEC_component": "8154/3",
    "MiNEN_NET_component": "8154/3",
    "goblet_cell_adenocarcinoma": "8243/3",
}
NET_BY_GRADE: Final[Mapping[str, str]] = {"G1": "8240/3", "G2": "8249/3", "G3": "8249/3"}
WELL_KNOWN_SITES: Final[Mapping[str, str]] = {
    "pancreas": "C25.4",
    "duodenum": "C7A.010",
    "jejunum": "C7A.011",
    "ileum": "C7A.012",
    "small_bowel_nos": "C7A.019",
    "appendix": "C7A.020",
    "rectum": "C7A.026",
    "bronchus_lung": "C7A.090",
    "thymus": "C7A.091",
    "stomach": "C7A.092",
    "kidney": "C7A.093",
}
WELL_DIFFERENTIATED: Final = frozenset({"NET", "typical_carcinoid", "atypical_carcinoid"})
METASTASES: Final[Mapping[str, str]] = {
    "liver": "C7B.02",
    "bone": "C7B.03",
    "bones": "C7B.03",
    "peritoneum": "C7B.04",
}
TRENDS: Final[Mapping[str, tuple[str, str]]] = {
    "progressive": ("271299001", "Patient's condition worsened (finding)"),
    "stable": ("359746009", "Patient's condition stable (finding)"),
    "responding": ("268910001", "Patient's condition improved (finding)"),
}
INTENTS: Final[Mapping[str, tuple[str, str]]] = {
    "curative": ("373808002", "Curative - procedure intent"),
    "palliative": ("363676003", "Palliative - procedure intent"),
    "supportive": ("399707004", "Supportive - procedure intent"),
}
OVERALL: Final[Mapping[str, str]] = {
    "match": "The recorded facts correspond to the published wording",
    "no_match": "The recorded facts do not correspond to the published wording",
    "insufficient_information": (
        "The recorded facts do not yet allow a comparison with the published wording"
    ),
}
UNKNOWNS: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("unknown", "Nobody has recorded it"),
    "ambiguous": ("unknown", "Recorded, and the wording does not settle it"),
    "conflict": ("unknown", "Confirmed sources disagree, and the answer hangs on it"),
    "invalid": ("error", "The recorded value cannot be true"),
}
