"""The definitions that are shipped: a file for each version of each indication in `indications/`.

Nothing is shared between files: an approved version must not change because another file does.
How a file is read, and refused, is in `definition_reading`; which version an office uses is in
its database (`in_use`).
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from .definition_parts import Alternative, Definition, DefinitionStatus, DoseRow
from .definition_reading import parse_definition
from .strict_yaml import DefinitionError, refuse

__all__ = [
    "DEFAULT_INDICATION",
    "Alternative",
    "Definition",
    "DefinitionError",
    "DefinitionStatus",
    "DoseRow",
    "load_definitions",
    "load_versions",
    "order_of",
    "parse_definition",
]

DEFAULT_INDICATION: Final = "us-fda/cabozantinib-tablets/net"
FOLDER: Final = Path(__file__).with_name("indications")
SHIPPED_AS: Final = frozenset({DefinitionStatus.DRAFT, DefinitionStatus.IN_REVIEW})
"""What a file may call itself; everything later is decided in an office, and stands there."""


def load_versions() -> Mapping[tuple[str, str], Definition]:
    """Every shipped version by indication and version: the default indication first, oldest first.

    Raises:
        DefinitionError: a shipped file is not sound; nothing is skipped silently.

    """
    return _load_folder(FOLDER)


def load_definitions() -> dict[str, Definition]:
    """The newest version of each indication that is no draft: what an office begins with.

    Raises:
        DefinitionError: as `load_versions`.

    """
    return {
        definition.id: definition
        for definition in load_versions().values()
        if definition.status is not DefinitionStatus.DRAFT
    }


def order_of(version: str) -> tuple[int, ...]:
    """A version as numbers, so that 1.10.0 comes after 1.9.0."""
    return tuple(int(part) for part in version.split("."))


@cache
def _load_folder(folder: Path) -> dict[tuple[str, str], Definition]:
    found: dict[tuple[str, str], Definition] = {}
    for path in sorted(folder.glob("*.yaml")):
        definition = parse_definition(path.read_text(encoding="utf-8"), path.name)
        if definition.status not in SHIPPED_AS:
            refuse(path.name, "a file is shipped as draft or in_review; an office decides the rest")
        key = (definition.id, definition.version)
        if key in found:
            refuse(path.name, f"{definition.id} {definition.version} is defined twice")
        found[key] = definition
    ordered = sorted(
        found, key=lambda key: (key[0] != DEFAULT_INDICATION, key[0], order_of(key[1]))
    )
    return {key: found[key] for key in ordered}
