"""The parts of a snapshot: what the matcher takes, and nothing else.

Every value is a value, `None` (nobody recorded it) or a `Conflict`. Frozen, hashable and pure.
`cases.clinical.snapshot` is the door through which others come.
"""

from dataclasses import dataclass, field
from datetime import date

from .terms import (
    Differentiation,
    Grade,
    Histology,
    PrimarySite,
    Resectability,
    Sex,
    TreatmentClass,
    TreatmentStatus,
)
from .values import Conflict, Interval, Known, PartialDate, day_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """The person. `weight_kg` is in kilograms."""

    date_of_birth: Known[PartialDate] = None
    sex: Known[Sex] = None
    weight_kg: Known[float] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disease:
    """The illness. `ki67_percent` is in percent of cells, perhaps as a range or a bound."""

    histology: Known[Histology] = None
    differentiation: Known[Differentiation] = None
    grade: Known[Grade] = None
    ki67_percent: Known[float | Interval] = None
    primary_site: Known[PrimarySite] = None
    locally_advanced: Known[bool] = None
    metastatic: Known[bool] = None
    resectable: Known[bool | Resectability] = None
    progressive: Known[bool] = None
    functional_syndrome: Known[bool] = None
    sstr_positive: Known[bool] = None
    germline_vhl: Known[bool] = None
    needs_immediate_surgery: Known[bool] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """One entry of the treatment history. `for_condition` is `NET` for this tumour."""

    agent: Known[str] = None
    treatment_class: Known[TreatmentClass] = None
    start_date: Known[PartialDate] = None
    end_date: Known[PartialDate] = None
    status: Known[TreatmentStatus] = None
    for_condition: Known[str] = None
    has_conflict: bool = field(init=False, compare=False, repr=False)
    """Whether sources disagree on any of its fields."""

    def __post_init__(self) -> None:
        found = any(
            isinstance(fact, Conflict)
            for fact in (
                self.agent,
                self.treatment_class,
                self.start_date,
                self.end_date,
                self.status,
                self.for_condition,
            )
        )
        object.__setattr__(self, "has_conflict", found)

    @property
    def standing(self) -> Known[TreatmentStatus]:
        """The status, or its default: completed, or ongoing where there is no end date."""
        if self.status is not None:
            return self.status
        return TreatmentStatus.ONGOING if self.end_date is None else TreatmentStatus.COMPLETED


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The facts of one case on `reference_date`.

    `prior_treatments`: `None` was never collected; a tuple is confirmed complete, the empty one
    included (rule P9).
    """

    reference_date: date
    patient: Patient = Patient()
    disease: Disease = Disease()
    prior_treatments: Known[tuple[Treatment, ...]] = None
    case: str | None = None
    today: int = field(init=False, compare=False, repr=False)
    """`reference_date` as a day number."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "today", day_number(self.reference_date))
