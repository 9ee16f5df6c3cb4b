"""What the machine does to a document between its receipt and a person's review.

received → scanning → reading → to_review, or to a state that says what is in the way. Every
step may be done again: it begins by looking at the state, and ends in one transaction with
the row of its job.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop

from cases.casework.services import make_task
from cases.jobs.errors import TryLater
from cases.jobs.registry import Run
from cases.jobs.services import queue_job
from documents.records.copies import Copy, make_copy
from documents.records.digest import (
    KINDS,
    Digest,
    drop_objects,
    make_digest,
    place_proposals,
    read_stored_pages,
    store_pages,
    store_proposals,
)
from documents.records.holding import came_from_stopped
from documents.records.models import (
    Document,
    DocumentFile,
    DocumentState,
    FileRole,
    PersonCheck,
)
from documents.records.sandbox import ReadingFailure
from documents.records.scanning import Scan, ScannerDown, Verdict, find_scanner
from documents.records.signals import facts_proposed
from documents.records.sniffing import Kind
from documents.records.states import Codes, lock_document, move_document, tell
from documents.records.vault import open_file, plain_copy
from documents.records.versions import add_version, keep_derived, removed_unless_kept

WAIT_FOR_SCANNER: Final = 60
WAIT_WITHOUT_SCANNER: Final = 600
ASK_A_PERSON_AFTER: Final = timedelta(minutes=30)
# A file that crashed a reader, or that was slow, may only have met a busy machine.
WORTH_ANOTHER_TRY: Final = frozenset({"crashed", "too_slow"})
PROPOSED_FROM: Final = frozenset({DocumentState.TO_REVIEW, DocumentState.ACCEPTED})


def queue_scan(file: DocumentFile, *, actor_id: int | None = None) -> None:
    _queue("records.scan_file", "records.scan", file, actor_id)


def queue_reading(file: DocumentFile) -> None:
    _queue("records.read_file", "records.read", file, None)


def queue_proposals(file: DocumentFile, *, actor_id: int | None = None) -> None:
    _queue("records.propose_facts", "records.propose", file, actor_id)


def queue_taking(file: DocumentFile, *, actor_id: int | None = None) -> None:
    """Have the files in an archive taken one by one."""
    _queue("records.take_entries", "records.take", file, actor_id)


def _queue(kind: str, key: str, file: DocumentFile, actor_id: int | None) -> None:
    """One job of a kind for a file, however often it is asked for."""
    document = file.document
    queue_job(
        kind=kind,
        args={"file_id": str(file.pk)},
        subject=document.target,
        unique_key=f"{key}:{file.pk}",
        case_id=document.case_id,
        actor_id=actor_id,
    )


def find_file(file_id: str) -> DocumentFile:
    file: DocumentFile = DocumentFile.objects.select_related("document__case__patient").get(
        pk=file_id
    )
    return file


# --- The check ----------------------------------------------------------------------------


def scan_stored_file(run: Run, file: DocumentFile, *, now: datetime) -> None:
    """Check a file and pass it on. Raises TryLater where no scanner can answer."""
    if not _begin_scan(file.document):
        return
    scan = _ask_scanner(run, file, now=now)
    with run.finishing():
        settle_scan(file, scan, now=now)


@transaction.atomic
def _begin_scan(document: Document) -> bool:
    """Whether there is something to check; a document that has gone on needs no check."""
    locked = lock_document(document)
    if locked.state == DocumentState.RECEIVED:
        move_document(locked, DocumentState.SCANNING)
    return locked.state == DocumentState.SCANNING


def _ask_scanner(run: Run, file: DocumentFile, *, now: datetime) -> Scan:
    try:
        scan = find_scanner(file.size).scan(_read_for_scan(run, file))
    except ScannerDown:
        _ask_person_about_scanner(file.document, now=now)
        raise TryLater("scanner_down", seconds=WAIT_FOR_SCANNER) from None
    if scan.verdict is Verdict.NO_SCANNER and settings.HOLD_WITHOUT_SCANNER:
        _ask_person_about_scanner(file.document, now=now)
        raise TryLater("no_scanner", seconds=WAIT_WITHOUT_SCANNER)
    return scan


def _read_for_scan(run: Run, file: DocumentFile) -> Iterator[bytes]:
    total = max(file.size // (1024 * 1024), 1)
    chunks = open_file(case_id=file.document.case_id, object_name=file.object_name)
    for done, chunk in enumerate(chunks):
        if done % 16 == 0:
            run.report_progress(min(done, total), total, step="checking")
        yield chunk


def _ask_person_about_scanner(document: Document, *, now: datetime) -> None:
    """One task for all documents that wait for the scanner."""
    if now - document.received_at >= ASK_A_PERSON_AFTER:
        make_task(
            title=gettext_noop("Records wait for the check for harmful content"),
            code="scanner_down",
            target="records.scanner",
            now=now,
        )


def settle_scan(file: DocumentFile, scan: Scan, *, now: datetime) -> None:
    """Write the verdict, and queue the reading or keep the file apart. Inside a transaction."""
    document = lock_document(file.document)
    file.scanned_at, file.scan_verdict = now, scan.verdict
    file.save(update_fields=["scanned_at", "scan_verdict"])
    tell(document, "scanned", actor=None, now=now, detail={"verdict": scan.verdict.value})
    if scan.verdict in {Verdict.CLEAN, Verdict.NO_SCANNER} or _may_be_looked_through(file, scan):
        move_document(document, DocumentState.READING, failure_code="")
        queue_reading(file)
        return
    code = "harmful" if scan.verdict is Verdict.HARMFUL else "not_scanned"
    move_document(document, DocumentState.QUARANTINED, failure_code=code)
    tell(document, "quarantined", actor=None, now=now, detail={"code": code}, shown_to_family=True)
    make_task(
        title=gettext_noop("A record was kept apart by the check for harmful content"),
        case=document.case,
        code="document_quarantined",
        target=document.target,
        now=now,
    )


def _may_be_looked_through(file: DocumentFile, scan: Scan) -> bool:
    """An archive beyond the scanner's limits is listed in the sandbox, and handed to nobody.

    It is not clean, and its row says so. What is taken from it is checked for itself, and of its
    images people see pictures that were drawn anew (docs/adr/0010).
    """
    return scan.verdict is Verdict.NOT_SCANNED and KINDS[file.content_type].is_read_in_ranges


# --- The reading --------------------------------------------------------------------------


def read_stored_file(run: Run, file: DocumentFile, *, now: datetime) -> None:
    """Read a file, propose facts, and put the document before a person."""
    if file.document.state != DocumentState.READING:
        return
    try:
        copy = _make_copy(run, file)
        if copy is not None:
            _go_on_with_copy(run, file, copy, now=now)
            return
        digest = make_digest(
            file, lambda done, total, step: run.report_progress(done, total, step=step)
        )
    except ReadingFailure as failure:
        if failure.code in WORTH_ANOTHER_TRY and run.job.attempts < run.job.max_attempts:
            raise
        with run.finishing():
            settle_failure(file.document, failure.code, now=now)
        return
    try:
        with run.finishing():
            settle_reading(file, digest, now=now)
    except BaseException:
        drop_objects(digest.previews.values())
        raise


def _make_copy(run: Run, file: DocumentFile) -> Copy | None:
    """The copy of what was sent that can be shown, where it needs one."""
    if file.role != FileRole.ORIGINAL:  # whatever was made here was made fit to be shown
        return None
    run.report_progress(0, 4, step="copying")
    with plain_copy(case_id=file.document.case_id, object_name=file.object_name) as path:
        return make_copy(path, KINDS[file.content_type])


def _go_on_with_copy(run: Run, file: DocumentFile, copy: Copy, *, now: datetime) -> None:
    """Add the copy as the next version; it is what is read, and what people see from now on."""
    stored = keep_derived(case_id=file.document.case_id, data=copy.data)
    with removed_unless_kept(stored), run.finishing():
        document = lock_document(file.document)
        made = add_version(
            document=document,
            stored=stored,
            role=FileRole.READABLE,
            made_from=file,
            made_by=None,
            content_type=copy.kind.media_type,
            now=now,
        )
        note_copy(document, copy)
        if copy.is_drawn:
            queue_reading(made)
            return
        move_document(document, DocumentState.SCANNING)
        queue_scan(made)


def note_copy(document: Document, copy: Copy) -> None:
    """Keep what people should know of a copy; it holds however often the copy is read."""
    document.findings = {**document.findings, "copy": copy.note}
    document.save(update_fields=["findings"])


def settle_reading(file: DocumentFile, digest: Digest, *, now: datetime) -> None:
    """Store the digest and move the document on. Inside a transaction."""
    is_held = came_from_stopped(file.document) or digest.is_held
    document = lock_document(file.document)
    store_pages(file, digest)
    count = store_proposals(file, () if is_held else digest.proposals, now=now)
    move_document(
        document,
        DocumentState.OTHER_PATIENT if is_held else DocumentState.TO_REVIEW,
        failure_code=_choose_note(document.findings.get("copy", ""), digest.failure_code),
        person_check=digest.person_check,
        findings={**document.findings, **digest.findings},
        language=document.language or (digest.language if digest.language != "other" else ""),
    )
    detail: Codes = {
        "pages": len(digest.pages),
        "proposals": count,
        "person": digest.person_check.value,
        "code": digest.failure_code,
    }
    tell(document, "read", actor=None, now=now, detail=detail)
    if is_held:
        tell(document, "held", actor=None, now=now, shown_to_family=False)
    facts_proposed.send(
        sender=Document, case_id=document.case_id, document_id=document.pk, count=count, now=now
    )


def _choose_note(of_the_copy: str, of_the_pages: str) -> str:
    """There is room for one: what may be missing comes first, then what is on the pages."""
    return of_the_copy if of_the_copy == "mended" else of_the_pages or of_the_copy


@transaction.atomic
def settle_failure(document: Document, code: str, *, now: datetime) -> None:
    """A file that cannot be opened: say so to the family, and ask a person."""
    document = lock_document(document)
    locked_with_password = code == "password_needed"
    move_document(
        document,
        DocumentState.NEEDS_PASSWORD if locked_with_password else DocumentState.UNREADABLE,
        failure_code=code,
    )
    tell(document, "unreadable", actor=None, now=now, detail={"code": code}, shown_to_family=True)
    make_task(
        title=gettext_noop("A record could not be opened"),
        case=document.case,
        code="document_unreadable",
        target=document.target,
        now=now,
    )


@transaction.atomic
def settle_given_up(document: Document, code: str, *, now: datetime) -> None:
    """The work was tried as often as it may be: no document stays in a state that nobody ends."""
    document = lock_document(document)
    if document.state == DocumentState.RECEIVED:
        move_document(document, DocumentState.SCANNING)
    if document.state in {DocumentState.SCANNING, DocumentState.READING}:
        move_document(document, DocumentState.UNREADABLE, failure_code=code or "given_up")
        tell(
            document, "unreadable", actor=None, now=now, detail={"code": code}, shown_to_family=True
        )


# --- Proposals alone, after a person has cleared whose paper it is --------------------------


def propose_from_pages(run: Run, file: DocumentFile, *, now: datetime) -> None:
    """Propose from the pages as they were read, without reading the file anew."""
    document = file.document
    if document.state not in PROPOSED_FROM:
        return
    pages = read_stored_pages(file)
    kind = Kind.PDF if file.content_type == Kind.PDF.media_type else Kind.TEXT
    with plain_copy(case_id=document.case_id, object_name=file.object_name) as path:
        placed = place_proposals(
            pages, path, kind, lambda done, total, step: run.report_progress(done, total, step=step)
        )
    with run.finishing():
        document = lock_document(document)
        if document.state not in PROPOSED_FROM:  # held or taken back meanwhile
            return
        if document.person_check not in {PersonCheck.BIRTH_DATE_DIFFERS, PersonCheck.BOTH_DIFFER}:
            count = store_proposals(file, placed, now=now)
            facts_proposed.send(
                sender=Document,
                case_id=document.case_id,
                document_id=document.pk,
                count=count,
                now=now,
            )
