"""The rule files: what is looked for in a report of one language, as data.

Each language has a folder with a file for each topic. A rule file never holds code. A name in
double angle brackets stands for a piece that `words.yaml` defines. Everything is compiled once a
process.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

RULES_FOLDER: Final = Path(__file__).with_name("rules")
LANGUAGES: Final = ("en", "es")
HEADING_END: Final = r"(?= ?(?::|$)| ?[-.](?: |$))"
PIECE = re.compile(r"<<(\w+)>>")


class BadRules(ValueError):
    """A rule file cannot be used; the message names the file and the place."""


@dataclass(frozen=True, slots=True)
class FactRule:
    """One pattern for one fact.

    `value` is fixed, or None where `convert` names the function that reads it from the match.
    `needs`: the sentence must hold this. `near`: this sentence or the next two must.
    `avoid`: the sentence must not hold this; `near_avoid`: none of the three may.
    `report` and `report_avoid`: some sentence of the report must hold this, or none may.
    `before` and `after`: what must not stand just before or behind the match.
    `ignores`: contexts that do not disqualify a match of this rule.
    `sections`: only in these sections, when given. `rank` breaks ties: the higher one wins.
    """

    id: str
    fact: str
    pattern: re.Pattern[str]
    hints: tuple[str, ...]
    value: Any
    convert: str
    needs: re.Pattern[str] | None
    near: re.Pattern[str] | None
    avoid: re.Pattern[str] | None
    near_avoid: re.Pattern[str] | None
    report: re.Pattern[str] | None
    report_avoid: re.Pattern[str] | None
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    ignores: frozenset[str]
    sections: frozenset[str]
    rank: int
    note: str | None


@dataclass(frozen=True, slots=True)
class Agent:
    """One treatment: its name in a snapshot, its class, and how reports write it."""

    name: str
    treatment_class: str
    pattern: re.Pattern[str]
    generic: bool
    once: bool
    parts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of one language."""

    language: str
    headings: tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]
    contexts: dict[str, re.Pattern[str]]
    facts: tuple[FactRule, ...]
    agents: tuple[Agent, ...]
    any_agent: re.Pattern[str]
    cues: dict[str, dict[str, re.Pattern[str]]]
    words: dict[str, re.Pattern[str]]
    sites: tuple[tuple[str, re.Pattern[str]], ...]
    months: dict[str, int]
    maps: dict[str, dict[str, Any]]


@cache
def load_rules(language: str) -> Rules:
    """The compiled rules of a language. Raises `BadRules`."""
    data = read_folder(RULES_FOLDER / language)
    pieces: dict[str, str] = {}
    for name, value in data["pieces"].items():
        pieces[name] = _expand(_alternatives(value), pieces)
    pieces["SITE"] = "|".join(_expand(value, pieces) for value in data["sites"].values())
    pieces["SITE"] = f"(?:{pieces['SITE']})"
    for name, value in data["late_pieces"].items():
        pieces[name] = _expand(_alternatives(value), pieces)

    def compiled(value: Any) -> re.Pattern[str]:
        text = _expand(_alternatives(value), pieces)
        try:
            return re.compile(text, re.IGNORECASE)
        except re.error as error:
            raise BadRules(f"{language}: {error} in {text!r}") from error

    agents = tuple(_read_agent(entry, compiled) for entry in data["agents"])
    return Rules(
        language=language,
        headings=tuple(
            (kind, compiled(_alternatives(value) + HEADING_END), compiled(value))
            for kind, value in data["headings"].items()
        ),
        contexts={name: compiled(value) for name, value in data["contexts"].items()},
        facts=tuple(_read_fact(entry, compiled, language) for entry in data["facts"]),
        agents=agents,
        any_agent=re.compile("|".join(agent.pattern.pattern for agent in agents), re.IGNORECASE),
        cues={
            side: {name: compiled(value) for name, value in group.items()}
            for side, group in data["cues"].items()
        },
        words={name: compiled(value) for name, value in data["words"].items()},
        sites=tuple((site, compiled(value)) for site, value in data["sites"].items()),
        months={name: number for number, names in data["months"].items() for name in names},
        maps=data["maps"],
    )


def read_folder(folder: Path) -> dict[str, Any]:
    """All files of a language as one: lists of rules put together, the rest side by side."""
    data: dict[str, Any] = {"facts": []}
    for path in sorted(folder.glob("*.yaml")):
        for key, value in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader).items():
            _refuse_bare_words(value, f"{path.parent.name}/{path.name}: {key}")
            if key == "facts":
                data["facts"] += value
            elif key in data:
                raise BadRules(f"{path.parent.name}/{path.name}: {key} is in another file already")
            else:
                data[key] = value
    return data


def _refuse_bare_words(value: Any, place: str) -> None:
    """A key such as `no` without quotes is a truth value to YAML, and no word of a language."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(key, bool):
                raise BadRules(f"{place}: put quotes around the key that YAML reads as {key}")
            _refuse_bare_words(inner, f"{place}.{key}")


def _alternatives(value: str | list[str]) -> str:
    return f"(?:{value})" if isinstance(value, str) else "(?:" + "|".join(value) + ")"


def _expand(text: str, pieces: dict[str, str]) -> str:
    while PIECE.search(text):
        text = PIECE.sub(lambda match: pieces[match[1]], text)
    return text


def _read_fact(entry: dict[str, Any], compiled: Any, file: str) -> FactRule:
    known = set(FactRule.__slots__)
    if unknown := set(entry) - known:
        raise BadRules(f"{file}: {entry.get('id')}: unknown keys {sorted(unknown)}")

    def optional(name: str) -> re.Pattern[str] | None:
        return compiled(entry[name]) if name in entry else None

    before = f"(?<!\\w)(?:{_alternatives(entry['before'])})[ ,(]*$" if "before" in entry else None
    return FactRule(
        id=entry["id"],
        fact=entry["fact"],
        pattern=compiled(entry["pattern"]),
        hints=tuple(entry.get("hints", ())),
        value=entry.get("value"),
        convert=entry.get("convert", ""),
        needs=optional("needs"),
        near=optional("near"),
        avoid=optional("avoid"),
        near_avoid=optional("near_avoid"),
        report=optional("report"),
        report_avoid=optional("report_avoid"),
        before=compiled(before) if before else None,
        after=optional("after"),
        ignores=frozenset(entry.get("ignores", ())),
        sections=frozenset(entry.get("sections", ())),
        rank=entry.get("rank", 0),
        note=entry.get("note"),
    )


def _read_agent(entry: dict[str, Any], compiled: Any) -> Agent:
    return Agent(
        name=entry["name"],
        treatment_class=entry["class"],
        pattern=compiled(r"(?<![\w])(?:" + entry["forms"] + r")(?![\w])"),
        generic=entry.get("generic", False),
        once=entry.get("once", False),
        parts=frozenset(entry.get("of", ())),
    )
