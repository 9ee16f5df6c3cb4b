"""Why an entry of an archive was not taken, in one plain sentence for everyone who reads it."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from documents.records.failures import describe_failure

Sentence = str | Promise

REASONS: Final[dict[str, Sentence]] = {
    "unsafe_name": _("Its name leads out of the archive, or hides what it is."),
    "link": _("It is a link to another file, not a file."),
    "locked": _("It is locked with a password. Please send it without one."),
    "nested_archive": _("It is an archive inside the archive. Please send it by itself."),
    "disc_index": _("The disc’s own table of contents; it is not needed."),
    "viewer": _("Part of the disc’s viewer; it is not needed."),
    "system_file": _("A file of the computer’s own; it is not needed."),
    "program": _("A program; programs are not taken."),
    "empty": _("It is empty."),
    "file_too_big": _("It is too large for a paper. Please send it by itself or in parts."),
    "too_big": _("It needs more memory than it may have."),
    "damaged": _("It is damaged. Please send it again by itself."),
    "headers_differ": _("It says of itself another thing than the archive’s table of contents."),
    "image_damaged": _("An image of a scan that is damaged. Ask for the disc once more."),
    "unpacks_too_big": _("It would unpack to far more than it is. It is not opened."),
}


def tell_entry_reason(code: str) -> Sentence:
    """The sentence for an entry's `refusal_code`; codes of the allow-list and of readers too."""
    return REASONS.get(code) or describe_failure(code).for_family
