"""The rules P1 to P12 of the default indication, each on both of its sides."""

import pytest

from cases.clinical.logic import Answer, Basis, Overall, all_of, any_of
from cases.clinical.matcher import to_json

from .snapshots import YES_AND_NO, answer_case, conflict, row_of, said, treated_with

MET, NOT_MET = ("met", None), ("not_met", None)
MISSING, AMBIGUOUS = ("unknown", "missing"), ("unknown", "ambiguous")
CONFLICT, INVALID = ("unknown", "conflict"), ("unknown", "invalid")
TREATED = "previously_treated"


def test_an_answer_cannot_be_used_as_a_condition() -> None:
    with pytest.raises(TypeError, match="three values"):
        bool(Answer.UNKNOWN)


def test_and_is_the_worst_of_its_parts_and_or_the_best() -> None:
    everything = [Answer.MET, Answer.UNKNOWN, Answer.NOT_MET]
    assert all_of(everything) is Answer.NOT_MET
    assert all_of(everything[:2]) is Answer.UNKNOWN
    assert any_of(everything) is Answer.MET
    assert any_of(everything[1:]) is Answer.UNKNOWN
    assert all_of([]) is Answer.MET
    assert any_of([]) is Answer.NOT_MET


# P1


def test_all_rows_met_is_a_match() -> None:
    result = answer_case()
    assert [row.answer for row in result.rows] == [Answer.MET] * 7
    assert result.overall is Overall.MATCH


def test_one_unknown_row_leaves_too_little_information() -> None:
    assert answer_case(resectable=None).overall is Overall.INSUFFICIENT


def test_one_row_not_met_outweighs_any_unknown() -> None:
    assert answer_case(resectable=None, histology="NEC").overall is Overall.NO_MATCH


# P2


@pytest.mark.parametrize(("sides", "wanted"), [
    (("NET", "typical_carcinoid"), MET),
    (("NEC", "SCLC"), NOT_MET),
    (("NET", "NEC"), CONFLICT),
    (("paraganglioma", "pheochromocytoma"), AMBIGUOUS),
    (("paraganglioma", "NEN_NOS"), CONFLICT),
    (("NET", "paraganglioma"), CONFLICT),
])  # fmt: skip
def test_a_conflict_is_tested_for_each_value(sides: tuple[str, str], wanted: object) -> None:
    assert said(row_of("histology_net", histology=conflict(*sides))) == wanted


def test_a_conflict_names_its_sides_and_sources() -> None:
    reason = row_of("histology_net", histology=conflict("NET", "NEC")).reason
    assert "neuroendocrine tumour (NET) [letter 1]" in reason
    assert "neuroendocrine carcinoma (NEC) [letter 2]" in reason


def test_a_conflict_in_a_fact_that_a_derivation_needs_is_followed_too() -> None:
    facts = {"differentiation": None, "histology": "NET"}
    agreed = row_of("well_differentiated", **facts, grade=conflict("G1", "G2"))
    assert (said(agreed), agreed.basis) == (MET, Basis.DERIVED)
    assert said(row_of("well_differentiated", **facts, grade=conflict("G2", "G3"))) == CONFLICT


def test_conflicts_in_two_facts_are_tried_together() -> None:
    extent: dict[str, object] = {
        "locally_advanced": YES_AND_NO,
        "metastatic": YES_AND_NO,
    }
    assert said(row_of("locally_advanced_or_metastatic", **extent)) == CONFLICT
    extent["metastatic"] = True
    assert said(row_of("locally_advanced_or_metastatic", **extent)) == MET


# P3


