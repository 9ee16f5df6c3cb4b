"""Cut a report into sentences that remember where each of their characters came from.

Patterns are far simpler on text without accents, ligatures, broken words and odd spaces; a person
must still be shown the words as they stand on the page. So every character of a sentence carries
its offset in the page's own text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

MAX_SENTENCE: Final = 900
SHORT_LINE: Final = 0.62
SHORT_WORD: Final = 8
FEW_LETTERS: Final = 3
CELL: Final = " | "
WIDE: Final = 3
LABELS_AND_VALUES: Final = 3
SOFT_HYPHEN: Final = "\u00ad"
LINE_ENDS: Final = frozenset("\n\r\v\u0085\u2028\u2029")
DASHES: Final = frozenset("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d")
REPLACED: Final = {
    "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2264": "\u2264", "\u2265": "\u2265", "\u00b1": "\u00b1", "\u03bc": "u", "\u00b5": "u",
    "\u2022": "\u2022", "\u25cf": "\u2022", "\u25aa": "\u2022", "\u00b7": "\u00b7", "\t": " ",
}  # fmt: skip

SPACED_DATE = re.compile(
    r"(?<!\d)\d{1,2} ?([./-]) ?\d{1,2} ?\1 ?(?:19|20)\d\d(?!\d)|"
    r"(?<!\d)\d{1,2} ?/ ?(?:19|20)\d\d(?!\d)"
)
RULED = re.compile(r"[-|+*=_~#.: ]{3,}")
ORNAMENT = re.compile(r"^(?:[*=~#_]{2,}|-{3,}) ?| ?(?:[*=~#]{2,}|-{3,})$")
SPACE = re.compile(" ")
FORM_LABEL = re.compile(r"[A-Z][\w/()&-]*(?: [\w/()&-]+){0,3}")
LEADER = re.compile(r" ?(?:\.{3,}|_{3,}|(?:\. ){3,}\.?)[ :]*")
BULLET = re.compile(r"(?:[\u2022*\u00b7>]|-(?= )|\(?(?:\d{1,2}|[a-zA-Z])[.)](?= ))\s*")
LABEL = re.compile(r"[A-Z][\w/()&,.'%-]*(?: [\w/()&,.'%-]+){0,5} ?:(?: |$)")
INNER_LABEL = re.compile(r"(?:^|[ |])[A-Z][\w./&-]*(?: [\w./&-]+){0,2} ?:(?= |$)")
LABELS_OF_A_FORM: Final = 2
SHORT_VALUE: Final = 30
DATED = re.compile(
    r"(?:(?:\d{1,2}[/.-])?(?:\d{1,2}[/.-])?(?:19|20)\d\d(?:[./-]\d\d){0,2}|"
    r"\d{1,2}[ -](?:de )?[A-Za-z]{3,10}\.?[ -](?:de )?(?:19|20)\d\d|"
    r"[A-Z][a-z]{2,9}\.? (?:de )?(?:19|20)\d\d)\b"
)
ROW_GOES_ON = re.compile(
    r" ?(?:[-:|,]|to |until |a |al |hasta )? ?(?:[A-Z\d]|date|present|ongoing|actualidad)"
)
HANGING = re.compile(
    r"(?:^|[ (])(?:on|in|of|from|since|until|to|by|dated|the|a|an|and|or|with|for|at|no|not|was|is|"
    r"has|have|received|"
    r"en|el|la|de|del|desde|hasta|con|y|o|por|un|una|no|ha|al|los|las)$",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(
    r"(?<=[\w)%\"'])[.!?][)\"']? +(?=[A-Z0-9\u00bf\u00a1\"(\[?<>~-])|; +|: (?=[?])| [|\u2022] "
)
ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:dr|mr|mrs|ms|prof|approx|aprox|vs|e\.g|i\.e|no|nr|st|cf|fig|al|ca|resp|incl|sr|sra|srta|dra|dna|p\.ej|"
    r"diff|mod|inj|tab|cap|pt|dx|hx|rx|yrs?|mths?|wks?|max|min|path|lab|univ|"
    r"d\.o\.b|f\.n|tel|ext|dept|hosp|ref|[a-z])\.$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """Normalised characters, each with its offset in the page."""

    text: str
    origin: tuple[int, ...]

    def cut(self, start: int, end: int) -> Line:
        """The characters from `start` to `end`, without white space around them."""
        while start < end and self.text[start] == " ":
            start += 1
        while end > start and self.text[end - 1] == " ":
            end -= 1
        return Line(self.text[start:end], self.origin[start:end])

    def count_gaps(self) -> int:
        """How many wide gaps part its words, as those of a table's row; of a line of the page."""
        return sum(
            char == " " and after - at >= WIDE
            for char, at, after in zip(self.text, self.origin, self.origin[1:], strict=False)
        )

    def is_capitals(self) -> bool:
        """Whether it reads as a heading in capitals."""
        letters = [char for char in self.text if char.isalpha()]
        return len(letters) >= FEW_LETTERS and all(char.isupper() for char in letters)


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    """The unaccented, compatible form of one character; empty for marks without width."""
    if char in REPLACED:
        return REPLACED[char]
    if char in DASHES:
        return "-"
    if char.isspace():
        return " "
    forms = unicodedata.normalize("NFKD", char)
    kept = "".join(part for part in forms if unicodedata.category(part) not in {"Mn", "Cf", "Cc"})
    return "".join("-" if part in DASHES else " " if part.isspace() else part for part in kept)


