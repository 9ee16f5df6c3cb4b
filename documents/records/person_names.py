"""Are two written names one person's? Order, alphabet, titles, initials and slips considered.

A name is a set of parts without order. Parts of other alphabets are brought to Latin letters, and
then to the consonants that survive from one spelling to another. Nothing is said of names that
cannot be compared (Chinese signs against a Latin name, say).
"""

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import pairwise
from typing import Final, Protocol

LETTERS: Final = {
    **dict(zip("абвгдезиклмнопрстуфыэё", "abvgdeziklmnoprstufieo", strict=True)),
    "ж": "zh",
    "й": "i",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ъ": "",
    "ь": "",
    "ю": "iu",
    "я": "ia",
    "і": "i",
    "ї": "i",
    "є": "e",
    "ґ": "g",
    "ғ": "g",
    "қ": "k",
    "ә": "a",
    "ө": "o",
    "ү": "u",
    "ұ": "u",
    "ң": "n",
    "һ": "h",
    **dict(zip("ابتجحدرزسصضطظفقكلمنهويىة", "abtjhdrzssdtzfqklmnhwiia", strict=True)),
    "ث": "th",
    "خ": "kh",
    "ذ": "dh",
    "ش": "sh",
    "ع": "a",
    "غ": "gh",
    "ء": "",
    "ئ": "i",
    "ؤ": "w",
    "پ": "p",
    "چ": "ch",
    "گ": "g",
    "ک": "k",
    "ی": "i",
    "آ": "a",
    "أ": "a",
    "إ": "i",
    **dict(zip("कगङचजञटडणतदनपबमयरलवसहळ", "kgncjntdntdnpbmyrlvshl", strict=True)),
    "ख": "kh",
    "घ": "gh",
    "छ": "ch",
    "झ": "jh",
    "ठ": "th",
    "ढ": "dh",
    "थ": "th",
    "ध": "dh",
    "फ": "f",
    "भ": "bh",
    "श": "sh",
    "ष": "sh",
    "अ": "a",
    "आ": "a",
    "इ": "i",
    "ई": "i",
    "उ": "u",
    "ऊ": "u",
    "ऋ": "ri",
    "ए": "e",
    "ऐ": "ai",
    "ओ": "o",
    "औ": "au",
    "ा": "a",
    "ि": "i",
    "ी": "i",
    "ु": "u",
    "ू": "u",
    "ृ": "ri",
    "े": "e",
    "ै": "ai",
    "ो": "o",
    "ौ": "au",
    "ं": "n",
    "ँ": "n",
    "्": "",
    "ß": "ss",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "æ": "ae",
    "œ": "oe",
    "ı": "i",
}
TITLES: Final = frozenset(
    {"mr", "mrs", "ms", "miss", "master", "dr", "prof", "sir", "dame", "rev", "sr", "sra", "srta"}
    | {"dra", "don", "dona", "herr", "frau", "mme", "mlle", "shri", "smt", "kumari", "the"}
    | {"patient", "name", "jr", "baby", "pt", "medico", "nee", "geb", "md", "phd"}
)
PARTICLES: Final = frozenset(
    {"al", "el", "ul", "ad", "as", "ar", "az", "abu", "bin", "ibn", "ben", "bint", "umm", "de"}
    | {"del", "la", "las", "los", "da", "do", "dos", "das", "di", "van", "von", "der", "den", "du"}
    | {"le", "y", "e", "i", "zu", "st", "san"}
)
SPELLINGS: Final = (
    *(("shch", "s"), ("tsch", "c"), ("sch", "s"), ("sh", "s"), ("tch", "c"), ("ch", "c")),
    *(("ph", "f"), ("kh", "h"), ("gh", "g"), ("dj", "j"), ("dzh", "j"), ("zh", "j"), ("jh", "j")),
    *(("dh", "d"), ("th", "t"), ("bh", "b"), ("ck", "k"), ("ts", "s"), ("tz", "s"), ("ks", "x")),
    *(("c", "k"), ("q", "k"), ("w", "v"), ("y", "i"), ("z", "s"), ("j", "g")),
)
SLIPS: Final = str.maketrans("01358", "oiesb")
WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W\d_]+)*")
ARTICLE: Final = re.compile(r"(?<!\w)ال(?=\w{3})")
NEAR: Final = 0.8
LONG: Final = 3
LONGER: Final = 6


class NameMatch(StrEnum):
    """What a comparison of two names says."""

    SAME = "same"
    PARTLY = "partly"
    OTHER = "other"
    UNCLEAR = "unclear"


class Named(Protocol):
    """Anybody with a name in Latin letters and perhaps one in the letters of the country."""

    @property
    def name(self) -> str:
        """In Latin letters."""

    @property
    def native_name(self) -> str:
        """In the letters of the country; may be empty."""


@dataclass(frozen=True, slots=True)
class Name:
    """The parts of a name: whole ones, and single letters."""

    parts: tuple[str, ...]
    initials: tuple[str, ...]


