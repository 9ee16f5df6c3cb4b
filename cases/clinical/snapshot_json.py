"""Reading `case-snapshot/1` strictly: each refusal names its place and what may stand there.

Unknown keys, keys given twice, wrong types, numbers that are none, words outside the
vocabulary: all are a `SnapshotError` of one line. A date of the right form that the calendar
lacks is no error but a value that cannot be true (rule P3).
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeVar

from .snapshot_parts import Disease, Patient, Snapshot, Treatment
from .terms import (
    THIS_TUMOUR,
    Differentiation,
    Grade,
    Histology,
    PrimarySite,
    Resectability,
    Sex,
    TreatmentClass,
    TreatmentStatus,
)
from .values import Conflict, Interval, PartialDate, Side

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)
Reader = Callable[[object, str], Any]

SCHEMA: Final = "case-snapshot/1"
MAX_TEXT: Final = 500
MAX_ENTRIES: Final = 500
MIN_SIDES: Final = 2
MAX_SIDES: Final = 50
MAX_PERCENT: Final = 100
SHOWN: Final = 60
MAX_WEIGHT_KG: Final = 700
FULL_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
LONGEST_NUMBER: Final = 400


class SnapshotError(ValueError):
    """A snapshot that cannot be read; `str()` is one line: the place, then what is wrong."""

    def __init__(self, place: str, problem: str) -> None:
        self.place = place
        self.problem = problem
        super().__init__(f"{place}: {problem}" if place else problem)


class RepeatedKey(dict[str, object]):
    """A JSON object in which `key` stands twice; kept so that the refusal can name the place."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key


def load_snapshots(content: bytes) -> Snapshot | list[Snapshot]:
    """Read one snapshot, or an array of them, from JSON in UTF-8.

    Raises:
        SnapshotError: the first thing that is wrong, with its place.

    """
    raw = load_json(content)
    if isinstance(raw, list):
        return [read_snapshot(entry, f"[{number}]") for number, entry in enumerate(raw)]
    return read_snapshot(raw, "")


