"""Sentences of ours in a dossier: kept in English, shown in the language of its frame.

What a dossier says of its own (a reason for absence, “asked of the family”) is a `Said`: a text
that is English wherever it is frozen, hashed and compared, and that still knows its sentence and
the parts in it, so that a page in another language shows it in that language. What people and
papers said is plain text: a value as recorded, never translated.

A module that makes sentences imports `say as _` and `say_many as ngettext`, so that the catalogues
find them.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, Self

from django.utils.translation import get_language, gettext, ngettext

from .days import say_date
from .tidy import LONG, tidy_text

SOURCE_LANGUAGE: Final = "en"
Show = Callable[[object], str]
_PART: Final = re.compile(r"%\(\w+\)[sd]")
_LETTERS: Final = re.compile(r"[A-Za-z]")
_MARKS: Final = {"ar": str.maketrans({",": "،", ";": "؛"})}


class Said(str):
    """A sentence in English that can be shown in another language."""

    __slots__ = ("many", "number", "parts", "sentence")
    sentence: str
    many: str
    number: int | None
    parts: Mapping[str, object]

    def __new__(
        cls,
        sentence: str,
        parts: Mapping[str, object] | None = None,
        *,
        many: str = "",
        number: int | None = None,
    ) -> Self:
        chosen = many if many and number != 1 else sentence
        made = super().__new__(cls, _fill(chosen, parts or {}, plainly))
        made.sentence, made.many, made.number, made.parts = sentence, many, number, parts or {}
        return made

    @property
    def is_translated(self) -> bool:
        """Whether the language in force has this sentence, or is the one it is kept in."""
        if get_language() == SOURCE_LANGUAGE or not _has_letters(self.sentence):
            return True
        return self._find() not in {self.sentence, self.many}

    def show(self, each: Show, sentence: Callable[[str], str] = str) -> str:
        """The sentence in the language in force, each part and the words as the caller shows."""
        return _fill(sentence(self._find()), self.parts, each)

    def _find(self) -> str:
        if not _has_letters(self.sentence):
            return punctuate(self.sentence)
        if self.number is None:
            return gettext(self.sentence)
        return ngettext(self.sentence, self.many, self.number)


def gettext_noop(sentence: str) -> str:
    """Mark a word that stands in a table; `as_said` makes it a sentence where it is used."""
    return sentence


def say(sentence: str, /, **parts: object) -> Said:
    """One sentence; its parts are other sentences, dates, numbers and recorded words."""
    return Said(sentence, _tidy(parts))


def say_many(one: str, many: str, count: int, /, **parts: object) -> Said:
    """A sentence with a number in it: `%(count)d` is set."""
    return Said(one, {**_tidy(parts), "count": count}, many=many, number=count)


def join_said(*parts: str, by: str = "; ") -> Said:
    """Sentences and recorded words behind one another, the empty ones left out: “a; b”."""
    kept = {f"part{place}": part for place, part in enumerate(part for part in parts if part)}
    return Said(by.join(f"%({name})s" for name in kept), _tidy(kept))


def as_said(text: str) -> Said:
    """A label that another module marked for the catalogues."""
    return text if isinstance(text, Said) else Said(text)


def punctuate(marks: str) -> str:
    """Commas and the like between values, as the language in force writes them."""
    return marks.translate(_MARKS.get(get_language() or "", {}))


def _has_letters(sentence: str) -> bool:
    return _LETTERS.search(_PART.sub("", sentence)) is not None


def plainly(value: object) -> str:
    """A part in plain text, in the language in force; English where a sentence is made."""
    if isinstance(value, Said):
        return str(value)
    return say_date(value) if isinstance(value, date) else str(value)


def in_words(value: object) -> str:
    """A text of a dossier in plain text, in the language of the frame: for drawings and titles."""
    if isinstance(value, Said):
        return value.show(in_words)
    return say_date(value) if isinstance(value, date) else str(value)


def _fill(sentence: str, parts: Mapping[str, object], show: Show) -> str:
    if not parts:
        return sentence
    return sentence % {
        name: value if isinstance(value, int) and not isinstance(value, bool) else show(value)
        for name, value in parts.items()
    }


def _tidy(parts: Mapping[str, Any]) -> dict[str, object]:
    return {
        name: tidy_text(value, limit=LONG)
        if isinstance(value, str) and not isinstance(value, Said)
        else value
        for name, value in parts.items()
    }
