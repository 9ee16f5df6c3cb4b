"""Strict reading of YAML: every refusal names its place, nothing is passed over."""

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

import yaml

Member = TypeVar("Member", bound=StrEnum)


class DefinitionError(ValueError):
    """A definition that cannot be used; `str()` names the place and what is wrong."""


def refuse(place: str, problem: str) -> NoReturn:
    message = f"{place}: {problem}"
    raise DefinitionError(message)


class _StrictLoader(yaml.CSafeLoader):
    """YAML without keys that stand twice, which the safe loader would let pass silently."""


def _construct_mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    answer: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in answer:
            refuse(f"line {key_node.start_mark.line + 1}", f"{key!r} stands twice")
        answer[key] = loader.construct_object(value_node, deep=True)
    return answer


_StrictLoader.add_constructor("tag:yaml.org,2002:map", _construct_mapping)


def load_yaml(text: str, place: str) -> Any:
    """Parse YAML without tags, aliases of types, or keys that stand twice.

    Raises:
        DefinitionError: not YAML, or a key stands twice.

    """
    try:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506  (derives from the safe loader)
    except yaml.YAMLError as error:
        message = f"{place}: not YAML: {str(error).splitlines()[0]}"
        raise DefinitionError(message) from error
    except DefinitionError as error:
        message = f"{place}: {error}"
        raise DefinitionError(message) from error


def read_keys(raw: Any, place: str, needed: Iterable[str], optional: Iterable[str] = ()) -> Any:
    """The mapping, once it is sure that its keys are known and complete."""
    if not isinstance(raw, dict):
        refuse(place, "a mapping is wanted")
    needed, optional = set(needed), set(optional)
    for key in raw:
        if key not in needed | optional:
            refuse(f"{place}.{key}", "unknown key")
    for key in sorted(needed - set(raw)):
        refuse(f"{place}.{key}", "is required")
    return raw


def read_text(raw: Any, place: str) -> str:
    """Text with its white space made single."""
    if not isinstance(raw, str) or not raw.strip():
        refuse(place, "text is wanted")
    return " ".join(raw.split())


def read_list(raw: Any, place: str) -> list[Any]:
    if not isinstance(raw, list):
        refuse(place, "a list is wanted")
    return raw


def read_pattern(raw: Any, place: str, pattern: re.Pattern[str]) -> str:
    text = read_text(raw, place)
    if pattern.fullmatch(text) is None:
        refuse(place, f"{text!r} has not the form wanted here")
    return text


def read_day(raw: Any, place: str) -> date | None:
    if raw is not None and type(raw) is not date:
        refuse(place, "a date as YYYY-MM-DD or null is wanted")
    return raw


def read_member(members: type[Member], raw: Any, place: str) -> Member:
    """A word of a list."""
    for member in members:
        if member.value == raw:
            return member
    refuse(place, f"{raw!r} is not one of {', '.join(members)}")
