"""Words that promise or advise, in six languages: never said of a patient.

The words, what may be said instead, and the passages in which they mean something else are data,
one file a language in `promise_words/`. A text is looked through in every language, because people
write in more than one. Quotations of reports and of labels are evidence, and are not asked here.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

FOLDER: Final = Path(__file__).with_name("promise_words")
LANGUAGES: Final = ("en", "es", "ar", "hi", "zh-hans", "ru")
_END: Final = re.compile(r"(?<=[.!?;:…])\s+|(?<=[。！？；।؟])|\n+")
_MAY_STAND: Final = re.compile("[\u00ad\u0640\u064b-\u0652\u200b]")
_NEAR: Final = 70
"""Characters of a long sentence that are shown on either side of the word."""


@dataclass(frozen=True)
class Promise:
    """One word that may not stand, with its sentence and with what may be said instead."""

    word: str
    sentence: str
    instead: str
    language: str


class PromiseRefused(ValidationError):
    """A text that people typed says what is never said of a patient."""

    def __init__(self, promise: Promise) -> None:
        super().__init__(
            _(
                "“%(word)s” is never said of a patient. It stands in: “%(sentence)s” "
                "Say instead: %(instead)s."
            ),
            code="promise_refused",
            params={
                "word": promise.word,
                "sentence": promise.sentence,
                "instead": promise.instead,
            },
        )


@dataclass(frozen=True)
class _Words:
    language: str
    pattern: re.Pattern[str]
    instead: tuple[str, ...]
    allowed: re.Pattern[str]


def refuse_promises(text: str) -> None:
    """Raise PromiseRefused at the first promise; a validator for fields of forms."""
    found = next(find_promises(text), None)
    if found is not None:
        raise PromiseRefused(found)


def find_promises(text: str, languages: Iterable[str] = LANGUAGES) -> Iterator[Promise]:
    """Every word that may not stand, in the order of the languages."""
    text = _tidy(text)
    if not text.strip():
        return
    for language in languages:
        words = _load(language)
        spared = [match.span() for match in words.allowed.finditer(text)]
        for match in words.pattern.finditer(text):
            if not any(begin <= match.start() < end for begin, end in spared):
                yield _tell(text, match, words)


def find_denied_words(text: str, language: str) -> list[str]:
    """The words themselves, wherever they stand: in the sentence that denies them too."""
    return [match[0] for match in _load(language).pattern.finditer(_tidy(text))]


def _tidy(text: str) -> str:
    """Composed letters without the marks that may stand or not: vowels of Arabic, soft hyphens."""
    return _MAY_STAND.sub("", unicodedata.normalize("NFC", text))


def _tell(text: str, match: re.Match[str], words: _Words) -> Promise:
    at = next(place for place, group in enumerate(match.groups()) if group is not None)
    return Promise(
        word=match[0],
        sentence=_sentence_around(text, *match.span()),
        instead=words.instead[at],
        language=words.language,
    )


def _sentence_around(text: str, begin: int, end: int) -> str:
    """The sentence, and of a long one what is near the word."""
    ends = list(_END.finditer(text))
    first = max((each.end() for each in ends if each.end() <= begin), default=0)
    last = min((each.start() for each in ends if each.start() >= end), default=len(text))
    near, far = max(first, begin - _NEAR), min(last, end + _NEAR)
    cut_before, cut_after = "…" if near > first else "", "…" if far < last else ""
    return f"{cut_before}{' '.join(text[near:far].split())}{cut_after}"


@cache
def _load(language: str) -> _Words:
    data: dict[str, Any] = yaml.load(
        (FOLDER / f"{language}.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader
    )
    border = r"\b" if data["letters"] else ""
    each = [f"({_any_space(entry['words'])})" for entry in data["words"]]
    allowed = "|".join(f"(?:{_any_space(one)})" for one in data["allowed"])
    return _Words(
        language=language,
        pattern=re.compile(f"{border}(?:{'|'.join(each)}){border}", re.IGNORECASE),
        instead=tuple(entry["instead"] for entry in data["words"]),
        allowed=re.compile(allowed, re.IGNORECASE),
    )


def _any_space(pattern: str) -> str:
    return _tidy(pattern).replace(" ", r"\s+")
