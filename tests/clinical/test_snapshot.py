"""Reading a snapshot: strict, by place, in one line; writing and hashing it."""

import json
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from cases.clinical.snapshot import (
    SnapshotError,
    dump_snapshot,
    hash_snapshot,
    load_snapshots,
    parse_snapshot,
)
from cases.clinical.terms import Histology, TreatmentStatus
from cases.clinical.values import Conflict, Interval, PartialDate

from .snapshots import MEETS_ALL, conflict, raw_case, treated_with


def refusal_of(raw: object) -> str:
    with pytest.raises(SnapshotError) as caught:
        parse_snapshot(raw)
    return str(caught.value)


def refusal_of_text(content: bytes) -> str:
    with pytest.raises(SnapshotError) as caught:
        load_snapshots(content)
    return str(caught.value)


def test_a_full_snapshot_is_read_into_typed_facts() -> None:
    snapshot = parse_snapshot(MEETS_ALL)
    assert snapshot.disease.histology is Histology.NET
    assert snapshot.patient.date_of_birth == PartialDate("1968-05-20", 19680520, 19680520)
    assert snapshot.disease.progressive is None


def test_only_schema_and_reference_date_are_required() -> None:
    snapshot = parse_snapshot({"schema": "case-snapshot/1", "reference_date": "2026-03-15"})
    assert snapshot.prior_treatments is None
    raw = raw_case()
    assert refusal_of({**raw, "schema": None}) == "schema: is required"
    del raw["reference_date"]
    assert refusal_of(raw) == "reference_date: is required"


def test_null_and_left_out_are_the_same() -> None:
    raw = {"schema": "case-snapshot/1", "reference_date": "2026-03-15"}
    nulls = {**raw, "case": None, "patient": None, "disease": {"grade": None}}
    assert parse_snapshot(nulls) == parse_snapshot(raw)


@pytest.mark.parametrize(("changes", "refusal"), [
    ({"histology": "NEt"}, "disease.histology: 'NEt' is not one of NET, typical_carcinoid, "),
    ({"histology": 5}, "disease.histology: 5 is not one of NET"),
    ({"histology": ["NET"]}, "disease.histology: an array is not one of NET"),
    ({"metastatic": "yes"}, "disease.metastatic: 'yes' is not one of true, false"),
    ({"metastatic": 1}, "disease.metastatic: 1 is not one of true, false"),
    ({"resectable": "no"}, "disease.resectable: 'no' is not one of true, false, medically_ino"),
    ({"ki67_percent": 101}, "disease.ki67_percent: 101 is not a percentage from 0 to 100"),
    ({"ki67_percent": True}, "disease.ki67_percent: true is not a number"),
    ({"ki67_percent": "8"}, "disease.ki67_percent: '8' is not a number"),
    ({"ki67_percent": {"low": 8, "high": 5}}, "disease.ki67_percent: the range from 8 to 5 holds"),
    ({"ki67_percent": {"low": 8, "above": 5}}, "disease.ki67_percent: a range has one lower end"),
    ({"ki67_percent": {"lo": 8}}, "disease.ki67_percent.lo: unknown key; the keys here are low"),
    ({"weight_kg": float("nan")}, "patient.weight_kg: not a finite number"),
    ({"weight_kg": 0}, "patient.weight_kg: 0 is not a weight in kg above 0, at most 700"),
    ({"weight_kg": -3}, "patient.weight_kg: -3 is not a weight"),
    ({"sex": "f"}, "patient.sex: 'f' is not one of female, male, other, unknown"),
    ({"date_of_birth": "20.05.1968"}, "patient.date_of_birth: '20.05.1968' is not a date as "),
    ({"date_of_birth": 1968}, "patient.date_of_birth: 1968 is not a date as YYYY-MM-DD"),
    ({"date_of_birth": "1968-5-2"}, "patient.date_of_birth: '1968-5-2' is not a date"),
    ({"reference_date": "2026-02-30"}, "reference_date: '2026-02-30' is not a day of the cal"),
    ({"reference_date": "20260315"}, "reference_date: '20260315' is not a date as YYYY-MM-DD"),
    ({"reference_date": "2026-03"}, "reference_date: '2026-03' is not a date as YYYY-MM-DD"),
    ({"reference_date": conflict("2026-03-15")}, "reference_date: an object is not a date"),
    ({"prior_treatments": {}}, "prior_treatments: an object is not an array of treatments"),
    ({"prior_treatments": [3]}, "prior_treatments[0]: 3 is not an object"),
    ({"prior_treatments": [treated_with("TKI"), treated_with("tki")]},
     "prior_treatments[1].class: 'tki' is not one of SSA"),
    ({"prior_treatments": [treated_with("TKI", for_condition="net")]},
     "prior_treatments[0].for_condition: 'net' is written NET"),
    ({"prior_treatments": [treated_with("TKI", drug="x")]},
     "prior_treatments[0].drug: unknown key; the keys here are agent, class"),
])  # fmt: skip
def test_a_refusal_names_the_place_and_what_may_stand_there(
    changes: dict[str, Any], refusal: str
) -> None:
    said = refusal_of(raw_case(**changes))
    assert said.startswith(refusal)
    assert "\n" not in said


