"""The definitions that are shipped: one file for each indication in `indications/`.

Nothing is shared between files: an approved version must not change because another file does.
How a file is read, and refused, is in `definition_reading`.
"""

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
    "parse_definition",
]

DEFAULT_INDICATION: Final = "us-fda/cabozantinib-tablets/net"
FOLDER: Final = Path(__file__).with_name("indications")


@cache
def load_definitions() -> dict[str, Definition]:
    """Every shipped definition by its id, the default indication first, then by id.

    Raises:
        DefinitionError: a shipped file is not sound; nothing is skipped silently.

    """
    found: dict[str, Definition] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        definition = parse_definition(path.read_text(encoding="utf-8"), path.name)
        if definition.id in found:
            refuse(path.name, f"{definition.id} is defined twice")
        found[definition.id] = definition
    ordered = sorted(found, key=lambda name: (name != DEFAULT_INDICATION, name))
    return {name: found[name] for name in ordered}
