"""Which record could settle a fact that is missing, in words for a family.

The words say what paper is wanted and what a hospital reads in it. They say nothing of an
indication, of a match or of its absence.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Wanted:
    """`kind` is a kind of record (`documents.records`)."""

    fact_key: str
    kind: str
    title: Promise
    reason: Promise

    @property
    def key(self) -> tuple[str, str]:
        """The paper itself: the same for every fact that is read in it."""
        return self.kind, str(self.title)


def _pathology(key: str) -> Wanted:
    return Wanted(
        key,
        "pathology",
        _("Pathology report of the tumour"),
        _("The hospital reads in it what kind of tumour it is and how its cells look."),
    )


def _imaging(key: str) -> Wanted:
    return Wanted(
        key,
        "imaging",
        _("Report of the latest CT or MRI"),
        _("The hospital reads in it where the tumour is and how it has changed."),
    )


def _letter(key: str, reason: Promise) -> Wanted:
    return Wanted(key, "oncology_letter", _("Latest letter of the treating doctors"), reason)


WANTED: Final[Mapping[str, Wanted]] = {
    wanted.fact_key: wanted
    for wanted in (
        Wanted(
            "date_of_birth",
            "identity",
            _("Passport or birth certificate"),
            _("The hospital needs the date of birth as it is written there."),
        ),
        _pathology("histology"),
        _pathology("differentiation"),
        _pathology("grade"),
        _pathology("ki67_percent"),
        _imaging("primary_site"),
        _imaging("locally_advanced"),
        _imaging("metastatic"),
        _imaging("progressive"),
        _letter("resectable", _("The hospital reads in it what the surgeons thought.")),
        _letter("needs_immediate_surgery", _("The hospital reads in it what is planned next.")),
        _letter("functional_syndrome", _("The hospital reads in it which complaints there are.")),
        Wanted(
            "prior_treatments",
            "oncology_letter",
            _("List of all treatments until now, with their dates"),
            _("The hospital wants to know what was given, from when to when, and why it ended."),
        ),
        Wanted(
            "sstr_positive",
            "imaging",
            _("Report of the receptor scan (DOTATATE PET or octreotide scan)"),
            _("The hospital reads in it how the tumour shows in this scan."),
        ),
        Wanted(
            "germline_vhl",
            "biomarker",
            _("Report of the genetic test"),
            _("The hospital reads in it whether there is something inherited to know about."),
        ),
    )
}


def asks_for(fact_keys: Iterable[str]) -> Wanted | None:
    """The record that settles the first of the given facts; None where no record would."""
    return next((WANTED[key] for key in fact_keys if key in WANTED), None)


def settled_by(fact_keys: Iterable[str], papers: Iterable[tuple[str, str]]) -> frozenset[str]:
    """All facts that papers could settle: those asked for under a fact, and those by name.

    A paper that somebody put on the list by hand, by its kind and its English title, is the same
    paper.
    """
    with translation.override("en"):  # as the requests keep them
        wanted = {WANTED[key].key for key in fact_keys if key in WANTED} | set(papers)
        return frozenset(key for key, each in WANTED.items() if each.key in wanted)
