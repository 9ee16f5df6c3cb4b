"""Operators from a definition's YAML.

A table places every value of its fact's vocabulary, so that a new word cannot slip through:
`met`, `not_met`, `ambiguous` and `missing` list values, and `otherwise` takes what is left.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from .criteria import AgeAtLeast, AllOf, AnyOf, Derivation, FactIn, Judgement, Test, Verdict
from .strict_yaml import read_keys, read_list, read_member, read_text, refuse
from .terms import Resectability, TreatmentClass
from .treated import Treated, Weight
from .values import MAX_AGE_YEARS
from .vocabulary import DISEASE_KEYS, FactKind, spec_for

WEIGHTS: Final = {
    "counts": Weight.COUNTS,
    "ambiguous": Weight.AMBIGUOUS,
    "says_nothing": Weight.NOTHING,
}


def values_of(fact: str, place: str) -> tuple[Any, ...]:
    """The whole vocabulary of a fact that a criterion may read."""
    if fact not in DISEASE_KEYS:
        refuse(place, f"{fact!r} is not a fact of the disease")
    spec = spec_for(fact)
    if spec.kind is FactKind.YES_NO:
        return (True, False)
    if spec.kind is FactKind.RESECTABLE:
        return (True, False, Resectability.MEDICALLY_INOPERABLE)
    if spec.words is None:
        refuse(place, f"{fact} has no list of values")
    return tuple(spec.words)


def pick_values(fact: str, raw: Any, place: str) -> list[Any]:
    """Values of a fact's vocabulary, as a list in the file."""
    picked = []
    known = values_of(fact, place)
    for entry in read_list(raw, place):
        # Both the type and the value: 1 is not true, and a word is not a fact.
        hits = [
            value
            for value in known
            if value == entry and isinstance(value, bool) == isinstance(entry, bool)
        ]
        if not hits:
            refuse(place, f"{entry!r} is not a value of {fact}")
        picked.append(hits[0])
    return picked


def read_test(raw: Any, place: str, known: Mapping[str, Test]) -> Test:
    """One operator; `known` are the tests of criteria above, for `same_as`.

    Raises:
        DefinitionError: unknown operator, or arguments that it cannot take.

    """
    if not isinstance(raw, dict) or not raw:
        refuse(place, "a test is wanted")
    operator = next(iter(raw))
    if operator == "fact":
        return _read_fact_in(raw, place)
    read_keys(raw, place, [operator])
    argument, place = raw[operator], f"{place}.{operator}"
    if operator in {"any", "all"}:
        parts = tuple(
            read_test(entry, f"{place}[{n}]", known)
            for n, entry in enumerate(read_list(argument, place))
        )
        if not parts:
            refuse(place, "at least one part is wanted")
        return AnyOf(parts) if operator == "any" else AllOf(parts)
    if operator == "same_as":
        if argument not in known:
            refuse(place, f"{argument!r} is not a criterion above")
        return known[argument]
    if operator not in PLAIN:
        refuse(place, "unknown operator")
    return PLAIN[operator](argument, place)


def _read_age(raw: Any, place: str) -> AgeAtLeast:
    if type(raw) is not int or not 0 < raw < MAX_AGE_YEARS:
        refuse(place, "years are wanted")
    return AgeAtLeast(raw)


def _read_judgement(raw: Any, place: str) -> Judgement:
    return Judgement(read_text(raw, place))


def _read_fact_in(raw: Any, place: str) -> FactIn:
    verdicts = [verdict.value for verdict in Verdict]
    read_keys(raw, place, ["fact"], [*verdicts, "otherwise", "derived"])
    fact = raw["fact"]
    table: dict[Any, Verdict] = {}
    for verdict in Verdict:
        for value in pick_values(fact, raw.get(verdict.value, []), f"{place}.{verdict.value}"):
            if value in table:
                refuse(f"{place}.{verdict.value}", f"{value!r} is placed twice")
            table[value] = verdict
    left = [value for value in values_of(fact, place) if value not in table]
    if "otherwise" in raw:
        rest = read_member(Verdict, raw["otherwise"], f"{place}.otherwise")
        table.update(dict.fromkeys(left, rest))
    elif left:
        refuse(place, f"no place for {', '.join(str(value) for value in left)}")
    derived = tuple(
        _read_derivation(rule, f"{place}.derived[{n}]")
        for n, rule in enumerate(raw.get("derived", []))
    )
    return FactIn(fact, table, derived)


def _read_derivation(raw: Any, place: str) -> Derivation:
    if not isinstance(raw, dict) or not raw:
        refuse(place, "facts with their values are wanted")
    return Derivation(
        {
            fact: frozenset(pick_values(fact, values, f"{place}.{fact}"))
            for fact, values in raw.items()
        }
    )


def _read_treated(raw: Any, place: str) -> Treated:
    read_keys(raw, place, WEIGHTS)
    classes: dict[TreatmentClass, Weight] = {}
    for key, weight in WEIGHTS.items():
        for entry in read_list(raw[key], f"{place}.{key}"):
            treatment_class = read_member(TreatmentClass, entry, f"{place}.{key}")
            if treatment_class in classes:
                refuse(f"{place}.{key}", f"{treatment_class} is placed twice")
            classes[treatment_class] = weight
    left = [word.value for word in TreatmentClass if word not in classes]
    if left:
        refuse(place, f"no place for {', '.join(left)}")
    return Treated(classes)


PLAIN: Final[Mapping[str, Callable[[Any, str], Test]]] = {
    "age_at_least": _read_age,
    "judgement": _read_judgement,
    "treated": _read_treated,
}
"""Operators that refer to no other."""