def read_name(written: str) -> Name:
    """The parts in Latin letters, without titles and particles."""
    parts: list[str] = []
    initials: list[str] = []
    for word in WORD.findall(_latin(ARTICLE.sub("", written.replace("^", " ")))):
        part = re.sub("['\u2019]", "", word)
        part = part if part.isalpha() else part.translate(SLIPS)
        if not part.isalpha() or part in TITLES:
            continue
        if len(part) == 1:
            initials.append(part)
        elif part not in PARTICLES:
            parts.append(part)
    return Name(tuple(parts), tuple(initials))


def compare_names(printed: str, patient: Named) -> NameMatch:
    """Whether a printed name (also of a DICOM tag: `GARCIA^ANA`) may be the patient's."""
    here = read_name(printed)
    answers = [_compare(here, read_name(name)) for name in (patient.name, patient.native_name)]
    known = [answer for answer in answers if answer is not NameMatch.UNCLEAR]
    return min(known, key=list(NameMatch).index) if known else NameMatch.UNCLEAR


def _compare(printed: Name, kept: Name) -> NameMatch:
    if not printed.parts or not kept.parts:
        return NameMatch.UNCLEAR
    if all(_is_unreadable(part) for part in printed.parts + kept.parts):
        same = "".join(printed.parts) == "".join(kept.parts)
        return NameMatch.SAME if same else NameMatch.OTHER
    if any(_is_unreadable(part) for part in printed.parts + kept.parts):
        return NameMatch.UNCLEAR
    strange, left = _pair(printed.parts, kept.parts)
    shared = len(kept.parts) - len(left)
    if shared == 0:
        joined = are_alike("".join(printed.parts), "".join(kept.parts))
        return NameMatch.SAME if joined else NameMatch.OTHER
    odd = [one for one in printed.initials if not any(part.startswith(one) for part in kept.parts)]
    doubtful = bool(odd) and shared == 1 and bool(left) and not set(odd) & {"m", "f"}
    return NameMatch.PARTLY if (strange and left) or doubtful else NameMatch.SAME


def _pair(printed: tuple[str, ...], kept: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The parts of each that have none like them in the other."""
    left = list(kept)
    strange: list[str] = []
    for part in printed:
        like = next((one for one in left if one == part), None) or next(
            (one for one in left if are_alike(part, one)), None
        )
        if like is not None:
            left.remove(like)
        elif not any(are_alike(part, one) for one in kept):
            strange.append(part)
    for few, many in ((strange, left), (left, strange)):
        for pair in list(pairwise(many)):
            like = next(
                (one for one in few if len(one) > LONGER and are_alike("".join(pair), one)), None
            )
            if like is not None and set(pair) <= set(many):
                few.remove(like)
                many.remove(pair[0])
                many.remove(pair[1])
    return strange, left


def are_alike(one: str, other: str) -> bool:
    """Whether two parts of a name may be the same name, spelt from another alphabet or misread."""
    if one == other:
        return True
    first, second = _simplify(one), _simplify(other)
    if first == second and len(first) >= 2 and min(len(one), len(other)) >= LONG:  # noqa: PLR2004
        return len(first) >= LONG or one[:1] == other[:1] or _differ_by_one(one, other)
    if min(len(one), len(other)) <= LONG:
        return False
    if SequenceMatcher(None, one, other, autojunk=False).ratio() >= NEAR:
        return True
    return (
        min(len(one), len(other)) >= LONGER and _differ_by_one(first, second) and len(first) > LONG
    )


def _differ_by_one(one: str, other: str) -> bool:
    """Whether one letter changed, came or went."""
    if abs(len(one) - len(other)) > 1:
        return False
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if at is None:
        return True
    return (
        one[at + 1 :] == other[at + 1 :]
        or one[at:] == other[at + 1 :]
        or one[at + 1 :] == other[at:]
    )


def _simplify(part: str) -> str:
    """The consonants of a name, as they survive from one spelling to another."""
    for written, meant in SPELLINGS:
        part = part.replace(written, meant)
    part = part[:1].replace("i", "") + re.sub(r"[aeiou]", "", part[1:])
    part = re.sub(r"(.)\1+", r"\1", part)
    return part[1:] if part[:1] in "aeouh" and len(part) > LONG else part


def _latin(written: str) -> str:
    """Small Latin letters without accents; signs of scripts without letters stay as they are."""
    kept = []
    for sign in unicodedata.normalize("NFKC", written).casefold():
        if sign in LETTERS:
            kept.append(LETTERS[sign])
            continue
        for part in unicodedata.normalize("NFKD", sign):
            if unicodedata.category(part) in {"Mn", "Cf"}:
                continue
            kept.append(LETTERS.get(part, part))
    return "".join(kept)


def _is_unreadable(part: str) -> bool:
    return not part.isascii()
