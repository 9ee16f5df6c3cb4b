"""The files in an archive become records of their own, one by one, by the way of every upload.

Each is sniffed, sealed, kept once a case, checked and read for itself; its row of the archive is
settled in the same transaction. So the work may be killed anywhere and done again: what was taken
is not taken twice.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from cases.jobs.registry import Run
from documents.records.archives import Listed, Progress, list_entries
from documents.records.errors import FileTooBig, UploadRefused
from documents.records.intake import Reception
from documents.records.keeping import keep_reception
from documents.records.models import (
    ArchiveEntry,
    Document,
    DocumentFile,
    DocumentState,
    EntryState,
)
from documents.records.sandbox import MEBIBYTE, Limits, RandomSource, ReadingFailure, run_parser
from documents.records.sniffing import Kind
from documents.records.states import lock_document, tell
from documents.records.vault import SealedReader

# It is the patient's, as far as images can tell, or a person has said so.
MAY_BE_TAKEN_FROM: Final = frozenset({DocumentState.TO_REVIEW, DocumentState.ACCEPTED})


class NotTaken(Exception):
    """The entry is no record; `code` says why (`entry_reasons`)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def take_entries(run: Run, file: DocumentFile, *, now: datetime) -> None:
    """Take what is listed, until nothing is, or until the archive is held or taken back."""
    document = file.document
    if document.state in MAY_BE_TAKEN_FROM:
        document.entries.filter(state=EntryState.LISTED, kind=Kind.DICOM.value).update(
            state=EntryState.IMAGE
        )
        with SealedReader(case_id=document.case_id, object_name=file.object_name) as source:
            listed = {one.number: one for one in list_entries(source)}
            progress = Progress(run, "taking")
            total = document.entries.filter(state=EntryState.LISTED).count()
            for done, entry in enumerate(_each_open(document)):
                progress.say(done, total)
                take_entry(source, document, entry, listed[entry.number], now=now)
    with run.finishing():
        settle_taking(document, now=now)


def _each_open(document: Document) -> Iterator[ArchiveEntry]:
    """What waits, asked for anew each time: a person may hold the archive meanwhile."""
    last = 0
    while Document.objects.filter(pk=document.pk, state__in=MAY_BE_TAKEN_FROM).exists():
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
    """Make a record of one entry, or write why it is not one."""
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
    except (ReadingFailure, NotTaken) as refusal:
        ArchiveEntry.objects.filter(pk=entry.pk, state=EntryState.LISTED).update(
            state=EntryState.REFUSED, refusal_code=refusal.code[:40]
        )
    finally:
        reception.discard()


def _receive(source: RandomSource, reception: Reception, listed: Listed) -> None:
    """Let the bytes of the entry arrive. Raises ReadingFailure or NotTaken."""

    def arrive(data: bytes) -> None:
        reception.take(data)
        _require_paper(reception)

    limits = Limits(cpu_seconds=120, wall_seconds=600.0, output=listed.size + MEBIBYTE)
    run_parser("read_entry", source, {"place": listed.place}, limits=limits, sink=arrive)
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
    is_bare = not counts["taken"] and not document.studies.exists()
    if is_bare and document.state == DocumentState.TO_REVIEW:
        document.failure_code = "nothing_to_take"
        document.save(update_fields=["failure_code"])