@pytest.mark.parametrize(("sides", "refusal"), [
    ({"conflict": []}, "disease.grade.conflict: a conflict has 2 to 50 sides, here are 0"),
    ({"conflict": [{"value": "G1"}]}, "disease.grade.conflict: a conflict has 2 to 50 sides"),
    ({"conflict": None}, "disease.grade.conflict: null is not an array of sides"),
    ({"conflict": "G1"}, "disease.grade.conflict: 'G1' is not an array of sides"),
    ({"conflict": [{"value": "G1"}, {"value": None}]},
     "disease.grade.conflict[1].value: a side of a conflict needs a value"),
    ({"conflict": [{"value": "G1"}, {"value": "G4"}]},
     "disease.grade.conflict[1].value: 'G4' is not one of G1, G2, G3"),
    ({"conflict": [{"value": "G1"}, {"value": conflict("G1", "G2")}]},
     "disease.grade.conflict[1].value: an object is not one of G1"),
    ({"conflict": [{"value": "G1"}, "G2"]}, "disease.grade.conflict[1]: 'G2' is not an object"),
    ({"conflict": [{"value": "G1"}, {"value": "G2", "page": 1}]},
     "disease.grade.conflict[1].page: unknown key"),
    ({"conflict": [{"value": "G1"}, {"value": "G2"}], "value": "G1"},
     "disease.grade.value: unknown key; the keys here are conflict"),
])  # fmt: skip
def test_a_conflict_has_two_sides_with_values_at_least(sides: object, refusal: str) -> None:
    assert refusal_of(raw_case(grade=sides)).startswith(refusal)


def test_any_value_may_be_a_conflict_those_of_a_person_and_a_treatment_too() -> None:
    entry = treated_with("TKI", status=conflict("completed", "planned"))
    snapshot = parse_snapshot(
        raw_case(weight_kg=conflict(60, 70), prior_treatments=conflict([entry], []))
    )
    assert isinstance(snapshot.patient.weight_kg, Conflict)
    assert isinstance(snapshot.prior_treatments, Conflict)
    assert parse_snapshot(dump_snapshot(snapshot)) == snapshot


def test_in_an_array_the_place_begins_with_the_position() -> None:
    content = json.dumps([raw_case(), raw_case(), raw_case(), raw_case(histology="NEt")])
    assert refusal_of_text(content.encode()).startswith("[3].disease.histology: 'NEt' is not one")


