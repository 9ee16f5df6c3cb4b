"""Values of facts as FHIR carries them, and read back from there."""

from collections.abc import Mapping
from typing import Any, Final

from cases.clinical.fact_values import show_value
from cases.clinical.vocabulary import FactKind, FactSpec, spec_for
from documents.dossiers.fhir import codes
from documents.dossiers.fhir.parts import (
    Element,
    coding,
    concept,
    is_date,
    measure,
    read_measure,
)

UCUM_OF: Final[Mapping[str, str]] = {"kg": "kg", "%": "%"}
QUANTITIES: Final = frozenset({FactKind.NUMBER, FactKind.MEASURE})
WORDS: Final = frozenset({FactKind.WORD, FactKind.STAGE, FactKind.RESECTABLE})


def write_value(key: str, value: Any, *, grade: str = "") -> Element:
    """The `value[x]` of an observation for a canonical value; of two-sided bounds, components."""
    spec = spec_for(key)
    if spec.kind in QUANTITIES:
        return measure(value, spec.unit, UCUM_OF.get(spec.unit, ""))
    if spec.kind is FactKind.MARKER:
        return measure(value["value"], value["unit"])
    if spec.kind in WORDS and not isinstance(value, bool):
        return {"valueCodeableConcept": word_concept(spec, value, grade=grade)}
    return {_name_value(spec.kind, value): value}


def _name_value(kind: FactKind, value: Any) -> str:
    if isinstance(value, bool):
        return "valueBoolean"
    if kind is FactKind.COUNT:
        return "valueInteger"
    return "valueDateTime" if kind is FactKind.DATE and is_date(value) else "valueString"


def word_concept(spec: FactSpec, word: str, *, grade: str = "") -> Element:
    """A word of the vocabulary: in a public system where one is certain, always in ours."""
    public = []
    if spec.key == "histology":
        code = codes.HISTOLOGIES.get(word) or (
            codes.NET_BY_GRADE.get(grade) if word == "NET" else ""
        )
        public = [coding(codes.ICD_O_3, code)] if code else []
    if spec.key == "disease_status":
        public = [coding(codes.SNOMED, *codes.TRENDS[word])]
    ours = coding(f"{codes.VOCABULARY}/{spec.key}", word)
    return concept(show_value(spec.key, word), *public, ours)


def read_value(key: str, observation: Mapping[str, Any]) -> Any:
    """The canonical value of an observation that `write_value` wrote."""
    for name in ("valueBoolean", "valueInteger", "valueDateTime", "valueString"):
        if name in observation:
            return observation[name]
    if "valueCodeableConcept" in observation:
        system = f"{codes.VOCABULARY}/{key}"
        return next(
            each["code"]
            for each in observation["valueCodeableConcept"]["coding"]
            if each["system"] == system
        )
    return read_measure(observation)
