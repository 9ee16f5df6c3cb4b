"""Contents as frozen JSON: what a version keeps, hashes and is compared by."""

import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any, Final

from documents.dossiers.contents import DossierContents

APART: Final = frozenset(
    each.name for each in fields(DossierContents) if each.metadata.get("apart")
)


def freeze_contents(contents: DossierContents) -> dict[str, Any]:
    """All that the dossier says as JSON, what tells of its making included."""
    frozen: dict[str, Any] = _as_plain(contents)
    return frozen


def hash_frozen(frozen: dict[str, Any]) -> str:
    """The SHA-256 (hex) of the canonical JSON of what a dossier says.

    Canonical: keys sorted, no spaces, UTF-8, dates in ISO form; without what tells of the making.
    The same facts, evaluation and sources made into a dossier again, later, give the same hash.
    """
    counted = {key: value for key, value in frozen.items() if key not in APART}
    canonical = json.dumps(counted, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def hash_contents(contents: DossierContents) -> str:
    return hash_frozen(freeze_contents(contents))


def _as_plain(value: Any) -> Any:
    if is_dataclass(value):
        return {each.name: _as_plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [_as_plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return str(value)
    return value
