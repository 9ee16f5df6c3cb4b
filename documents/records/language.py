"""Which language a report is written in: English, Spanish or something else."""

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
