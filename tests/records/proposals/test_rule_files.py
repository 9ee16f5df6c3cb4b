"""Rule files: what is refused, and with which words."""

from pathlib import Path

import pytest

from documents.records.proposals import propose
from documents.records.proposals.rules import BadRules, read_folder


def test_a_word_that_yaml_takes_for_a_truth_value_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "xx"
    folder.mkdir()
    (folder / "words.yaml").write_text("maps:\n  counts: {no: 0, one: 1}\n")
    with pytest.raises(BadRules, match=r"xx/words\.yaml: maps\.counts: put quotes"):
        read_folder(folder)
    (folder / "words.yaml").write_text("maps:\n  counts: {'no': 0, one: 1}\n")
    assert read_folder(folder)["maps"] == {"counts": {"no": 0, "one": 1}}


def test_the_same_part_in_two_files_is_refused(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text("months: {1: [jan]}\n")
    with pytest.raises(BadRules, match="months is in another file already"):
        read_folder(tmp_path)


def test_no_mitoses_are_none_and_no_error() -> None:
    found = propose(["No mitoses seen in 2 mm2."], "en")
    assert [(one.fact, one.value) for one in found] == [("mitoses_per_2mm2", 0)]


def test_a_scan_s_spaces_in_a_date_are_in_the_quote_and_not_in_the_value() -> None:
    text = "Patient: Mr Example, born 17 . 03 . 1948"
    birth = next(one for one in propose([text], "en") if one.fact == "date_of_birth")
    assert (birth.value, birth.quote) == ("1948-03-17", "born 17 . 03 . 1948")
    assert text[birth.start : birth.end] == birth.quote
