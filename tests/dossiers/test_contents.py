"""The contents of a dossier: tidy, bounded, and hashed by what they say."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from documents.dossiers.chart import draw_course, draw_series
from documents.dossiers.findings import LineKind, LineStatus, Series, TreatmentLine
from documents.dossiers.freezing import freeze_contents, hash_contents
from documents.dossiers.printed import Absence, Cite, DossierTooLong, Fact, partial_date
from documents.dossiers.tidy import CUT, MARKS_IN_A_ROW, SHORT, tidy_text
from tests.dossiers.sample_contents import FULL, SAMPLES, TREATMENTS


def test_a_run_of_combining_marks_is_bounded() -> None:
    assert tidy_text("e" + "\u0301" * 100_000) == "\u00e9" + "\u0301" * MARKS_IN_A_ROW + CUT


def test_a_value_that_was_cut_says_so() -> None:
    assert tidy_text("x" * 10_000) == "x" * SHORT + CUT


def test_a_value_at_the_limit_is_left_alone() -> None:
    assert tidy_text("x" * SHORT) == "x" * SHORT


def test_orders_that_turn_the_reading_direction_are_taken_out() -> None:
    assert tidy_text("benign\u202etnangilam\u202c") == "benigntnangilam"


def test_joiners_that_scripts_need_are_kept() -> None:
    assert tidy_text("می\u200cشود क्\u200dष") == "می\u200cشود क्\u200dष"


def test_what_is_no_text_is_taken_out() -> None:
    assert tidy_text("a\x00b\ud800c\n\t d\ue000") == "abc d"


def test_text_is_tidied_when_a_part_is_made() -> None:
    assert Fact(text=" Ki-67 \n 8 % ").text == "Ki-67 8 %"
    assert Absence("  not\x07 asked ").reason == "not asked"
    assert len(Cite(source="S1", quote="q" * 10_000).quote) < 2_000


def test_more_rows_than_a_dossier_carries_are_refused_by_name() -> None:
    with pytest.raises(DossierTooLong) as refused:
        replace(FULL, treatments=TREATMENTS[:1] * 501)
    assert "DossierContents.treatments" in refused.value.messages[0]
    assert refused.value.code == "dossier_too_long"


@pytest.mark.parametrize("text", ["2013", "2014-03", "2014-03-09"])
def test_a_date_may_be_partial(text: str) -> None:
    assert partial_date(text) == text


@pytest.mark.parametrize("text", ["", "14", "2014-13", "2014-02-30", "2014-3-9", "2014-03-09T00"])
def test_a_date_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|month|day"):
        partial_date(text)


def test_an_impossible_birth_date_does_not_enter_a_dossier() -> None:
    with pytest.raises(ValueError, match="month"):
        replace(FULL.patient, birth_date="1968-31-05")


def test_the_hash_does_not_depend_on_when_or_how_often_it_was_made() -> None:
    later = replace(FULL, made_at=FULL.made_at + timedelta(days=1), version=7, changes=())
    assert hash_contents(later) == hash_contents(FULL)


def test_the_hash_changes_with_any_fact_evaluation_or_source() -> None:
    assert not isinstance(FULL.sources, Absence)
    assert not isinstance(FULL.flag, Absence)
    source = replace(FULL.sources[0], sha256="0" * 64)
    others = (
        replace(FULL, stage=Absence("not recorded")),
        replace(FULL, flag=replace(FULL.flag, definition_version="1.0.1")),
        replace(FULL, sources=(source, *FULL.sources[1:])),
        replace(FULL, reference_date=FULL.reference_date + timedelta(days=1)),
    )
    assert len({hash_contents(each) for each in (FULL, *others)}) == len(others) + 1


@pytest.mark.parametrize("name", SAMPLES)
def test_the_contents_can_be_kept_as_json(name: str) -> None:
    kept = json.loads(json.dumps(freeze_contents(SAMPLES[name]())))
    assert kept["case_reference"].startswith("NV-2026-")
    assert "made_at" in kept


def test_the_course_of_treatment_is_said_in_words_too() -> None:
    drawing = draw_course(FULL)
    assert drawing is not None
    assert "Everolimus 10 mg from 1 Feb 2024 to 30 Jun 2025" in drawing.alt
    assert "Capecitabine, temozolomide from 11 Aug 2025 to ongoing" in drawing.alt
    assert "Imaging on 17 Jun 2025, 3 Nov 2025, 4 Feb 2026" in drawing.alt


def test_nothing_is_drawn_where_nothing_has_a_date() -> None:
    assert draw_course(SAMPLES["almost_empty"]()) is None


@pytest.mark.parametrize(
    ("start", "end"),
    [("0001", ""), ("9999-12-31", ""), ("2026-03-15", "2026-03-15"), ("2030", "1990")],
)
def test_dates_at_the_edge_of_the_calendar_can_be_drawn(start: str, end: str) -> None:
    line = TreatmentLine(
        agent="x", kind=LineKind.OTHER, start=start, end=end, status=LineStatus.PLANNED
    )
    assert draw_course(replace(FULL, treatments=(line,))) is not None


def test_a_single_value_is_not_drawn_as_a_curve() -> None:
    assert not isinstance(FULL.series, Absence)
    assert draw_series(Series(name="x", points=FULL.series[2].points[:1])) is None
    assert draw_series(FULL.series[2]) is not None
