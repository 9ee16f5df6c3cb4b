"""What a definition of an indication consists of. Data only; `definitions` reads it from YAML."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from .criteria import Test
from .program import Cohorts, Program, Reading
from .rows import Criterion, SourceBasis, Tag


class DefinitionStatus(StrEnum):
    """The life of a definition. What is shipped is `in_review` until a clinician signs."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Alternative:
    """Another way to read one criterion: shown beside its row, never counted."""

    id: str
    criterion: str
    says: str
    test: Test


@dataclass(frozen=True)
class ContextNote:
    """What is worth knowing beside the criteria: shown, never counted."""

    tag: Tag
    text: str


@dataclass(frozen=True)
class DoseRow:
    """One row of the label's dose table, quoted (rule P11). Weights in kg, ages in years.

    A row holds from `at_least_kg`, below `below_kg` and below `below_years`, where stated.
    """

    mg: int
    text: str
    at_least_kg: float | None = None
    below_kg: float | None = None
    below_years: int | None = None

    def holds_for(self, weight_kg: float, age_years: int) -> bool:
        return (
            (self.at_least_kg is None or weight_kg >= self.at_least_kg)
            and (self.below_kg is None or weight_kg < self.below_kg)
            and (self.below_years is None or age_years < self.below_years)
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Definition:
    """One indication of one product under one jurisdiction, in one version.

    Loaded once and told apart by identity; `digest` tells contents apart.

    `effective_from` and `effective_until` bound the authority's wording, not our version of it.
    `label_read_on` and `label_read_by` stay empty until a named clinician has read the label.
    """

    id: str
    version: str
    status: DefinitionStatus
    approved_by: str | None
    approved_on: date | None
    effective_from: date | None
    effective_until: date | None
    title: str
    product: str
    form: str
    authority: str
    jurisdiction: str
    label_section: str
    label_read_on: date | None
    label_read_by: str | None
    wording: str
    source: str
    source_basis: SourceBasis
    criteria: tuple[Criterion, ...]
    reading: str
    reading_says: str
    readings: tuple[Reading, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    cohorts: Cohorts | None = None
    dose_rows: tuple[DoseRow, ...] = ()
    dose_missing: str = ""
    """What is said where the dose table has no row for a person."""
    context: tuple[ContextNote, ...] = ()
    limitations: tuple[str, ...] = ()
    digest: str = ""
    """SHA-256 (hex) of the definition's content, to tell versions apart beyond doubt."""

    @property
    def label_reading(self) -> str:
        """Who read the label when, said honestly."""
        if self.label_read_on is None or self.label_read_by is None:
            return "Label not yet read by a named clinician"
        return f"Label read on {self.label_read_on.isoformat()} by {self.label_read_by}"

    @cached_property
    def program(self) -> Program:
        """The criteria made ready to answer quickly."""
        return Program(self.criteria, self.readings, self.cohorts)

    @cached_property
    def criteria_by_id(self) -> Mapping[str, Criterion]:
        return {criterion.id: criterion for criterion in self.criteria}
