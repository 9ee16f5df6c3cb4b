"""Values of facts: read from what a person or a rule wrote, and said back in a sentence.

`parse_value` takes what a form or the extractor gives and answers the canonical JSON that is
stored; the same value always has the same form, so that two sources can be compared.
"""

import math
import re
from collections.abc import Callable
from typing import Any, Final

from .snapshot import dump_treatment
from .snapshot_json import SnapshotError, read_treatment
from .terms import (
    LABELS,
    THIS_TUMOUR,
    Resectability,
    TreatmentClass,
    TreatmentStatus,
    label_of,
)
from .values import Interval, PartialDate
from .vocabulary import FactKind, FactSpec, spec_for

Translate = Callable[[str], str]

MAX_TEXT: Final = 300
SHOWN: Final = 60
YES_NO: Final = {"true": True, "yes": True, "false": False, "no": False}
STAGE: Final = re.compile(r"(?:stage\s+)?(0|iv|iii|ii|i)\s?([a-d]?)([1-3]?)", re.IGNORECASE)
NUMBER: Final = r"([0-9]{1,9}(?:[.,][0-9]{1,6})?)"
BOUND: Final = re.compile(rf"(<=|>=|<|>|≤|≥)\s*{NUMBER}")
RANGE: Final = re.compile(rf"{NUMBER}\s*(?:-|–|—|to)\s*{NUMBER}")
QUANTITY: Final = re.compile(rf"{NUMBER}\s+(\S.{{0,29}})")
BOUND_KEYS: Final = {
    "<": "below",
    "<=": "high",
    "≤": "high",
    ">": "above",
    ">=": "low",
    "≥": "low",
}
BIOMARKER_KEYS: Final = ("result", "alteration", "assay", "specimen", "date")


class FactValueError(ValueError):
    """A value that a fact cannot take; `str()` says what may stand there."""


def parse_value(key: str, raw: object) -> Any:
    """The canonical JSON value of a fact from a form's text or from JSON.

    Text is read kindly (`70,5 kg`, `Yes`, `5–8 %`), never guessed. Ki-67 and mitoses may be a
    number, a range or a bound; the latter two become `{"low": 5, "high": 8}`, `{"below": 3}`
    (`low` and `high` contain their limit, `above` and `below` do not).

    Raises:
        UnknownFactError: no such key.
        FactValueError: the value is none of this fact's; says what may stand there.

    """
    spec = spec_for(key)
    if isinstance(raw, str):
        raw = raw.strip()
        if not raw:
            message = f"{spec.label}: a value is needed"
            raise FactValueError(message)
    return _READERS[spec.kind](spec, raw)


def _refuse(spec: FactSpec, raw: object, wanted: str) -> FactValueError:
    shown = ascii(raw) if not isinstance(raw, dict | list) else "this"
    shown = shown if len(shown) <= SHOWN else f"{shown[: SHOWN - 3]}..."
    return FactValueError(f"{spec.label}: {shown} is not {wanted}")


def _parse_word(spec: FactSpec, raw: object) -> str:
    if isinstance(raw, str) and spec.words is not None:
        for word in spec.words:
            if raw == word.value:
                return word.value
    listed = ", ".join(value for value, _label in spec.choices)
    raise _refuse(spec, raw, f"one of {listed}")


def _parse_yes_no(spec: FactSpec, raw: object) -> bool:
    answer = raw if isinstance(raw, bool) else YES_NO.get(str(raw).lower())
    if answer is None or isinstance(raw, int) != isinstance(raw, bool):
        raise _refuse(spec, raw, "yes or no")
    return answer


def _parse_resectable(spec: FactSpec, raw: object) -> bool | str:
    if raw == Resectability.MEDICALLY_INOPERABLE.value:
        return Resectability.MEDICALLY_INOPERABLE.value
    return _parse_yes_no(spec, raw)


def _parse_date(spec: FactSpec, raw: object) -> str:
    try:
        return PartialDate.read(str(raw)).text
    except ValueError as error:
        raise _refuse(spec, raw, "a date as YYYY-MM-DD, YYYY-MM or YYYY") from error


def _strip_unit(spec: FactSpec, text: str) -> str:
    return text.removesuffix(spec.unit).strip() if spec.unit else text


def _to_number(digits: str) -> float:
    number = float(digits.replace(",", "."))
    return int(number) if number.is_integer() else number