@pytest.mark.parametrize(("born", "on", "wanted"), [
    ("2014-03-15", "2026-03-15", MET),
    ("2014-03-16", "2026-03-15", NOT_MET),
    ("2014-02", "2026-03-15", MET),
    ("2014-03", "2026-03-15", MISSING),
    ("2014-04", "2026-03-15", NOT_MET),
    ("2013", "2026-03-15", MET),
    ("2014", "2026-03-15", MISSING),
    ("2014", "2026-12-30", MISSING),
    ("2014", "2026-12-31", MET),
    ("2015", "2026-03-15", NOT_MET),
    ("2026", "2026-03-15", NOT_MET),
    ("2026-03-15", "2026-03-15", NOT_MET),
    ("2026-03-16", "2026-03-15", INVALID),
    ("2027", "2026-03-15", INVALID),
    ("2014-02-30", "2026-03-15", INVALID),
    ("2014-13", "2026-03-15", INVALID),
    ("0000-01-01", "2026-03-15", INVALID),
    ("1880-01-01", "2026-03-15", INVALID),
    ("1900-01-01", "2026-03-15", MET),
    (None, "2026-03-15", MISSING),
    ("2012-02-29", "2024-02-28", NOT_MET),
    ("2012-02-29", "2024-02-29", MET),
])  # fmt: skip
def test_age_is_completed_years_on_the_reference_date(
    born: str | None, on: str, wanted: object
) -> None:
    assert said(row_of("age_ge_12", date_of_birth=born, reference_date=on)) == wanted


def test_who_was_born_on_29_february_turns_18_on_1_march() -> None:
    eu = "eu-ema/cabozantinib-tablets/net"
    facts = {"date_of_birth": "2008-02-29"}
    assert said(row_of("age_ge_18", eu, reference_date="2026-02-28", **facts)) == NOT_MET
    assert said(row_of("age_ge_18", eu, reference_date="2026-03-01", **facts)) == MET


def test_birth_dates_that_disagree_matter_only_across_the_boundary() -> None:
    assert said(row_of("age_ge_12", date_of_birth=conflict("1968-05-20", "1986-05-20"))) == MET
    assert said(row_of("age_ge_12", date_of_birth=conflict("2013-05", "2014-05"))) == CONFLICT


def test_a_birth_date_that_cannot_be_true_is_not_among_the_possible_ones() -> None:
    assert said(row_of("age_ge_12", date_of_birth=conflict("1968-05-20", "2068-05-20"))) == MET
    assert said(row_of("age_ge_12", date_of_birth=conflict("2067", "2068"))) == INVALID


# P4


@pytest.mark.parametrize(("histology", "wanted"), [
    ("NET", MET),
    ("typical_carcinoid", MET),
    ("atypical_carcinoid", MET),
    ("NEC", NOT_MET),
    ("LCNEC", NOT_MET),
    ("SCLC", NOT_MET),
    ("merkel_cell_carcinoma", NOT_MET),
    ("goblet_cell_adenocarcinoma", NOT_MET),
    ("medullary_thyroid_carcinoma", NOT_MET),
    ("MiNEN_NEC_component", NOT_MET),
    ("paraganglioma", AMBIGUOUS),
    ("pheochromocytoma", AMBIGUOUS),
    ("pitNET", AMBIGUOUS),
    ("MiNEN_NET_component", AMBIGUOUS),
    ("other", AMBIGUOUS),
    ("NEN_NOS", MISSING),
    (None, MISSING),
])  # fmt: skip
def test_every_histology_has_its_place(histology: str | None, wanted: object) -> None:
    assert said(row_of("histology_net", histology=histology)) == wanted


# P5


@pytest.mark.parametrize(("recorded", "wanted"), [
    ("well", MET), ("poor", NOT_MET), ("moderate", AMBIGUOUS),
])  # fmt: skip
def test_a_stated_differentiation_counts_as_stated(recorded: str, wanted: object) -> None:
    row = row_of("well_differentiated", differentiation=recorded)
    assert (said(row), row.basis) == (wanted, Basis.STATED)


