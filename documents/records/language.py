"""Which language a report is written in: by its common words, or else by its letters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

LOOK_AT: Final = 20_000
WORD = re.compile(r"[^\W\d_]+")
ENGLISH: Final = """
        the of and with to in is was are were for from by on at no not this that there
        has have had been be or as an patient history findings diagnosis report date
        which after before without
"""
SPANISH: Final = """
        el la los las de del y con en es fue son se por para una un sin al su que no hay
        ha como desde tras paciente fecha informe historia diagnostico diagnóstico
        hallazgos muestra estudio
"""
COMMON: Final = {"en": frozenset(ENGLISH.split()), "es": frozenset(SPANISH.split())}
MIN_SHARE: Final = 0.06
# Whose letters are most of a page; with one of the second kind among them it is another language.
LETTERS: Final = (
    ("ar", re.compile(r"[\u0620-\u064a\ufb50-\ufdff\ufe70-\ufefc]"), re.compile(r"[پچژگکیٹڈڑےں]")),
    ("ru", re.compile(r"[а-яёА-ЯЁ]"), re.compile(r"[іїєґўәғқңөұүһђјљњћџѓќѕ]", re.IGNORECASE)),
    ("hi", re.compile(r"[\u0904-\u0939]"), re.compile(r"ळ")),
    ("zh-hans", re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[\u3041-\u30ff\uac00-\ud7a3]")),
)
MIN_LETTERS: Final = 20
MOST_OF: Final = 0.6
FEW: Final = 0.02
"""Of all letters of the language; a name may bring some of a neighbour's."""


def detect_language(texts: Iterable[str]) -> str:
    """Return "en", "es" or "other" by the share of common words; "other" for no text at all."""
    words: list[str] = []
    for text in texts:
        words += [word.lower() for word in WORD.findall(text[:LOOK_AT])]
        if len(words) > LOOK_AT:
            break
    if not words:
        return "other"
    shares = {
        name: sum(word in common for word in words) / len(words) for name, common in COMMON.items()
    }
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] >= MIN_SHARE else "other"


def detect_by_letters(texts: Iterable[str]) -> str:
    """The language whose letters are most of the text, empty where none's are, or a neighbour's."""
    text = "".join(text[:LOOK_AT] for text in texts)[:LOOK_AT]
    count = sum(1 for sign in text if sign.isalpha())
    for name, own, others in LETTERS:
        found = len(own.findall(text))
        if found >= max(MIN_LETTERS, count * MOST_OF):
            return name if len(others.findall(text)) <= found * FEW else ""
    return ""