@pytest.mark.parametrize(("content", "refusal"), [
    (b"", "not JSON: Expecting value (line 1 column 1)"),
    (b"{", "not JSON: Expecting property name"),
    (b"\xff\xfe", "not UTF-8 text (byte 0)"),
    (b"7", "7 is not an object"),
    (b'"NET"', "'NET' is not an object"),
    (b"[[]]", "[0]: an array is not an object"),
    (b"[" * 200_000, "not a snapshot: nested too deeply"),
    (b'{"disease": {"grade": "G1", "grade": "G2"}}', "disease.grade: the key stands here twice"),
    (b'{"disease": {"grade": {"conflict": [], "conflict": []}}}',
     "disease.grade.conflict: the key stands here twice"),
    (b'{"patient": {"weight_kg": NaN}}', "patient.weight_kg: not a finite number"),
    (b'{"patient": {"weight_kg": -Infinity}}', "patient.weight_kg: not a finite number"),
    (b'{"patient": {"weight_kg": 1e999}}', "patient.weight_kg: not a finite number"),
    (b'{"patient": {"weight_kg": ' + b"9" * 6000 + b"}}", "patient.weight_kg: not a finite"),
    (b'{"patient": {"weight_kg": ' + b"9" * 300 + b"}}", "patient.weight_kg: 999"),
    (b'{"case": "\\ud800"}', "case: '\\ud800' holds characters that are no text"),
    (b'{"case": "a\\u0000"}', "case: 'a\\x00' holds characters that are no text"),
    (b'{"disease": {"grade": "G\\n1"}}', "disease.grade: 'G\\n1' is not one of G1, G2, G3"),
    (b'{"a\\nb": 1}', "['a\\nb']: unknown key"),
    (b'{"disease": {"": 1}}', "disease['']: unknown key"),
])  # fmt: skip
def test_hostile_text_is_refused_in_one_line(content: bytes, refusal: str) -> None:
    said = refusal_of_text(content)
    assert said.startswith(refusal)
    assert "\n" not in said
    said.encode()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@settings(max_examples=80, deadline=None, database=None)
@given(st.sampled_from(["patient", "disease", "prior_treatments", "case"]), anything)
def test_whatever_stands_there_the_answer_is_a_snapshot_or_a_refusal(
    key: str, value: object
) -> None:
    try:
        said = hash_snapshot(parse_snapshot({**raw_case(), key: value}))
    except SnapshotError as refusal:
        said = str(refusal)
    assert key in said or len(said) == 64


def test_the_status_defaults_by_the_end_date() -> None:
    entries = [treated_with("TKI", status=None), treated_with("TKI", status=None, end_date=None)]
    snapshot = parse_snapshot(raw_case(prior_treatments=entries))
    assert isinstance(snapshot.prior_treatments, tuple)
    assert [entry.standing for entry in snapshot.prior_treatments] == [
        TreatmentStatus.COMPLETED,
        TreatmentStatus.ONGOING,
    ]


def test_ki67_may_be_a_range_or_a_bound() -> None:
    bound = parse_snapshot(raw_case(ki67_percent={"below": 3}))
    assert bound.disease.ki67_percent == Interval(high=3, high_open=True)
    assert str(bound.disease.ki67_percent) == "<3"
    assert dump_snapshot(bound)["disease"]["ki67_percent"] == {"below": 3}
    spread = parse_snapshot(raw_case(ki67_percent={"low": 5, "high": 8}))
    assert str(spread.disease.ki67_percent) == "5-8"


def test_equal_facts_have_equal_hashes_however_they_are_written() -> None:
    first, second = treated_with("TKI"), treated_with("SSA")
    one = parse_snapshot(raw_case(prior_treatments=[first, second], weight_kg=70))
    other = parse_snapshot(
        {**raw_case(prior_treatments=[second, first], weight_kg=70.0), "case": "named"}
    )
    assert hash_snapshot(one) == hash_snapshot(other)
    assert len(hash_snapshot(one)) == 64


def test_a_changed_fact_changes_the_hash_and_the_date_can_be_left_out() -> None:
    base = parse_snapshot(raw_case())
    assert hash_snapshot(parse_snapshot(raw_case(grade="G1"))) != hash_snapshot(base)
    later = parse_snapshot(raw_case(reference_date="2026-03-16"))
    assert hash_snapshot(later) != hash_snapshot(base)
    assert hash_snapshot(later, with_date=False) == hash_snapshot(base, with_date=False)


def test_no_list_and_an_empty_list_are_different_facts() -> None:
    never, empty = raw_case(prior_treatments=None), raw_case(prior_treatments=[])
    assert hash_snapshot(parse_snapshot(never)) != hash_snapshot(parse_snapshot(empty))
