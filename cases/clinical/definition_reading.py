"""Definitions from YAML, strictly: a wrong file is refused with its place."""

import hashlib
import re
from datetime import date, datetime
from typing import Any, Final

from .criteria import Test
from .definition_parts import (
    Alternative,
    ContextNote,
    Definition,
    DefinitionStatus,
    DoseRow,
)
from .definition_tests import pick_values, read_test
from .logic import UnknownKind
from .program import Cohorts, Reading, is_listed
from .rows import Criterion, SourceBasis, Tag
from .snapshot import canonical_json
from .strict_yaml import (
    load_yaml,
    read_day,
    read_keys,
    read_list,
    read_member,
    read_pattern,
    read_text,
    refuse,
)

ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:/[a-z0-9]+(?:-[a-z0-9]+)*){2}")
NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
VERSION: Final = re.compile(r"(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)")


def parse_definition(text: str, place: str) -> Definition:
    """Read one definition from YAML.

    Raises:
        DefinitionError: names the place below `place` and what is wrong.

    """
    return _Reader(place).read(load_yaml(text, place))


class _Reader:
    """Reads one file; holds the tests read so far, so that others may refer to them."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.tests: dict[str, Test] = {}

    def read(self, raw: Any) -> Definition:
        needed = [
            "id",
            "version",
            "status",
            "approved",
            "effective",
            "title",
            "product",
            "form",
            "authority",
            "jurisdiction",
            "label",
            "wording",
            "source",
            "source_basis",
            "criteria",
            "reading",
            "readings",
        ]
        optional = ["alternatives", "cohorts", "dose", "context", "limitations"]
        read_keys(raw, self.place, needed, optional)
        at = self.place
        label = read_keys(raw["label"], f"{at}.label", ["section", "read_on", "read_by"])
        effective = read_keys(raw["effective"], f"{at}.effective", ["from", "until"])
        approved = read_keys(raw["approved"], f"{at}.approved", ["by", "date"])
        status = read_member(DefinitionStatus, raw["status"], f"{at}.status")
        if status is DefinitionStatus.APPROVED and not (approved["by"] and approved["date"]):
            refuse(f"{at}.approved", "an approved definition names who and when")
        basis = read_member(SourceBasis, raw["source_basis"], f"{at}.source_basis")
        criteria = tuple(
            self._read_criterion(entry, f"{at}.criteria[{n}]", basis)
            for n, entry in enumerate(read_list(raw["criteria"], f"{at}.criteria"))
        )
        reading = read_keys(raw["reading"], f"{at}.reading", ["id", "says"])
        dose = read_keys(
            raw.get("dose") or {"rows": [], "no_row": ""}, f"{at}.dose", ["rows", "no_row"]
        )
        return Definition(
            id=read_pattern(raw["id"], f"{at}.id", ID),
            version=read_pattern(raw["version"], f"{at}.version", VERSION),
            status=status,
            approved_by=approved["by"],
            approved_on=read_day(approved["date"], f"{at}.approved.date"),
            effective_from=read_day(effective["from"], f"{at}.effective.from"),
            effective_until=read_day(effective["until"], f"{at}.effective.until"),
            **{
                key: read_text(raw[key], f"{at}.{key}")
                for key in ("title", "product", "form", "authority", "jurisdiction")
            },
            label_section=read_text(label["section"], f"{at}.label.section"),
            label_read_on=read_day(label["read_on"], f"{at}.label.read_on"),
            label_read_by=label["read_by"],
            wording=read_text(raw["wording"], f"{at}.wording"),
            source=read_text(raw["source"], f"{at}.source"),
            source_basis=basis,
            criteria=criteria,
            reading=read_pattern(reading["id"], f"{at}.reading.id", NAME),
            reading_says=read_text(reading["says"], f"{at}.reading.says"),
            readings=tuple(
                self._read_reading(entry, f"{at}.readings[{n}]")
                for n, entry in enumerate(read_list(raw["readings"], f"{at}.readings"))
            ),
            alternatives=tuple(
                self._read_alternative(entry, f"{at}.alternatives[{n}]")
                for n, entry in enumerate(raw.get("alternatives") or [])
            ),
            cohorts=self._read_cohorts(raw.get("cohorts"), f"{at}.cohorts"),
            dose_rows=tuple(_read_dose(row, f"{at}.dose.rows") for row in dose["rows"]),
            dose_missing=dose["no_row"],
            context=tuple(
                _read_context(note, f"{at}.context[{n}]")
                for n, note in enumerate(raw.get("context") or [])
            ),
            limitations=tuple(
                read_text(line, f"{at}.limitations") for line in raw.get("limitations") or []
            ),
            digest=_digest(raw),
        )

    def _read_criterion(self, raw: Any, place: str, basis: SourceBasis) -> Criterion:
        """One criterion; `source_basis` where it is founded otherwise than the whole."""
        read_keys(raw, place, ["id", "tag", "phrase", "test", "ask"], ["note", "source_basis"])
        name = read_pattern(raw["id"], f"{place}.id", NAME)
        if name in self.tests:
            refuse(f"{place}.id", f"{name} stands twice")
        test = read_test(raw["test"], f"{place}.test", self.tests)
        self.tests[name] = test
        return Criterion(
            id=name,
            tag=read_member(Tag, raw["tag"], f"{place}.tag"),
            phrase=read_text(raw["phrase"], f"{place}.phrase"),
            test=test,
            asks=_read_asks(raw["ask"], f"{place}.ask"),
            note=read_text(raw["note"], f"{place}.note") if "note" in raw else "",
            source_basis=read_member(
                SourceBasis, raw.get("source_basis", basis), f"{place}.source_basis"
            ),
        )

    def _read_reading(self, raw: Any, place: str) -> Reading:
        read_keys(raw, place, ["id", "says", "changes", "leaves_out"])
        changes = {
            self._name_criterion(name, f"{place}.changes"): read_test(
                test, f"{place}.changes.{name}", self.tests
            )
            for name, test in raw["changes"].items()
        }
        left_out = {
            self._name_criterion(name, f"{place}.leaves_out")
            for name in read_list(raw["leaves_out"], f"{place}.leaves_out")
        }
        for name in {*changes, *left_out}:
            if not is_listed(self.tests[name]) or (
                name in changes and not is_listed(changes[name])
            ):
                refuse(place, f"a reading may only change criteria on listed facts, not {name}")
        return Reading(
            id=read_pattern(raw["id"], f"{place}.id", NAME),
            says=read_text(raw["says"], f"{place}.says"),
            changes=changes,
            leaves_out=frozenset(left_out),
        )

    def _read_alternative(self, raw: Any, place: str) -> Alternative:
        read_keys(raw, place, ["id", "criterion", "says", "test"])
        return Alternative(
            id=read_pattern(raw["id"], f"{place}.id", NAME),
            criterion=self._name_criterion(raw["criterion"], f"{place}.criterion"),
            says=read_text(raw["says"], f"{place}.says"),
            test=read_test(raw["test"], f"{place}.test", self.tests),
        )

    def _read_cohorts(self, raw: Any, place: str) -> Cohorts | None:
        if raw is None:
            return None
        read_keys(raw, place, ["fact", "needs", "names"])
        names = {}
        for name, values in raw["names"].items():
            for value in pick_values(raw["fact"], values, f"{place}.names.{name}"):
                if value in names:
                    refuse(f"{place}.names.{name}", f"{value} is in two cohorts")
                names[value] = read_text(name, place)
        needs = tuple(self._name_criterion(name, f"{place}.needs") for name in raw["needs"])
        if not all(is_listed(self.tests[name]) for name in needs):
            refuse(f"{place}.needs", "only criteria on listed facts")
        return Cohorts(raw["fact"], names, needs)

    def _name_criterion(self, name: Any, place: str) -> str:
        if name not in self.tests:
            refuse(place, f"{name!r} is not a criterion of this definition")
        return str(name)


def _read_asks(raw: Any, place: str) -> dict[UnknownKind, str]:
    """One question for all kinds of unknown, or one for each with `missing` for the rest."""
    if isinstance(raw, str):
        return dict.fromkeys(UnknownKind, read_text(raw, place))
    read_keys(raw, place, ["missing"], [kind.value for kind in UnknownKind])
    return {
        kind: read_text(raw.get(kind.value, raw["missing"]), f"{place}.{kind}")
        for kind in UnknownKind
    }


def _read_dose(raw: Any, place: str) -> DoseRow:
    read_keys(raw, place, ["mg", "text"], ["at_least_kg", "below_kg", "below_years"])
    for key, value in raw.items():
        if key != "text" and (type(value) not in {int, float} or value <= 0):
            refuse(f"{place}.{key}", "a number above 0 is wanted")
    return DoseRow(**{**raw, "text": read_text(raw["text"], f"{place}.text")})


def _read_context(raw: Any, place: str) -> ContextNote:
    read_keys(raw, place, ["tag", "text"])
    return ContextNote(
        read_member(Tag, raw["tag"], f"{place}.tag"), read_text(raw["text"], f"{place}.text")
    )


def _digest(raw: dict[str, Any]) -> str:
    """SHA-256 (hex) of what a definition says; who reviewed it is not part of that."""
    content = {key: value for key, value in raw.items() if key not in {"status", "approved"}}
    content["label"] = raw["label"]["section"]
    return hashlib.sha256(canonical_json(_plain(content)).encode()).hexdigest()


def _plain(raw: Any) -> Any:
    """The content as JSON can hold it."""
    if isinstance(raw, dict):
        return {str(key): _plain(value) for key, value in raw.items()}
    if isinstance(raw, list):
        return [_plain(value) for value in raw]
    return raw.isoformat() if isinstance(raw, date | datetime) else raw
