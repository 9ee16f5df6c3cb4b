"""The command `evaluate_snapshot`, as scripts call it."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from cases.clinical.definitions import load_definitions

from .snapshots import raw_case


def run_command(file: Path | str, *args: str) -> Any:
    out = io.StringIO()
    call_command("evaluate_snapshot", str(file), *args, stdout=out)
    return json.loads(out.getvalue())


def write(folder: Path, content: object) -> Path:
    path = folder / "snapshot.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_one_snapshot_gives_one_answer(tmp_path: Path) -> None:
    answer = run_command(write(tmp_path, raw_case()))
    assert answer["indication"] == "us-fda/cabozantinib-tablets/net"
    assert answer["version"] == "1.0.0"
    assert answer["reference_date"] == "2026-03-15"
    assert (answer["overall"], answer["cohort"], answer["dose_note_mg"]) == ("match", "pNET", 60)
    assert answer["next_transition_date"] is None
    assert answer["other_readings"] == {"B": "match", "C": "match"}
    row = answer["criteria"]["age_ge_12"]
    assert (row["answer"], row["unknown_kind"], row["basis"]) == ("met", None, "stated")
    assert row["ask"] is None


def test_an_array_gives_an_array_in_the_same_order(tmp_path: Path) -> None:
    cases = [raw_case(), raw_case(histology="NEC"), raw_case(resectable=None)]
    answers = run_command(write(tmp_path, cases))
    wanted = ["match", "no_match", "insufficient_information"]
    assert [answer["overall"] for answer in answers] == wanted


def test_an_empty_array_gives_an_empty_array(tmp_path: Path) -> None:
    assert run_command(write(tmp_path, [])) == []


def test_all_answers_for_every_shipped_definition(tmp_path: Path) -> None:
    answers = run_command(write(tmp_path, raw_case()), "--indication", "all")
    assert [answer["indication"] for answer in answers] == list(load_definitions())
    batch = run_command(write(tmp_path, [raw_case(), raw_case()]), "--indication", "all")
    assert batch == [answers, answers]


def test_another_indication_can_be_named(tmp_path: Path) -> None:
    answer = run_command(write(tmp_path, raw_case()), "--indication", "us-fda/sunitinib/pnet")
    assert answer["indication"] == "us-fda/sunitinib/pnet"


def test_a_dash_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    content = json.dumps(raw_case()).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert run_command("-")["overall"] == "match"


@pytest.mark.parametrize(("content", "refusal"), [
    (b'{"schema": "case-snapshot/1"}', "reference_date: is required\n"),
    (b"[{}]", "[0].schema: is required\n"),
    (b"not json", "not JSON: Expecting value (line 1 column 1)\n"),
    (b'{"a": 1, "a": 2}', "a: the key stands here twice\n"),
])  # fmt: skip
def test_bad_input_is_one_line_of_refusal_and_nothing_else(
    tmp_path: Path, content: bytes, refusal: str
) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    assert refuse(str(path)) == refusal


def test_one_bad_snapshot_refuses_the_whole_array(tmp_path: Path) -> None:
    path = write(tmp_path, [raw_case(), raw_case(histology="NEt")])
    assert refuse(str(path)).startswith("[1].disease.histology: 'NEt' is not one of NET, ")


def test_an_unknown_indication_is_refused_with_those_that_exist(tmp_path: Path) -> None:
    said = refuse(str(write(tmp_path, raw_case())), "--indication", "us-fda/aspirin")
    assert said.startswith("--indication: 'us-fda/aspirin' is not one of us-fda/cabozantinib")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "nothing.json"
    assert refuse(str(missing)) == f"{missing}: cannot be read: No such file or directory\n"
    assert "cannot be read" in refuse(str(tmp_path))


def refuse(*args: str) -> str:
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("evaluate_snapshot", *args, stdout=out, stderr=err)
    assert caught.value.code == 2
    assert out.getvalue() == ""
    assert err.getvalue().count("\n") == 1
    return err.getvalue()
