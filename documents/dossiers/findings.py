"""The clinical parts of a dossier: the flag, treatments, measurements, images, what is missing."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from .printed import PROSE, Absence, Cite, Fact, Listed, Printed, Side, partial_date


class Answer(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class Overall(StrEnum):
    MATCH = "match"
    NO_MATCH = "no_match"
    INSUFFICIENT = "insufficient_information"


class UnknownKind(StrEnum):
    MISSING = "missing"
    AMBIGUOUS = "ambiguous"
    CONFLICT = "conflict"
    INVALID = "invalid"


class LineStatus(StrEnum):
    GIVEN = "given"
    ONGOING = "ongoing"
    PLANNED = "planned"
    DECLINED = "declined"


class LineKind(StrEnum):
    """How a line of treatment is drawn; the exact class is printed beside it."""

    SYSTEMIC = "systemic"
    SSA = "ssa"
    LOCAL = "local"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class ReadingAnswer(Printed):
    """What another reading of the wording would answer: row or whole."""

    reading: str
    wording: str = ""
    answer: Answer | Overall


@dataclass(frozen=True, kw_only=True)
class CriterionRow(Printed):
    id: str
    phrase: str
    tag: str = "LABEL"
    answer: Answer
    unknown_kind: UnknownKind | None = None
    derived: bool = False
    fact: str = ""
    """The fact used, in words; empty when there is none."""
    brief: str | None = None
    """The same in a few words for the first page, which has room for few; None: as `fact`."""
    reason: str = field(default="", metadata=PROSE)
    cites: tuple[Cite, ...] = ()
    sides: tuple[Side, ...] = ()
    confirmed_by: str = ""
    confirmed_on: date | None = None
    settled: str = field(default="", metadata=PROSE)
    """The sentence with which a clinician settled an ambiguous row."""
    ask: str = ""
    other_readings: tuple[ReadingAnswer, ...] = ()

    @property
    def first_words(self) -> str:
        return self.fact if self.brief is None else self.brief


@dataclass(frozen=True, kw_only=True)
class DoseNote(Printed):
    """Label text, quoted. Never computed advice."""

    quote: str = field(metadata=PROSE)
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class ContextNote(Printed):
    """Shown beside the criteria and never counted."""

    text: str = field(metadata=PROSE)
    tag: str = "TRIAL"
    cites: tuple[Cite, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Flag(Printed):
    """Where the recorded facts stand to one published wording."""

    definition_id: str
    definition_version: str
    definition_status: str
    published_as: str
    """Completes “the published wording of …”: “the US label of X tablets (FDA, section 1.4)”."""
    wording: str = field(metadata=PROSE)
    label_read_on: date | None = None
    label_read_by: str = ""
    reading: str = ""
    overall: Overall
    cohort: str = ""
    rows: tuple[CriterionRow, ...]
    other_readings: tuple[ReadingAnswer, ...] = ()
    context: tuple[ContextNote, ...] = ()
    dose: DoseNote | Absence
    next_change_on: date | None = None
    """The day on which the answer changes by itself."""
    next_change_why: str = ""


@dataclass(frozen=True, kw_only=True)
class OtherIndication(Printed):
    definition_id: str
    definition_version: str
    definition_status: str
    title: str
    overall: Overall
    unknowns: int
    note: str = field(default="", metadata=PROSE)


@dataclass(frozen=True, kw_only=True)
class TreatmentLine(Printed):
    number: int | None = None
    agent: str
    kind: LineKind
    class_name: str = ""
    intent: str = ""
    start: str = ""
    """ISO, possibly partial; empty when unknown."""
    end: str = ""
    status: LineStatus
    best_response: str = ""
    stop_reason: str = ""
    for_condition: str = ""
    when: str = ""
    """In words, where neither day may be told."""
    cites: tuple[Cite, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        for each in (self.start, self.end):
            if each:
                partial_date(each)


@dataclass(frozen=True, kw_only=True)
class Biomarker(Printed):
    name: str
    result: str
    assay: str = ""
    specimen: str = ""
    on: date | None = None
    cites: tuple[Cite, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Point(Printed):
    on: date
    text: str
    """As recorded, bound or range included: “< 3”, “5-8”."""
    value: float | None = None
    """For the drawing; None where no single number would be true."""
    note: str = ""
    cites: tuple[Cite, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Series(Printed):
    name: str
    unit: str = ""
    points: tuple[Point, ...]


@dataclass(frozen=True, kw_only=True)
class ImagingStudy(Printed):
    what: str
    on: date | None
    age_days: int | None
    """On the reference date."""
    when: str = ""
    """In words, where the day may not be told."""
    limit_days: int | None = None
    """The greatest age this hospital asks for, where it is known."""
    finding: str = field(default="", metadata=PROSE)
    images: str = ""
    """Whether the images themselves can be had: “DICOM, 4 series, 812 images”."""
    cites: tuple[Cite, ...] = ()

    @property
    def is_too_old(self) -> bool:
        return (
            self.limit_days is not None
            and self.age_days is not None
            and self.age_days > self.limit_days
        )


@dataclass(frozen=True, kw_only=True)
class HistoryGroup(Printed):
    """Other conditions, allergies, medicines, performance status: present even when empty."""

    name: str
    facts: Listed[Fact]


@dataclass(frozen=True, kw_only=True)
class AttentionItem(Printed):
    topic: str
    fact: str = field(metadata=PROSE)
    label_says: str = field(default="", metadata=PROSE)
    on: date | None = None
    cites: tuple[Cite, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MissingItem(Printed):
    what: str
    why: str = ""
    asked_of: str = ""
    """Empty: nobody has been asked yet."""
    asked_on: date | None = None
    state: str = ""