@pytest.mark.parametrize(("histology", "grade", "wanted", "basis"), [
    ("NET", "G1", MET, "derived"),
    ("NET", "G2", MET, "derived"),
    ("NET", "G3", MISSING, "stated"),
    ("NET", None, MISSING, "stated"),
    ("typical_carcinoid", None, MET, "derived"),
    ("atypical_carcinoid", "G3", MET, "derived"),
    ("NEC", "G3", MISSING, "stated"),
    ("NEN_NOS", "G1", MISSING, "stated"),
    (None, "G1", MISSING, "stated"),
])  # fmt: skip
def test_a_differentiation_that_nobody_recorded_is_derived_or_missing(
    histology: str | None, grade: str | None, wanted: object, basis: str
) -> None:
    row = row_of("well_differentiated", differentiation=None, histology=histology, grade=grade)
    assert (said(row), row.basis) == (wanted, basis)


# P6 and P10


@pytest.mark.parametrize(("site", "wanted", "cohort"), [
    ("pancreas", MET, "pNET"),
    ("ileum", MET, "epNET"),
    ("other", MET, "epNET"),
    ("unknown_primary", AMBIGUOUS, None),
    (None, MISSING, None),
    (conflict("ileum", "colon"), MET, "epNET"),
    (conflict("ileum", "pancreas"), MET, None),
])  # fmt: skip
def test_the_site_is_met_when_stated_and_names_the_cohort(
    site: object, wanted: object, cohort: str | None
) -> None:
    result = answer_case(primary_site=site)
    assert said(result.row("primary_site")) == wanted
    assert result.cohort == cohort


def test_the_cohort_does_not_hang_on_the_overall_answer() -> None:
    result = answer_case(resectable=True)
    assert (result.overall, result.cohort) == (Overall.NO_MATCH, "pNET")


def test_no_cohort_is_named_while_the_histology_is_not_met() -> None:
    assert answer_case(histology="NEC").cohort is None
    assert answer_case(histology=None).cohort is None


# P7


@pytest.mark.parametrize(("resectable", "wanted"), [
    (False, MET), (True, NOT_MET), (None, MISSING), ("medically_inoperable", AMBIGUOUS),
])  # fmt: skip
def test_unresectable_is_asked_for_metastatic_disease_too(
    resectable: object, wanted: object
) -> None:
    assert said(row_of("unresectable", resectable=resectable, metastatic=True)) == wanted


# P8


@pytest.mark.parametrize(("locally_advanced", "metastatic", "wanted"), [
    (True, True, MET),
    (True, None, MET),
    (None, True, MET),
    (True, False, MET),
    (False, True, MET),
    (False, False, NOT_MET),
    (False, None, MISSING),
    (None, False, MISSING),
    (None, None, MISSING),
])  # fmt: skip
def test_extent_is_one_or_the_other(
    locally_advanced: object, metastatic: object, wanted: object
) -> None:
    row = row_of(
        "locally_advanced_or_metastatic", locally_advanced=locally_advanced, metastatic=metastatic
    )
    assert said(row) == wanted


# P9


@pytest.mark.parametrize(("treatment_class", "wanted"), [
    ("mTOR_inhibitor", MET),
    ("TKI", MET),
    ("PRRT", MET),
    ("chemotherapy", MET),
    ("immunotherapy", MET),
    ("interferon", MET),
    ("HIF2a_inhibitor", MET),
    ("other_systemic", MET),
    ("SSA", AMBIGUOUS),
    ("surgery", AMBIGUOUS),
    ("liver_directed", AMBIGUOUS),
    ("radiotherapy", AMBIGUOUS),
    ("symptomatic", NOT_MET),
    (None, MISSING),
    (conflict("TKI", "chemotherapy"), MET),
    (conflict("TKI", "SSA"), CONFLICT),
    (conflict("SSA", "surgery"), AMBIGUOUS),
])  # fmt: skip
def test_every_class_of_treatment_has_its_place(treatment_class: object, wanted: object) -> None:
    entry = treated_with(None) | {"class": treatment_class}
    assert said(row_of(TREATED, prior_treatments=[entry])) == wanted


