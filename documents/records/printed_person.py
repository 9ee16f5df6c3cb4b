"""Whose paper is it? The name and birth date printed on the pages against the patient's.

Only a date right behind words such as "Date of birth" counts, and not where a relative is
spoken of. A date that can be read two ways agrees if either reading does. A birth date that
clearly differs holds the document; a name alone never does, because names are written in
many orders and alphabets.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

from cases.casework.models import Patient
from documents.records.models import PersonCheck
from documents.records.proposals.dates import find_dates
from documents.records.proposals.rules import LANGUAGES, load_rules

HOLDING: Final = frozenset({PersonCheck.BIRTH_DATE_DIFFERS, PersonCheck.BOTH_DIFFER})
LOOK_AT: Final = 200_000
LINE_BEFORE: Final = 80
BEHIND: Final = 60


def fold(text: str) -> str:
    """Without accents and odd forms of letters and digits; lines are kept."""
    marks = unicodedata.normalize("NFKD", text.replace("\r", "\n"))
    return "".join(sign for sign in marks if unicodedata.category(sign) not in {"Mn", "Cf"})


BIRTH_LABEL: Final = re.compile(
    fold(
        r"(?<!\w)(?:date of birth|d\.?o\.?b\b\.?|birth ?date|born(?: on)?|fecha de nacimiento"
        r"|f\. ?(?:de )?nac(?:imiento)?\b\.?|nacid[oa](?: el)?|date de naissance|nee? le"
        r"|geburtsdatum|geb\. ?(?:am)?|data de nascimento|data di nascita"
        r"|дата рождения|تاريخ الميلاد|出生日期|जन्म तिथि)"
    ),
    re.IGNORECASE,
)
GAP: Final = re.compile(r"[\s:.,;|/-]*(?:\([dmyaj/ .-]{2,14}\))?[\s:.,;|-]*", re.IGNORECASE)
RELATIVE: Final = re.compile(
    r"\b(?:mother|father|parent|sister|brother|son|daughter|wife|husband|partner|spouse|child"
    r"|aunt|uncle|cousin|grand\w+|donor|guardian|next of kin|contact|insured|subscriber"
    r"|madre|padre|hermana|hermano|hij[oa]|espos[oa]|marido|tutor[a]?|donante|ti[oa]|prim[oa]"
    r"|abuel[oa]|titular)\b",
    re.IGNORECASE,
)
NAME_LABEL: Final = re.compile(
    r"^[ \t]*(?:patient(?:'s)?(?: name)?|name(?: of patient)?|full name|paciente"
    r"|nombre(?: y apellidos?| del paciente)?|apellidos y nombres?)"
    r"[ \t]*[:|][ \t]*(?P<name>[^\n\r]{3,90})",
    re.IGNORECASE | re.MULTILINE,
)
NAME_ENDS: Final = re.compile(
    r"\d|\b(?:d\.?o\.?b|date|birth|born|sex|gender|age|mrn|id|hospital|nhs|record|fecha|sexo|edad"
    r"|historia|nac|ward|ref|female|male)\b",
    re.IGNORECASE,
)
TITLES: Final = frozenset(
    {"mr", "mrs", "ms", "miss", "dr", "prof", "sr", "sra", "srta", "dra", "don", "dona"}
    | {"herr", "frau", "mme", "the", "patient", "name"}
)
SPELLINGS: Final = (
    *(("ph", "f"), ("kh", "h"), ("gh", "g"), ("dh", "d"), ("th", "t"), ("ck", "k")),
    *(("c", "k"), ("q", "k"), ("w", "v"), ("y", "i"), ("z", "s")),
)
NEAR: Final = 0.8
LONG_ENOUGH: Final = 3


def compare_person(pages: Iterable[str], patient: Patient) -> PersonCheck:
    """What the pages say; NOT_PRINTED where they say nothing that can be compared."""
    texts = [fold(page[:LOOK_AT]) for page in pages]
    dates = [readings for text in texts for readings in find_birth_dates(text)]
    name_differs = _is_another_name(texts, patient)
    if patient.birth_date and dates:
        if not all(_agrees(readings, patient.birth_date) for readings in dates):
            return PersonCheck.BOTH_DIFFER if name_differs else PersonCheck.BIRTH_DATE_DIFFERS
        return PersonCheck.NAME_DIFFERS if name_differs else PersonCheck.SAME
    if name_differs:
        return PersonCheck.NAME_DIFFERS
    if any(_names_patient(text, patient) for text in texts):
        return PersonCheck.SAME_NAME
    return PersonCheck.NOT_PRINTED


def find_birth_dates(text: str) -> Iterator[tuple[str, ...]]:
    """The readings of each date that stands right behind a label, a relative's left out."""
    for label in BIRTH_LABEL.finditer(text):
        line_before = text[max(label.start() - LINE_BEFORE, 0) : label.start()].rpartition("\n")[2]
        if RELATIVE.search(line_before):
            continue
        behind = text[label.end() : label.end() + BEHIND]
        gap = GAP.match(behind)
        reach = gap.end() if gap else 0
        for language in LANGUAGES:
            first = next(iter(find_dates(behind, load_rules(language))), None)
            if first is not None and first.start <= reach:
                yield first.readings
                break


def split_name(name: str) -> list[str]:
    """The parts of a name in any order, titles and initials left out."""
    parts = re.findall(r"[^\W\d_]{2,}", fold(name).casefold())
    return [part for part in parts if part not in TITLES]


def are_alike(one: str, other: str) -> bool:
    """Whether two parts of a name may be the same name, spelt from another alphabet."""
    if one == other:
        return True
    first, second = _simplify(one), _simplify(other)
    if len(first) >= LONG_ENOUGH and first == second:
        return True
    return len(one) > LONG_ENOUGH and SequenceMatcher(None, one, other).ratio() >= NEAR


def _simplify(part: str) -> str:
    """The consonants of a name, as they survive from one spelling to another."""
    for written, meant in SPELLINGS:
        part = part.replace(written, meant)
    part = part[:1].replace("i", "") + re.sub(r"[aeiou']", "", part[1:])
    return re.sub(r"(.)\1+", r"\1", part)


def _agrees(readings: Sequence[str], birth_date: str) -> bool:
    return any(
        reading.startswith(birth_date) or birth_date.startswith(reading) for reading in readings
    )


def _names_patient(text: str, patient: Patient) -> bool:
    """Whether two parts of the patient's name (all, if there are fewer) stand in the text."""
    if patient.native_name and fold(patient.native_name).casefold() in text.casefold():
        return True
    words = set(re.findall(r"[^\W\d_]{2,}", text.casefold()))
    parts = split_name(patient.name)
    found = sum(1 for part in parts if part in words)
    return bool(parts) and found >= min(2, len(parts))


def _is_another_name(texts: Sequence[str], patient: Patient) -> bool:
    """Whether a labelled name shares no part with the patient's; False where none is printed."""
    parts = split_name(f"{patient.name} {patient.native_name}")
    if not parts:
        return False
    printed = [name for text in texts for name in _labelled_names(text)]
    printed = [name for name in printed if len(name) > 1 and all(part.isascii() for part in name)]
    return bool(printed) and not any(
        are_alike(one, other) for name in printed for one in name for other in parts
    )


def _labelled_names(text: str) -> Iterator[list[str]]:
    for match in NAME_LABEL.finditer(text):
        name = match["name"]
        end = NAME_ENDS.search(name)
        yield split_name(name[: end.start()] if end else name)
