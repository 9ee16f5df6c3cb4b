"""What a paper says of itself: its dates, its kind, its issuer.

When the specimen was taken, when the study was done and when the report was written are kept apart.
Everything comes with the words it stands on, for a reviewer to take or leave. A date that can be
read in two ways is told as ambiguous, with both readings, and its value is only its certain part.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import Any, Final

from documents.records.models import RecordKind
from documents.records.plain_text import make_plain, one_of, paper_words
from documents.records.proposals.dates import FoundDate
from documents.records.written_dates import find_written_dates

LOOK_AT: Final = 60_000
MOST: Final = 80
BEHIND: Final = 48
TOP_LINES: Final = 18
ISSUER_LINES: Final = 7
LONGEST_ISSUER: Final = 120
LONGEST_HEAD: Final = 8
OF_A_MONTH: Final = len("2025-03")
ENOUGH: Final = 3
TITLE_WEIGHT: Final = 3

DATES: Final = ("specimen_date", "study_date", "report_date")


def _label(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){one_of(name)}", re.IGNORECASE)


PATTERNS: Final = {name: _label(name) for name in DATES}
ROW_LABELS: Final = {**PATTERNS, "": _label("other_date")}
PLAIN: Final = re.compile(
    rf"(?:^|\n|[ \t]{{2,}})[ \t]*{one_of('plain_date')}(?=[ \t]*[:：=])", re.IGNORECASE
)
BETWEEN: Final = re.compile(
    r"[\s:：.,=|-]*(?:\((?P<hint>[dmyaj/ .-]{5,14})\))?[\s:.=|-]*"
    r"(?:(?:on|el|dia|am|vom|the|at|date)\b[\s:.]*)?",
    re.IGNORECASE,
)
ALONE: Final = re.compile(
    r"^[^\w\n]{0,3}(?:[^\W\d]+,? )?(?P<date>[^\n]{6,30}?)[^\w\n]{0,3}$", re.MULTILINE
)

KIND_PATTERNS: Final = tuple(
    (
        RecordKind(kind),
        weight,
        re.compile(rf"(?<!\w)(?:{make_plain('|'.join(words))})", re.IGNORECASE),
    )
    for kind, (weight, *words) in paper_words()["kinds"].items()
)
BIRTH: Final = _label("birth")
ISSUER: Final = re.compile(one_of("issuer"), re.IGNORECASE)
NOT_ISSUER: Final = re.compile(one_of("not_issuer"), re.IGNORECASE)


def describe_paper(texts: Sequence[str], *, sure: Sequence[str] | None = None) -> dict[str, Any]:
    """Dates, kind and issuer, each with the words it stands on; what is not found is left out.

    `sure` are the same pages without the words that may be misread: no date and no issuer is told
    from those, and no second choice takes its place, for below an unsure letterhead the next line
    is often another's. A kind stands: its words are of a list, and no misreading lands there.
    """
    found: dict[str, Any] = find_dates(texts)
    kind, issuer = suggest_kind(texts), find_issuer(texts)
    if kind:
        found["kind"] = kind
    if issuer:
        found["issuer"] = issuer
    if sure is None:
        return found
    return {name: told for name, told in found.items() if name == "kind" or _is_sure(told, sure)}


def _is_sure(told: dict[str, Any], sure: Sequence[str]) -> bool:
    return bool(sure[told["page"] - 1][told["start"] : told["end"]] == told["quote"])


def find_dates(texts: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The first specimen, study and report date of a paper: `value` is a partial ISO date."""
    found: dict[str, dict[str, Any]] = {}
    pages = [make_plain(text[:LOOK_AT]) for text in texts]
    for number, text in enumerate(pages, start=1):
        for name, start, one in _labelled_dates(text):
            if name and name not in found:
                found[name] = _tell(texts, number, start, one)
    if "report_date" not in found and pages:
        for start, one in _plain_dates(pages[0]):
            found["report_date"] = _tell(texts, 1, start, one)
            break
    return found


def _labelled_dates(text: str) -> Iterator[tuple[str, int, FoundDate]]:
    for name, pattern in PATTERNS.items():
        for label in islice(pattern.finditer(text), MOST):
            one = _date_behind(text, label.end())
            if one is not None:
                yield name, 0, one
    yield from _dates_under_labels(text)


def _date_behind(text: str, at: int) -> FoundDate | None:
    """The date that stands right behind a label; a hint "(dd/mm/yyyy)" settles its order."""
    behind = text[at : at + BEHIND]
    gap = BETWEEN.match(behind)
    reach = gap.end() if gap else 0
    first = next(iter(find_written_dates(behind)), None)
    if first is None or first.start > reach:
        return None
    readings = first.readings
    if gap and gap["hint"] and len(readings) > 1:
        day_first = gap["hint"].strip().lower().startswith("d")
        readings = (readings[0],) if day_first else (readings[1],)
    return FoundDate(at + first.start, at + first.end, readings, first.words)