def _parse_number(spec: FactSpec, raw: object) -> float:
    if isinstance(raw, str):
        found = re.fullmatch(NUMBER, _strip_unit(spec, raw))
        if found is None:
            raise _refuse(spec, raw, "a number")
        raw = _to_number(found[1])
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        raise _refuse(spec, raw, "a number")
    if (spec.low is not None and raw < spec.low) or (spec.high is not None and raw > spec.high):
        raise _refuse(spec, raw, f"between {spec.low:g} and {spec.high:g}")
    return int(raw) if float(raw).is_integer() else raw


def _parse_count(spec: FactSpec, raw: object) -> int:
    number = _parse_number(spec, raw)
    if not isinstance(number, int):
        raise _refuse(spec, raw, "a whole number")
    return number


def _parse_measure(spec: FactSpec, raw: object) -> float | dict[str, float]:
    ends = _find_ends(spec, raw)
    if not ends:
        return _parse_number(spec, raw)
    if not set(ends) <= {"low", "above", "high", "below"}:
        raise _refuse(spec, raw, "a range with low or above, high or below")
    numbers = {key: _parse_number(spec, end) for key, end in ends.items()}
    try:
        return Interval.from_json(numbers).to_json()
    except ValueError as error:
        message = f"{spec.label}: {error}"
        raise FactValueError(message) from error


def _find_ends(spec: FactSpec, raw: object) -> dict[str, Any]:
    """The ends of a range or a bound; nothing where the value is meant as a number."""
    if isinstance(raw, dict):
        return raw
    text = _strip_unit(spec, raw) if isinstance(raw, str) else ""
    if bound := BOUND.fullmatch(text):
        return {BOUND_KEYS[bound[1]]: bound[2]}
    if found := RANGE.fullmatch(text):
        return {"low": found[1], "high": found[2]}
    return {}


def _parse_stage(spec: FactSpec, raw: object) -> str:
    found = STAGE.fullmatch(str(raw))
    if found is None:
        raise _refuse(spec, raw, "a stage from I to IV")
    return "".join(found.groups()).upper()


def _parse_text(spec: FactSpec, raw: object) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise _refuse(spec, raw, "text")
    text = " ".join(raw.split())
    if len(text) > MAX_TEXT or any(
        sign < " " or sign == "\x7f" or "\ud800" <= sign <= "\udfff" for sign in text
    ):
        raise _refuse(spec, raw, f"text of at most {MAX_TEXT} characters")
    return text


def _parse_treatment(spec: FactSpec, raw: object) -> dict[str, Any]:
    try:
        entry = read_treatment(raw, "")
    except SnapshotError as error:
        message = f"{spec.label}: {error}"
        raise FactValueError(message) from error
    return dump_treatment(entry)


def _parse_biomarker(spec: FactSpec, raw: object) -> dict[str, str]:
    if isinstance(raw, str):
        return {"result": _parse_text(spec, raw)}
    if not isinstance(raw, dict) or not set(raw) <= set(BIOMARKER_KEYS) or not raw:
        raise _refuse(spec, raw, f"a result, with {', '.join(BIOMARKER_KEYS[1:])} if known")
    return {
        key: _parse_date(spec, raw[key]) if key == "date" else _parse_text(spec, raw[key])
        for key in BIOMARKER_KEYS
        if raw.get(key) not in (None, "")
    }


def _parse_marker(spec: FactSpec, raw: object) -> dict[str, Any]:
    value, unit = raw, ""
    if isinstance(raw, str) and (found := QUANTITY.fullmatch(raw)):
        value, unit = found.groups()
    elif isinstance(raw, dict) and set(raw) <= {"value", "unit"}:
        value, unit = raw.get("value"), raw.get("unit") or ""
    return {
        "value": _parse_measure(spec, value),
        "unit": _parse_text(spec, unit) if unit else "",
    }


def _parse_attention(spec: FactSpec, raw: object) -> bool | str:
    if isinstance(raw, bool):
        return raw
    text = _parse_text(spec, raw)
    return YES_NO.get(text.lower(), text)


