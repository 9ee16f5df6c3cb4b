"""Why something cannot be done with a record, in sentences that say what to do."""

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class UploadRefused(ValidationError):
    """The file is not taken; `sentence` tells the sender what to do instead."""

    def __init__(self, *, code: str, sentence: str | Promise) -> None:
        super().__init__(sentence, code=code)  # type: ignore[arg-type]  # lazy text is text


class FileTooBig(ValidationError):
    def __init__(self, *, most: int) -> None:
        super().__init__(
            _("The file is larger than %(most)s MB. Please send it in parts or scan it smaller."),
            code="file_too_big",
            params={"most": most // (1024 * 1024)},
        )


class StorageFull(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("There is no room left to store the file. Nothing was kept; please try again later."),
            code="storage_full",
        )


class StorageUnavailable(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("The file could not be stored just now. Nothing was kept; please try again."),
            code="storage_unavailable",
        )


class FileMissing(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("The stored file is missing. Please tell the office; there are copies."),
            code="file_missing",
        )


class FileAltered(ValidationError):
    """The stored bytes are not the ones that were sealed: cut, changed, swapped or moved."""

    def __init__(self) -> None:
        super().__init__(
            _("The stored file was changed and is not shown. Please tell the office."),
            code="file_altered",
        )


class KeyUnknown(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("The key of this case cannot be opened with the master keys in use."),
            code="key_unknown",
        )


class MoveNotPossible(ValidationError):
    def __init__(self, *, state: str, wanted: str) -> None:
        super().__init__(
            _("A record that is “%(state)s” cannot become “%(wanted)s”. Load the page again."),
            code="move_not_possible",
            params={"state": state, "wanted": wanted},
        )


class ReasonNeeded(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("Say why in a sentence; the family will read it."), code="reason_needed")


class NotOfThisCase(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("That belongs to another case."), code="not_of_this_case")


class NoPreview(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("There is no picture of this page."), code="no_preview")


class FileHeld(ValidationError):
    """A file that was not checked, or that the check found harmful, is not handed out."""

    def __init__(self) -> None:
        super().__init__(
            _("This file is held back until the check for harmful content is done."),
            code="file_held",
        )