def normalise_lines(page: str) -> Iterator[Line]:
    """The page's lines, with single spaces and without accents; a soft hyphen vanishes."""
    chars: list[str] = []
    origin: list[int] = []
    for at, char in enumerate(page):
        if char in LINE_ENDS:
            if char == "\n" and at and page[at - 1] == "\r":
                continue
            yield _mend(Line("".join(chars), tuple(origin)).cut(0, len(chars)), page)
            chars, origin = [], []
            continue
        for plain in char if " " < char < "\x7f" else _plain(char):
            if plain == " " and chars and chars[-1] == " ":
                continue
            chars.append(plain)
            origin.append(at)
        if char == SOFT_HYPHEN and page[at + 1 : at + 2] in LINE_ENDS:
            chars.append(SOFT_HYPHEN)
            origin.append(at)
    yield _mend(Line("".join(chars), tuple(origin)).cut(0, len(chars)), page)


def _mend(line: Line, page: str) -> Line:
    return mend_dates(mend_leaders(_mark_label(_strip_ornaments(line), page)))


def _mark_label(line: Line, page: str) -> Line:
    """A label and its value with a wide gap between them: "Resectable      No"; or two of them."""
    text = line.text
    gaps = [
        match.start()
        for match in SPACE.finditer(text)
        if page[line.origin[match.start()] : line.origin[match.start()] + WIDE].isspace()
    ]
    if len(gaps) == 1 and FORM_LABEL.fullmatch(text, 0, gaps[0]) and text[gaps[0] + 1] != ":":
        return _replace_spans(line, [(gaps[0], gaps[0] + 1, ": ")])
    if len(gaps) == LABELS_AND_VALUES:
        first, middle, last = gaps
        if all(
            one.isupper() and FORM_LABEL.fullmatch(one)
            for one in (text[:first], text[middle + 1 : last])
        ):
            marks = ((first, ": "), (middle, CELL), (last, ": "))
            return _replace_spans(line, [(at, at + 1, mark) for at, mark in marks])
    return line


def _strip_ornaments(line: Line) -> Line:
    """A heading without the stars and dashes around it; a line of nothing else stays."""
    if RULED.fullmatch(line.text):
        return line
    for match in reversed(list(ORNAMENT.finditer(line.text))):
        at_end = match.end() == len(line.text)
        line = line.cut(0, match.start()) if at_end else line.cut(match.end(), len(line.text))
    return line


def mend_leaders(line: Line) -> Line:
    """A label and its value with dots between them as on forms: "Grade ..... 2" is "Grade: 2"."""
    spans = [
        (match.start(), match.end(), ": ")
        for match in LEADER.finditer(line.text)
        if match.start() > 0 and match.end() < len(line.text)
    ]
    return _replace_spans(line, spans)


def mend_dates(line: Line) -> Line:
    """Dates without the spaces that a scan puts into them: "05 / 02 / 2025"."""
    spans = [
        (at, at + 1, "")
        for match in SPACED_DATE.finditer(line.text)
        for at in range(*match.span())
        if line.text[at] == " "
    ]
    return _replace_spans(line, spans)


