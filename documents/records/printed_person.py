"""Whose paper is it? The name and birth date printed on the pages against the patient's.

Only a date right behind words such as "Date of birth" counts, and only a name behind words such as
"Patient" or beside such a date; a relative's or a physician's do not. A date that can be read in
two ways agrees if either reading does. A birth date that clearly differs holds the document, and
so does another name where no birth date speaks for the patient. A word of a scan that may be
misread can hold a document and never speaks for it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any, Final

from cases.casework.models import Patient
from documents.records.models import PersonCheck
from documents.records.person_names import Named, NameMatch, compare_names, read_name
from documents.records.plain_text import make_plain, one_of
from documents.records.written_dates import find_written_dates

__all__ = ["HOLDING", "NameMatch", "compare_names", "compare_person", "find_people"]

HOLDING: Final = frozenset(
    {PersonCheck.BIRTH_DATE_DIFFERS, PersonCheck.BOTH_DIFFER, PersonCheck.NAME_DIFFERS}
)
LOOK_AT: Final = 200_000
MOST: Final = 60
LINE_BEFORE: Final = 80
BEHIND: Final = 60
LONGEST_NAME: Final = 7
FEWEST_PARTS: Final = 2

BIRTH_LABEL: Final = re.compile(
    rf"(?<!\w){one_of('birth')}(?: ?[/,] ?(?:age|sex|edad|sexo|возраст|пол))?", re.IGNORECASE
)
GAP: Final = re.compile(r"[\s:.,;|/=-]*(?:\([dmyaj/ .-]{2,14}\))?[\s:.,;|=-]*", re.IGNORECASE)
RELATIVE: Final = re.compile(one_of("relative"), re.IGNORECASE)
NAME_LABEL: Final = re.compile(
    rf"(?:^|\n|[ \t]{{2,}}|[|\t])[ \t]*{one_of('name')}"
    r"[ \t]*(?:[:：|=]|(?=(?-i:Mr|Mrs|Ms|Miss)\b))[ \t]*(?P<name>[^\n]{2,90})"
    rf"|(?:^|\n)[ \t]*{one_of('subject')}[ \t]?[:.][ \t]*(?P<subject>[^\n]{{3,90}})",
    re.IGNORECASE,
)
PARTS_LABEL: Final = re.compile(
    rf"(?<!\w)(?P<part>{one_of('name_part')})[ \t]*[:：][ \t]*(?P<name>[^\n:]{{2,40}}?)"
    r"(?=[ \t]{2,}|\n|$|,|;|\||[ \t]+[^\s:]{3,20}(?: name)?[ \t]*[:：])",
    re.IGNORECASE,
)
NAME_ENDS: Final = re.compile(one_of("name_ends"), re.IGNORECASE)
PHYSICIAN: Final = re.compile(r"\s*(?:dr|prof|dra|д-р|врач)\b", re.IGNORECASE)
CAPITALISED: Final = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?")


@dataclass(frozen=True, slots=True)
class PrintedPerson:
    """A name or a birth date as a page prints it; `readings` are partial ISO dates."""

    page: int
    start: int
    end: int
    quote: str
    name: str = ""
    readings: tuple[str, ...] = ()


def compare_person(
    pages: Iterable[str], patient: Patient, *, sure: Sequence[str] | None = None
) -> PersonCheck:
    """What the pages say; NOT_PRINTED where they say nothing that can be compared.

    `sure` are the same pages without the words that may be misread.
    """
    texts = [page[:LOOK_AT] for page in pages]
    surely = texts if sure is None else sure
    people = list(find_people(texts))
    known = [one for one in people if _is_sure(one, surely)]
    unsure = [one for one in people if one not in known]
    for some in (people, *([*known, one] for one in unsure)):
        check = _judge_printed(some, patient)
        if check in HOLDING:
            return check
    check = _judge_printed(known, patient)
    if check is PersonCheck.NOT_PRINTED and any(_names_patient(text, patient) for text in surely):
        return PersonCheck.SAME_NAME
    return check


def _judge_printed(people: Sequence[PrintedPerson], patient: Patient) -> PersonCheck:
    names = [one.name for one in people if one.name]
    return judge_person(names, [one.readings for one in people if one.readings], patient)


def _is_sure(one: PrintedPerson, sure: Sequence[str]) -> bool:
    return sure[one.page - 1][one.start : one.end] == one.quote


def judge_person(
    names: Sequence[str], dates: Sequence[Sequence[str]], patient: Patient
) -> PersonCheck:
    """What names and birth dates, each with its readings, say of whose paper it is."""
    name = judge_names(names, patient)
    if patient.birth_date and dates:
        if not all(_agrees(readings, patient.birth_date) for readings in dates):
            other = name in {NameMatch.OTHER, NameMatch.PARTLY}
            return PersonCheck.BOTH_DIFFER if other else PersonCheck.BIRTH_DATE_DIFFERS
        return PersonCheck.NAME_DIFFERS if name is NameMatch.OTHER else PersonCheck.SAME
    if name in {NameMatch.OTHER, NameMatch.PARTLY}:
        return PersonCheck.NAME_DIFFERS
    return PersonCheck.SAME_NAME if name is NameMatch.SAME else PersonCheck.NOT_PRINTED


def describe_people(
    pages: Sequence[str], patient: Patient, *, sure: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """Who is printed, for a reviewer: the words, their place, and what the comparison said.

    Of words that may be misread it never says that they are the patient's.
    """
    told = []
    for one in islice(find_people(pages), MOST):
        is_sure = sure is None or _is_sure(one, sure)
        place = {"page": one.page, "start": one.start, "end": one.end, "quote": one.quote}
        if one.readings:
            known = patient.birth_date
            like = [reading for reading in one.readings if known and _agrees([reading], known)]
            answer = "unclear" if not known else "same" if like else "other"
            answer = answer if is_sure or answer != "same" else "unclear"
            birth_date = (like or one.readings)[0]
            readings = list(one.readings)
            told.append({"birth_date": birth_date, "readings": readings, "answer": answer, **place})
        else:
            match = compare_names(one.name, patient)
            answer = match.value if is_sure or match is not NameMatch.SAME else "unclear"
            told.append({"name": one.name, "answer": answer, **place})
    return told


def find_people(pages: Iterable[str]) -> Iterator[PrintedPerson]:
    """Every labelled name and birth date, relatives' and physicians' left out."""
    for number, whole in enumerate(pages, start=1):
        page = whole[:LOOK_AT]
        text = make_plain(page)
        for start, end in _find_names(text):
            yield PrintedPerson(number, start, end, page[start:end], name=page[start:end])
        for start, end, readings in _find_birth_dates(text):
            yield PrintedPerson(number, start, end, page[start:end], readings=readings)


def _find_birth_dates(text: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Each date that stands right behind a label, with its readings."""
    for label in islice(BIRTH_LABEL.finditer(text), MOST):
        if RELATIVE.search(_line_before(text, label.start())):
            continue
        behind = text[label.end() : label.end() + BEHIND]
        gap = GAP.match(behind)
        reach = gap.end() if gap else 0
        first = next(iter(find_written_dates(behind, short_years=True)), None)
        if first is not None and first.start <= reach:
            yield label.end() + first.start, label.end() + first.end, first.readings


