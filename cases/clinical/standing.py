"""Which facts of a case stand, and the snapshot that they make.

Only confirmed facts count, while they have ground to stand on. Confirmed values of one fact that
differ are a conflict; of weights the latest counts; the treatment history is a list only where it
is confirmed complete, or where an entry settles the question whatever else there may have been
(rule P9). Whether the disease is progressive also follows from a confirmed disease status.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from cases.casework.models import Case, Sex
from cases.clinical.grounds import counted_facts
from cases.clinical.logic import Answer
from cases.clinical.models import CompleteHistory, Fact
from cases.clinical.snapshot import SCHEMA, Snapshot, canonical_json, parse_snapshot
from cases.clinical.snapshot_json import read_treatment
from cases.clinical.terms import DiseaseStatus, TreatmentClass
from cases.clinical.treated import Treated, Weight
from cases.clinical.values import PartialDate, day_number
from cases.clinical.vocabulary import DISEASE_KEYS

PATIENT_RECORD: Final = "patient's record"
MOST_SIDES: Final = 50
PROGRESS: Final[Mapping[str, bool]] = {
    DiseaseStatus.PROGRESSIVE: True,
    DiseaseStatus.STABLE: False,
    DiseaseStatus.RESPONDING: False,
}
LOCAL_OR_LIGHT: Final = frozenset(
    {
        TreatmentClass.SSA,
        TreatmentClass.SURGERY,
        TreatmentClass.LIVER_DIRECTED,
        TreatmentClass.RADIOTHERAPY,
        TreatmentClass.SYMPTOMATIC,
    }
)
SYSTEMIC: Final = Treated(
    {each: Weight.NOTHING if each in LOCAL_OR_LIGHT else Weight.COUNTS for each in TreatmentClass}
)


@dataclass(frozen=True)
class Standing:
    """The confirmed facts of a case on a day, the snapshot they make, and what stands where.

    `by_key` holds the rows behind each key of the snapshot; for treatments in the order of the
    snapshot's list, so that a position in it finds its row. `conflicts` names the keys on which
    confirmed rows disagree, `derived` those that nobody stated and that follow from the rows
    behind them.
    """

    snapshot: Snapshot
    by_key: Mapping[str, tuple[Fact, ...]]
    is_history_complete: bool
    conflicts: tuple[str, ...] = field(default=())
    derived: frozenset[str] = field(default=frozenset())


def confirmed_facts(case: Case) -> list[Fact]:
    """The confirmed facts of a case that count, with who confirmed them, in a steady order."""
    return list(
        counted_facts(case)
        .select_related("decided_by")
        .order_by("key", "dated", "proposed_at", "id")
    )


def build_standing(
    case: Case, reference_date: date, facts: Sequence[Fact] | None = None
) -> Standing:
    """What stands on a day. `facts` narrows it to those given (a dossier's), all confirmed.

    The patient's birth date and sex are also taken from the patient's own row, as the family
    stated them; where a confirmed fact says otherwise, that is a conflict.
    """
    rows = confirmed_facts(case) if facts is None else facts
    grouped: defaultdict[str, list[Fact]] = defaultdict(list)
    for row in rows:
        grouped[row.key].append(row)
    by_key = {key: tuple(found) for key, found in grouped.items()}
    by_key["weight_kg"] = latest_of(grouped["weight_kg"])
    complete = _is_history_complete(case, grouped["prior_treatments"])
    treatments, used = _list_treatments(
        grouped["prior_treatments"], reference_date, complete=complete
    )
    by_key["prior_treatments"] = used
    progress, by_key["progressive"] = _merge_progress(
        grouped["progressive"], grouped["disease_status"]
    )
    parts: dict[str, dict[str, Any]] = {
        "patient": {
            "date_of_birth": _merge_births(by_key.get("date_of_birth", ()), case),
            "sex": _merge_sexes(by_key.get("sex", ()), case),
            "weight_kg": merge_values(_sides(by_key["weight_kg"])),
        },
        "disease": {
            **{key: merge_values(_sides(by_key.get(key, ()))) for key in DISEASE_KEYS},
            "progressive": progress,
        },
    }
    raw = {
        "schema": SCHEMA,
        "case": case.reference,
        "reference_date": reference_date.isoformat(),
        "prior_treatments": treatments,
        **parts,
    }
    return Standing(
        snapshot=parse_snapshot(raw),
        by_key=by_key,
        is_history_complete=complete,
        conflicts=tuple(
            key
            for part in parts.values()
            for key, value in part.items()
            if isinstance(value, dict) and "conflict" in value
        ),
        derived=frozenset({"progressive"} if grouped["disease_status"] else ())
        - {row.key for row in rows},
    )


def _is_history_complete(case: Case, treatments: Sequence[Fact]) -> bool:
    """Whether a person said so of exactly these treatments: with one left out it is not said."""
    confirmed = Fact.objects.confirmed().filter(case=case, key="prior_treatments")
    return CompleteHistory.objects.live().filter(case=case).exists() and confirmed.count() == len(
        treatments
    )


def build_snapshot(case: Case, reference_date: date) -> Snapshot:
    """The confirmed facts of a case as the evaluator takes them."""
    return build_standing(case, reference_date).snapshot


def merge_values(sides: Iterable[tuple[Any, str]]) -> Any:
    """One value, nothing, or a conflict whose sides are the different values."""
    sources: dict[str, list[str]] = {}
    values: dict[str, Any] = {}
    for value, source in sides:
        text = canonical_json(value)
        values[text] = value
        known = sources.setdefault(text, [])
        if source and source not in known:
            known.append(source)
    if not values:
        return None
    if len(values) == 1:
        return next(iter(values.values()))
    return {
        "conflict": [
            {"value": values[text], "source": ", ".join(sources[text])[:500]}
            for text in list(values)[:MOST_SIDES]
        ]
    }


def latest_of(rows: Iterable[Fact]) -> tuple[Fact, ...]:
    """The rows of the latest date; those without a date count before every date."""
    dated = list(rows)
    latest = max((row.dated for row in dated), default="")
    return tuple(row for row in dated if row.dated == latest)


def _sides(rows: Iterable[Fact]) -> list[tuple[Any, str]]:
    return [(row.value, row.stated_source) for row in rows]


def _merge_births(rows: Sequence[Fact], case: Case) -> Any:
    """Birth dates that fit into one another are one; the most exact of them stands."""
    sides = _sides(rows)
    if case.patient.birth_date:
        sides.append((case.patient.birth_date, PATIENT_RECORD))
    ordered = sorted(sides, key=lambda side: -len(side[0]))
    kept: list[tuple[Any, str]] = []
    for value, source in ordered:
        if not any(_fits(exact, value) for exact, _source in kept):
            kept.append((value, source))
    return merge_values(kept)


def _fits(exact: str, rough: str) -> bool:
    """Whether the more exact of two partial dates lies wholly within the other."""
    one, other = PartialDate.read(exact), PartialDate.read(rough)
    return one.is_possible and other.first <= one.first and one.last <= other.last


def _merge_progress(
    stated: Sequence[Fact], statuses: Sequence[Fact]
) -> tuple[Any, tuple[Fact, ...]]:
    """Whether the disease is progressive, and the rows behind that.

    A disease status says it too: where it was not stated itself it follows from the status, and
    where the two disagree both are behind the conflict.
    """
    sides = _sides(stated)
    sides += [
        (PROGRESS[row.value], row.stated_source or f"disease status {row.value}")
        for row in statuses
        if row.value in PROGRESS
    ]
    merged = merge_values(sides)
    agreed = bool(stated) and not isinstance(merged, dict)
    return merged, tuple(stated) if agreed else (*stated, *statuses)


def _merge_sexes(rows: Sequence[Fact], case: Case) -> Any:
    sides = _sides(rows)
    if case.patient.sex != Sex.UNKNOWN:
        sides.append((case.patient.sex, PATIENT_RECORD))
    return merge_values(sides)


def _list_treatments(
    rows: Sequence[Fact], reference_date: date, *, complete: bool
) -> tuple[list[Any] | None, tuple[Fact, ...]]:
    """The history as the evaluator may take it, and its rows in the same order.

    A list says "these were all". While nobody has said so, it is given only where an entry
    could settle the question by itself; then what may be missing cannot turn the answer.
    """
    entries = [row.value for row in rows]
    history = tuple(read_treatment(entry, "") for entry in entries)
    judged = SYSTEMIC.judge({"prior_treatments": history}, day_number(reference_date))
    settles = judged.answer is not Answer.NOT_MET
    return (entries if complete or settles else None), tuple(rows)
