"""The shapes of the sample cases: what a `case.yaml` may say, as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

SAMPLES = Path(__file__).resolve().parent
REFERENCE_DATE = date(2026, 11, 22)
SYNTHETIC_LINE = "Synthetic report for demonstration – no real person"

FactValue = str | int | float | bool | dict[str, object] | None
"""A scalar of the snapshot's vocabulary, or one entry of `prior_treatments`."""

RecordKind = Literal[
    "pathology",
    "biomarker",
    "imaging",
    "oncology_letter",
    "hospital_correspondence",
    "laboratory",
    "travel_paper",
    "identity",
    "other",
]
ConsentPurpose = Literal["keep_records", "translate", "contact", "share"]
Answer = Literal["met", "not_met", "unknown"]
UnknownKind = Literal["missing", "ambiguous", "conflict", "invalid"]


class SampleError(ValueError):
    """A sample file does not have the shape that its dataclass names."""


@dataclass(frozen=True)
class Patient:
    family_name: str
    given_name: str
    birth_date: date
    sex: Literal["female", "male"]
    country: str
    """ISO 3166 code of two letters."""
    city: str
    language: Literal["en", "es", "ar", "hi", "zh", "ru"]
    time_zone: str
    native_name: str = ""
    """The name as the family writes it, where that is not the Latin script."""

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}"


@dataclass(frozen=True)
class FamilyContact:
    name: str
    relation: str
    email: str
    phone: str
    language: Literal["en", "es", "ar", "hi", "zh", "ru"]
    native_name: str = ""


@dataclass(frozen=True)
class Inquiry:
    received: datetime
    words: str
    """The family's own words, in their language."""
    words_en: str = ""
    """What the words say in English; empty when they are English already."""
    reach: str = ""
    """How and when the family wishes to be reached."""


@dataclass(frozen=True)
class Consent:
    purpose: ConsentPurpose
    given: date
    by: str
    capacity: Literal["patient", "parent_of_minor", "representative"]
    language: str
    hospital: str = ""
    """Key of the hospital named; only and always with the purpose `share`."""


@dataclass(frozen=True)
class HospitalContact:
    name: str
    role: str
    email: str


@dataclass(frozen=True)
class Requirement:
    kind: RecordKind
    label: str
    max_age_days: int | None = None
    why: str = ""


@dataclass(frozen=True)
class Hospital:
    key: str
    name: str
    city: str
    country: str
    time_zone: str
    languages: tuple[str, ...]
    contacts: tuple[HospitalContact, ...]
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True)
class SampleReferral:
    hospital: str
    contact: str
    """E-mail address of one of the hospital's contacts."""
    question: str


@dataclass(frozen=True)
class Printed:
    """The identity as this paper prints it on every page."""

    name: str
    birth_date: str
    record_number: str
    accession: str


@dataclass(frozen=True)
class SampleFile:
    name: str
    kind: RecordKind
    title: str
    issuer: str
    language: str
    report_date: date
    pages: int
    printed: Printed
    received: date
    specimen_date: date | None = None
    study_date: date | None = None
    translation_of: str = ""
    """Name of the file of this case that this one translates."""


@dataclass(frozen=True)
class ExpectedProposal:
    """One statement that a careful reader takes from one page."""

    file: str
    page: int
    fact: str
    value: FactValue
    quote: str
    as_of: date | None = None
    """The day that the value holds for, where the page gives one (a weight, a status)."""
    confirm: bool = True
    """False: read correctly, yet not what the case should count; `because` says why."""
    because: str = ""


@dataclass(frozen=True)
class Trap:
    """Words on a page that must not become this fact with this value."""

    file: str
    page: int
    fact: str
    quote: str
    why: str
    value: FactValue = None
    """None: no value at all may be proposed from these words."""


@dataclass(frozen=True)
class EnteredFact:
    """A fact typed in by a person, with the source that they name."""

    fact: str
    value: FactValue
    source: str
    by: Literal["coordinator", "clinician"]
    as_of: date | None = None


@dataclass(frozen=True)
class ExpectedUnknown:
    criterion: str
    kind: UnknownKind


@dataclass(frozen=True)
class ExpectedFlag:
    """What the default United States definition answers on `REFERENCE_DATE`."""

    overall: Literal["match", "no_match", "insufficient_information"]
    cohort: str | None = None
    """`pNET` or `epNET`."""
    not_met: tuple[str, ...] = ()
    unknown: tuple[ExpectedUnknown, ...] = ()
    derived: tuple[str, ...] = ()
    dose_note_mg: int | None = None
    next_transition_date: date | None = None


@dataclass(frozen=True)
class Appointment:
    title: str
    hospital: str
    place: str
    starts: datetime
    """With its offset: the hospital's own time."""
    minutes: int
    bring: str = ""


@dataclass(frozen=True)
class Traveller:
    name: str
    role: Literal["patient", "companion", "donor", "minor_companion"]
    relation: str = ""
    passport_country: str = ""
    passport_expires: date | None = None


@dataclass(frozen=True)
class TripItem:
    kind: Literal["flight", "train", "transfer", "lodging", "visa", "insurance", "other"]
    title: str
    starts: datetime
    ends: datetime
    place: str = ""
    reference: str = ""
    note: str = ""


@dataclass(frozen=True)
class Trip:
    title: str
    hospital: str
    state: Literal["planning", "visa", "booked", "travelling", "on_site", "returned"]
    local_contact: str
    travellers: tuple[Traveller, ...]
    items: tuple[TripItem, ...]


@dataclass(frozen=True)
class SampleMessage:
    direction: Literal["in", "out"]
    party: str
    """`family`, or the key of a hospital."""
    author: str
    sent: datetime
    subject: str
    body: str
    language: str = "en"


@dataclass(frozen=True)
class ExtraFile:
    """A file of `extra/`: not of a case, for the tests of uploading and reading."""

    name: str
    media_type: Literal["application/pdf", "image/jpeg", "image/png", "text/plain"]
    title: str
    made_from: str
    pages: int
    password: str = ""
    duplicate_of: str = ""
    """Path below the samples of the file with the same bytes."""
    text_layer: bool = False
    note: str = ""

    @property
    def path(self) -> Path:
        return SAMPLES / "extra" / self.name


@dataclass(frozen=True)
class SampleCase:
    slug: str
    title: str
    story: str
    stage: str
    patient: Patient
    contact: FamilyContact
    inquiry: Inquiry
    consents: tuple[Consent, ...]
    referrals: tuple[SampleReferral, ...]
    files: tuple[SampleFile, ...]
    proposals: tuple[ExpectedProposal, ...]
    traps: tuple[Trap, ...]
    entered: tuple[EnteredFact, ...]
    treatments_complete: bool
    """True: a person confirmed that the list of treatments is complete, an empty one included."""
    flag: ExpectedFlag
    appointments: tuple[Appointment, ...] = ()
    trips: tuple[Trip, ...] = ()
    messages: tuple[SampleMessage, ...] = ()

    @property
    def folder(self) -> Path:
        return SAMPLES / self.slug

    def path_of(self, file: SampleFile | str) -> Path:
        return self.folder / (file if isinstance(file, str) else file.name)

    def file_named(self, name: str) -> SampleFile:
        return next(file for file in self.files if file.name == name)

    @property
    def confirmed(self) -> tuple[ExpectedProposal, ...]:
        """The proposals that a person confirms."""
        return tuple(proposal for proposal in self.proposals if proposal.confirm)
