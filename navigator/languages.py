"""Catalogues of the families' languages: read, checked and compiled without gettext's programs.

A family's machine has no `msgfmt`, so the compiled catalogues are committed beside their
sources. `manage.py makemessages` writes both; a test holds the one against the other.
"""

import ast
import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Final

CATALOGUES: Final = Path(__file__).resolve().parent / "locale"
LOCALES: Final = ("ar", "es", "hi", "ru", "zh_Hans")
MAGIC: Final = 0x950412DE  # of a compiled catalogue in the byte order of most machines


def _(sentence: str) -> str:
    """Mark a sentence for the catalogues; Django's own mark needs settings, this file none."""
    return sentence


# Sentences of allauth that families meet and that its own catalogues lack in some language.
OF_ALLAUTH: Final = (
    _("Sign In"),
    _("Enter Sign-In Code"),
    _("We've sent a code to %(recipient)s. The code expires shortly, so please enter it soon."),
    _("Confirm"),
    _("Request new code"),
    _("Cancel"),
    _("Incorrect code."),
    _("Too many failed login attempts. Try again later."),
    _("Be patient, you are sending too many requests."),
    _("This account is currently inactive."),
    _("Successfully signed in as %(name)s."),
    _("You have signed out."),
    _("A sign-in code has been sent to %(recipient)s."),
    _("Email"),
    _("Password"),
    _("Email address"),
)
# Months that Django's own catalogue of Hindi misspells.
OF_DJANGO: Final = (_("September"), _("November"), _("December"))

_KEYWORD = re.compile(r'^(msgctxt|msgid|msgid_plural|msgstr)(?:\[(\d+)\])? (".*")$')


@dataclass
class Entry:
    """One sentence of a catalogue; `said` holds its translation, by plural form."""

    context: str | None = None
    sentence: str = ""
    plural: str | None = None
    said: dict[int, str] = field(default_factory=dict)
    fuzzy: bool = False

    @property
    def forms(self) -> list[str]:
        return [self.said[at] for at in sorted(self.said)]

    @property
    def is_said(self) -> bool:
        return bool(self.said) and all(self.said.values()) and not self.fuzzy

    @property
    def key(self) -> tuple[str | None, str]:
        return self.context, self.sentence


def is_fresh(locale: str) -> bool:
    """Whether the compiled catalogue is the one of its source."""
    source = catalogue_of(locale)
    entries = read_catalogue(source.read_text(encoding="utf-8"))
    return source.with_suffix(".mo").read_bytes() == compile_catalogue(entries)


def catalogue_of(locale: str) -> Path:
    return CATALOGUES / locale / "LC_MESSAGES" / "django.po"


def read_catalogue(text: str) -> list[Entry]:
    """All entries of a catalogue's source; the first, of the empty sentence, is its head."""
    return [
        entry
        for block in text.split("\n\n")
        if (entry := _read_entry(block.splitlines())) is not None
    ]


def _read_entry(lines: Iterable[str]) -> Entry | None:
    entry = Entry()
    parts: dict[tuple[str, int], str] = {}
    place = ("", 0)
    for line in lines:
        if line.startswith("#"):
            entry.fuzzy = entry.fuzzy or (line.startswith("#,") and "fuzzy" in line)
        elif found := _KEYWORD.match(line):
            place = (found[1], int(found[2] or 0))
            parts[place] = ast.literal_eval(found[3])
        elif line:
            parts[place] += ast.literal_eval(line)
    if ("msgid", 0) not in parts:
        return None
    entry.context = parts.get(("msgctxt", 0))
    entry.sentence = parts["msgid", 0]
    entry.plural = parts.get(("msgid_plural", 0))
    entry.said = {at: text for (word, at), text in parts.items() if word == "msgstr"}
    return entry


def compile_catalogue(entries: Iterable[Entry]) -> bytes:
    """The bytes of a compiled catalogue; what is not said yet is left to English.

    Layout: GNU gettext manual, "The Format of GNU MO Files", without a hash table.
    """
    pairs = sorted(_pair_of(entry) for entry in entries if entry.is_said)
    keys, texts = [key for key, _text in pairs], [text for _key, text in pairs]
    begin = 28
    first = begin + 16 * len(pairs)
    head = struct.pack("<7I", MAGIC, 0, len(pairs), begin, begin + 8 * len(pairs), 0, first)
    tables, body = _lay_out([*keys, *texts], first)
    return head + tables + body


def _pair_of(entry: Entry) -> tuple[bytes, bytes]:
    key = entry.sentence if entry.context is None else f"{entry.context}\x04{entry.sentence}"
    if entry.plural is not None:
        key = f"{key}\x00{entry.plural}"
    return key.encode(), "\x00".join(entry.forms).encode()


def _lay_out(strings: Sequence[bytes], first: int) -> tuple[bytes, bytes]:
    """Lengths and places of zero-ended strings that begin at `first`, and the strings."""
    places = accumulate((len(string) + 1 for string in strings), initial=first)
    table = b"".join(
        struct.pack("<2I", len(string), place)
        for string, place in zip(strings, places, strict=False)
    )
    return table, b"".join(string + b"\x00" for string in strings)
