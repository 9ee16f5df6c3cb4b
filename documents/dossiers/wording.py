"""Words that are never said of a patient, looked for in what we write ourselves before a seal.

Quotations of reports are the reports' own words and are left alone.
"""

import re
from collections.abc import Iterator
from typing import Final, TypeVar

from documents.dossiers.contents import DossierContents
from documents.dossiers.errors import WordRefused
from documents.dossiers.printed import Absence, Listed

T = TypeVar("T")
NEVER_SAID: Final = re.compile(
    r"\b(eligib\w*|qualif(?:y|ies|ied)|candidate\w*|approved for|recommended|best option|"
    r"guarantee\w*|success rate|will respond)\b",
    re.IGNORECASE,
)


def refuse_promises(contents: DossierContents) -> None:
    """Raise WordRefused at the first word that promises or advises, with its place."""
    for place, text in _own_words(contents):
        found = NEVER_SAID.search(text)
        if found is not None:
            raise WordRefused(word=found[0], place=place)


def _own_words(contents: DossierContents) -> Iterator[tuple[str, str]]:
    if not isinstance(contents.question, Absence):
        yield "the question asked", contents.question.text
    for item in _rows(contents.missing):
        yield "what is missing", f"{item.what} {item.why}"
    for letter in _rows(contents.correspondence):
        yield "correspondence", letter.about
    for part in _rows(contents.travel):
        yield "travel", f"{part.what} {part.note}"
    for signed in _rows(contents.sign_offs):
        yield "a sign-off", signed.meaning


def _rows(listed: Listed[T]) -> tuple[T, ...]:
    return () if isinstance(listed, Absence) else listed