def _line_before(text: str, at: int) -> str:
    return text[max(at - LINE_BEFORE, 0) : at].rpartition("\n")[2]


def _find_names(text: str) -> Iterator[tuple[int, int]]:
    """The places of names behind a label, in two fields, or before a birth date."""
    for match in islice(NAME_LABEL.finditer(text), MOST):
        group = "name" if match["name"] else "subject"
        place = _cut_name(text, match.start(group), match.end(group))
        if place and (group == "name" or _looks_like_name(text[slice(*place)])):
            yield place
    fields = list(islice(PARTS_LABEL.finditer(text), MOST))
    for one, other in pairwise(fields):
        if one["part"] != other["part"] and other.start() - one.end() < LINE_BEFORE:
            yield one.start("name"), other.end("name")
    for label in islice(BIRTH_LABEL.finditer(text), MOST):
        line = _line_before(text, label.start())
        if RELATIVE.search(line):
            continue
        own = re.split(r"[:：(]|\s{3,}", line.rstrip(" ,;(-–|"))[-1]
        start = label.start() - len(line) + line.rindex(own) if own.strip() else 0
        if own.strip() and _looks_like_name(own):
            yield start + len(own) - len(own.lstrip()), start + len(own.rstrip())


def _cut_name(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The name at the head of what stands behind its label."""
    words = text[start:end]
    if PHYSICIAN.match(words) or RELATIVE.match(words.lstrip()):
        return None
    stop = NAME_ENDS.search(words)
    words = words[: stop.start()] if stop else words
    words = re.split(r"\s{2,}\S[^:]{0,25}[:：]|\s{4,}", words)[0].rstrip(" ,.-–")
    parts = [part for part in re.split(r"[\s,]+", words) if part]
    if not parts or len(parts) > LONGEST_NAME:
        return None
    lead = len(words) - len(words.lstrip())
    return (start + lead, start + len(words)) if words.strip() else None


def _looks_like_name(words: str) -> bool:
    """Two to five words that all begin with a capital letter, no physician's."""
    if PHYSICIAN.match(words):
        return False
    parts = words.replace(",", " ").split()
    proper = all(CAPITALISED.fullmatch(part) and part[0].isupper() for part in parts)
    return FEWEST_PARTS <= len(parts) <= LONGEST_NAME and proper and len(read_name(words).parts) > 1


def judge_names(names: Sequence[str], patient: Named) -> NameMatch:
    """One name that is the patient's outweighs others: papers name many people."""
    answers = {compare_names(name, patient) for name in names}
    for answer in (NameMatch.SAME, NameMatch.PARTLY, NameMatch.OTHER):
        if answer in answers:
            return answer
    return NameMatch.UNCLEAR


def _agrees(readings: Sequence[str], birth_date: str) -> bool:
    return any(
        reading.startswith(birth_date) or birth_date.startswith(reading) for reading in readings
    )


def _names_patient(text: str, patient: Patient) -> bool:
    """Whether two parts of the patient's name (all, if there are fewer) stand in the text."""
    if patient.native_name and patient.native_name.casefold() in text.casefold():
        return True
    words = set(re.findall(r"[^\W\d_]{2,}", make_plain(text).casefold()))
    parts = read_name(patient.name).parts
    found = sum(1 for part in parts if part in words)
    return bool(parts) and found >= min(FEWEST_PARTS, len(parts))