def load_json(content: bytes) -> object:
    """Parse JSON in UTF-8 without guessing; objects with repeated keys become `RepeatedKey`.

    Raises:
        SnapshotError: not UTF-8, not JSON, or nested too deeply.

    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SnapshotError("", f"not UTF-8 text (byte {error.start})") from error
    try:
        return json.loads(text, object_pairs_hook=_read_pairs, parse_int=_read_int)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise SnapshotError("", f"not JSON: {error.msg} ({where})") from error
    except RecursionError as error:
        raise SnapshotError("", "not a snapshot: nested too deeply") from error


def _read_pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    answer: dict[str, object] = {}
    for key, value in pairs:
        if key in answer:
            return RepeatedKey(key)
        answer[key] = value
    return answer


def _read_int(digits: str) -> int | float:
    return int(digits) if len(digits) < LONGEST_NUMBER else math.inf


def _show(raw: object) -> str:
    if isinstance(raw, bool) or raw is None:
        return json.dumps(raw)
    if isinstance(raw, dict):
        return "an object"
    if isinstance(raw, list):
        return "an array"
    shown = ascii(raw) if isinstance(raw, str) else str(raw)
    return shown if len(shown) <= SHOWN else f"{shown[: SHOWN - 3]}..."


def _below(place: str, key: str) -> str:
    name = key if re.fullmatch(r"\w+", key, re.ASCII) and len(key) <= SHOWN else f"[{_show(key)}]"
    if not place or name.startswith("["):
        return f"{place}{name}"
    return f"{place}.{name}"


def _read_object(raw: object, place: str, keys: Mapping[str, Reader]) -> dict[str, Any]:
    """Read the keys that are present, each with its reader; null and left out are left out."""
    if not isinstance(raw, dict):
        raise SnapshotError(place, f"{_show(raw)} is not an object")
    if isinstance(raw, RepeatedKey):
        raise SnapshotError(_below(place, raw.key), "the key stands here twice")
    answer = {}
    for key, value in raw.items():
        reader = keys.get(key)
        if reader is None:
            known = ", ".join(keys)
            raise SnapshotError(_below(place, key), f"unknown key; the keys here are {known}")
        if value is not None:
            answer[key] = reader(value, _below(place, key))
    return answer


def _known(read: Callable[[object, str], T]) -> Reader:
    """A reader for a value that may also be a conflict between sources."""

    def read_known(raw: object, place: str) -> T | Conflict[T]:
        if isinstance(raw, dict) and ("conflict" in raw or _repeats_conflict(raw)):
            return _read_conflict(raw, place, read)
        return read(raw, place)

    return read_known


def _repeats_conflict(raw: object) -> bool:
    return isinstance(raw, RepeatedKey) and raw.key == "conflict"


def _read_conflict(raw: object, place: str, read: Callable[[object, str], T]) -> Conflict[T]:
    def read_sides(sides: object, place: str) -> tuple[Side[T], ...]:
        if not isinstance(sides, list):
            raise SnapshotError(place, f"{_show(sides)} is not an array of sides")
        if not MIN_SIDES <= len(sides) <= MAX_SIDES:
            problem = f"a conflict has {MIN_SIDES} to {MAX_SIDES} sides, here are {len(sides)}"
            raise SnapshotError(place, problem)
        return tuple(read_side(side, f"{place}[{n}]") for n, side in enumerate(sides))

    def read_side(side: object, place: str) -> Side[T]:
        found = _read_object(side, place, {"value": read, "source": _read_text})
        if "value" not in found:
            problem = "a side of a conflict needs a value; leave a source without one out"
            raise SnapshotError(_below(place, "value"), problem)
        return Side(found["value"], found.get("source", ""))

    found = _read_object(raw, place, {"conflict": read_sides})
    if "conflict" not in found:
        raise SnapshotError(_below(place, "conflict"), "null is not an array of sides")
    return Conflict(found["conflict"])


def _read_text(raw: object, place: str) -> str:
    if not isinstance(raw, str):
        raise SnapshotError(place, f"{_show(raw)} is not text")
    if len(raw) > MAX_TEXT:
        raise SnapshotError(place, f"the text is longer than {MAX_TEXT} characters")
    if any(sign < " " or sign == "\x7f" or "\ud800" <= sign <= "\udfff" for sign in raw):
        raise SnapshotError(place, f"{_show(raw)} holds characters that are no text")
    return raw


def _word(words: type[Word]) -> Callable[[object, str], Word]:
    members: dict[object, Word] = {word.value: word for word in words}
    listed = ", ".join(word.value for word in words)

    def read_word(raw: object, place: str) -> Word:
        word = members.get(raw) if isinstance(raw, str) else None
        if word is None:
            raise SnapshotError(place, f"{_show(raw)} is not one of {listed}")
        return word

    return read_word


def _read_bool(raw: object, place: str) -> bool:
    if not isinstance(raw, bool):
        raise SnapshotError(place, f"{_show(raw)} is not one of true, false")
    return raw


def _read_resectable(raw: object, place: str) -> bool | Resectability:
    if isinstance(raw, bool):
        return raw
    if raw == Resectability.MEDICALLY_INOPERABLE.value:
        return Resectability.MEDICALLY_INOPERABLE
    problem = f"{_show(raw)} is not one of true, false, {Resectability.MEDICALLY_INOPERABLE.value}"
    raise SnapshotError(place, problem)


def _read_number(raw: object, place: str) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise SnapshotError(place, f"{_show(raw)} is not a number")
    if not math.isfinite(raw):
        raise SnapshotError(place, "not a finite number")
    return raw


def _read_weight(raw: object, place: str) -> float:
    number = _read_number(raw, place)
    if not 0 < number <= MAX_WEIGHT_KG:
        problem = f"{_show(raw)} is not a weight in kg above 0, at most {MAX_WEIGHT_KG}"
        raise SnapshotError(place, problem)
    return number


def _read_percent(raw: object, place: str) -> float:
    number = _read_number(raw, place)
    if not 0 <= number <= MAX_PERCENT:
        raise SnapshotError(place, f"{_show(raw)} is not a percentage from 0 to {MAX_PERCENT}")
    return number


def _read_ki67(raw: object, place: str) -> float | Interval:
    if not isinstance(raw, dict):
        return _read_percent(raw, place)
    ends = _read_object(raw, place, dict.fromkeys(("low", "above", "high", "below"), _read_percent))
    try:
        return Interval.from_json(ends)
    except ValueError as error:
        raise SnapshotError(place, str(error)) from error


def _read_partial_date(raw: object, place: str) -> PartialDate:
    if not isinstance(raw, str):
        raise SnapshotError(place, f"{_show(raw)} is not a date as YYYY-MM-DD, YYYY-MM or YYYY")
    try:
        return PartialDate.read(raw)
    except ValueError:
        problem = f"{_show(raw)} is not a date as YYYY-MM-DD, YYYY-MM or YYYY"
        raise SnapshotError(place, problem) from None


def _read_reference_date(raw: object, place: str) -> date:
    if isinstance(raw, str) and FULL_DATE.fullmatch(raw):
        try:
            return date.fromisoformat(raw)
        except ValueError:
            raise SnapshotError(place, f"{_show(raw)} is not a day of the calendar") from None
    raise SnapshotError(place, f"{_show(raw)} is not a date as YYYY-MM-DD")


def _read_condition(raw: object, place: str) -> str:
    text = _read_text(raw, place)
    if text.strip().upper() == THIS_TUMOUR and text != THIS_TUMOUR:
        raise SnapshotError(place, f"{_show(raw)} is written NET where this tumour is meant")
    if not text.strip():
        raise SnapshotError(place, "the condition has no name; null where it is not known")
    return text


_PATIENT: Final[dict[str, Reader]] = {
    "date_of_birth": _known(_read_partial_date),
    "sex": _known(_word(Sex)),
    "weight_kg": _known(_read_weight),
}
_DISEASE: Final[dict[str, Reader]] = {
    "histology": _known(_word(Histology)),
    "differentiation": _known(_word(Differentiation)),
    "grade": _known(_word(Grade)),
    "ki67_percent": _known(_read_ki67),
    "primary_site": _known(_word(PrimarySite)),
    "locally_advanced": _known(_read_bool),
    "metastatic": _known(_read_bool),
    "resectable": _known(_read_resectable),
    "progressive": _known(_read_bool),
    "functional_syndrome": _known(_read_bool),
    "sstr_positive": _known(_read_bool),
    "germline_vhl": _known(_read_bool),
    "needs_immediate_surgery": _known(_read_bool),
}
_TREATMENT: Final[dict[str, Reader]] = {
    "agent": _known(_read_text),
    "class": _known(_word(TreatmentClass)),
    "start_date": _known(_read_partial_date),
    "end_date": _known(_read_partial_date),
    "status": _known(_word(TreatmentStatus)),
    "for_condition": _known(_read_condition),
}


def read_treatment(raw: object, place: str) -> Treatment:
    """Read one entry of the treatment history.

    Raises:
        SnapshotError: names the place below `place`.

    """
    found = _read_object(raw, place, _TREATMENT)
    if "class" in found:
        found["treatment_class"] = found.pop("class")
    return Treatment(**found)


def _read_treatments(raw: object, place: str) -> tuple[Treatment, ...]:
    if not isinstance(raw, list):
        raise SnapshotError(place, f"{_show(raw)} is not an array of treatments")
    if len(raw) > MAX_ENTRIES:
        raise SnapshotError(place, f"more than {MAX_ENTRIES} treatments")
    return tuple(read_treatment(entry, f"{place}[{number}]") for number, entry in enumerate(raw))


def _read_schema(raw: object, place: str) -> str:
    if raw != SCHEMA:
        raise SnapshotError(place, f"{_show(raw)} is not {SCHEMA!r}")
    return SCHEMA


_SNAPSHOT: Final[dict[str, Reader]] = {
    "schema": _read_schema,
    "case": _read_text,
    "reference_date": _read_reference_date,
    "patient": lambda raw, place: Patient(**_read_object(raw, place, _PATIENT)),
    "disease": lambda raw, place: Disease(**_read_object(raw, place, _DISEASE)),
    "prior_treatments": _known(_read_treatments),
}


def read_snapshot(raw: object, place: str) -> Snapshot:
    """Read one snapshot; see `snapshot.parse_snapshot`."""
    found = _read_object(raw, place, _SNAPSHOT)
    for key in ("schema", "reference_date"):
        if key not in found:
            raise SnapshotError(_below(place, key), "is required")
    del found["schema"]
    return Snapshot(**found)
