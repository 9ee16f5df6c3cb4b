"""The facts of a case in typed columns, and back: what many cases are compared by at once.

The columns hold what the operators of criteria can ask. A fact that no plain column can hold is
named `unsettled`, and the whole snapshot is kept for that case.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from cases.casework.models import Case
from cases.clinical.criteria import birth_can_be
from cases.clinical.logic import Answer
from cases.clinical.models import ComparedFacts
from cases.clinical.snapshot import SCHEMA, Snapshot, dump_snapshot, hash_snapshot, parse_snapshot
from cases.clinical.terms import THIS_TUMOUR, TreatmentStatus
from cases.clinical.treated import NOT_GIVEN, has_begun
from cases.clinical.values import Conflict, PartialDate, day_from_number
from cases.clinical.vocabulary import DISEASE_KEYS

BIRTH: Final = "date_of_birth"
HISTORY: Final = "prior_treatments"
WORDS: Final = tuple(key for key in DISEASE_KEYS if key != "ki67_percent")
"""Facts of the disease that a criterion can read; each has a column of its name."""
COLUMN_OF: Final[Mapping[str, str]] = {BIRTH: "born", HISTORY: "given", **{k: k for k in WORDS}}
RESECTABLE: Final[Mapping[Any, str]] = {True: "true", False: "false"}
YES_NO: Final[Mapping[str, bool]] = {word: value for value, word in RESECTABLE.items()}


def keep_columns(case: Case, snapshot: Snapshot) -> None:
    """Write the columns of a case where they say anything new."""
    facts_hash = hash_snapshot(snapshot, with_date=False)
    kept = ComparedFacts.objects.filter(case=case).values_list("facts_hash", "unsettled").first()
    columns, unsettled = columns_of(snapshot)
    if kept == (facts_hash, " ".join(unsettled)):
        return
    ComparedFacts.objects.update_or_create(
        case=case,
        defaults={
            "facts_hash": facts_hash,
            "unsettled": " ".join(unsettled),
            "snapshot": dump_snapshot(snapshot) if unsettled else None,
            **columns,
        },
    )


def columns_of(snapshot: Snapshot) -> tuple[dict[str, Any], list[str]]:
    """The columns that a snapshot makes, and the facts that they cannot hold."""
    columns: dict[str, Any] = {}
    unsettled = []
    for key, column in COLUMN_OF.items():
        is_settled, columns[column] = _read_column(snapshot, key)
        if not is_settled:
            unsettled.append(key)
    return columns, unsettled


def _read_column(snapshot: Snapshot, key: str) -> tuple[bool, Any]:
    """Whether a column can hold the fact, and what stands in it."""
    if key == BIRTH:
        return _read_birth(snapshot.patient.date_of_birth, snapshot.today)
    if key == HISTORY:
        return _read_history(snapshot)
    value = getattr(snapshot.disease, key)
    if isinstance(value, Conflict):
        return False, None
    if key == "resectable":
        return True, RESECTABLE.get(value, value)
    return True, value


def _read_birth(born: Any, today: int) -> tuple[bool, int | None]:
    if born is None:
        return True, None
    if isinstance(born, PartialDate) and born.is_exact and birth_can_be(born, today):
        return True, born.first
    return False, None


def _read_history(snapshot: Snapshot) -> tuple[bool, str | None]:
    """The classes that had begun for this tumour; nothing where time or a doubt has a say."""
    history = snapshot.prior_treatments
    if history is None:
        return True, None
    if isinstance(history, Conflict) or any(entry.has_conflict for entry in history):
        return False, None
    given = set()
    for entry in history:
        plain: Any = entry
        if plain.standing in NOT_GIVEN or plain.for_condition not in {None, THIS_TUMOUR}:
            continue
        begun = has_begun(plain.start_date, plain.end_date, snapshot.today)
        if begun is not Answer.MET or not plain.treatment_class or not plain.for_condition:
            return False, None
        given.add(plain.treatment_class.value)
    return True, " ".join(sorted(given))


def snapshot_from(columns: Mapping[str, Any], day: date) -> Snapshot:
    """A snapshot that every criterion answers as it answers the one the columns were made from.

    Agents, dates of treatments and weights are not in the columns, so that reasons name none.
    """
    born, given, resectable = columns["born"], columns["given"], columns["resectable"]
    return parse_snapshot(
        {
            "schema": SCHEMA,
            "reference_date": day.isoformat(),
            "patient": {BIRTH: None if born is None else day_from_number(born).isoformat()},
            "disease": {
                **{key: columns[key] for key in WORDS},
                "resectable": YES_NO.get(resectable, resectable),
            },
            HISTORY: None if given is None else [_entry(name) for name in given.split()],
        }
    )


def _entry(treatment_class: str) -> dict[str, str]:
    return {
        "class": treatment_class,
        "status": TreatmentStatus.COMPLETED.value,
        "for_condition": THIS_TUMOUR,
    }


def snapshot_on(kept: Mapping[str, Any], day: date) -> Snapshot:
    """A whole snapshot that was kept, on another day."""
    return parse_snapshot({**kept, "reference_date": day.isoformat()})


def columns_for(facts: Sequence[str]) -> tuple[str, ...]:
    return tuple(COLUMN_OF[fact] for fact in facts)
