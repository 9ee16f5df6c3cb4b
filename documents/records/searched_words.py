"""Words as they are searched: the same for a page, for a name and for what a person types.

Case, accents, points of Arabic and Hebrew, the dot below of Devanagari and the form of a digit
make no difference. Chinese and Japanese, which put no space between words, are taken by pairs of
signs, so that any two neighbours are found; spaces and line ends between their signs, which
readers of pictures like to add, are passed over. No database has a part in it: both are given
these words, and find alike.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

LONGEST_WORD: Final = 64
MOST_WORDS: Final = 16_000
"""A `tsvector` counts no further than 16,383 places."""
MOST_LETTERS: Final = 250_000
SIGNS: Final = (
    "\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
# What belongs to the letter before it, and characters that are not seen.
UNSEEN: Final = "\u200b-\u200f\u2060\ufeff\ufe00-\ufe0f"
MARKS: Final = UNSEEN + "".join(
    re.escape(chr(code))
    for code in (*range(0x300, 0x2000), *range(0x20D0, 0x2100), *range(0xFE20, 0xFE30))
    if unicodedata.category(chr(code)) in {"Mn", "Mc", "Me"}
)
RUN: Final = re.compile(
    rf"(?P<sign>[{SIGNS}])|[^\W_{SIGNS}](?:[^\W_{SIGNS}]|[{MARKS}]|\u00ad(?=[^\W_]))*"
)
GAP: Final = re.compile(r"\s{0,3}")
BROKEN: Final = re.compile(r"[-\u2010]\s{0,2}\n\s{0,2}|\u00ad\s{1,3}")
INDIC: Final = range(0x900, 0xE00)
LETTERS: Final = str.maketrans(
    dict.fromkeys("\u0640\u093c\u09bc\u0a3c\u0abc\u0b3c\u0cbc", "")
    | {"ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ٱ": "ا", "ँ": "ं"}
    | {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe"}
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is searched, and where it stands in the text."""

    term: str
    start: int
    end: int


def fold_word(written: str) -> str:
    """How a word is searched; empty if nothing of it can be."""
    if written.isascii():
        return written.lower()[:LONGEST_WORD]
    return _fold_letters(written[: 4 * LONGEST_WORD])[:LONGEST_WORD]


def _fold_letters(written: str) -> str:
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", written).casefold())
    kept = "".join(_fold_sign(sign) for sign in plain.translate(LETTERS))
    return unicodedata.normalize("NFC", kept)


@lru_cache(maxsize=4096)
def _fold_sign(sign: str) -> str:
    """One sign: a digit as ASCII has it, marks of Indian scripts kept, all other marks gone."""
    category = unicodedata.category(sign)
    if category == "Nd":
        return str(unicodedata.decimal(sign))
    if category in {"Mn", "Mc"}:
        return sign if ord(sign) in INDIC else ""
    return sign if sign.isalnum() else ""


def list_words(text: str) -> Iterator[Word]:
    """The words of a text in their order.

    A word that was broken at the end of a line comes as its parts and once more as a whole. The
    last of several signs comes alone, so that a single sign finds it too.
    """
    sign: re.Match[str] | None = None
    before: Word | None = None
    for match in RUN.finditer(text):
        start, end = match.span()
        if sign is not None:
            joined = match["sign"] and GAP.fullmatch(text, sign.end(), start)
            yield _pair(sign, match) if joined else _pair(sign, None)
        sign = match if match["sign"] else None
        if sign is not None:
            before = None
            continue
        term = fold_word(match[0])
        if not term:
            continue
        word = Word(term, start, end)
        yield word
        if before and text[start].islower() and BROKEN.fullmatch(text, before.end, start):
            yield Word((before.term + term)[:LONGEST_WORD], before.start, end)
        before = word
    if sign is not None:
        yield _pair(sign, None)


def join_terms(text: str) -> str:
    """The words of a page as the databases are given them.

    What stands beyond the first 16,000 words of one page is not searched: no sheet of paper
    holds as many.
    """
    terms, length = [], 0
    for number, word in enumerate(list_words(text)):
        length += len(word.term) + 1
        if number == MOST_WORDS or length > MOST_LETTERS:
            break
        terms.append(word.term)
    return " ".join(terms)


def _pair(first: re.Match[str], second: re.Match[str] | None) -> Word:
    written = first[0] + (second[0] if second else "")
    return Word(unicodedata.normalize("NFKC", written), first.start(), (second or first).end())


def is_sign(term: str) -> bool:
    """Whether a term is of a script without spaces, taken by its signs."""
    match = RUN.match(term)
    return bool(match and match["sign"])
