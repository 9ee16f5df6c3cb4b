"""The sections of a dossier in their order: what its table of contents lists."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext, gettext_noop as _

SECTIONS: Final = (
    ("criteria", _("Criteria in full")),
    ("extent", _("Diagnosis and extent")),
    ("treatment", _("Course of treatment")),
    ("biomarkers", _("Biomarkers")),
    ("series", _("Values over time")),
    ("imaging", _("Imaging")),
    ("conditions", _("Other conditions, allergies, medicines")),
    ("attention", _("For the prescriber’s attention")),
    ("others", _("Other published wordings")),
    ("missing", _("Missing, and who was asked")),
    ("sources", _("Sources")),
    ("correspondence", _("Correspondence")),
    ("travel", _("Travel")),
    ("changes", _("Changes since the version you saw")),
    ("provenance", _("Provenance")),
    ("disclaimer", _("What this document is, and is not")),
)


COLUMNS: Final = 3


@dataclass(frozen=True)
class Entry:
    anchor: str
    title: str


def list_sections() -> list[tuple[Entry | None, ...]]:
    """The entries in the language in force: rows of three columns, each read from the top."""
    entries: list[Entry | None] = [Entry(anchor, gettext(title)) for anchor, title in SECTIONS]
    height = -(-len(entries) // COLUMNS)
    entries += [None] * (COLUMNS * height - len(entries))
    columns = (entries[at : at + height] for at in range(0, len(entries), height))
    return list(zip(*columns, strict=True))
