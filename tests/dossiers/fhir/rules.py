"""Rules of FHIR, US Core and mCODE that are written as constraints, by their keys.

Only those that a document of ours could break; each is named as the specification names it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from xml.etree import ElementTree as ET

from tests.dossiers.fhir.checking import Finding, check_resource

Json = Mapping[str, Any]
DATA_ABSENT: Final = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
XHTML: Final = "{http://www.w3.org/1999/xhtml}"
UCUM: Final = "http://unitsofmeasure.org"
ORDERS: Final = frozenset({"order", "original-order", "reflex-order", "filler-order"})
LAB_PROFILES: Final = ("histologic-behavior-and-type", "histologic-grade", "tumor-marker-test")


def check_document(bundle: Json) -> list[Finding]:
    """Every resource by its definitions; what is sound so far by the rules; then the document."""
    by_url = {each["fullUrl"]: each["resource"] for each in bundle["entry"]}
    findings = [*check_resource(bundle), *check_bundle(bundle)]
    for each in bundle["entry"]:
        resource = each["resource"]
        findings += check_resource(resource, by_url.get) or check_rules(resource)
    return findings


def check_bundle(bundle: Json) -> Iterator[Finding]:
    """What makes a bundle a document; that nothing lies in it to which nothing leads."""
    urls = [each["fullUrl"] for each in bundle["entry"]]
    broken = {
        "bdl-7": len(set(urls)) != len(urls),
        "document": bundle["type"] != "document",
        "bdl-9": not bundle.get("identifier", {}).get("value"),
        "bdl-10": not bundle.get("timestamp"),
        "bdl-11": bundle["entry"][0]["resource"]["resourceType"] != "Composition",
        "full-url": urls != [f"urn:uuid:{each['resource'].get('id')}" for each in bundle["entry"]],
    }
    yield from (Finding(rule, "Bundle") for rule, is_broken in broken.items() if is_broken)
    for url in sorted(set(urls) - reach(bundle, urls[0])):
        yield Finding("orphan", url, "nothing in the document leads there")


def reach(bundle: Json, start: str) -> set[str]:
    """Everything that the Composition leads to, step by step."""
    links = {each["fullUrl"]: set(references_in(each["resource"])) for each in bundle["entry"]}
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        url = waiting.pop()
        if url not in seen:
            seen.add(url)
            waiting += links.get(url, ())
    return seen


def references_in(value: Any) -> Iterator[str]:
    for each in objects_in(value):
        if isinstance(each.get("reference"), str):
            yield each["reference"]


def objects_in(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from objects_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from objects_in(each)


def check_rules(resource: Json) -> Iterator[Finding]:
    kind = resource["resourceType"]
    yield from check_text(resource)
    for each in objects_in(resource):
        yield from check_element(each, kind)
    for rule, holds in RULES.get(kind, ()):
        if not holds(resource):
            yield Finding(rule, kind)


def check_element(element: Json, place: str) -> Iterator[Finding]:
    start, end = element.get("start"), element.get("end")
    if isinstance(start, str) and isinstance(end, str) and start[: len(end)] > end[: len(start)]:
        yield Finding("per-1", place)
    if "url" in element and "fullUrl" not in element:
        has_value = any(key.startswith("value") for key in element)
        if has_value == ("extension" in element):
            yield Finding("ext-1", place)
    low, high = element.get("low"), element.get("high")
    if isinstance(low, dict) and isinstance(high, dict) and low["value"] > high["value"]:
        yield Finding("rng-2", place)


def check_text(resource: Json) -> Iterator[Finding]:
    """Generated text is there, is well-formed XHTML, says something, and holds no script."""
    texts = [resource.get("text")]
    texts += [section.get("text") for section in resource.get("section", ())]
    for text in texts:
        try:
            div = ET.fromstring((text or {}).get("div", ""))  # noqa: S314  # our own few bytes
        except ET.ParseError:
            yield Finding("txt-1", resource["resourceType"], "not XHTML")
            continue
        if div.tag != f"{XHTML}div" or {each.tag for each in div.iter()} - ALLOWED:
            yield Finding("txt-1", resource["resourceType"], "elements that may not stand there")
        if not "".join(div.itertext()).strip():
            yield Finding("txt-2", resource["resourceType"])


ALLOWED: Final = {f"{XHTML}{name}" for name in ("div", "p", "b")}


def has_value(observation: Json) -> bool:
    return any(re.fullmatch(r"value[A-Z]\w*", key) for key in observation)


def is_profiled(resource: Json, *names: str) -> bool:
    claimed = resource.get("meta", {}).get("profile", ())
    return any(url.endswith(name) for url in claimed for name in names)


def names_are_told(patient: Json) -> bool:
    """Family or given name, or why not; never both and never neither."""
    return all(
        bool(name.get("family") or name.get("given"))
        != any(each["url"] == DATA_ABSENT for each in name.get("extension", ()))
        for name in patient["name"]
    )


def section_says_something(composition: Json) -> bool:
    return all(each.get("text") or each.get("entry") for each in composition["section"])


RULES: Final[Mapping[str, tuple[tuple[str, Callable[[Json], bool]], ...]]] = {
    "Observation": (
        ("obs-6", lambda each: not (has_value(each) and "dataAbsentReason" in each)),
        (
            "us-core-2",
            lambda each: bool(
                has_value(each) or {"dataAbsentReason", "component", "hasMember"} & set(each)
            ),
        ),
        (
            "us-core-1",
            lambda each: (
                not is_profiled(each, *LAB_PROFILES, "bodyweight")
                or len(each.get("effectiveDateTime", "2026-01-01")) >= 10
            ),
        ),
        (
            "us-core-3",
            lambda each: (
                not is_profiled(each, *LAB_PROFILES)
                or each.get("valueQuantity", {}).get("system", UCUM) == UCUM
            ),
        ),
    ),
    "Patient": (("us-core-6", names_are_told),),
    "Composition": (
        ("cmp-1", section_says_something),
        (
            "cmp-2",
            lambda each: not any("emptyReason" in s and "entry" in s for s in each["section"]),
        ),
    ),
    "List": (("lst-1", lambda each: not ("emptyReason" in each and "entry" in each)),),
    "Condition": (("con-3", lambda each: "clinicalStatus" in each),),
    "Consent": (("ppc-1", lambda each: bool({"policy", "policyRule"} & set(each))),),
    "Appointment": (
        (
            "app-3",
            lambda each: (
                each["status"] in {"proposed", "cancelled"} or {"start", "end"} <= set(each)
            ),
        ),
    ),
    "MedicationRequest": (
        ("us-core-21", lambda each: each["intent"] not in ORDERS or "requester" in each),
    ),
}