@pytest.mark.parametrize(("changes", "wanted"), [
    ({"status": "completed"}, MET),
    ({"status": "stopped"}, MET),
    ({"status": "ongoing", "end_date": None}, MET),
    ({"status": None, "end_date": None}, MET),
    ({"status": "planned"}, NOT_MET),
    ({"status": "declined"}, NOT_MET),
    ({"status": conflict("planned", "ongoing")}, CONFLICT),
    ({"for_condition": "breast cancer"}, NOT_MET),
    ({"for_condition": None}, MISSING),
    ({"for_condition": conflict("NET", "breast cancer")}, CONFLICT),
    ({"start_date": "2026-03-15", "end_date": None}, MET),
    ({"start_date": "2026-03-16", "end_date": None}, NOT_MET),
    ({"start_date": "2026-04", "end_date": None}, NOT_MET),
    ({"start_date": "2026", "end_date": None}, MET),
    ({"start_date": None, "end_date": None}, MET),
    ({"start_date": "2024-02-30", "end_date": None}, INVALID),
    ({"start_date": "2024-02-30"}, MET),
    ({"start_date": "2026-05-01", "end_date": "2025-01-01"}, INVALID),
    ({"start_date": conflict("2024", "2025")}, MET),
    ({"start_date": conflict("2024", "2026-05"), "end_date": None}, CONFLICT),
])  # fmt: skip
def test_only_treatment_that_was_given_for_this_tumour_by_then_counts(
    changes: dict[str, object], wanted: object
) -> None:
    entry = treated_with("TKI") | changes
    assert said(row_of(TREATED, prior_treatments=[entry])) == wanted


def test_a_history_that_was_never_collected_differs_from_an_empty_one() -> None:
    assert said(row_of(TREATED, prior_treatments=None)) == MISSING
    assert said(row_of(TREATED, prior_treatments=[])) == NOT_MET


def test_one_entry_that_counts_settles_the_row_whatever_else_is_recorded() -> None:
    others = [treated_with("SSA"), treated_with(None), treated_with("TKI", status="declined")]
    row = row_of(TREATED, prior_treatments=[*others, treated_with("PRRT")])
    assert said(row) == MET
    assert row.entries == (3,)


def test_histories_that_disagree_as_a_whole_are_followed_each() -> None:
    counted, other = treated_with("TKI"), treated_with("PRRT")
    assert said(row_of(TREATED, prior_treatments=conflict([counted], [other, counted]))) == MET
    assert said(row_of(TREATED, prior_treatments=conflict([counted], []))) == CONFLICT


# P11


@pytest.mark.parametrize(("weight", "born", "mg"), [
    (40, "1968-05-20", 60),
    (39.9, "1968-05-20", None),
    (40, "2013-05-20", 60),
    (39.9, "2013-05-20", 40),
    (39.9, "2008-03-16", 40),
    (39.9, "2008-03-15", None),
    (39.9, "2008", None),
    (70, "2008", 60),
    (None, "1968-05-20", None),
    (conflict(41, 70), "1968-05-20", 60),
    (conflict(39, 41), "1968-05-20", None),
    (conflict(39, 41), "2013-05-20", None),
    (39, conflict("2013", "2012"), 40),
    (39, conflict("2013", "1968"), None),
])  # fmt: skip
def test_a_dose_row_is_quoted_only_where_one_holds(
    weight: object, born: object, mg: int | None
) -> None:
    dose = answer_case(weight_kg=weight, date_of_birth=born).dose
    assert dose is not None
    assert dose.mg == mg
    assert dose.text


def test_an_adult_below_40_kg_has_no_row_and_the_note_says_so() -> None:
    dose = answer_case(weight_kg=39).dose
    assert dose is not None
    assert "no dose row for an adult below 40 kg" in dose.text


def test_no_dose_row_is_quoted_without_a_match() -> None:
    assert answer_case(resectable=None).dose is None
    assert to_json(answer_case(resectable=None))["dose_note_mg"] is None


# P12


