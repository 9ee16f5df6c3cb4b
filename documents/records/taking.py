"""The files in an archive become records of their own, one by one, by the way of every upload.

Each is sniffed, sealed, kept once a case, checked and read for itself; its row of the archive is
settled in the same transaction. So the work may be killed anywhere and done again: what was taken
is not taken twice.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from cases.jobs.registry import Run
from documents.records.archives import Listed, Progress, list_entries, name_whole
from documents.records.digest import KINDS
from documents.records.errors import ConsentNeeded, FileTooBig, UploadRefused
from documents.records.intake import Reception
from documents.records.keeping import TakingStopped, keep_reception, require_consent
from documents.records.models import (
    MAY_BE_TAKEN_FROM,
    ArchiveEntry,
    Document,
    DocumentFile,
    DocumentState,
    EntryState,
)
from documents.records.processing import WORTH_ANOTHER_TRY
from documents.records.sandbox import MEBIBYTE, Limits, RandomSource, ReadingFailure, run_parser
from documents.records.sniffing import Kind
from documents.records.states import lock_document, tell
from documents.records.vault import SealedReader


class NotTaken(Exception):
    """The entry is no record; `code` says why (`entry_reasons`)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def take_entries(run: Run, file: DocumentFile, *, now: datetime) -> None:
    """Take what is listed, until nothing is, or until the archive is held or taken back.

    The family may take back as well that papers are kept: then the rest stays listed.
    """
    document = file.document
    if document.state in MAY_BE_TAKEN_FROM:
        document.entries.filter(state=EntryState.LISTED, kind=Kind.DICOM.value).update(
            state=EntryState.IMAGE
        )
        with suppress(TakingStopped, ConsentNeeded):
            _take_listed(run, file, now=now)
    with run.finishing():
        settle_taking(document, now=now)


def _take_listed(run: Run, file: DocumentFile, *, now: datetime) -> None:
    """Raises TakingStopped or ConsentNeeded where nothing more may be taken.

    What may only have met a busy machine waits for another attempt: the failure of the first such
    entry is raised once the others are taken.
    """
    document, postponed = file.document, None
    is_last_try = run.job.attempts >= run.job.max_attempts
    with SealedReader(case_id=document.case_id, object_name=file.object_name) as source:
        is_zip = KINDS[file.content_type] is Kind.ZIP
        papers = list_entries(source) if is_zip else [name_whole(source)]
        listed = {one.number: one for one in papers}
        progress = Progress(run, "taking")
        total = document.entries.filter(state=EntryState.LISTED).count()
        for done, entry in enumerate(_each_open(document)):
            progress.say(done, total)
            try:
                take_entry(source, document, entry, listed[entry.number], now=now)
            except (ReadingFailure, NotTaken) as refusal:
                if refusal.code in WORTH_ANOTHER_TRY and not is_last_try:
                    postponed = postponed or refusal
                else:
                    _settle_refused(entry, refusal.code)
    if postponed is not None:
        raise postponed


def _each_open(document: Document) -> Iterator[ArchiveEntry]:
    """What waits, asked for anew each time: a person may hold the archive meanwhile."""
    last = 0
    while Document.objects.filter(pk=document.pk, state__in=MAY_BE_TAKEN_FROM).exists():
        require_consent(document.case)
        entry = (
            document.entries.filter(state=EntryState.LISTED, number__gt=last)
            .order_by("number")
            .first()
        )
        if entry is None:
            return
        last = entry.number
        yield entry


def take_entry(
    source: RandomSource, archive: Document, entry: ArchiveEntry, place: Listed, *, now: datetime
) -> None:
    """Make a record of one entry. Raises ReadingFailure or NotTaken where it is none."""
    reception = Reception(case=archive.case, original_name=entry.name)
    try:
        _receive(source, reception, place)
        keep_reception(
            reception,
            case=archive.case,
            actor=archive.sent_by,
            now=now,
            taken_from=archive,
            settle=lambda document: _settle_taken(entry, document, reception.kind),
        )
    finally:
        reception.discard()


def _receive(source: RandomSource, reception: Reception, listed: Listed) -> None:
    """Let the bytes of the entry arrive. Raises ReadingFailure or NotTaken."""

    def arrive(data: bytes) -> None:
        reception.take(data)
        _require_paper(reception)

    limits = Limits(cpu_seconds=120, wall_seconds=600.0, output=listed.size + MEBIBYTE)
    run_parser("read_paper", source, {"place": listed.place}, limits=limits, sink=arrive)
    reception.end()
    _require_paper(reception)
    if reception.kind is not None and reception.kind.is_read_in_ranges:
        raise NotTaken("nested_archive" if reception.kind is Kind.ZIP else "image_damaged")


def _require_paper(reception: Reception) -> None:
    """A file that is refused is no paper; a disk that is full is no fault of the file."""
    refusal = reception.refusal
    if isinstance(refusal, UploadRefused | FileTooBig):
        raise NotTaken(refusal.error_list[0].code or "unknown")
    if refusal is not None:
        raise refusal


def _settle_taken(entry: ArchiveEntry, document: Document, kind: Kind | None) -> None:
    ArchiveEntry.objects.filter(pk=entry.pk, state=EntryState.LISTED).update(
        state=EntryState.TAKEN, document=document, kind=kind.value if kind is not None else ""
    )


def _settle_refused(entry: ArchiveEntry, code: str) -> None:
    ArchiveEntry.objects.filter(pk=entry.pk, state=EntryState.LISTED).update(
        state=EntryState.REFUSED, refusal_code=code[:40]
    )


def settle_taking(document: Document, *, now: datetime) -> None:
    """Write how it ended. Inside a transaction."""
    document = lock_document(document)
    if document.state not in MAY_BE_TAKEN_FROM:
        return
    counts = {
        state.value: document.entries.filter(state=state).count()
        for state in (EntryState.TAKEN, EntryState.REFUSED)
    }
    tell(document, "entries_taken", actor=None, now=now, detail=counts)
    is_open = document.entries.filter(state=EntryState.LISTED).exists()
    is_bare = not is_open and not counts["taken"] and not document.studies.exists()
    if is_bare and document.state == DocumentState.TO_REVIEW:
        document.failure_code = "nothing_to_take"
        document.save(update_fields=["failure_code"])