_READERS: Final[dict[FactKind, Callable[[FactSpec, Any], Any]]] = {
    FactKind.WORD: _parse_word,
    FactKind.YES_NO: _parse_yes_no,
    FactKind.RESECTABLE: _parse_resectable,
    FactKind.DATE: _parse_date,
    FactKind.NUMBER: _parse_number,
    FactKind.COUNT: _parse_count,
    FactKind.MEASURE: _parse_measure,
    FactKind.STAGE: _parse_stage,
    FactKind.TEXT: _parse_text,
    FactKind.TREATMENT: _parse_treatment,
    FactKind.BIOMARKER: _parse_biomarker,
    FactKind.MARKER: _parse_marker,
    FactKind.ATTENTION: _parse_attention,
}


def describe_value(key: str, value: Any, translate: Translate = str) -> str:
    """The sentence a coordinator reads: `Ki-67 8 %`, `Histology: typical carcinoid`.

    `value` is canonical (from `parse_value`); None is said as not recorded. `translate` turns
    the fixed words into the reader's language; values stay as recorded.

    Raises:
        UnknownFactError: no such key.

    """
    spec = spec_for(key)
    shown = show_value(key, value, translate)
    label = translate(spec.label)
    if spec.kind is FactKind.TREATMENT and value is not None:
        return shown
    is_quantity = spec.kind in {
        FactKind.NUMBER,
        FactKind.MEASURE,
        FactKind.COUNT,
        FactKind.STAGE,
    }
    return f"{label} {shown}" if is_quantity and value is not None else f"{label}: {shown}"


def show_value(key: str, value: Any, translate: Translate = str) -> str:
    """The value alone, with its unit: `8 %`, `typical carcinoid`, `yes`."""
    spec = spec_for(key)
    if value is None:
        return translate("not recorded")
    if isinstance(value, bool):
        return translate("yes") if value else translate("no")
    show = _SHOWERS.get(spec.kind)
    return str(value) if show is None else show(spec, value, translate)


def _show_word(spec: FactSpec, value: Any, translate: Translate) -> str:
    return translate(LABELS[spec.words or Resectability].get(value, str(value)))


def _show_quantity(spec: FactSpec, value: Any, translate: Translate) -> str:  # noqa: ARG001  (one interface)
    return f"{_show_measure(value)} {spec.unit}".rstrip()


def _show_biomarker(spec: FactSpec, value: Any, translate: Translate) -> str:  # noqa: ARG001  (one interface)
    return ", ".join(str(value[part]) for part in BIOMARKER_KEYS if value.get(part))


def _show_marker(spec: FactSpec, value: Any, translate: Translate) -> str:  # noqa: ARG001  (one interface)
    return f"{_show_measure(value['value'])} {value['unit']}".rstrip()


def _show_measure(value: Any) -> str:
    return str(Interval.from_json(value)) if isinstance(value, dict) else f"{value:g}"


def _show_treatment(  # one interface with the others
    spec: FactSpec,  # noqa: ARG001  (one interface)
    entry: Any,
    translate: Translate,
) -> str:
    """One line of the history; a field whose sources disagree shows each side."""

    def each(field: str, words: Callable[[str], str] = str) -> str:
        value = entry.get(field)
        if isinstance(value, dict):
            return " / ".join(words(side["value"]) for side in value["conflict"])
        return words(value) if value else ""

    what = each("class", lambda value: translate(label_of(TreatmentClass(value))))
    agent = each("agent")
    start, end = each("start_date"), each("end_date")
    dates = f"{start} – {end}" if start and end else start or end
    status = each("status", lambda value: translate(label_of(TreatmentStatus(value))))
    condition = each("for_condition")
    other = "" if condition in {"", THIS_TUMOUR} else f"{translate('for')} {condition}"
    name = f"{agent} ({what})" if agent and what else agent or what or translate("treatment")
    return ", ".join(part for part in (name, dates, status, other) if part)


_SHOWERS: Final[dict[FactKind, Callable[[FactSpec, Any, Translate], str]]] = {
    FactKind.WORD: _show_word,
    FactKind.RESECTABLE: _show_word,
    FactKind.NUMBER: _show_quantity,
    FactKind.MEASURE: _show_quantity,
    FactKind.COUNT: _show_quantity,
    FactKind.BIOMARKER: _show_biomarker,
    FactKind.MARKER: _show_marker,
    FactKind.TREATMENT: _show_treatment,
}
"""How a kind is said; the other kinds are said as they stand."""
