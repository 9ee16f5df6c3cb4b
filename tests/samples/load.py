"""Read the sample cases: `case.yaml` files as the dataclasses of `shapes`, checked key by key.

Everything here is invented. The demonstration loader and the tests take the cases from
`load_cases()`; nothing but the standard library and PyYAML is needed, so no database has to be up.
An unknown key, a missing key or a value of the wrong type raises `SampleError` with its place.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from datetime import date
from functools import cache
from typing import Literal, TypeVar

import yaml

from tests.samples.shapes import (
    REFERENCE_DATE,
    SAMPLES,
    ExtraFile,
    FactValue,
    Hospital,
    SampleCase,
    SampleError,
)

Shape = TypeVar("Shape")

_PATIENT_KEYS = ("date_of_birth", "sex", "weight_kg")
_DISEASE_KEYS = (
    "histology",
    "differentiation",
    "grade",
    "ki67_percent",
    "primary_site",
    "locally_advanced",
    "metastatic",
    "resectable",
    "progressive",
    "functional_syndrome",
    "sstr_positive",
    "germline_vhl",
    "needs_immediate_surgery",
)


def build_snapshot(case: SampleCase, reference_date: date = REFERENCE_DATE) -> dict[str, object]:
    """Make the `case-snapshot/1` of the confirmed proposals and the entered facts.

    Two confirmed values of one fact stand in it as a conflict with their sources. Nothing is
    chosen here: a proposal that should not count says `confirm: false` in the case file. A Ki-67
    that is a range has no place in the snapshot and is left out of it.
    """
    stated: dict[str, list[tuple[FactValue, str]]] = {}
    for proposal in case.confirmed:
        source = f"{proposal.file} p{proposal.page}"
        stated.setdefault(proposal.fact, []).append((proposal.value, source))
    for entered in case.entered:
        stated.setdefault(entered.fact, []).append((entered.value, entered.source))
    disease = {key: _one_value(stated.get(key, [])) for key in _DISEASE_KEYS}
    if isinstance(disease["ki67_percent"], str):
        disease["ki67_percent"] = None
    treatments = [value for value, _ in stated.get("prior_treatments", [])]
    return {
        "schema": "case-snapshot/1",
        "case": case.slug,
        "reference_date": reference_date.isoformat(),
        "patient": {key: _one_value(stated.get(key, [])) for key in _PATIENT_KEYS},
        "disease": disease,
        "prior_treatments": treatments if treatments or case.treatments_complete else None,
    }


def _one_value(stated: list[tuple[FactValue, str]]) -> object:
    different: dict[str, tuple[FactValue, str]] = {}
    for value, source in stated:
        different.setdefault(repr(value), (value, source))
    if not different:
        return None
    if len(different) == 1:
        return next(iter(different.values()))[0]
    return {
        "conflict": [{"value": value, "source": source} for value, source in different.values()]
    }


def case_slugs() -> tuple[str, ...]:
    return tuple(sorted(path.parent.name for path in SAMPLES.glob("*/case.yaml")))


@cache
def load_case(slug: str) -> SampleCase:
    path = SAMPLES / slug / "case.yaml"
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(raw, dict):
        raise SampleError(f"{slug}/case.yaml: a mapping is needed")
    return _build(SampleCase, {**raw, "slug": slug}, f"{slug}/case.yaml")


def load_cases() -> tuple[SampleCase, ...]:
    return tuple(load_case(slug) for slug in case_slugs())


@cache
def load_hospitals() -> dict[str, Hospital]:
    """The invented hospitals that the cases are referred to, by key."""
    raw = yaml.safe_load((SAMPLES / "hospitals.yaml").read_text(encoding="utf-8"))
    hospitals = (_build(Hospital, item, f"hospitals.yaml[{n}]") for n, item in enumerate(raw))
    return {hospital.key: hospital for hospital in hospitals}


@cache
def load_extras() -> dict[str, ExtraFile]:
    """The files of `extra/`, by name."""
    raw = yaml.safe_load((SAMPLES / "extras.yaml").read_text(encoding="utf-8"))
    extras = (_build(ExtraFile, item, f"extras.yaml[{n}]") for n, item in enumerate(raw))
    return {extra.name: extra for extra in extras}


def _build(shape: type[Shape], raw: object, where: str) -> Shape:
    if not isinstance(raw, dict):
        raise SampleError(f"{where}: a mapping is needed")
    hints = typing.get_type_hints(shape)
    fields = {field.name: field for field in dataclasses.fields(shape)}  # type: ignore[arg-type]  # always a dataclass
    for key in raw:
        if key not in fields:
            raise SampleError(f"{where}: unknown key {key!r}")
    values = {}
    for name, field in fields.items():
        if name in raw:
            values[name] = _convert(hints[name], raw[name], f"{where}.{name}")
        elif field.default is dataclasses.MISSING:
            raise SampleError(f"{where}: {name!r} is missing")
    return shape(**values)


def _convert(hint: object, raw: object, where: str) -> object:
    if hint == FactValue:
        return _convert_fact(raw)
    if typing.get_origin(hint) is not None:
        return _convert_compound(hint, raw, where)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _build(hint, raw, where)
    if isinstance(hint, type) and type(raw) is hint:
        return raw.strip() if isinstance(raw, str) else raw
    raise SampleError(f"{where}: {raw!r} is not a {getattr(hint, '__name__', hint)}")


def _convert_compound(hint: object, raw: object, where: str) -> object:
    """A tuple of shapes, one of several words, or a value that may be absent."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        if not isinstance(raw, list):
            raise SampleError(f"{where}: a list is needed")
        return tuple(_convert(arguments[0], item, f"{where}[{n}]") for n, item in enumerate(raw))
    if origin is Literal:
        if raw not in arguments:
            raise SampleError(f"{where}: {raw!r} is not one of {', '.join(map(str, arguments))}")
        return raw
    if raw is None:
        return None
    return _convert(next(a for a in arguments if a is not types.NoneType), raw, where)


def _convert_fact(raw: object) -> object:
    """YAML reads bare dates as dates; the snapshot has them as text."""
    if isinstance(raw, date):
        return raw.isoformat()
    if isinstance(raw, dict):
        return {str(key): _convert_fact(value) for key, value in raw.items()}
    return raw
