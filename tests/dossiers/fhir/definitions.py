"""The pinned definitions of FHIR R4 and mCODE as trees that a checker can walk.

Made by `pinning`; see `tests/samples/fhir/README.md` for origin, licence and hashes.
"""

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).parents[2] / "samples" / "fhir" / "definitions.json.gz"
CORE: Final = "http://hl7.org/fhir/StructureDefinition/"
US_CORE: Final = "http://hl7.org/fhir/us/core/"
PROBLEM: Final = "http://terminology.hl7.org/CodeSystem/condition-category|"
US_CORE_SETS: Final = {
    f"{US_CORE}ValueSet/us-core-problem-or-health-concern": [
        f"{PROBLEM}problem-list-item",
        f"{US_CORE}CodeSystem/condition-category|health-concern",
    ]
}
"""The one required slice whose codes are in neither package (US Core 6.1.0)."""
US_CORE_TYPES: Final = {
    "patient": "Patient",
    "practitioner": "Practitioner",
    "practitionerrole": "PractitionerRole",
    "organization": "Organization",
    "careteam": "CareTeam",
    "relatedperson": "RelatedPerson",
    "encounter": "Encounter",
    "medication": "Medication",
    "condition-problems-health-concerns": "Condition",
}
Json = Mapping[str, Any]


@dataclass
class Node:
    """One element of a definition with its children and its slices."""

    element: Json
    children: dict[str, "Node"] = field(default_factory=dict)
    slices: dict[str, "Node"] = field(default_factory=dict)

    @property
    def name(self) -> str:
        path: str = self.element["path"]
        return path.rpartition(".")[2]

    @property
    def is_listed(self) -> bool:
        """Whether JSON writes it as an array, even where a profile allows one alone."""
        return bool(self.element["most"] != "1")

    @property
    def types(self) -> list[Json]:
        found: list[Json] = self.element["type"]
        return found

    @property
    def fixed(self) -> dict[str, Any]:
        """What a value must be (`fixed…`) or hold (`pattern…`)."""
        return {
            key: value
            for key, value in self.element.items()
            if key.startswith(("fixed", "pattern"))
        }

    def find(self, path: str) -> "Node | None":
        """The node below, by the path of a discriminator."""
        node: Node | None = self
        for part in path.split("."):
            node = node.children.get(part) if node else None
        return node


@dataclass(frozen=True)
class Definition:
    url: str
    type: str
    root: Node
    by_id: Mapping[str, Node]


@cache
def pinned() -> Json:
    read: Json = json.loads(gzip.decompress(FILE.read_bytes()))
    return read


@cache
def find_definition(url: str) -> Definition | None:
    found = pinned()["definitions"].get(url)
    if found is None:
        return None
    by_id: dict[str, Node] = {}
    elements = found["elements"]
    for element in elements:
        node = Node(element)
        by_id[element["id"]] = node
        above, _dot, last = element["id"].rpartition(".")
        if not above:
            continue
        base, colon, slice_name = last.partition(":")
        if colon:
            by_id[f"{above}.{base}"].slices[slice_name] = node
        else:
            by_id[above].children[last] = node
    return Definition(url, found["type"], by_id[elements[0]["id"]], by_id)


@cache
def regex_of(primitive: str) -> re.Pattern[str] | None:
    pattern = pinned()["regexes"].get(primitive)
    return re.compile(pattern, re.ASCII) if pattern else None


def codes_in(url: str) -> frozenset[str] | None:
    """`system|code` of a value set; None where the packages do not hold its codes."""
    found = US_CORE_SETS.get(url) or pinned()["sets"].get(url)
    return frozenset(found) if found else None


def is_primitive(type_code: str) -> bool:
    return type_code[:1].islower() and type_code != "xhtml"


def type_of_profile(url: str) -> str:
    """The type of resource that a profile is of."""
    found = find_definition(url)
    if found is not None:
        return found.type
    if url.startswith(f"{US_CORE}StructureDefinition/us-core-"):
        return US_CORE_TYPES.get(url.rpartition("us-core-")[2], "")
    return url.removeprefix(CORE)
