"""From the tags of single images to studies and series, and to whose images they are."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from cases.casework.models import Patient
from documents.records.models import PersonCheck
from documents.records.person_names import Named, NameMatch
from documents.records.printed_person import judge_names, judge_person
from documents.records.reading import clean_text

UID_LENGTH: Final = 64
TEXT_LENGTH: Final = 200
MOST_IMAGES: Final = 1_000_000
MOST_PEOPLE: Final = 6
FIRST_YEAR: Final = 1900
# What stands in the place of a name that was taken out.
NAMELESS: Final = re.compile(
    r"(?:anonym\w*|anon|unknown|no ?name|none|patient|test|x+|[\W_\d]*)", re.IGNORECASE
)
SEVEREST: Final = (
    PersonCheck.BOTH_DIFFER,
    PersonCheck.BIRTH_DATE_DIFFERS,
    PersonCheck.NAME_DIFFERS,
    PersonCheck.NOT_PRINTED,
    PersonCheck.SAME_NAME,
    PersonCheck.SAME,
)


@dataclass(frozen=True, slots=True)
class TaggedPerson:
    """Who the tags of an image say that it is of; `number` is the hospital's own."""

    name: str
    birth_date: str
    number: str

    @property
    def written(self) -> list[str]:
        """The name in each of its alphabets; none where it was taken out."""
        return [part for part in self.name.split("=") if not NAMELESS.fullmatch(part.strip("^ "))]


@dataclass(frozen=True, slots=True)
class _Written:
    """A name of the tags in the place of a patient's, to compare another with."""

    name: str
    native_name: str


@dataclass(slots=True)
class Image:
    """`entry` is its number in the archive, 0 for a file by itself."""

    entry: int
    number: int
    frames: int
    has_picture: bool


@dataclass(slots=True)
class Series:
    uid: str
    number: int | None
    modality: str
    description: str
    images: list[Image] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    @property
    def image_count(self) -> int:
        count = sum(image.frames for image in self.images if image.has_picture)
        return min(count, MOST_IMAGES)

    @property
    def middle(self) -> Image | None:
        """The image that is drawn for the whole series."""
        drawn = sorted(
            (image for image in self.images if image.has_picture),
            key=lambda image: (image.number, image.entry),
        )
        return drawn[len(drawn) // 2] if drawn else None


@dataclass(slots=True)
class Study:
    """`tags` are those of its first image."""

    uid: str
    tags: Mapping[str, Any]
    series: dict[str, Series] = field(default_factory=dict)

    @property
    def modalities(self) -> str:
        told = sorted({one.modality for one in self.series.values() if one.modality})
        return "/".join(told)[:60]

    @property
    def made_on(self) -> str:
        return read_date(self.tags["date"])


@dataclass(slots=True)
class Studies:
    """All studies of one file, and the people whom the tags of its images name."""

    found: dict[str, Study] = field(default_factory=dict)
    people: dict[TaggedPerson, None] = field(default_factory=dict)

    def add(self, tags: Mapping[str, Any], *, entry: int) -> None:
        """Count one image; the same image at two places counts once."""
        self.note_person(tags)
        uid = clean_text(tags["study"])[:UID_LENGTH]
        study = self.found.setdefault(uid, Study(uid, tags))
        series_uid = clean_text(tags["series"])[:UID_LENGTH]
        series = study.series.get(series_uid)
        if series is None:
            series = study.series[series_uid] = Series(
                uid=series_uid,
                number=tags["series_number"],
                modality=clean_text(tags["modality"])[:16],
                description=clean_text(tags["series_text"])[:TEXT_LENGTH],
            )
        name = tags["image"] or f"#{entry}"
        if name not in series.seen:
            series.seen.add(name)
            series.images.append(
                Image(entry, tags["number"] or 0, tags["frames"], tags["has_picture"])
            )

    def note_person(self, tags: Mapping[str, Any]) -> None:
        """Remember whom the tags name, of an image or of a paper in the wrapping of one."""
        self.people.setdefault(name_person(tags))

    def __iter__(self) -> Iterator[Study]:
        return iter(self.found.values())

    @property
    def count(self) -> int:
        """How many series there are in all."""
        return sum(len(study.series) for study in self.found.values())


# --- Whose they are -------------------------------------------------------------------------


def name_person(tags: Mapping[str, Any]) -> TaggedPerson:
    return TaggedPerson(
        clean_text(tags["name"])[:TEXT_LENGTH],
        read_date(tags["birth_date"]),
        clean_text(tags["patient_id"])[:UID_LENGTH],
    )


def are_of_two(people: Sequence[TaggedPerson]) -> bool:
    """Whether images of more than one person lie in one file, as far as their tags tell."""
    if not people:
        return False
    first = next((one for one in people if one.written), people[0])
    return any(_is_another(one, first) for one in people)


def _is_another(one: TaggedPerson, other: TaggedPerson) -> bool:
    """Another name or birth date; another number alone only where nothing else is the same.

    Each hospital gives a person a number of its own.
    """
    if one.birth_date and other.birth_date and one.birth_date != other.birth_date:
        return True
    name = NameMatch.UNCLEAR
    if one.written and other.written:
        name = judge_names(one.written, _as_named(other))
        if name in {NameMatch.OTHER, NameMatch.PARTLY}:
            return True
    sure = name is NameMatch.SAME and bool(one.birth_date) and one.birth_date == other.birth_date
    return bool(one.number and other.number and one.number != other.number) and not sure


def _as_named(person: TaggedPerson) -> Named:
    written = person.written
    return _Written(written[0], written[1] if len(written) > 1 else "")


def compare_tags(people: Iterable[TaggedPerson], patient: Patient) -> PersonCheck:
    """The severest answer for any of the people against the case's patient."""
    answers = {judge_tagged(person, patient) for person in people}
    return next((answer for answer in SEVEREST if answer in answers), PersonCheck.NOT_PRINTED)


def judge_tagged(person: TaggedPerson, patient: Patient) -> PersonCheck:
    dates = [(person.birth_date,)] if person.birth_date else []
    return judge_person(person.written, dates, patient)


def describe_tags(people: Iterable[TaggedPerson], patient: Patient) -> list[dict[str, Any]]:
    """Who is named in the images, for a reviewer, as `describe_people` tells it of pages."""
    told: list[dict[str, Any]] = []
    for person in list(people)[:MOST_PEOPLE]:
        if person.written:
            answer = judge_names(person.written, patient).value
            told.append({"name": show_person_name(person.name), "answer": answer})
        if person.birth_date:
            same = patient.birth_date and person.birth_date.startswith(patient.birth_date)
            answer = "unclear" if not patient.birth_date else "same" if same else "other"
            told.append({"birth_date": person.birth_date, "answer": answer})
    return told


def show_person_name(name: str) -> str:
    """`VELASCO^MARTA=…` as people write it."""
    groups = [" ".join(group.replace("^", " ").split()) for group in name.split("=")]
    return " / ".join(group for group in groups if group)


def read_date(text: str) -> str:
    """A date of a tag (`20260312`, once `2026.03.12`) as an ISO date; empty if it is none."""
    digits = re.sub(r"[.\-/ ]", "", text)
    if not re.fullmatch(r"[0-9]{8}", digits):
        return ""
    try:
        made = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return ""
    return made.isoformat() if made.year >= FIRST_YEAR else ""
