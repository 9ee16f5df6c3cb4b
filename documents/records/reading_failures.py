"""Why a file could not be read: a code for programs, a sentence for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

FAILURES: Final[dict[str, _StrPromise]] = {
    "crashed": _(
        "The file could not be opened safely. Please export it again or send a photograph of it."
    ),
    "too_slow": _("The file takes too long to read. Please send it in smaller parts."),
    "too_big": _(
        "The file needs more memory than it may have. Please send it smaller or in parts."
    ),
    "too_many_pages": _("The file has too many pages. Please send it in parts."),
    "password_needed": _(
        "The file is protected by a password. Please send the password or a copy without one."
    ),
    "damaged": _("The file is damaged. Please send it again from where it is stored."),
    "empty": _("The file has no pages. Please send it again from where it is stored."),
    "no_such_page": _("The file has no page with this number. Please choose another page."),
    "too_many_files": _("The archive holds too many files. Please send it in parts."),
    "unpacks_too_big": _(
        "What is packed in this archive is far larger than the archive. Please send it in parts."
    ),
    "overlapping": _(
        "The parts of this archive lie over one another, so it is not opened. "
        "Please pack the files again."
    ),
    "in_parts": _(
        "This is one part of an archive that was packed in several. "
        "Please pack the files into one zip."
    ),
    "nothing_inside": _("The archive is empty. Please look at it and pack the files again."),
    "locked_archive": _(
        "The archive is locked with a password. Please pack the files again without one."
    ),
    "headers_differ": _(
        "A part of the archive says of itself another thing than the table of contents does. "
        "Please pack the files again."
    ),
    "packed_otherwise": _(
        "This file is packed in a way that is not opened here. Please send it by itself."
    ),
    "no_picture_inside": _("There is no picture in this part of the study."),
    "packed_picture": _(
        "The images are packed in a way that cannot be shown here. They are listed, and a "
        "hospital's own viewer can open them."
    ),
    "programs_inside": _(
        "The document carries programs or instructions that are not opened here. Please save it "
        "as PDF and send the PDF."
    ),
    "not_text": _("The file is not plain text. Please send it as PDF."),
}


class ReadingFailure(Exception):
    """A file could not be read; `code` says why to programs and `sentence` to people.

    It carries nothing of the file's content or name.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code if code in FAILURES else "crashed"

    @property
    def sentence(self) -> _StrPromise:
        """One plain sentence with what to do next."""
        return FAILURES[self.code]
