"""`manage.py makemessages`: the sentences of the sources into all catalogues, and compiled.

Django's command with this house's choices: no places and no dates in the files, so that only
a change of words changes them, no guesses from similar sentences, and no dead entries.
Needs the programs of GNU gettext.
"""

import re
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands import makemessages

from navigator.languages import (
    CATALOGUES,
    LOCALES,
    catalogue_of,
    compile_catalogue,
    read_catalogue,
)

ROOT = CATALOGUES.parent.parent
APART = [".venv", "var", "build", "docs", "static", "staticfiles", "tests"]
# Who wrote it when, and to whom to write: git knows, and such lines change at every run.
CHANGING = re.compile(
    r'^"(?:POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team'
    r'|Report-Msgid-Bugs-To):.*"\n',
    re.MULTILINE,
)


class Command(makemessages.Command):
    msgmerge_options = ["--quiet", "--backup=none", "--update", "--no-fuzzy-matching"]

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(locale=list(LOCALES), ignore_patterns=APART)
        parser.set_defaults(no_location=True, no_obsolete=True)

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        for locale in options["locale"]:
            tidy_and_compile(catalogue_of(locale))


def tidy_and_compile(source: Path) -> None:
    """Leave in the head only what reading needs, and write the compiled file beside it."""
    text = source.read_text(encoding="utf-8")
    head, _blank, rest = text.partition("\n\n")
    lines = [line for line in head.splitlines() if not line.startswith("#")]
    head = CHANGING.sub("", "\n".join(lines) + "\n")
    head = re.sub(r'"Project-Id-Version: .*"', r'"Project-Id-Version: Navigator\\n"', head)
    locale = source.parent.parent.name
    head = re.sub(r'"Language: .*"', rf'"Language: {locale}\\n"', head)
    text = f"{head}\n{rest}"
    source.write_text(text, encoding="utf-8")
    source.with_suffix(".mo").write_bytes(compile_catalogue(read_catalogue(text)))
