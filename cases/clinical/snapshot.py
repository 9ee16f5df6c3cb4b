"""The facts of one case at one date, schema `case-snapshot/1`: reading, writing, hashing.

Source: the contract of the exchange form. The system builds a snapshot from confirmed facts, a
script may build one by hand; both come through `parse_snapshot`.
"""

import hashlib
import json
from dataclasses import fields
from typing import Any

from .snapshot_json import SCHEMA, SnapshotError, load_snapshots, read_snapshot
from .snapshot_parts import Disease, Patient, Snapshot, Treatment
from .values import Conflict, Interval, PartialDate

__all__ = [
    "SCHEMA",
    "Disease",
    "Patient",
    "Snapshot",
    "SnapshotError",
    "Treatment",
    "canonical_json",
    "dump_snapshot",
    "dump_treatment",
    "hash_snapshot",
    "load_snapshots",
    "parse_snapshot",
]


def parse_snapshot(raw: object, place: str = "") -> Snapshot:
    """Read one snapshot from parsed JSON, strictly: nothing is guessed.

    Raises:
        SnapshotError: names the place (`disease.histology`) and what may stand there. `place`
            is put before it (`[3]` for the fourth snapshot of an array).

    """
    return read_snapshot(raw, place)


def dump_snapshot(snapshot: Snapshot) -> dict[str, Any]:
    """The snapshot as `case-snapshot/1`, every key present; `parse_snapshot` reads it back."""
    treatments = snapshot.prior_treatments
    return {
        "schema": SCHEMA,
        "case": snapshot.case,
        "reference_date": snapshot.reference_date.isoformat(),
        "patient": _dump_object(snapshot.patient),
        "disease": _dump_object(snapshot.disease),
        "prior_treatments": _dump_value(treatments),
    }


def dump_treatment(entry: Treatment) -> dict[str, Any]:
    """One entry of the treatment history as the contract writes it, every key present."""
    return _dump_object(entry)


def hash_snapshot(snapshot: Snapshot, *, with_date: bool = True) -> str:
    """SHA-256 (hex) of the facts, the same for equal facts in any order.

    Entries of the treatment history and sides of a conflict are put in order first, null and
    left out are the same, and so are 70 and 70.0. The free reference `case` is not a fact and
    does not count. `with_date=False` leaves the reference date out too: what a sign-off stands
    on, which the calendar alone does not make stale.
    """
    content = dump_snapshot(snapshot)
    del content["case"]
    if not with_date:
        del content["reference_date"]
    return hashlib.sha256(canonical_json(_in_order(content)).encode()).hexdigest()


def canonical_json(value: object) -> str:
    """JSON with sorted keys, no spaces and ASCII only, so that equal values have equal bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _dump_object(record: Patient | Disease | Treatment) -> dict[str, Any]:
    return {
        "class" if item.name == "treatment_class" else item.name: _dump_value(
            getattr(record, item.name)
        )
        for item in fields(record)
        if item.init
    }


def _dump_value(value: object) -> Any:
    answer: Any = value
    if isinstance(value, Conflict):
        sides = [{"value": _dump_value(side.value), "source": side.source} for side in value.sides]
        answer = {"conflict": sides}
    elif isinstance(value, PartialDate):
        answer = value.text
    elif isinstance(value, Interval):
        answer = {key: _dump_value(end) for key, end in value.to_json().items()}
    elif isinstance(value, Treatment):
        answer = _dump_object(value)
    elif isinstance(value, tuple):
        answer = [_dump_value(entry) for entry in value]
    elif isinstance(value, float) and value.is_integer():
        answer = int(value)
    elif isinstance(value, str):
        answer = str(value)
    return answer


def _in_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _in_order(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return sorted((_in_order(entry) for entry in value), key=canonical_json)
    return value
