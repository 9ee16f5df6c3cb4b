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


OURS: Final = _(
    "Something went wrong on our side. Your paper is safe; we look into it and will tell you."
)

KNOWN: Final[dict[str, Failure]] = {
    "harmful": Failure(
        _("The check found something harmful in this file. Please photograph the paper instead."),
        _("The scanner found something harmful. Ask for a photograph of the paper."),
    ),
    "not_scanned": Failure(
        _("This file could not be checked. Please send it in parts, or photograph the paper."),
        _("The scanner did not look at the whole file: too large, or nested too deep."),
    ),
    "two_patients": Failure(
        _("Your coordinator will ask you about these images. They are not used until then."),
        _(
            "The images name more than one person. Nothing was taken. Look at the names below: "
            "clear it if they are one person, else return it."
        ),
    ),
    "nothing_to_take": Failure(
        _("We found no paper and no images in this archive. Please look what is in it."),
        _("No paper and no images could be taken from this archive; below is why."),
    ),
    "password_needed": Failure(
        _("This file is locked with a password. Please type it, or send a copy without one."),
        _(
            "The file is locked with a password. Type it if you know it, or ask the family for it "
            "or for a copy without one."
        ),
    ),
    "no_text": Failure(
        _("We received this paper as a picture; a person is reading it."),
        _("This is a picture without text. Read it, and enter the facts by hand."),
    ),
    "pages_without_text": Failure(
        _("Some pages came as pictures; a person is reading them."),
        _("Some pages have no text that could be read. Look at them before you decide."),
    ),
    "blank": Failure(
        _("Nothing stands on the pages of this file. Please look whether it is the right one."),
        _("Nothing stands on its pages. Ask the family whether it is the right file."),
    ),
    "mended": Failure(
        _("Part of this file is damaged; a person looks whether anything is missing."),
        _(
            "The file was damaged; you see a mended copy. Words or pages may be missing: compare "
            "it with what the family has, or ask for it once more."
        ),
    ),
    "files_inside": Failure(
        _("This file holds other files. Please send those one by one, if they matter."),
        _(
            "The file held other files, which the copy that you see does not have. Ask for them "
            "one by one where they matter; the original is kept."
        ),
    ),
    "parts_left_out": Failure(
        _("A part of this document could not be shown. Please send it as PDF too, if you can."),
        _(
            "A drawing or a part of this document could not be shown in the copy that you see. "
            "Open the original, or ask for it as PDF."
        ),
    ),
    "programs_removed": Failure(
        _("A person is looking at this paper."),
        _("The file carried programs; the copy that you see has none. The original is kept."),
    ),
    "pages_without_picture": Failure(
        _("A person is looking at this paper."),
        _("Some pages could not be drawn. Open the original to see them."),
    ),
    "file_missing": Failure(
        OURS,
        _("The stored file is missing. Tell the operator at once: there may be a backup."),
    ),
    "file_altered": Failure(
        OURS, _("The stored file is not as it was sealed. Tell the operator at once.")
    ),
    "storage_unavailable": Failure(
        OURS, _("The file storage did not answer. Try again when it does.")
    ),
    "storage_full": Failure(
        OURS, _("The file storage is full. Tell the operator, then try again.")
    ),
}
UNNAMED: Final = Failure(
    OURS, _("The work on this record failed. Try again; if it fails again, tell the operator.")
)


def describe_failure(code: str) -> Failure:
    """The sentences for a document's `failure_code`; codes of readers and of the allow-list too."""
    if code in KNOWN:
        return KNOWN[code]
    sentence = FAILURES.get(code) or REFUSALS.get(code)
    return Failure(sentence, sentence) if sentence is not None else UNNAMED
