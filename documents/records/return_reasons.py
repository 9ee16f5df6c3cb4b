"""Why a paper comes back, as the family reads it: prepared sentences, and what a person added."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from documents.records.models import Document, ReturnReason

SENTENCES: Final[Mapping[ReturnReason, str | Promise]] = {
    ReturnReason.BLURRED: _(
        "The picture is not sharp enough to read. Please take it once more in daylight, and hold "
        "the phone still above the paper."
    ),
    ReturnReason.CUT_OFF: _(
        "A part of the page is cut off. Please take it once more, with all four corners of the "
        "paper in the picture."
    ),
    ReturnReason.TOO_DARK: _(
        "The picture is too dark, or a light is reflected in it. Please take it once more near a "
        "window and without the flash."
    ),
    ReturnReason.PAGE_MISSING: _(
        "A page is missing. Please send all pages of this paper, the last one too."
    ),
    ReturnReason.PASSWORD: _(
        "The file is locked with a password. Please tell us the password, or send a copy without "
        "one."
    ),
    ReturnReason.WRONG_PERSON: _(
        "This paper seems to be about somebody else. Please look whether it came to us by mistake."
    ),
    ReturnReason.NOT_NEEDED: _(
        "Thank you. This paper is not needed; you do not have to send anything in its place."
    ),
    ReturnReason.TOO_OLD: _(
        "This paper is older than what is asked for. Please send the newest one that there is."
    ),
    ReturnReason.OTHER_LANGUAGE: _(
        "This paper is wanted in another language. Please ask the place that wrote it for such a "
        "copy."
    ),
}


@dataclass(frozen=True, slots=True)
class ToldReason:
    """A prepared sentence in the reader's language, and a person's own words as written.

    `language` is that of the words, empty where nobody knows it.
    """

    sentence: str | Promise
    words: str
    language: str

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.sentence), self.words) if part)

    def __bool__(self) -> bool:
        return bool(self.sentence or self.words)


def tell_reason(document: Document) -> ToldReason:
    return ToldReason(
        sentence=say_reason(document.reason_code),
        words=document.reason,
        language=document.reason_language,
    )


def say_reason(code: str) -> str | Promise:
    """The sentence of a prepared reason; empty for none."""
    return SENTENCES[ReturnReason(code)] if code else ""


def say_reason_in(code: str, language: str) -> str:
    """The sentence as somebody reads it who has chosen this language."""
    with translation.override(language):
        return str(say_reason(code))