def _replace_spans(line: Line, spans: list[tuple[int, int, str]]) -> Line:
    """The line with other words in some places; these stand where the old ones began."""
    if not spans:
        return line
    words: list[str] = []
    origin: list[int] = []
    last = 0
    for start, end, instead in spans:
        words += [line.text[last:start], instead]
        origin += [*line.origin[last:start], *[line.origin[start]] * len(instead)]
        last = end
    return Line("".join([*words, line.text[last:]]), (*origin, *line.origin[last:]))


def join_lines(first: Line, second: Line) -> Line:
    """One line of two, mending a word broken at the end of the first."""
    text, origin = first.text, first.origin
    if text.endswith(SOFT_HYPHEN):
        return Line(text[:-1] + second.text, origin[:-1] + second.origin)
    if len(text) > 1 and text[-1] == "-" and text[-2] != " ":
        if text[-2].isalpha() and second.text[:1].islower():
            return Line(text[:-1] + second.text, origin[:-1] + second.origin)
        return Line(text + second.text, origin + second.origin)
    return Line(f"{text} {second.text}", (*origin, origin[-1], *second.origin))


def goes_on(first: Line, second: Line, width: int) -> bool:
    """Whether the second line goes on with the sentence of the first.

    `width` is how long full lines of this page are.
    """
    end, head = first.text[-1], second.text[0]
    if len(first.text) > MAX_SENTENCE or end in ".:;?!" or _are_rows(first, second):
        return False
    broken = end in f"-{SOFT_HYPHEN}" and head.islower()
    if broken or BULLET.match(second.text) or LABEL.match(second.text):
        return broken
    if HANGING.search(first.text):
        return True
    if first.is_capitals() != second.is_capitals() and not _is_form(first, second):
        return len(second.text) < SHORT_WORD and end in "-,/"
    short = len(first.text) < SHORT_LINE * width
    if _is_form(first, second) or _begins_row(first, second, short=short):
        return False
    return not short or head.islower() or end in ",(/" or not (head.isupper() or _is_value(end))


def _are_rows(first: Line, second: Line) -> bool:
    """Whether the lines are rows of a table, or what stands at its edge."""
    return (
        first.text[-1] == "|"
        or second.text[0] == "|"
        or (CELL in first.text and CELL in second.text)
    )


def _is_form(first: Line, second: Line) -> bool:
    """Whether the first line is a row of labels and values, the last of them near its end."""
    if not second.text[0].isupper():
        return False
    ends = [match.end() for match in INNER_LABEL.finditer(first.text)]
    return len(ends) >= LABELS_OF_A_FORM and len(first.text) - ends[-1] < SHORT_VALUE


def _is_value(end: str) -> bool:
    return end.isdigit() or end == "%"


def _begins_row(first: Line, second: Line, *, short: bool) -> bool:
    """Whether the second line is a row of a table that begins with its date."""
    dated = DATED.match(second.text)
    if dated is None:
        return False
    if short or DATED.match(first.text) or BULLET.match(first.text):
        return True
    if "; " in first.text:
        return False
    return ROW_GOES_ON.match(second.text, dated.end()) is not None


def split_sentences(line: Line, *, is_row: bool = False) -> Iterator[Line]:
    """The sentences of a logical line, none much longer than `MAX_SENTENCE`.

    The cells of a table's row are sentences of their own, unless `is_row` keeps them together.
    """
    start = 0
    for match in SENTENCE_END.finditer(line.text):
        if is_row and "|" in match[0]:
            continue
        end = match.start() + 1
        if line.text[match.start()] == "." and ABBREVIATION.search(
            line.text[max(0, end - 12) : end]
        ):
            continue
        yield from _split_long(line.cut(start, end))
        start = match.end()
    yield from _split_long(line.cut(start, len(line.text)))


def _split_long(line: Line) -> Iterator[Line]:
    start = 0
    while len(line.text) - start > MAX_SENTENCE:
        at = line.text.rfind(" ", start + MAX_SENTENCE // 2, start + MAX_SENTENCE)
        at = at if at > 0 else start + MAX_SENTENCE
        yield line.cut(start, at)
        start = at
    rest = line.cut(start, len(line.text))
    if rest.text:
        yield rest
