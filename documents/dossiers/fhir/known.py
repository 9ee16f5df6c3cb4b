"""What a FHIR document is made of: one frozen value, filled once from the database.

The builders see nothing else. Only facts that a dossier may say are here (`sources`), and of the
person no more than the consent for its hospital allows (`withheld`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from cases.clinical.snapshot import Snapshot
from documents.dossiers.contents import Letter

DEIDENTIFIED: Final = "de-identified"
"""The audience of a document from which nobody is to be known."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """A colleague who stands for something."""

    name: str
    role: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a fact stands: key of a paper (“S1”), page, words."""

    paper: str
    page: int | None = None
    quote: str = ""


@dataclass(frozen=True, kw_only=True)
class KnownFact:
    """One confirmed fact; `value` is canonical (`fact_values.parse_value`), `dated` partial."""

    id: str
    key: str
    value: Any
    dated: str = ""
    stated_source: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    places: tuple[Place, ...] = ()
    confirmed_by: Person | None = None
    confirmed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Paper:
    """One record that hospitals may see; `translation_of` is the key of another one."""

    key: str
    id: str
    title: str
    kind: str
    kind_words: str
    received_at: datetime
    dated: str = ""
    issuer: str = ""
    language: str = ""
    content_type: str = "application/pdf"
    pages: int = 1
    size: int = 0
    sha256: str = ""
    translation_of: str = ""


@dataclass(frozen=True, kw_only=True)
class ImageSeries:
    uid: str
    modality: str
    images: int
    number: int | None = None
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class ImageStudy:
    """A study whose images were sent, as the images say it; never the name in them."""

    uid: str
    started: str = ""
    description: str = ""
    series: tuple[ImageSeries, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AskedRecord:
    """A line of the family's checklist. `state`: open, received or cannot_get."""

    id: str
    what: str
    why: str
    state: str
    asked_at: datetime


@dataclass(frozen=True, kw_only=True)
class Visit:
    """An appointment. `state`: proposed, confirmed or done."""

    id: str
    what: str
    place: str
    starts_at: datetime
    ends_at: datetime
    state: str


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """The consent that names this hospital."""

    id: str
    given_at: datetime
    capacity: str
    text_version: str


@dataclass(frozen=True, kw_only=True)
class ComparedRow:
    """One criterion of a wording. `facts` and `papers` are what it was answered from."""

    id: str
    phrase: str
    tag: str
    answer: str
    unknown_kind: str = ""
    reason: str = ""
    ask: str = ""
    settled: str = ""
    is_derived: bool = False
    facts: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ComparedWording:
    """One published wording, and where the facts stand to it. The first one is signed off."""

    definition: str
    version: str
    status: str
    title: str
    overall: str
    rows: tuple[ComparedRow, ...]


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A sign-off of the first wording's comparison: what it means, and the signer's sentence."""

    by: Person
    meaning: str
    statement: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Identity:
    """The person. Where `withheld`, name and birth date are left out by the consent."""

    name: str = ""
    native_name: str = ""
    country: str = ""
    language: str = ""
    age_years: int | None = None
    withheld: bool = False


@dataclass(frozen=True, kw_only=True)
class CaseKnown:
    """Everything that a FHIR document of one case says.

    `case_id` is the seed of all ids, together with `audience`: the same contents for the same
    audience have the same ids. `compared_facts` names the facts that stand behind each key of the
    snapshot, of treatments in the order of its list.
    """

    case_id: str
    case_reference: str
    now: datetime
    snapshot: Snapshot
    audience: str = "office"
    version: int = 0
    """Of the dossier that it belongs to; 0 where it belongs to none."""
    organisation: str = "Navigator"
    coordinator: str = ""
    hospital: str = ""
    hospital_unit: str = ""
    hospital_place: str = ""
    question: str = ""
    identity: Identity = Identity()
    facts: tuple[KnownFact, ...] = ()
    compared_facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_history_complete: bool = False
    papers: tuple[Paper, ...] = ()
    studies: tuple[ImageStudy, ...] = ()
    wordings: tuple[ComparedWording, ...] = ()
    signed: tuple[Signed, ...] = ()
    requests: tuple[AskedRecord, ...] = ()
    visits: tuple[Visit, ...] = ()
    letters: tuple[Letter, ...] = ()
    agreement: Agreement | None = None

    @property
    def reference_date(self) -> date:
        return self.snapshot.reference_date

    def of(self, *keys: str) -> tuple[KnownFact, ...]:
        """Facts with one of these keys, or of one of these families (`biomarker:`)."""
        return tuple(
            fact
            for fact in self.facts
            if fact.key in keys
            or any(key.endswith(":") and fact.key.startswith(key) for key in keys)
        )
