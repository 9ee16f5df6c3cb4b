"""Text made safe to lay out: short enough, printable, and still what was written.

Whatever people typed or a scanner read may stand in a dossier. Three things in it can hurt a page:
characters that are no text (controls, lone surrogates), invisible orders that turn the reading
direction round, and runs of combining marks long enough to keep the layout busy for minutes. They
are taken out here; nothing else is changed, and a value that was cut says so.
"""

import re
import unicodedata

SHORT = 300
"""Longest single value, in characters."""

LONG = 1_500
"""Longest passage of prose: a quotation, a finding, a note."""

MARKS_IN_A_ROW = 6
"""Combining marks kept on one letter; no living script stacks more."""

CUT = "… [cut]"

# Overrides and embeddings can make a page read differently from its text layer. The marks and
# joiners (LRM, RLM, ZWJ, ZWNJ) stay: Arabic, Persian and Devanagari need them.
_DIRECTION_ORDERS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_SPACES = re.compile(r"\s+")
_CODES_THAT_ARE_NO_TEXT = ("Cc", "Cs", "Cn", "Co")


def tidy_text(text: str, *, limit: int = SHORT) -> str:
    """Return the text on one line, printable, at most `limit` characters and its cut mark.

    The input is first cut far above the limit, so that the work is bounded whatever comes in.
    """
    cut_early = len(text) > 4 * limit
    head = _SPACES.sub(" ", _DIRECTION_ORDERS.sub("", text[: 4 * limit]))
    kept = _keep_printable(unicodedata.normalize("NFC", head)).strip()
    if not cut_early and len(kept) <= limit:
        return kept
    return kept[:limit].rstrip() + CUT


def _keep_printable(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category in _CODES_THAT_ARE_NO_TEXT:
            continue
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)
