"""Odd input to `evaluate_snapshot`: exit 2, one line that names the place, nothing on output."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given, strategies as st

from cases.clinical.snapshot import Snapshot, SnapshotError, load_snapshots
from tests.clinical.snapshots import raw_case
from tests.clinical.test_matcher_laws import LAWS

GOOD = json.dumps(raw_case())


def put(old: str, new: str) -> bytes:
    assert old in GOOD
    return GOOD.replace(old, new, 1).encode("utf-8", "surrogatepass")


ODD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "not JSON"),
    "a number": (b"1", "1 is not an object"),
    "null": (b"null", "null is not an object"),
    "text": (b'"NET"', "'NET' is not an object"),
    "two documents": (GOOD.encode() + GOOD.encode(), "not JSON: Extra data"),
    "UTF-16": (GOOD.encode("utf-16"), "not UTF-8 text (byte 0)"),
    "a byte that is none": (b'{"schema": "\xff"}', "not UTF-8 text (byte 12)"),
    "NUL": (b"\x00", "not JSON"),
    "a key twice": (put('"grade": "G2"', '"grade": "G1", "grade": "G2"'), "disease.grade: the key"),
    "a key twice in a treatment": (
        put('"agent": "everolimus"', '"agent": "a", "agent": "b"'),
        "prior_treatments[0].agent: the key stands here twice",
    ),
    "conflict twice": (
        put('"grade": "G2"', '"grade": {"conflict": [], "conflict": []}'),
        "disease.grade.conflict: the key stands here twice",
    ),
    "NaN": (put("70.0", "NaN"), "patient.weight_kg: not a finite number"),
    "infinity": (put("70.0", "-Infinity"), "patient.weight_kg: not a finite number"),
    "too large a float": (put("70.0", "1e999"), "patient.weight_kg: not a finite number"),
    "a huge whole number": (put("70.0", "9" * 5000), "patient.weight_kg: not a finite number"),
    "a large whole number": (put("70.0", "9" * 300), "patient.weight_kg: 9999"),
    "a huge percentage": (put('percent": 8', 'percent": ' + "9" * 5000), "ki67_percent: not a"),
    "true as a number": (put("70.0", "true"), "patient.weight_kg: true is not a number"),
    "one as a yes": (put('"metastatic": true', '"metastatic": 1'), "disease.metastatic: 1 is not"),
    "a conflict in a conflict": (
        put('"G2"', '{"conflict": [{"value": {"conflict": []}}, {"value": "G1"}]}'),
        "disease.grade.conflict[0].value: an object is not one of",
    ),
    "a conflict of one": (
        put('"G2"', '{"conflict": [{"value": "G2"}]}'),
        "disease.grade.conflict: a conflict has 2 to 50 sides, here are 1",
    ),
    "a conflict with more beside it": (
        put('"G2"', '{"conflict": [{"value": "G1"}, {"value": "G2"}], "source": "x"}'),
        "disease.grade.source: unknown key",
    ),
    "a side without a value": (
        put('"G2"', '{"conflict": [{"value": "G2"}, {"source": "x"}]}'),
        "disease.grade.conflict[1].value: a side of a conflict needs a value",
    ),
    "a conflict where none can be": (
        put('"2026-03-15"', '{"conflict": []}'),
        "reference_date: an object is not a date",
    ),
    "half a character": (put('"everolimus"', '"\\ud800"'), "prior_treatments[0].agent: "),
    "half a character as a key": (put('"grade"', '"\\udfff"'), "disease['\\udfff']: unknown key"),
    "a character that steers": (put('"everolimus"', '"a\\u0000b"'), "holds characters that are no"),
    "a line in a key": (put('"grade"', '"gra\\nde"'), "disease['gra\\nde']: unknown key"),
    "three thousand deep": (b"[" * 3000 + b"]" * 3000, "not a"),
    "three thousand deep in a value": (
        put('"G2"', '{"conflict":[' * 3000 + "]}" * 3000),
        "not a snapshot: nested too deeply",
    ),
    "a hundred thousand deep": (b"[" * 100_000, "nested too deeply"),
    "a snapshot in an array in an array": (
        f"[[{GOOD}]]".encode(),
        "[0]: an array is not an object",
    ),
    "a day that is none": (put("2026-03-15", "2026-02-30"), "reference_date: '2026-02-30' is not"),
    "a day in other digits": (put("2026-03-15", "٢٠٢٦-٠٣-١٥"), "reference_date: "),
    "another schema": (put("snapshot/1", "snapshot/2"), "schema: 'case-snapshot/2' is not"),
    "an unknown key": (put('"sex"', '"gender"'), "patient.gender: unknown key"),
    "white space in a word": (put('"NET"', '"NET "'), "disease.histology: 'NET ' is not one of"),
}


@pytest.mark.parametrize(("content", "refusal"), ODD.values(), ids=ODD.keys())
def test_odd_input_is_refused_by_its_place_with_nothing_on_output(
    tmp_path: Path, content: bytes, refusal: str
) -> None:
    path = tmp_path / "odd.json"
    path.write_bytes(content)
    said = refuse(path)
    assert refusal in said
    assert len(said) < 700


def refuse(path: Path) -> str:
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("evaluate_snapshot", str(path), "--indication", "all", stdout=out, stderr=err)
    assert caught.value.code == 2
    assert out.getvalue() == ""
    assert err.getvalue().count("\n") == 1
    return err.getvalue()


def test_a_mark_of_byte_order_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "marked.json"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    out = io.StringIO()
    call_command("evaluate_snapshot", str(path), stdout=out)
    assert json.loads(out.getvalue())["overall"] == "match"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text() | st.sampled_from(["conflict", "value", "source"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)
PLACES = st.sampled_from(
    [
        ("patient",),
        ("disease",),
        ("prior_treatments",),
        ("reference_date",),
        ("patient", "date_of_birth"),
        ("patient", "weight_kg"),
        ("disease", "histology"),
        ("disease", "resectable"),
        ("disease", "ki67_percent"),
        ("disease", "metastatic"),
    ]
)


@LAWS
@given(PLACES, anything)
def test_whatever_stands_anywhere_is_read_or_refused_in_one_line(
    place: tuple[str, ...], value: Any
) -> None:
    raw = raw_case()
    holder = raw
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    is_read_or_refused(json.dumps(raw).encode())


@LAWS
@given(st.binary(max_size=60), st.integers(0, len(GOOD)))
def test_bytes_put_anywhere_are_read_or_refused_in_one_line(more: bytes, at: int) -> None:
    whole = GOOD.encode()
    is_read_or_refused(whole[:at] + more + whole[at:])


def is_read_or_refused(content: bytes) -> None:
    try:
        found, told = load_snapshots(content), ""
    except SnapshotError as refusal:
        found, told = None, str(refusal)
    assert isinstance(found, Snapshot) or told
    assert "\n" not in told
    told.encode()  # no half characters: a terminal can print it
