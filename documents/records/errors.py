"""Why something cannot be done with a record, in sentences that say what to do."""

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _, ngettext_lazy


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


class ConsentNeeded(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _(
                "Nobody has agreed yet that the papers are kept. The family can agree on its page"
                " “What you agreed to”; then send them again."
            ),
            code="consent_needed",
        )


class UploadGone(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("What had arrived of this file is no longer here. Please send it again."),
            code="upload_gone",
        )


class UploadBusy(ValidationError):
    """Another request is writing to the same upload."""

    def __init__(self) -> None:
        super().__init__(
            _("This file is just being received by another request. Try again in a moment."),
            code="upload_busy",
        )


class TooManyUploads(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("Too many files are begun and not finished. Finish or remove some of them first."),
            code="too_many_uploads",
        )


class OffsetDiffers(ValidationError):
    def __init__(self, *, received: int) -> None:
        super().__init__(
            _("The file goes on at byte %(received)s."),
            code="offset_differs",
            params={"received": received},
        )


class OtherFile(ValidationError):
    """The bytes that were sent are not of the file that was begun."""

    def __init__(self) -> None:
        super().__init__(
            _("This is not the same file as the one that was begun; it is sent from the start."),
            code="other_file",
        )


class ChecksumDiffers(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("This part arrived damaged and was dropped. Please send it again."),
            code="checksum_differs",
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
            _(
                "The record is “%(state)s” by now and cannot become “%(wanted)s”. Look at it once"
                " more before you decide."
            ),
            code="move_not_possible",
            params={"state": state, "wanted": wanted},
        )


class ReasonNeeded(ValidationError):
    def __init__(self) -> None:
        super().__init__(_("Say why in a sentence; the family will read it."), code="reason_needed")


class ClearingNeedsReason(ValidationError):
    """Why a held paper is the patient's after all stands with the case, under a name."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Say in a sentence why it is this patient’s although it was held; it is kept as a"
                " note of the case."
            ),
            code="clearing_needs_reason",
        )


class DetailsChanged(ValidationError):
    """Somebody described the paper after this person had opened it."""

    def __init__(self) -> None:
        super().__init__(
            _("The details were changed after you had opened this page. Nothing was kept yet."),
            code="details_changed",
        )


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


class VersionNotNewest(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("Somebody changed this record in the meantime. Load the page and look again."),
            code="version_not_newest",
        )


class BeingArranged(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("This record is being changed just now. Wait until that is done, then look again."),
            code="being_arranged",
        )


class NotArrangeable(ValidationError):
    """Only checked files with pages that can be drawn are turned, parted, joined or covered."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Only records whose pages can be shown may be turned, parted, joined or covered. "
                "Wait until the record has been read."
            ),
            code="not_arrangeable",
        )


class PagesNotRight(ValidationError):
    """The pages named are not pages of the record, or not each of them once."""

    def __init__(self) -> None:
        super().__init__(
            _("These are not the pages of this record, each once. Load the page and choose again."),
            code="pages_not_right",
        )


class NothingMarked(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("Mark at least one place, and say for each why it is covered."), code="nothing_marked"
        )


class TooFewToJoin(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("Choose at least two records of this case to join."), code="too_few_to_join"
        )


class TranslationMoveNotPossible(ValidationError):
    def __init__(self, *, state: str, wanted: str) -> None:
        super().__init__(
            _("A translation that is “%(state)s” cannot become “%(wanted)s”. Load the page again."),
            code="translation_move_not_possible",
            params={"state": state, "wanted": wanted},
        )


class TranslationAsked(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("A translation into this language was asked for already."), code="translation_asked"
        )


class SameLanguage(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("The record is in this language already. Choose another one."), code="same_language"
        )


class NothingFromThisRecord(ValidationError):
    """Facts are read in records of this patient that can be opened, and in no others."""

    def __init__(self) -> None:
        super().__init__(
            _("No fact can be taken from this record as it stands. Decide first whose it is."),
            code="nothing_from_this_record",
        )


class NoSuchPlace(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("Mark the words on the page, or write down what stands there."),
            code="no_such_place",
        )


class NotLocked(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("This record is not waiting for a password. Load the page again."), code="not_locked"
        )


class PasswordWrong(ValidationError):
    def __init__(self, *, left: int) -> None:
        super().__init__(
            ngettext_lazy(
                "That is not its password. You can try %(left)s more time, or send a copy without "
                "a password.",
                "That is not its password. You can try %(left)s more times, or send a copy without "
                "a password.",
                "left",
            ),
            code="password_wrong",
            params={"left": left},
        )


class PasswordTriesUsed(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _(
                "The password was wrong too often. Wait a quarter of an hour, or send a copy "
                "without a password."
            ),
            code="password_tries_used",
        )


class NotOpened(ValidationError):
    """The password may be right, but the file cannot be opened; `sentence` says what to do."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence, code="not_opened")  # type: ignore[arg-type]  # lazy text is text


class SearchWithoutWords(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("Type a word, a name or a number to search for."), code="search_without_words"
        )


class SearchTooLong(ValidationError):
    def __init__(self) -> None:
        super().__init__(
            _("That is too much to search for at once. Use a few words."), code="search_too_long"
        )
