"""Facts as people write them and as they are said back."""

import pytest
from hypothesis import given, settings, strategies as st

from cases.clinical.fact_values import FactValueError, describe_value, parse_value, show_value
from cases.clinical.snapshot_parts import Disease, Patient
from cases.clinical.vocabulary import (
    DISEASE_KEYS,
    FACTS,
    PATIENT_KEYS,
    UnknownFactError,
    spec_for,
)


@pytest.mark.parametrize(("key", "raw", "value", "sentence"), [
    ("ki67_percent", "8", 8, "Ki-67 8 %"),
    ("ki67_percent", 8, 8, "Ki-67 8 %"),
    ("ki67_percent", "<3 %", {"below": 3}, "Ki-67 <3 %"),
    ("ki67_percent", "≥ 20%", {"low": 20}, "Ki-67 ≥20 %"),
    ("ki67_percent", "5–8 %", {"low": 5, "high": 8}, "Ki-67 5-8 %"),
    ("ki67_percent", "6,5 %", 6.5, "Ki-67 6.5 %"),
    ("mitoses_per_2mm2", 5, 5, "Mitoses 5 per 2 mm2"),
    ("weight_kg", "70,5 kg", 70.5, "Weight 70.5 kg"),
    ("histology", "NET", "NET", "Histology: neuroendocrine tumour (NET)"),
    ("metastatic", "Yes", True, "Metastatic: yes"),
    ("resectable", False, False, "Resectable: no"),
    ("resectable", "medically_inoperable", "medically_inoperable",
     "Resectable: medically inoperable"),
    ("date_of_birth", "2013-05", "2013-05", "Date of birth: 2013-05"),
    ("stage", "Stage iv", "IV", "Stage IV"),
    ("ecog", "1", 1, "ECOG performance status 1"),
    ("child_pugh", "B", "B", "Liver function: Child-Pugh B"),
    ("disease_status", "stable", "stable", "Disease status: stable"),
    ("biomarker:MEN1", "mutated", {"result": "mutated"}, "MEN1: mutated"),
    ("marker:Chromogranin A", "85 ng/mL", {"value": 85, "unit": "ng/mL"},
     "Chromogranin A: 85 ng/mL"),
    ("attention:anticoagulant", "apixaban", "apixaban", "Anticoagulant: apixaban"),
    ("attention:pregnancy", False, False, "Pregnancy: no"),
    ("attention:new_topic", True, True, "New topic: yes"),
    ("metastasis_site", "  liver\n segment 4 ", "liver segment 4",
     "Site of metastasis: liver segment 4"),
])  # fmt: skip
def test_a_value_is_read_kindly_and_said_in_a_sentence(
    key: str, raw: object, value: object, sentence: str
) -> None:
    assert parse_value(key, raw) == value
    assert parse_value(key, value) == value
    assert describe_value(key, value) == sentence


def test_a_treatment_is_said_with_class_dates_and_status() -> None:
    entry = parse_value(
        "prior_treatments",
        {
            "agent": "everolimus",
            "class": "mTOR_inhibitor",
            "start_date": "2024-02",
            "end_date": "2025-06-30",
            "status": "stopped",
            "for_condition": "NET",
        },
    )
    said = "everolimus (mTOR inhibitor), 2024-02 – 2025-06-30, stopped"
    assert describe_value("prior_treatments", entry) == said


@pytest.mark.parametrize(("key", "raw"), [
    ("ki67_percent", 101),
    ("ki67_percent", "about 8"),
    ("ki67_percent", "8-5"),
    ("ki67_percent", True),
    ("ki67_percent", {"from": 3}),
    ("ki67_percent", float("nan")),
    ("weight_kg", 0),
    ("weight_kg", "701"),
    ("histology", "NEt"),
    ("histology", 7),
    ("metastatic", 1),
    ("metastatic", "perhaps"),
    ("date_of_birth", "20/05/1968"),
    ("stage", "V"),
    ("ecog", 1.5),
    ("ecog", 6),
    ("tnm", ""),
    ("tnm", "x" * 301),
    ("tnm", "pT2\x00"),
    ("biomarker:MEN1", {}),
    ("biomarker:MEN1", {"gene": "MEN1"}),
    ("marker:CgA", "high"),
    ("prior_treatments", {"class": "tki"}),
    ("prior_treatments", "everolimus"),
])  # fmt: skip
def test_a_value_that_a_fact_cannot_take_is_refused_with_its_label(key: str, raw: object) -> None:
    with pytest.raises(FactValueError) as caught:
        parse_value(key, raw)
    assert str(caught.value).startswith(f"{spec_for(key).label}: ")


@pytest.mark.parametrize("key", ["", "colour", "biomarker:", "attention:Bad Topic", "x:y"])
def test_a_key_outside_the_vocabulary_is_refused(key: str) -> None:
    with pytest.raises(UnknownFactError):
        parse_value(key, 1)


def test_the_vocabulary_has_every_key_of_the_snapshot() -> None:
    assert set(DISEASE_KEYS) == set(Disease.__dataclass_fields__)
    assert set(PATIENT_KEYS) == set(Patient.__dataclass_fields__)
    assert FACTS["prior_treatments"].repeats


def test_every_choice_of_a_form_is_read_back() -> None:
    for key, spec in FACTS.items():
        for value, label in spec.choices:
            assert show_value(key, parse_value(key, value)) == label


@settings(max_examples=150, deadline=None, database=None)
@given(
    st.sampled_from([*FACTS, "biomarker:X", "marker:X", "attention:x"]),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
    | st.lists(st.integers(), max_size=2)
    | st.dictionaries(st.sampled_from(["low", "below", "value", "unit", "result"]), st.text()),
)  # fmt: skip
def test_any_value_is_stored_in_one_form_or_refused(key: str, raw: object) -> None:
    try:
        value = parse_value(key, raw)
    except FactValueError:
        return
    assert parse_value(key, value) == value
    assert describe_value(key, value)
