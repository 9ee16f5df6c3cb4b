"""A paper that may be another person's is held, and with an archive what was taken from it.

Locks are taken from the archive to its papers, and from a paper to its case.
"""

from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_noop

from cases.accounts.models import User
from cases.casework.services import make_task
from documents.records.digest import drop_proposals
from documents.records.ground import report_lost_ground
from documents.records.models import GONE, UNDECIDED, Document, DocumentState
from documents.records.states import lock_document, move_document, tell


def hold_document(document: Document, *, actor: User | None, now: datetime) -> None:
    """Hold a locked paper: what was read in it is taken back. Inside a transaction."""
    move_document(document, DocumentState.OTHER_PATIENT)
    drop_proposals(document)
    tell(document, "held", actor=actor, now=now, shown_to_family=False)
    report_lost_ground(document, now)


def hold_parts(archive: Document, *, actor: User | None, now: datetime) -> None:
    """Hold what waits for review and came out of an archive. Inside a transaction.

    What is with the machine just now is held when it has been read (`came_from_stopped`).
    """
    for part in list_undecided_parts(archive, DocumentState.OTHER_PATIENT):
        hold_document(lock_document(part), actor=actor, now=now)
    ask_about_accepted_parts(archive, now=now)


def list_undecided_parts(archive: Document, to: DocumentState) -> list[Document]:
    """What came out of an archive, is decided by nobody, and may go to that state."""
    parts = Document.objects.filter(pk__in=find_parts(archive), state__in=UNDECIDED)
    return [part for part in parts.order_by("pk") if part.can_move_to(to)]


def ask_about_accepted_parts(archive: Document, *, now: datetime) -> None:
    """What a person has accepted is for a person to look at again."""
    if Document.objects.accepted().filter(pk__in=find_parts(archive)).exists():
        make_task(
            title=gettext_noop("Accepted records came out of an archive that is no longer in use"),
            case=archive.case,
            code="archive_parts_accepted",
            target=archive.target,
            now=now,
        )


def find_parts(archive: Document) -> set[UUID]:
    """The records that came out of an archive, also those that were split or joined since.

    None for a paper that is no archive: what it was parted into stands for itself.
    """
    found: set[UUID] = set()
    fresh = {archive.pk} if archive.entries.exists() else set()
    while fresh:
        came = Document.objects.filter(Q(taken_from__in=fresh) | Q(replaces__in=fresh))
        fresh = set(came.values_list("pk", flat=True)) - found
        found |= fresh
    return found


def came_from_stopped(document: Document) -> bool:
    """Whether its archive was held or taken back meanwhile; the archive is locked with this."""
    if document.taken_from is None:
        return False
    archive = lock_document(document.taken_from)
    is_stopped = archive.state in {DocumentState.OTHER_PATIENT, *GONE}
    return is_stopped and archive.entries.exists()
