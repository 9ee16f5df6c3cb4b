"""Which part of the report a sentence stands in, and what kind of report it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from documents.records.proposals.rules import Rules
from documents.records.proposals.text import (
    BULLET,
    DATED,
    HANGING,
    LABEL,
    RULED,
    Line,
    goes_on,
    join_lines,
    normalise_lines,
    split_sentences,
)

CAPITALS_LABEL = re.compile(r"[A-Z][A-Z/&-]+(?: [A-Z/&-]+){1,4}:(?= )")
CAPITALS_WORD = re.compile(r"[A-Z]{3,}\b")
CAPITALS_HEADING = re.compile(r"[A-Z][A-Z0-9 /&(),.'-]{2,60}:?$")
ENDED_BY_BLANK: Final = frozenset({"request", "family", "definition", "past_history"})
ENDED_BY_TITLE: Final = frozenset(
    {
        "request",
        "family",
        "past_history",
        "plan",
        "medications",
        "stopped_medications",
        "treatments",
    }
)
TITLE = re.compile(r"[A-Z][^.:;?!%<>|]{3,45}$")
TITLE_WORDS: Final = 7
CONCLUDING: Final = frozenset({"diagnosis", "impression", "addendum"})
SPOKEN: Final = frozenset({"label", "organ"})
EDGE: Final = 4
PAGE_NUMBER = re.compile(
    r"\W*(?:page|pag(?:ina)?\.?|p\.|hoja|folio|seite) ?\d{1,3}(?: ?(?:of|de|/|von) ?\d{1,3})?\W*|"
    r"\W*(?:continued|/continued|continua)(?: \w+){0,3}\W*",
    re.IGNORECASE,
)
LASTING: Final = frozenset({"diagnosis", "impression", "addendum", "start"})
SHORT_HEADING: Final = 4
ROW_CELLS: Final = 2
GAPS_OF_A_ROW: Final = 2
ENDED_BY_PROSE: Final = frozenset(
    {
        "family",
        "past_history",
        "plan",
        "medications",
        "stopped_medications",
        "treatments",
        "definition",
    }
)
ENDED_BY_LABEL: Final = frozenset(
    {"treatments", "medications", "stopped_medications", "family", "past_history", "allergies"}
)
ENDED_BY_ANY_LABEL: Final = frozenset({"request", "family", "allergies", "past_history"})
OF_ONE_LINE: Final = frozenset({"uncertain_variants", "negatives"})
ALTERATION = re.compile(r"\b[pc]\.|\b[A-Z]\d+[A-Z*]")
LISTS: Final = frozenset({"treatments", "medications", "stopped_medications"})
OPENED_INSIDE: Final = frozenset({"plan", "family", "past_history", "medications", "allergies"})
LABORATORY: Final = frozenset({"microscopic", "specimen", "findings", "technique", "gross"})
CLINICAL: Final = frozenset({"medications", "oncologic_history", "treatments", "past_history"})
TURNED_REQUEST: Final = frozenset({"clinical_history"})


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: its page (from 1), its section, and its characters with their offsets.

    `opening` is the order of the first sentence of the same line or paragraph.
    """

    page: int
    order: int
    section: str
    line: Line
    opening: int

    @property
    def text(self) -> str:
        """The normalised words."""
        return self.line.text

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the page of the normalised characters from `start` to `end`."""
        return self.line.origin[start], self.line.origin[end - 1] + 1


@dataclass(slots=True)
class _Walk:
    """Where in the report the reader is."""

    section: str = "start"
    inline: bool = False
    ended: bool = False
    parted: bool = False
    filled: bool = False


def split_report(pages: Sequence[str], rules: Rules) -> list[Sentence]:
    """All sentences of a report in order. Sections run on from page to page."""
    sentences: list[Sentence] = []
    walk = _Walk()
    seen: set[str] = set()
    for number, page in enumerate(pages, start=1):
        lines = _drop_furniture(list(normalise_lines(page)), seen)
        width = _usual_width(lines)
        for line in _logical_lines(lines, width, rules):
            if line is None:
                if walk.inline and walk.section in ENDED_BY_BLANK:
                    walk = _Walk()
                walk.parted = walk.filled
                continue
            rest = _enter_section(line, walk, rules)
            walk.ended, walk.parted, walk.filled = line.text[-1] in ".?!", False, bool(rest.text)
            opening = len(sentences)
            is_row = rest.text.count("|") >= ROW_CELLS and rules.any_agent.search(rest.text)
            for sentence in split_sentences(rest, is_row=bool(is_row)):
                order = len(sentences)
                if order > opening:
                    _enter_inside(sentence, walk, rules)
                sentences.append(Sentence(number, order, walk.section, sentence, opening))
    return _settle_history(sentences)


def _drop_furniture(lines: list[Line], seen: set[str]) -> list[Line]:
    """The lines without heads and feet of earlier pages and without "Page 2 of 3"."""
    edges = {*range(EDGE), *range(len(lines) - EDGE, len(lines))}
    kept, here = [], set()
    for at, line in enumerate(lines):
        bare = re.sub(r"[\d\W]+", " ", line.text).strip()
        if PAGE_NUMBER.fullmatch(line.text) or (at in edges and bare and bare in seen):
            continue
        if at in edges:
            here.add(bare)
        kept.append(line)
    seen |= here
    return kept


def _usual_width(lines: Sequence[Line]) -> int:
    lengths = sorted(len(line.text) for line in lines if line.text)
    return lengths[int(len(lengths) * 0.9)] if lengths else 0


def _logical_lines(lines: Sequence[Line], width: int, rules: Rules) -> list[Line | None]:
    """Lines put together to sentences where they go on; None for an empty line.

    Nothing goes on over a line of dashes, nor from or to a row of cells.
    """
    joined: list[Line | None] = []
    in_treatments = is_ruled = was_row = False
    for line in lines:
        if RULED.fullmatch(line.text):
            is_ruled = True
            continue
        if not line.text:
            if joined and joined[-1] is not None:
                joined.append(None)
            continue
        last = joined[-1] if joined else None
        heading = _match_heading(line, rules)
        in_treatments = heading[0] == "treatments" if heading else in_treatments
        is_row = line.count_gaps() >= GAPS_OF_A_ROW
        if (
            last is not None
            and not (is_ruled or (line.text[0].isupper() and (is_row or was_row)))
            and _belong_together(last, line, width, rules, in_treatments=in_treatments)
        ):
            joined[-1] = join_lines(last, line)
        else:
            joined.append(line)
        is_ruled, was_row = False, is_row
    return joined


def _belong_together(
    first: Line, second: Line, width: int, rules: Rules, *, in_treatments: bool
) -> bool:
    """Whether two lines are one; headings, labels and tables of treatments have their say."""
    if rules.words["bare_label"].fullmatch(first.text):
        return True
    if _is_heading(first, rules) or _is_heading(second, rules):
        return False
    if in_treatments and second.text[0].isupper() and rules.any_agent.match(second.text):
        return HANGING.search(first.text) is not None or first.text[-1] in ",/+("
    return goes_on(first, second, width)


def _match_heading(line: Line, rules: Rules) -> tuple[str, int] | None:
    """The kind of section that a line opens and where its own words go on."""
    bullet = BULLET.match(line.text)
    at = bullet.end() if bullet else 0
    for kind, whole, _part in rules.headings:
        match = whole.match(line.text, at)
        if match is not None:
            rest = line.text[match.end() :].lstrip()
            return kind, len(line.text) - max(len(rest) - 1, 0)
    for kind, _whole, part in rules.headings:
        match = part.match(line.text, at)
        if match is None or len(match[0]) <= SHORT_HEADING:
            continue
        rest = line.text[match.end() :].lstrip()
        if rules.words["heading_goes_on"].match(rest) or (
            kind == "findings" and CAPITALS_WORD.match(rest)
        ):
            continue  # "INFORME DE ALTA", "INFORME MEDICO": the title of the paper
        capitals = match[0].isupper() and not line.text.isupper()
        if rest and (capitals or (match[0][0].isupper() and _stands_apart(match[0], rest, kind))):
            return kind, match.end()
    return None


def _stands_apart(heading: str, rest: str, kind: str) -> bool:
    """Whether a heading in the margin is followed by a sentence of its own on the same line."""
    small = heading[1:].islower()
    return (
        small
        and kind not in {"findings", "organ", "medications", "plan", "label"}
        and (rest[0].isupper() or rest[0] == "?")
    )


def _is_heading(line: Line, rules: Rules) -> bool:
    found = _match_heading(line, rules)
    return found is not None and found[1] >= len(line.text)


def _enter_section(line: Line, walk: _Walk, rules: Rules) -> Line:
    found = _match_heading(line, rules)
    if found is not None:
        kind, rest = found
        if kind == "organ" and walk.section not in CONCLUDING:
            walk.section, walk.inline = "findings", rest < len(line.text)
        if kind not in SPOKEN:
            walk.section, walk.inline = kind, rest < len(line.text)
        return line.cut(rest, len(line.text)) if kind not in SPOKEN else line
    if walk.inline and walk.section in OF_ONE_LINE and not ALTERATION.search(line.text):
        walk.section, walk.inline = "biomarkers", False
    label = CAPITALS_LABEL.match(line.text)
    if _ends_section(line, walk, rules):
        walk.section, walk.inline = "other", False
    elif walk.section in ENDED_BY_LABEL and label and not rules.any_agent.search(label[0]):
        walk.section, walk.inline = "other", True
    return line


def _ends_section(line: Line, walk: _Walk, rules: Rules) -> bool:
    """Whether a line without a known heading opens something that is no part of the section."""
    return (
        (walk.section in ENDED_BY_TITLE and walk.ended and _is_title(line, rules))
        or (walk.section in ENDED_BY_PROSE and _is_prose(line, walk, rules))
        or (walk.section not in LASTING and _is_capital_heading(line))
        or _is_other_label(line, walk, rules)
    )


def _enter_inside(sentence: Line, walk: _Walk, rules: Rules) -> None:
    """A heading in the middle of a line: "He is well. Plan: continue"."""
    for kind, whole, _part in rules.headings:
        match = whole.match(sentence.text) if kind in OPENED_INSIDE else None
        if match is not None and sentence.text[match.end() :].lstrip().startswith(":"):
            if kind == "past_history" and rules.contexts["tumour"].search(sentence.text):
                return  # "AP: TNE G2" is a pathologist's word, no past illness
            walk.section, walk.inline = kind, True
            return


def _is_other_label(line: Line, walk: _Walk, rules: Rules) -> bool:
    """Whether a line opens with a label of its own, which ends a section of one line or a list."""
    label = LABEL.match(line.text)
    if label is None:
        return False
    if walk.section in LISTS and rules.words["ends_list"].match(line.text):
        return True
    if walk.section in LISTS:
        return not rules.any_agent.search(line.text) and not rules.words["detail"].match(line.text)
    return (
        walk.inline
        and walk.section in ENDED_BY_ANY_LABEL
        and rules.contexts["relative"].search(line.text) is None
        and rules.words["condition"].search(line.text) is None
    )


def _is_capital_heading(line: Line) -> bool:
    few = len(line.text.split()) < TITLE_WORDS
    return few and line.is_capitals() and CAPITALS_HEADING.fullmatch(line.text) is not None


def _is_title(line: Line, rules: Rules) -> bool:
    """Whether a line without a full stop, after a finished sentence, opens something new."""
    return (
        TITLE.fullmatch(line.text) is not None
        and len(line.text.split()) <= TITLE_WORDS
        and not rules.any_agent.search(line.text)
        and not rules.contexts["tumour"].search(line.text)
    )


def _is_prose(line: Line, walk: _Walk, rules: Rules) -> bool:
    """Whether a list has ended: an empty line and then a sentence, or the tale taken up."""
    if rules.words["resumes"].match(line.text):
        return True
    return (
        walk.parted
        and BULLET.match(line.text) is None
        and DATED.match(line.text) is None
        and rules.any_agent.match(line.text) is None
    )


def _settle_history(sentences: list[Sentence]) -> list[Sentence]:
    """In reports of laboratories and scanners the clinical history is the text of the request."""
    sections = {sentence.section for sentence in sentences}
    if not LABORATORY & sections or CLINICAL & sections:
        return sentences
    return [
        replace(one, section="request") if one.section in TURNED_REQUEST else one
        for one in sentences
    ]