@pytest.mark.parametrize(("born", "on", "changes_on"), [
    ("2014-03-16", "2026-03-15", "2026-03-16"),
    ("2014-03-15", "2026-03-15", None),
    ("2014-03", "2026-03-15", "2026-03-31"),
    ("2014-03", "2026-02-15", "2026-03-01"),
    ("2014", "2025-06-01", "2026-01-01"),
    ("2014", "2026-06-01", "2026-12-31"),
    ("2012-02-29", "2023-05-01", "2024-02-29"),
    ("2030-01-01", "2026-03-15", None),
    (None, "2026-03-15", None),
    (conflict("2013-05-20", "2014-05-20"), "2026-03-15", "2026-05-20"),
])  # fmt: skip
def test_the_day_on_which_a_birthday_changes_the_answer_is_reported(
    born: object, on: str, changes_on: str | None
) -> None:
    result = answer_case(date_of_birth=born, reference_date=on)
    assert to_json(result)["next_transition_date"] == changes_on


def test_no_day_is_reported_while_another_row_is_not_met() -> None:
    assert answer_case(date_of_birth="2014-03-16", histology="NEC").next_transition_date is None


def test_a_birthday_also_turns_no_match_into_too_little_information() -> None:
    result = answer_case(date_of_birth="2014-03-16", resectable=None)
    assert result.overall is Overall.NO_MATCH
    assert to_json(result)["next_transition_date"] == "2026-03-16"


def test_an_eighteenth_birthday_on_29_february_is_awaited_on_1_march() -> None:
    result = answer_case(
        "us-fda/lanreotide-depot/gep-net", date_of_birth="2008-02-29", reference_date="2026-01-01"
    )
    assert to_json(result)["next_transition_date"] == "2026-03-01"


# Readings


def test_other_readings_answer_beside_the_default_and_never_change_it() -> None:
    result = answer_case(resectable=None)
    assert result.overall is Overall.INSUFFICIENT
    assert result.other_readings == {"B": Overall.MATCH, "C": Overall.MATCH}


def test_reading_b_asks_for_unresectable_only_without_metastasis() -> None:
    facts = {"metastatic": False, "locally_advanced": True}
    assert answer_case(**facts, resectable=True).other_readings["B"] is Overall.NO_MATCH
    assert answer_case(**facts, resectable=False).other_readings["B"] is Overall.MATCH


def test_reading_c_does_not_ask_whether_the_disease_is_locally_advanced() -> None:
    facts = {"metastatic": False, "locally_advanced": False, "resectable": False}
    readings = answer_case(**facts).other_readings
    assert readings == {"B": Overall.NO_MATCH, "C": Overall.MATCH}


def test_rows_of_other_readings_stand_beside_with_their_words() -> None:
    result = answer_case(
        resectable=None, primary_site="unknown_primary", prior_treatments=[treated_with("SSA")]
    )
    beside = {(other.reading, other.row.id): said(other.row) for other in result.other_rows()}
    assert beside == {
        ("B", "unresectable"): MET,
        ("C", "unresectable"): MET,
        ("ssa_counts", TREATED): MET,
        ("trial_treatment", TREATED): NOT_MET,
        ("trial_unknown_primary", "primary_site"): MET,
    }
    assert result.overall is Overall.INSUFFICIENT


# Reasons and questions


def test_every_row_gives_a_reason_and_only_unknown_ones_a_question() -> None:
    for row in answer_case(resectable=None, histology="NEC").rows:
        assert row.reason
        assert (row.ask is None) is (row.answer is not Answer.UNKNOWN)


def test_the_question_fits_the_kind_of_unknown() -> None:
    asks = {
        row_of("unresectable", resectable=value).ask
        for value in (None, "medically_inoperable", YES_AND_NO)
    }
    assert len(asks) == 3


def test_a_row_names_the_facts_that_it_stands_on() -> None:
    assert row_of("well_differentiated").facts == ("differentiation", "histology", "grade")
    assert row_of("age_ge_12").facts == ("date_of_birth",)
    assert row_of(TREATED).facts == ("prior_treatments",)
