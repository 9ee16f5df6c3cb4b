"""Text as patterns like it: without accents, all digits as 0 to 9, each sign in its place."""

import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

WORDS: Final = Path(__file__).with_name("paper_words.yaml")

LINE_ENDS = str.maketrans({"\r": "\n", "\v": "\n", "\u2028": "\n", "\u2029": "\n"})


@lru_cache(maxsize=8192)
def _plain(sign: str) -> str:
    digit = unicodedata.digit(sign, None)
    if digit is not None and unicodedata.category(sign) == "Nd":
        return str(digit)
    base = unicodedata.normalize("NFKD", sign)[:1]
    return base if base and unicodedata.category(base) not in {"Mn", "Cf", "Cc"} else sign


def make_plain(text: str) -> str:
    """The text without accents, as long as before: an offset in one is an offset in the other."""
    text = text.translate(LINE_ENDS)
    return text if text.isascii() else "".join(_plain(sign) for sign in text)


@cache
def paper_words() -> dict[str, Any]:
    """The words of `paper_words.yaml`."""
    words: dict[str, Any] = yaml.load(WORDS.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return words


def one_of(name: str) -> str:
    """A pattern for any of the words of this name, without accents as the texts are."""
    return "(?:" + make_plain("|".join(paper_words()[name])) + ")"
