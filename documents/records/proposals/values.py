"""From matched words to a value, or to nothing where the words do not settle it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from documents.records.proposals.dates import find_dates
from documents.records.proposals.rules import Rules

ROMAN: Final = {"1": "I", "2": "II", "3": "III", "4": "IV"}
WHOLE: Final = 100
COUNTED_AREA: Final = 2
LIGHTEST: Final = 2
HEAVIEST: Final = 350
WHO_RANGES: Final = {("3", "20"), ("2", "20")}
BOUNDS: Final = {"<": "<", ">": ">", "\u2264": "<=", "\u2265": ">=", "<=": "<=", ">=": ">="}


@dataclass(frozen=True, slots=True)
class Value:
    """What a match says, and a note for the person who confirms it."""

    value: Any
    note: str | None = None


Converter = Callable[[re.Match[str], Rules], Value | None]


def read_number(words: str) -> float | int:
    """A number with a decimal point or comma; whole numbers as such."""
    number = float(words.replace(",", "."))
    return int(number) if number == int(number) else number


def read_ki67(match: re.Match[str], rules: Rules) -> Value | None:
    """A percentage, a range ("5-8") or a bound ("<3"); ranges that define a grade say nothing."""
    groups = match.groupdict()
    low, high, bound = groups["low"], groups.get("high"), _read_bound(groups.get("bound"), rules)
    if max(read_number(number) for number in (low, high) if number) > WHOLE:
        return None
    if high:
        if (low, high) in WHO_RANGES or read_number(low) >= read_number(high):
            return None
        return Value(f"{read_number(low)}-{read_number(high)}")
    if bound and bound[0] == ">" and low in {"20", "55"}:
        return None
    return Value(f"{bound}{read_number(low)}" if bound else read_number(low))


def _read_bound(words: str | None, rules: Rules) -> str:
    if not words:
        return ""
    plain = words.strip().lower()
    return BOUNDS.get(plain) or rules.maps["bounds"].get(plain, "")


def read_mitoses(match: re.Match[str], rules: Rules) -> Value | None:
    """Mitoses per 2 mm2. Another area is converted exactly; fields without a size are not."""
    groups = match.groupdict()
    bound = _read_bound(groups.get("bound"), rules)
    area = read_number(groups["area"]) if groups.get("area") else 1
    if area == 0:
        return None
    counts = [groups["low"]] + ([groups["high"]] if groups.get("high") else [])
    if tuple(counts) in WHO_RANGES:
        return None
    scaled = [_tidy(_count(words, rules) * COUNTED_AREA / area) for words in counts]
    note = None if area == COUNTED_AREA else f"counted in {area} mm2"
    if bound or len(scaled) > 1:
        return Value(bound + "-".join(str(number) for number in scaled), note)
    return Value(scaled[0], note)


def _count(words: str, rules: Rules) -> float:
    return float(rules.maps["counts"][words.lower()]) if words.isalpha() else read_number(words)


def _tidy(number: float) -> float | int:
    return int(number) if number == int(number) else round(number, 2)


def read_grade(match: re.Match[str], _rules: Rules) -> Value | None:
    """G1, G2 or G3."""
    words = (_first_group(match, "grade") or "").upper()
    number = {"I": "1", "II": "2", "III": "3"}.get(words, words)
    return Value(f"G{number}")


def read_mapped(match: re.Match[str], rules: Rules) -> Value | None:
    """A word that the rule file's `maps` translates; the group's name is the map's."""
    for name, words in match.groupdict().items():
        named = name.rstrip("0123456789")
        if words is not None and named in rules.maps:
            for pattern, value in rules.maps[named].items():
                if re.fullmatch(pattern, words, re.IGNORECASE):
                    return Value(value)
    return None


def read_site(match: re.Match[str], rules: Rules) -> Value | None:
    """The primary site's code."""
    words = _first_group(match, "site") or ""
    for site, pattern in rules.sites:
        if pattern.fullmatch(words):
            return Value(site)
    return None


def read_stage(match: re.Match[str], _rules: Rules) -> Value | None:
    """The stage group in Roman numerals."""
    words = match["stage"].upper().replace(" ", "")
    return Value(ROMAN.get(words[0], "") + words[1:] if words[0].isdigit() else words)


def read_plain_number(match: re.Match[str], _rules: Rules) -> Value | None:
    """The number itself."""
    return Value(read_number(match["number"]))


def read_weight(match: re.Match[str], _rules: Rules) -> Value | None:
    """Kilograms, where a person can weigh that much."""
    weight = read_number(match["number"])
    return Value(float(weight)) if LIGHTEST <= weight <= HEAVIEST else None


def read_date(match: re.Match[str], rules: Rules) -> Value | None:
    """A date of birth. Both readings of an ambiguous one are kept as a conflict."""
    dates = find_dates(match["date"], rules)
    if len(dates) != 1:
        return None
    found = dates[0]
    if not found.is_ambiguous:
        return Value(found.value)
    day_first, month_first = found.readings
    return Value(
        {
            "conflict": [
                {"value": day_first, "source": "read day first"},
                {"value": month_first, "source": "read month first"},
            ]
        },
        f"ambiguous date: {found.words} may be {day_first} or {month_first}",
    )


def read_nodes(match: re.Match[str], rules: Rules) -> Value | None:
    """Whether any node of those examined was involved."""
    words = (_first_group(match, "nodes") or "").lower()
    count = rules.maps["counts"].get(words) if words.isalpha() else read_number(words)
    return None if count is None else Value(count > 0)


def read_letter(match: re.Match[str], _rules: Rules) -> Value | None:
    """One capital letter."""
    return Value(match["letter"].upper())


def read_words(match: re.Match[str], rules: Rules) -> Value | None:
    """The words themselves, in small letters; a brand by the name of its substance."""
    words = (_first_group(match, "words") or match[0]).strip().lower()
    return Value(rules.maps["generic"].get(words, words))


def read_instability(match: re.Match[str], _rules: Rules) -> Value | None:
    """Microsatellites: stable or high."""
    words = (_first_group(match, "words") or "").lower()
    is_high = words in {"high", "alta"} or words.replace("-", "").startswith("msih")
    return Value("high" if is_high else "stable")


def _first_group(match: re.Match[str], name: str) -> str | None:
    """The group of this name, or of this name with a number, that matched."""
    for key, words in match.groupdict().items():
        if words is not None and key.rstrip("0123456789") == name:
            return words
    return None


def read_alteration(match: re.Match[str], _rules: Rules) -> Value | None:
    """The alteration of a gene as it is written."""
    words = (_first_group(match, "alteration") or "").strip(" .,;:")
    if words.count(")") > words.count("("):
        words = words.removesuffix(")")
    return Value(words)


CONVERTERS: Final[dict[str, Converter]] = {
    "ki67": read_ki67,
    "mitoses": read_mitoses,
    "grade": read_grade,
    "map": read_mapped,
    "site": read_site,
    "stage": read_stage,
    "number": read_plain_number,
    "weight": read_weight,
    "date": read_date,
    "nodes": read_nodes,
    "letter": read_letter,
    "words": read_words,
    "alteration": read_alteration,
    "msi": read_instability,
}
