"""All that a dossier says, as one frozen value.

The dossier is a function of this value and of nothing else: gathering fills it from the database,
rendering turns it into pages, and its hash (`freezing`) stands in the footer. Fields marked `APART`
are not part of that hash: they tell of the making of this version, not of the facts, the evaluation
and the source files it was made from.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from .findings import (
    AttentionItem,
    Biomarker,
    Flag,
    HistoryGroup,
    ImagingStudy,
    MissingItem,
    OtherIndication,
    Series,
    TreatmentLine,
)
from .printed import (
    APART,
    PROSE,
    Absence,
    Cite,
    Fact,
    Listed,
    Printed,
    partial_date,
)
from .said import say as _


class Variant(StrEnum):
    """What is made of a case: the whole dossier, its first page alone, or no person in it."""

    FULL = "full"
    SUMMARY = "summary"
    DEIDENTIFIED = "deidentified"


FIRST_VERSION = Absence(_("this is the first version"))


@dataclass(frozen=True, kw_only=True)
class Recipient(Printed):
    hospital: str
    unit: str = ""
    place: str = ""
    contact: str = ""


@dataclass(frozen=True, kw_only=True)
class Question(Printed):
    """What the hospital is asked, in one or two sentences."""

    text: str = field(metadata=PROSE)
    asked_by: str = ""
    answer_to: str = ""


@dataclass(frozen=True, kw_only=True)
class Patient(Printed):
    """The patient, as far as the consent for this hospital allows."""

    name: str | Absence
    native_name: str = ""
    """In the patient's own script, where it is another one; only where the name is shown."""
    birth_date: str | Absence
    """ISO, of year, month or day precision."""
    age_years: int | None = None
    """Completed years on the reference date."""
    is_of_oldest: bool = False
    """Whether the age stands for itself and all above it."""
    sex: str | Absence
    country: str | Absence
    language: str | Absence
    consent: str = ""
    """Under which consent the identity is shown, e.g. “consent of 3 Feb 2026, version 2”."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.birth_date, str):
            partial_date(self.birth_date)


@dataclass(frozen=True, kw_only=True)
class Letter(Printed):
    on: date
    way: str
    """“to” or “from”."""
    party: str
    about: str
    state: str = ""

    @property
    def whom(self) -> str:
        """Who wrote to whom, in words: “to University Hospital Aareblick”."""
        if self.way == "to":
            return _("to %(party)s", party=self.party)
        return _("from %(party)s", party=self.party)


@dataclass(frozen=True, kw_only=True)
class TravelItem(Printed):
    what: str
    state: str
    when: str = ""
    until: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Source(Printed):
    key: str
    """“S1”, as cited."""
    title: str
    kind: str
    is_pathology: bool = False
    """Whether the course of treatment shows it in its pathology lane."""
    dated: date | None = None
    received_on: date | None = None
    pages: int
    language: str
    translation: str = ""
    sha256: str


@dataclass(frozen=True, kw_only=True)
class SignOff(Printed):
    role: str
    name: str
    meaning: str
    at: datetime
    state: str


@dataclass(frozen=True, kw_only=True)
class Confirmation(Printed):
    name: str
    role: str
    facts: int
    last_on: date


@dataclass(frozen=True, kw_only=True)
class VersionNote(Printed):
    version: int
    made_on: date
    contents_sha256: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Change(Printed):
    what: str
    before: str = field(default="", metadata=PROSE)
    after: str = field(default="", metadata=PROSE)
    cites: tuple[Cite, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DossierContents(Printed):
    case_reference: str
    version: int = field(default=1, metadata=APART)
    reference_date: date
    made_at: datetime = field(metadata=APART)
    """Aware, UTC."""
    verify_at: str = field(default="", metadata=APART)
    """The address at which anybody can learn whether a file is ours, unchanged and the newest."""
    variant: Variant = Variant.FULL
    language: str = "en"
    """Of the frame: labels and fixed sentences. Values stand as recorded."""
    organisation: str = "Navigator"
    coordinator: str = ""

    recipient: Recipient | Absence
    question: Question | Absence
    patient: Patient
    diagnosis: Fact | Absence
    stage: Fact | Absence
    diagnosis_details: Listed[Fact]
    metastases: Listed[Fact]
    markers: Listed[Fact]

    flag: Flag | Absence
    other_indications: Listed[OtherIndication]
    treatments: Listed[TreatmentLine]
    biomarkers: Listed[Biomarker]
    series: Listed[Series]
    imaging: Listed[ImagingStudy]
    history: tuple[HistoryGroup, ...]
    attention: Listed[AttentionItem]
    missing: Listed[MissingItem]
    correspondence: Listed[Letter]
    travel: Listed[TravelItem]
    sources: Listed[Source]
    sign_offs: Listed[SignOff]
    confirmations: Listed[Confirmation]
    versions: Listed[VersionNote] = field(default=FIRST_VERSION, metadata=APART)
    changes: Listed[Change] = field(default=FIRST_VERSION, metadata=APART)
    changes_since: str = field(default="", metadata=APART)
    """Against which version, and who opened it when."""

    @property
    def shared_status(self) -> str:
        """How the definitions of the other wordings stand, where all stand alike."""
        if isinstance(self.other_indications, Absence):
            return ""
        found = {each.definition_status for each in self.other_indications}
        return found.pop() if len(found) == 1 else ""

    @property
    def imaging_limit(self) -> int | None:
        """The greatest age of a study that this hospital asks for, where it is known."""
        studies = () if isinstance(self.imaging, Absence) else self.imaging
        return next((each.limit_days for each in studies if each.limit_days is not None), None)

    @property
    def tells_outcomes(self) -> bool:
        """Whether a response, or a reason for stopping, was recorded for any treatment."""
        return not isinstance(self.treatments, Absence) and any(
            line.best_response or line.stop_reason for line in self.treatments
        )
