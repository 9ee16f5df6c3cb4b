"""The sections of a dossier in their order: what its table of contents lists."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext, gettext_noop as _

from .contents import DossierContents
from .printed import Absence

FIGURES: Final = "figures"
FIGURES_OF: Final = "us-fda/cabozantinib-tablets/net"
"""The definition whose label figures stand in a box of their own on the last pages."""
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
    (FIGURES, _("Figures of the label, for reference")),
    ("disclaimer", _("What this document is, and is not")),
)


COLUMNS: Final = 3


@dataclass(frozen=True)
class Entry:
    anchor: str
    title: str


def shows_figures(contents: DossierContents) -> bool:
    return not isinstance(contents.flag, Absence) and contents.flag.definition_id == FIGURES_OF


def list_sections(contents: DossierContents) -> list[tuple[Entry | None, ...]]:
    """The entries in the language in force: rows of three columns, each read from the top."""
    entries: list[Entry | None] = [
        Entry(anchor, gettext(title))
        for anchor, title in SECTIONS
        if anchor != FIGURES or shows_figures(contents)
    ]
    height = -(-len(entries) // COLUMNS)
    entries += [None] * (COLUMNS * height - len(entries))
    columns = (entries[at : at + height] for at in range(0, len(entries), height))
    return list(zip(*columns, strict=True))
