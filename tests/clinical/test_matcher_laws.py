"""Laws that hold for every case, tried by Hypothesis on cases of all shapes."""

from copy import deepcopy
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, assume, given, settings, strategies as st

from cases.clinical.criteria import AgeAtLeast
from cases.clinical.definitions import DEFAULT_INDICATION, Definition, load_definitions
from cases.clinical.logic import Answer, Basis, Overall, UnknownKind, sum_up
from cases.clinical.matcher import evaluate, to_json
from cases.clinical.rows import judge_criterion
from cases.clinical.snapshot import dump_snapshot, hash_snapshot, parse_snapshot
from cases.clinical.terms import (
    Differentiation,
    Grade,
    Histology,
    PrimarySite,
    TreatmentClass,
    TreatmentStatus,
)
from cases.clinical.values import PartialDate, day_from_number

LAWS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


def words(vocabulary: Any) -> st.SearchStrategy[str]:
    return st.sampled_from([word.value for word in vocabulary])


days = st.dates(date(2010, 1, 1), date(2028, 12, 31)).map(date.isoformat)
births = st.dates(date(2005, 1, 1), date(2017, 12, 31)).map(date.isoformat)


def partial_days(plain: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(plain, plain.map(lambda day: day[:7]), plain.map(lambda day: day[:4]))


DISEASE: dict[str, st.SearchStrategy[Any]] = {
    "histology": words(Histology),
    "differentiation": words(Differentiation),
    "grade": words(Grade),
    "ki67_percent": st.integers(0, 100),
    "primary_site": words(PrimarySite),
    "locally_advanced": st.booleans(),
    "metastatic": st.booleans(),
    "resectable": st.sampled_from([True, False, "medically_inoperable"]),
    "progressive": st.booleans(),
    "functional_syndrome": st.booleans(),
    "sstr_positive": st.booleans(),
    "germline_vhl": st.booleans(),
    "needs_immediate_surgery": st.booleans(),
}
PATIENT: dict[str, st.SearchStrategy[Any]] = {
    "date_of_birth": partial_days(births),
    "weight_kg": st.sampled_from([30, 39.9, 40, 70]),
}
TREATMENT: dict[str, st.SearchStrategy[Any]] = {
    "agent": st.just("agent"),
    "class": words(TreatmentClass),
    "start_date": partial_days(days),
    "end_date": partial_days(days),
    "status": words(TreatmentStatus),
    "for_condition": st.sampled_from(["NET", "breast cancer"]),
}


def disputed(plain: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    sides = st.lists(plain, min_size=2, max_size=3)
    return sides.map(lambda values: {"conflict": [{"value": value} for value in values]})


def facts(parts: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {key: st.one_of(plain, st.none(), disputed(plain)) for key, plain in parts.items()}
    )


histories = st.lists(facts(TREATMENT), max_size=3)
cases = st.fixed_dictionaries(
    {
        "schema": st.just("case-snapshot/1"),
        "reference_date": st.dates(date(2022, 1, 1), date(2027, 12, 31)).map(date.isoformat),
        "patient": facts(PATIENT),
        "disease": facts(DISEASE),
        "prior_treatments": st.one_of(st.none(), histories, histories, disputed(histories)),
    }
)
definitions = st.sampled_from(list(load_definitions().values()))


def answers_of(raw: dict[str, Any], definition: Definition) -> list[tuple[Any, ...]]:
    result = evaluate(parse_snapshot(raw), definition)
    rows = [(row.answer, row.unknown_kind, row.basis) for row in result.rows]
    return [*rows, (result.overall, result.cohort, result.next_transition_date)]


@LAWS
@given(cases, definitions)
def test_the_overall_answer_is_the_and_of_the_rows(
    raw: dict[str, Any], definition: Definition
) -> None:
    result = evaluate(parse_snapshot(raw), definition)
    assert result.overall is sum_up(row.answer for row in result.rows)
    for row in result.rows:
        assert (row.unknown_kind is not None) is (row.answer is Answer.UNKNOWN)


@LAWS
@given(cases, definitions)
def test_shared_rows_are_the_rows_of_the_long_way(
    raw: dict[str, Any], definition: Definition
) -> None:
    snapshot = parse_snapshot(raw)
    long_way = [
        judge_criterion(criterion, snapshot, snapshot.today) for criterion in definition.criteria
    ]
    assert list(evaluate(snapshot, definition).rows) == long_way


@LAWS
@given(cases, definitions, st.sampled_from(sorted(DISEASE)), st.data())
def test_learning_a_fact_settles_rows_and_never_overturns_them(
    raw: dict[str, Any], definition: Definition, key: str, data: st.DataObject
) -> None:
    raw["disease"][key] = None
    before = evaluate(parse_snapshot(raw), definition)
    raw["disease"][key] = data.draw(DISEASE[key])
    after = evaluate(parse_snapshot(raw), definition)
    for old, new in zip(before.rows, after.rows, strict=True):
        # A derived row stands only while nobody recorded the value itself (rule P5).
        if old.answer is not Answer.UNKNOWN and old.basis is Basis.STATED:
            assert new.answer is old.answer


@LAWS
@given(cases, definitions, st.data())
def test_learning_the_person_or_the_history_never_overturns_a_row(
    raw: dict[str, Any], definition: Definition, data: st.DataObject
) -> None:
    key = data.draw(st.sampled_from(["date_of_birth", "prior_treatments"]))
    holder = raw["patient"] if key == "date_of_birth" else raw
    holder[key] = None
    before = evaluate(parse_snapshot(raw), definition)
    holder[key] = data.draw(PATIENT.get(key, histories))
    after = evaluate(parse_snapshot(raw), definition)
    for old, new in zip(before.rows, after.rows, strict=True):
        if old.answer is not Answer.UNKNOWN:
            assert new.answer is old.answer


@LAWS
@given(cases, definitions, st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_matter(
    raw: dict[str, Any], definition: Definition, dice: Any
) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            pairs = [(key, shuffled(entry)) for key, entry in value.items()]
            dice.shuffle(pairs)
            return dict(pairs)
        if isinstance(value, list):
            entries = [shuffled(entry) for entry in value]
            dice.shuffle(entries)
            return entries
        return value

    other = shuffled(deepcopy(raw))
    assert answers_of(other, definition) == answers_of(raw, definition)
    assert hash_snapshot(parse_snapshot(other)) == hash_snapshot(parse_snapshot(raw))


@LAWS
@given(cases, definitions, st.sampled_from(sorted({**DISEASE, "date_of_birth": None})), st.data())
def test_a_conflict_whose_sides_agree_is_their_answer_and_else_it_is_unknown(
    raw: dict[str, Any], definition: Definition, key: str, data: st.DataObject
) -> None:
    plain, part = (births, "patient") if key == "date_of_birth" else (DISEASE[key], "disease")
    one, other = data.draw(plain), data.draw(plain)
    rows = []
    for value in (one, other, {"conflict": [{"value": one}, {"value": other}]}):
        raw[part][key] = value
        snapshot = parse_snapshot(raw)
        assume(key != "date_of_birth" or snapshot.today > 20180101)
        rows.append(evaluate(snapshot, definition).rows)
    for first, second, both in zip(*rows, strict=True):
        if first.answer is second.answer and first.unknown_kind is second.unknown_kind:
            assert (both.answer, both.unknown_kind) == (first.answer, first.unknown_kind)
        else:
            assert (both.answer, both.unknown_kind) == (Answer.UNKNOWN, UnknownKind.CONFLICT)


@LAWS
@given(cases, definitions)
def test_the_answer_changes_by_itself_on_the_reported_day_and_not_before(
    raw: dict[str, Any], definition: Definition
) -> None:
    snapshot = parse_snapshot(raw)
    result = evaluate(snapshot, definition)
    changes_on = result.next_transition_date

    def overall_on(day: date) -> Overall:
        return evaluate(parse_snapshot({**raw, "reference_date": str(day)}), definition).overall

    if changes_on is not None:
        assert changes_on > snapshot.reference_date
        assert overall_on(changes_on) is not result.overall
        assert overall_on(changes_on - timedelta(days=1)) is result.overall
    elif all(row.unknown_kind is not UnknownKind.INVALID for row in result.rows):
        for years in (1, 3, 6, 20):
            day = snapshot.reference_date + timedelta(days=365 * years)
            assert overall_on(day) is result.overall


DISTANCES = {Overall.MATCH: 0, Overall.INSUFFICIENT: 1, Overall.NO_MATCH: 2}


@LAWS
@given(cases, definitions)
def test_reading_a_is_the_narrowest_and_reading_c_the_widest(
    raw: dict[str, Any], definition: Definition
) -> None:
    """A match under A is one under B, and one under B is one under C: each asks for less."""
    result = evaluate(parse_snapshot(raw), definition)
    if definition.reading == "A" and result.readings:
        answers = [result.overall, result.other_readings["B"], result.other_readings["C"]]
        distances = [DISTANCES[answer] for answer in answers]
        assert distances == sorted(distances, reverse=True)


def test_three_definitions_have_all_three_readings() -> None:
    read = [each.id for each in load_definitions().values() if len(each.readings) == 2]
    assert read == [
        DEFAULT_INDICATION,
        "us-fda/lanreotide-depot/gep-net",
        "us-fda/sunitinib/pnet",
    ]


@LAWS
@given(definitions, births, st.integers(-2, 2), st.sampled_from([10, 7, 4]))
def test_both_sides_of_every_birthday(
    definition: Definition, born: str, shift: int, told: int
) -> None:
    """`told`: how much of the birth date is recorded; a partial one is met on its last day."""
    row, years = age_asked(definition)
    last = PartialDate.read(born[:told]).last
    assume(last % 10_000 != 229)
    birthday = day_from_number(last + years * 10_000)
    raw = {
        "schema": "case-snapshot/1",
        "reference_date": str(birthday + timedelta(days=shift)),
        "patient": {"date_of_birth": born[:told]},
    }
    answer = evaluate(parse_snapshot(raw), definition).row(row).answer
    if shift >= 0:
        assert answer is Answer.MET
    else:
        assert answer is (Answer.NOT_MET if told == 10 else Answer.UNKNOWN)


def age_asked(definition: Definition) -> tuple[str, int]:
    """The row that asks for an age, and the age: every shipped definition has one."""
    found = [each for each in definition.criteria if isinstance(each.test, AgeAtLeast)]
    assert len(found) == 1
    test = found[0].test
    assert isinstance(test, AgeAtLeast)
    return found[0].id, test.years


@LAWS
@given(st.dates(date(2020, 1, 1), date(2027, 1, 1)), st.integers(-2, 2))
def test_both_sides_of_the_day_on_which_a_treatment_began(begun: date, shift: int) -> None:
    raw = {
        "schema": "case-snapshot/1",
        "reference_date": str(begun + timedelta(days=shift)),
        "prior_treatments": [
            {
                "class": "mTOR_inhibitor",
                "start_date": str(begun),
                "status": "ongoing",
                "for_condition": "NET",
            }
        ],
    }
    asking = 0
    for definition in load_definitions().values():
        if "previously_treated" in definition.criteria_by_id:
            asking += 1
            row = evaluate(parse_snapshot(raw), definition).row("previously_treated")
            assert row.answer is (Answer.MET if shift >= 0 else Answer.NOT_MET)
    assert asking == 2


@LAWS
@given(cases)
def test_a_snapshot_that_is_written_reads_back_equal(raw: dict[str, Any]) -> None:
    snapshot = parse_snapshot(raw)
    assert parse_snapshot(dump_snapshot(snapshot)) == snapshot


@LAWS
@given(cases, definitions)
def test_the_answer_holds_exactly_the_keys_of_the_contract(
    raw: dict[str, Any], definition: Definition
) -> None:
    answer = to_json(evaluate(parse_snapshot(raw), definition))
    assert list(answer) == [
        "indication",
        "version",
        "reference_date",
        "overall",
        "cohort",
        "dose_note_mg",
        "next_transition_date",
        "criteria",
        "other_readings",
    ]
    for row in answer["criteria"].values():
        assert list(row) == ["answer", "unknown_kind", "basis", "phrase", "reason", "ask"]