def _dates_under_labels(text: str) -> Iterator[tuple[str, int, FoundDate]]:
    """A row of labels and under it a row with as many dates."""
    start = 0
    lines = text.split("\n")
    for line, below in pairwise(lines):
        labels = sorted(
            (match.start(), name)
            for name, pattern in ROW_LABELS.items()
            for match in islice(pattern.finditer(line[:LOOK_AT]), 4)
        )
        if len(labels) > 1 and not re.search(r"\d", line):
            dates = find_written_dates(below[:400])
            if len(dates) == len(labels):
                base = start + len(line) + 1
                for (_at, name), one in zip(labels, dates, strict=True):
                    moved = FoundDate(base + one.start, base + one.end, one.readings, one.words)
                    yield name, 0, moved
        start += len(line) + 1


def _plain_dates(text: str) -> Iterator[tuple[int, FoundDate]]:
    """A date behind "Date:", or alone on a line, at the top of the first page."""
    top = "\n".join(text.split("\n")[:TOP_LINES])
    for label in PLAIN.finditer(top):
        one = _date_behind(text, label.end())
        if one is not None:
            yield 0, one
    for line in ALONE.finditer(top):
        dates = find_written_dates(line["date"])
        words = re.sub(r"\W", "", line["date"])
        if (
            len(dates) == 1
            and len(re.sub(r"\W", "", dates[0].words)) >= len(words) - 4
            and len(dates[0].readings[0]) >= OF_A_MONTH
            and not BIRTH.search(line[0])
        ):
            yield line.start("date"), dates[0]


def _tell(texts: Sequence[str], page: int, base: int, one: FoundDate) -> dict[str, Any]:
    start, end = base + one.start, base + one.end
    told: dict[str, Any] = {
        "value": one.value,
        "page": page,
        "start": start,
        "end": end,
        "quote": texts[page - 1][start:end],
        "ambiguous": one.is_ambiguous,
    }
    if one.is_ambiguous:
        told["readings"] = list(one.readings)
    return told


def suggest_kind(texts: Sequence[str]) -> dict[str, Any] | None:
    """The kind whose words stand most often, those of the first lines counting more."""
    scores: Counter[str] = Counter()
    quotes: dict[str, tuple[int, int, int, int]] = {}
    for number, text in enumerate(texts, start=1):
        plain = make_plain(text[:LOOK_AT])
        top = len("\n".join(plain.split("\n")[:TOP_LINES])) if number == 1 else 0
        for kind, weight, pattern in KIND_PATTERNS:
            seen: set[str] = set()
            for match in islice(pattern.finditer(plain), MOST):
                word = match[0].lower()
                if word in seen:
                    continue
                seen.add(word)
                worth = weight * (TITLE_WEIGHT if match.start() < top else 1)
                scores[kind] += worth
                if kind not in quotes or worth > quotes[kind][0]:
                    quotes[kind] = (worth, number, match.start(), match.end())
    if not scores:
        return None
    (chosen, best), *others = scores.most_common()
    if best < ENOUGH or (others and others[0][1] == best):
        return None
    _worth, page, start, end = quotes[chosen]
    return {
        "value": str(chosen),
        "page": page,
        "start": start,
        "end": end,
        "quote": texts[page - 1][start:end],
    }


def _is_prose(words: str) -> bool:
    """Whether a line is of a sentence and no letterhead."""
    return words[0].islower() or (words[-1] == "." and len(words.split()) > LONGEST_HEAD)


def find_issuer(texts: Sequence[str]) -> dict[str, Any] | None:
    """The first line at the top of the first page that names an institution."""
    if not texts:
        return None
    text, at = texts[0][:LOOK_AT], 0
    for line in text.split("\n")[:ISSUER_LINES]:
        for part in re.finditer(r"\S(?:.(?!\s{3,}|\t))*\S?", line):
            words = part[0].strip(" \r\t-–—|,;")
            plain = make_plain(words)
            named = ISSUER.search(plain)
            if (
                named
                and len(words) <= LONGEST_ISSUER
                and not NOT_ISSUER.match(plain)
                and not _is_prose(words)
                and ":" not in words
            ):
                start = at + part.start() + part[0].index(words)
                return {
                    "value": words,
                    "page": 1,
                    "start": start,
                    "end": start + len(words),
                    "quote": words,
                }
        at += len(line) + 1
    return None
