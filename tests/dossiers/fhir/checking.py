"""A structural check of FHIR resources against the definitions and profiles that they name.

What it knows: cardinalities, unknown elements, types of choice elements, fixed values and
patterns, slices, required bindings whose codes are pinned, regexes of primitives, extensions,
targets of references. What it does not: FHIRPath in general (the constraints that our documents
could break are in `rules`), and terminologies that no package holds.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.dossiers.fhir.definitions import (
    CORE,
    Definition,
    Node,
    codes_in,
    find_definition,
    is_primitive,
    regex_of,
    type_of_profile,
)

Json = Mapping[str, Any]
MCODE: Final = "http://hl7.org/fhir/us/mcode/StructureDefinition/"
PYTHON_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "boolean": (bool,),
    "integer": (int,),
    "positiveInt": (int,),
    "unsignedInt": (int,),
    "decimal": (int, float),
}
WHOLE: Final = frozenset({"integer", "positiveInt", "unsignedInt", "decimal"})


@dataclass(frozen=True)
class Finding:
    """What is wrong, where, and by which rule of the check."""

    rule: str
    place: str
    says: str = ""


@dataclass
class Check:
    """One check of one resource; `resolve` finds what a reference means in its document."""

    resolve: Callable[[str], Json | None]
    definition: Definition
    findings: list[Finding] = field(default_factory=list)

    def find(self, rule: str, place: str, says: object = "") -> None:
        self.findings.append(Finding(rule, place, str(says)))

    def element(self, node: Node, value: Json, place: str) -> None:
        """The children of one object against the children of its node."""
        known = {"resourceType"} if "." not in node.element["path"] else set()
        for child in node.children.values():
            for key in keys_of(child):
                known |= {key, f"_{key}"}
            self.child(child, value, place)
        for key in sorted(set(value) - known):
            self.find("unknown", f"{place}.{key}")

    def child(self, node: Node, parent: Json, place: str) -> None:
        found = list(instances_of(node, parent))
        where = f"{place}.{node.name}"
        self.count(node, len(found), where)
        if any(is_list != node.is_listed for _type, _value, is_list in found):
            self.find("array", where)
        matched: dict[str, int] = dict.fromkeys(node.slices, 0)
        for at, (type_code, value, _is_list) in enumerate(found):
            spot = f"{where}[{at}]"
            name = next(
                (n for n, each in node.slices.items() if self.matches(node, each, value)), ""
            )
            if name:
                matched[name] += 1
            elif node.slices and node.element.get("slicing", {}).get("rules") == "closed":
                self.find("slice", spot, "closed")
            self.value(node.slices[name] if name else node, type_code, value, spot)
        for name, number in matched.items():
            self.count(node.slices[name], number, f"{where}:{name}", rule="slice")

    def count(self, node: Node, number: int, place: str, *, rule: str = "") -> None:
        if number < node.element["min"]:
            self.find(rule or "min", place, f"{number} of at least {node.element['min']}")
        most = node.element["max"]
        if most != "*" and number > int(most):
            self.find(rule or "max", place, f"{number} of at most {most}")

    def matches(self, node: Node, part: Node, value: Any) -> bool:
        """Whether a value is of a slice, by the discriminators of its slicing."""
        told = node.element.get("slicing", {}).get("discriminator", ())
        return bool(told) and all(self.discriminates(part, each, value) for each in told)

    def discriminates(self, part: Node, told: Json, value: Any) -> bool:
        path = told["path"]
        if told["type"] == "type":
            return True  # of the one type that our choice slices allow
        if told["type"] == "profile":
            target = self.resolve(value.get("reference", "")) if isinstance(value, dict) else None
            return target is not None and fits_profile(target, part.types)
        if path == "url" and part.types[0].get("profile"):
            return isinstance(value, dict) and value.get("url") in part.types[0]["profile"]
        spot = part if path == "$this" else part.find(path)
        several = [value] if path == "$this" else values_at(value, path)
        if spot is None:
            return False
        if spot.fixed:
            return any(all(holds(p, each) for p in spot.fixed.values()) for each in several)
        bound = codes_in(spot.element.get("set", ""))
        return bound is not None and any(codes_told(each) & bound for each in several)

    def value(self, node: Node, type_code: str, value: Any, place: str) -> None:
        """One value: its type, what is fixed, what it may be chosen from, what is inside it."""
        for kind, pattern in node.fixed.items():
            is_equal = value == pattern if kind.startswith("fixed") else holds(pattern, value)
            if not is_equal:
                self.find("fixed", place, pattern)
        bound = codes_in(node.element["set"]) if "set" in node.element else None
        if bound is not None and value is not None:
            self.bound(bound, type_code, value, place)
        if type_code.startswith("http://hl7.org/fhirpath/"):
            type_code = "string"
        if is_primitive(type_code):
            self.primitive(type_code, value, place)
        elif not isinstance(value, dict):
            if type_code != "xhtml":
                self.find("type", place, f"not a {type_code}")
        else:
            self.complex(node, type_code, value, place)

    def bound(self, bound: frozenset[str], type_code: str, value: Any, place: str) -> None:
        if type_code == "code":
            if not any(each.endswith(f"|{value}") for each in bound):
                self.find("binding", place, value)
        elif not codes_told(value) & bound:
            self.find("binding", place, codes_told(value))

    def primitive(self, type_code: str, value: Any, place: str) -> None:
        if value is None:
            return  # told by an extension alone
        wanted = PYTHON_TYPES.get(type_code, (str,))
        if not isinstance(value, wanted) or (type_code in WHOLE and isinstance(value, bool)):
            self.find("type", place, f"not a {type_code}")
            return
        text = str(value).lower() if isinstance(value, bool) else str(value)
        pattern = regex_of(type_code)
        if not text or (pattern and not pattern.fullmatch(text)):
            self.find("regex", place, f"not a {type_code}")

    def complex(self, node: Node, type_code: str, value: Json, place: str) -> None:
        if not value:
            self.find("empty", place)
        if type_code == "Resource":
            return  # checked by itself
        if type_code == "Reference":
            self.reference(node, value, place)
        if type_code == "Extension":
            self.extension(node, value, place)
        elif node.children:
            self.element(node, value, place)
        elif "contentReference" in node.element:
            named = node.element["contentReference"].removeprefix("#")
            self.element(self.definition.by_id[named], value, place)
        else:
            of_type = find_definition(CORE + type_code)
            if of_type is None:
                raise LookupError(f"{type_code} is not pinned")
            self.element(of_type.root, value, place)

    def extension(self, node: Node, value: Json, place: str) -> None:
        """By the definition of its address, where that is pinned; else as an extension at all."""
        profiles = [value.get("url", ""), *(node.types[0].get("profile", ()) if node.types else ())]
        found = [each for each in map(find_definition, profiles) if each is not None]
        generic = find_definition(CORE + "Extension")
        assert generic is not None
        self.element((found[0] if found else generic).root, value, place)

    def reference(self, node: Node, value: Json, place: str) -> None:
        if "reference" not in value:
            return
        target = self.resolve(value["reference"])
        if target is None:
            self.find("reference", place, "leads nowhere")
        elif not fits_profile(target, node.types):
            self.find("target", place, target["resourceType"])


def check_resource(
    resource: Json, resolve: Callable[[str], Json | None] = lambda _reference: None
) -> list[Finding]:
    """What is wrong with a resource, by its type and by every profile that it names."""
    kind = resource.get("resourceType", "")
    findings: list[Finding] = []
    for url in [CORE + kind, *resource.get("meta", {}).get("profile", ())]:
        definition = find_definition(url)
        if definition is None or definition.type != kind:
            findings.append(Finding("profile", kind, url))
            continue
        check = Check(resolve, definition)
        check.element(definition.root, resource, kind)
        findings += check.findings
    return list(dict.fromkeys(findings))


def keys_of(node: Node) -> list[str]:
    """The names under which an element may stand: of a choice, one for each type."""
    if not node.name.endswith("[x]"):
        return [node.name]
    stem = node.name.removesuffix("[x]")
    return [stem + each["code"][:1].upper() + each["code"][1:] for each in node.types]


def instances_of(node: Node, parent: Json) -> Iterator[tuple[str, Any, bool]]:
    """Type, value and whether it stands in an array, of everything that stands there."""
    codes = [each["code"] for each in node.types] or ["BackboneElement"]
    for key, type_code in zip(keys_of(node), codes * len(keys_of(node)), strict=False):
        if key not in parent and f"_{key}" not in parent:
            continue
        value = parent.get(key)
        if isinstance(value, list):
            yield from ((type_code, each, True) for each in value)
            if not value:
                yield type_code, {}, True
        else:
            yield type_code, value, False


def values_at(value: Any, path: str) -> list[Any]:
    """Everything that stands at a path, through lists."""
    found = [value]
    for part in path.split("."):
        below = [each.get(part) for each in found if isinstance(each, dict)]
        found = [one for each in below for one in (each if isinstance(each, list) else [each])]
    return found


def holds(pattern: Any, value: Any) -> bool:
    """Whether a value holds everything that a pattern names."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            holds(part, value.get(key)) for key, part in pattern.items()
        )
    if isinstance(pattern, list):
        return isinstance(value, list) and all(
            any(holds(part, each) for each in value) for part in pattern
        )
    return bool(pattern == value)


def codes_told(value: Any) -> frozenset[str]:
    """`system|code` of a concept, a coding or a quantity."""
    if not isinstance(value, dict):
        return frozenset()
    codings = value.get("coding", [value])
    return frozenset(f"{each.get('system')}|{each.get('code')}" for each in codings)


def fits_profile(target: Json, types: list[Json]) -> bool:
    """Whether a resource is one that a reference may lead to; mCODE's ones must say so."""
    wanted = [url for each in types for url in each.get("targetProfile", ())]
    claimed = target.get("meta", {}).get("profile", ())
    return not wanted or any(
        url == f"{CORE}Resource"
        or (
            type_of_profile(url) == target["resourceType"]
            and (not url.startswith(MCODE) or url in claimed or is_abstract(url))
        )
        for url in wanted
    )


def is_abstract(url: str) -> bool:
    """Profiles that others are made from and that no resource names."""
    return url.rpartition("/")[2] in {"mcode-cancer-stage", "mcode-tnm-category"}
