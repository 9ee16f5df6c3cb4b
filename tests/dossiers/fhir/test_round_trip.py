"""A snapshot goes out as a document and is read back equal, whatever its shape."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from cases.clinical.definitions import load_definitions
from cases.clinical.matcher import evaluate, to_json
from cases.clinical.snapshot import parse_snapshot
from documents.dossiers.fhir.reading import read_back
from tests.clinical.snapshots import conflict, raw_case, treated_with
from tests.clinical.test_matcher_laws import cases
from tests.dossiers.fhir.rules import check_document
from tests.dossiers.fhir.telling import tell_snapshot

TRIED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
# What reports and hands write and a calendar, a format or a page could trip over.
ODD_TEXTS = ["", " ", " a ", "<b>&\"'", "ü – 漢字 \u202ex", "\ufffd", "a" * 500]
ODD_DATES = ["2014-02-30", "2013-13", "0000", "0001", "9999-12-31", "2014", "2014-03"]
percents = st.sampled_from([0, 0.5, 3, 7.25, 20, 99.9, 100])
intervals = st.one_of(
    st.tuples(percents, percents)
    .filter(lambda ends: ends[0] < ends[1])
    .flatmap(
        lambda ends: st.sampled_from(
            [
                {"low": ends[0], "high": ends[1]},
                {"above": ends[0], "below": ends[1]},
                {"low": ends[0], "below": ends[1]},
                {"above": ends[0], "high": ends[1]},
            ]
        )
    ),
    st.tuples(st.sampled_from(["low", "high", "above", "below"]), percents).map(
        lambda end: {end[0]: end[1]}
    ),
)
odd_texts = st.sampled_from(ODD_TEXTS)
odd_dates = st.sampled_from(ODD_DATES)
sexes = st.sampled_from(["female", "male", "other", "unknown"])


def or_disputed(plain: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A value, or sources that disagree, named as people name them."""
    side = st.fixed_dictionaries({"value": plain, "source": odd_texts})
    return st.one_of(
        plain, st.lists(side, min_size=2, max_size=3).map(lambda sides: {"conflict": sides})
    )


odd_cases = st.fixed_dictionaries(
    {
        "case": st.just("NV-2026-00007"),
        "date_of_birth": or_disputed(odd_dates),
        "sex": or_disputed(sexes),
        "weight_kg": or_disputed(st.sampled_from([0.1, 36.4, 70, 700])),
        "ki67_percent": or_disputed(st.one_of(percents, intervals)),
        "entry": st.fixed_dictionaries(
            {
                "agent": or_disputed(odd_texts),
                "class": or_disputed(st.sampled_from(["surgery", "PRRT", "radiotherapy"])),
                "start_date": or_disputed(odd_dates),
                "end_date": or_disputed(odd_dates),
                "status": or_disputed(st.sampled_from(["planned", "stopped", "ongoing"])),
                "for_condition": or_disputed(st.sampled_from(["NET", "breast <cancer>"])),
            }
        ),
    }
)


def go_out_and_back(raw: dict[str, Any]) -> None:
    snapshot = parse_snapshot({"case": "NV-2026-00001", **raw})
    data = tell_snapshot(snapshot)
    assert check_document(json.loads(data)) == []
    read = read_back(data).snapshot
    assert read == snapshot
    for definition in load_definitions().values():
        assert to_json(evaluate(read, definition)) == to_json(evaluate(snapshot, definition))


@TRIED
@given(cases)
def test_any_snapshot_reads_back_equal_and_is_answered_the_same(raw: dict[str, Any]) -> None:
    go_out_and_back(raw)


@TRIED
@given(odd_cases)
def test_what_fhir_has_no_place_for_reads_back_too(odd: dict[str, Any]) -> None:
    raw = raw_case(
        **{key: odd[key] for key in ("date_of_birth", "sex", "weight_kg", "ki67_percent")},
        prior_treatments=[odd["entry"], odd["entry"]],
    )
    go_out_and_back({**raw, "case": odd["case"]})


@pytest.mark.parametrize(
    "history", [None, [], [{}], conflict([], [treated_with("TKI")]), conflict([], [])]
)
def test_no_history_and_an_empty_one_stay_different(history: Any) -> None:
    go_out_and_back(raw_case(prior_treatments=history))


@pytest.mark.parametrize("status", [None, "completed", "stopped", "ongoing", "planned", "declined"])
@pytest.mark.parametrize("given", [None, "TKI", "surgery", "liver_directed", "radiotherapy"])
@pytest.mark.parametrize(
    ("start", "end"),
    [(None, None), ("2024", None), (None, "2024"), ("2024-02", "2024"), ("2025", "2024-12-31")],
)
def test_an_entry_reads_back_as_recorded(
    status: str | None, given: str | None, start: str | None, end: str | None
) -> None:
    entry = treated_with(given, status=status, start_date=start, end_date=end)
    go_out_and_back(raw_case(prior_treatments=[entry]))


def test_an_unrecorded_fact_is_no_observation() -> None:
    raw = raw_case(grade=None)
    bundle = json.loads(tell_snapshot(parse_snapshot(raw)))
    assert not [
        entry
        for entry in bundle["entry"]
        if "C18000" in json.dumps(entry["resource"].get("code", ""))
    ]


def change_value(bundle: dict[str, Any]) -> None:
    grade = next(
        entry["resource"] for entry in bundle["entry"] if "C18000" in json.dumps(entry["resource"])
    )
    grade["valueCodeableConcept"]["coding"][-1]["code"] = "G3"


def drop_treatment(bundle: dict[str, Any]) -> None:
    history = next(
        entry["resource"]
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == "List"
    )
    del history["entry"]


@pytest.mark.parametrize("change", [change_value, drop_treatment])
def test_what_is_changed_on_the_way_is_read_as_changed(
    change: Callable[[dict[str, Any]], None],
) -> None:
    snapshot = parse_snapshot(raw_case())
    bundle = json.loads(tell_snapshot(snapshot))
    change(changed := deepcopy(bundle))
    assert (
        read_back(json.dumps(changed).encode()).snapshot
        != read_back(json.dumps(bundle).encode()).snapshot
    )
