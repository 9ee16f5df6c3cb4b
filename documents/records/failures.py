"""What went wrong with a file, in one plain sentence: one for the family, one for staff."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from documents.records.sandbox import FAILURES
from documents.records.sniffing import REFUSALS

Sentence = str | Promise


@dataclass(frozen=True, slots=True)
class Failure:
    for_family: Sentence
    for_staff: Sentence


OURS: Final[Failure] = Failure(
    _("Something went wrong on our side. Your paper is safe; we look into it and will tell you."),
    _(
        "The work on this record failed three times. Try again; if it fails again, tell the operator."
    ),
)

KNOWN: Final[dict[str, Failure]] = {
    "harmful": Failure(
        _(
            "The check found something harmful in this file, so it was not opened. Please photograph the paper instead."
        ),
        _(
            "The scanner found something harmful. The file is kept apart; ask for a photograph of the paper."
        ),
    ),
    "not_scanned": Failure(
        _(
            "This file could not be checked. Please send it in smaller parts, or photograph the paper."
        ),
        _(
            "The scanner did not look at the whole file (too large or nested too deep). It is kept apart."
        ),
    ),
    "password_needed": Failure(
        _("This file is locked with a password. Please send a copy without one."),
        _("The file is locked with a password. Ask the family for a copy without one."),
    ),
    "no_text": Failure(
        _("We received this paper as a picture; a person is reading it."),
        _(
            "No text could be read on any page: this is a picture. Read it and enter the facts by hand."
        ),
    ),
    "pages_without_text": Failure(
        _("Some pages came as pictures; a person is reading them."),
        _("Some pages have no text that could be read. Look at them before you decide."),
    ),
    "pages_without_picture": Failure(
        _("A person is looking at this paper."),
        _("Some pages could not be drawn. Open the original to see them."),
    ),
    "file_missing": Failure(
        OURS.for_family,
        _(
            "The stored file is missing. Tell the operator at once: it can be restored from a backup."
        ),
    ),
    "file_altered": Failure(
        OURS.for_family,
        _("The stored file is not as it was sealed. Tell the operator at once."),
    ),
    "storage_unavailable": Failure(
        OURS.for_family,
        _("The file storage did not answer. Try again when it does."),
    ),
    "storage_full": Failure(
        OURS.for_family,
        _("The file storage is full. Tell the operator, then try again."),
    ),
    "given_up": OURS,
}


def describe_failure(code: str) -> Failure:
    """The sentences for a document's `failure_code`; codes of readers and of the allow-list too."""
    if code in KNOWN:
        return KNOWN[code]
    sentence = FAILURES.get(code) or REFUSALS.get(code)
    return Failure(sentence, sentence) if sentence is not None else OURS
