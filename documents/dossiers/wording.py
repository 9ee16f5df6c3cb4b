"""Words that are never said of a patient, looked for in all that a dossier says before it is made.

Every text of the contents is asked, so that a new field is asked too. Evidence is not: quotations
of reports, the wording of a label, and a value that is itself a passage of the report it cites. A
report that says “not a surgical candidate” is printed as it was written; we do not say it. Names
are not asked either: nobody can be told to have another one.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, Final

from cases.casework.promises import find_promises
from documents.dossiers.contents import (
    Confirmation,
    DossierContents,
    Letter,
    Patient,
    Recipient,
    SignOff,
)
from documents.dossiers.errors import WordRefused
from documents.dossiers.findings import (
    ContextNote,
    CriterionRow,
    DoseNote,
    Flag,
    ImagingStudy,
    ReadingAnswer,
)
from documents.dossiers.printed import Cite
from documents.dossiers.said import Said, gettext_noop

EVIDENCE: Final = frozenset(
    {
        (Cite, "quote"),
        (ImagingStudy, "finding"),
        (Flag, "wording"),
        (CriterionRow, "phrase"),
        (DoseNote, "quote"),
        (ContextNote, "text"),
        (ReadingAnswer, "wording"),
    }
)
NAMES: Final = frozenset(
    {
        (Patient, "name"),
        (Patient, "native_name"),
        (Recipient, "hospital"),
        (Recipient, "unit"),
        (Recipient, "contact"),
        (Letter, "party"),
        (Confirmation, "name"),
        (SignOff, "name"),
        (CriterionRow, "confirmed_by"),
        (DossierContents, "organisation"),
        (DossierContents, "coordinator"),
    }
)
PLACES: Final = {
    "question": gettext_noop("the question asked"),
    "diagnosis": gettext_noop("the diagnosis"),
    "diagnosis_details": gettext_noop("the diagnosis"),
    "metastases": gettext_noop("the sites of metastasis"),
    "markers": gettext_noop("the markers"),
    "flag": gettext_noop("the comparison"),
    "other_indications": gettext_noop("the other wordings"),
    "treatments": gettext_noop("the treatments"),
    "biomarkers": gettext_noop("the biomarkers"),
    "series": gettext_noop("the values over time"),
    "imaging": gettext_noop("the imaging"),
    "history": gettext_noop("the other conditions"),
    "attention": gettext_noop("what is for the prescriber’s attention"),
    "missing": gettext_noop("what is missing"),
    "correspondence": gettext_noop("the correspondence"),
    "travel": gettext_noop("the travel"),
    "sources": gettext_noop("the titles of the records"),
    "sign_offs": gettext_noop("a sign-off"),
}


def refuse_promises(contents: DossierContents) -> None:
    """Raise WordRefused at the first word that promises or advises, with its place."""
    for field in fields(contents):
        for text in _own_words(contents, field.name):
            found = next(find_promises(text), None)
            if found is not None:
                place = PLACES.get(field.name, field.name)
                raise WordRefused(found, place=place)


def _own_words(part: Any, name: str) -> Iterator[str]:
    value = getattr(part, name)
    if (type(part), name) in EVIDENCE | NAMES or not value:
        return
    if isinstance(value, str):
        yield _without_quotations(part, value)
    elif isinstance(value, tuple):
        for each in value:
            yield from _words_of(each)
    else:
        yield from _words_of(value)


def _words_of(part: Any) -> Iterator[str]:
    if is_dataclass(part):
        for field in fields(part):
            yield from _own_words(part, field.name)


def _without_quotations(part: Any, text: str) -> str:
    """The text without what stands in the very passages that it cites."""
    quotes = [cite.quote for cite in getattr(part, "cites", ()) if cite.quote]
    values = [text]
    if isinstance(text, Said):
        values = [each for each in text.parts.values() if isinstance(each, str)]
    for value in values:
        plain = str(value)
        if any(plain.casefold() in quote.casefold() for quote in quotes):
            text = text.replace(plain, "")
    return str(text)
