"""What a reviewer decides about a paper: accept, return, hold, clear, describe, withdraw."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.dispatch import Signal
from django.utils.translation import gettext as _

from cases.accounts.models import User
from cases.casework.models import RequestState, validate_partial_date
from cases.casework.notices import tell_family
from cases.casework.services import add_note
from documents.records.checklist import answer_request
from documents.records.digest import KINDS, drop_proposals
from documents.records.errors import (
    ClearingNeedsReason,
    DetailsChanged,
    MoveNotPossible,
    NotOfThisCase,
    ReasonNeeded,
)
from documents.records.ground import report_lost_ground
from documents.records.holding import (
    ask_about_accepted_parts,
    hold_document,
    hold_parts,
    list_undecided_parts,
)
from documents.records.models import (
    Document,
    DocumentState,
    PersonCheck,
    RecordKind,
    ReturnReason,
    mark_details,
)
from documents.records.processing import queue_proposals, queue_scan, queue_taking
from documents.records.signals import document_accepted, document_withdrawn
from documents.records.states import Codes, lock_document, move_document, tell

MOST_REASON: Final = 300
DATES = ("specimen_date", "study_date", "report_date")


@transaction.atomic
def accept_document(*, document: Document, actor: User, now: datetime) -> Document:
    """A person has looked: the paper is the patient's, readable, and belongs in the file."""
    document = lock_document(document)
    move_document(
        document,
        DocumentState.ACCEPTED,
        reviewed_by=actor,
        reviewed_at=now,
        reason="",
        reason_code="",
        failure_code="",
    )
    tell(
        document,
        "accepted",
        actor=actor,
        now=now,
        detail={"kind": document.kind},
        shown_to_family=True,
    )
    answer_request(document, RequestState.FULFILLED, actor, now)
    _send(document_accepted, document, now)
    return document


@transaction.atomic
def reject_document(
    *,
    document: Document,
    reason: str,
    actor: User,
    now: datetime,
    code: str = "",
    language: str = "",
) -> Document:
    """Return a paper with a reason that the family reads; what it was to settle is asked again.

    `code` is one of `ReturnReason` and reaches the family in their language; `reason` reaches them
    as written, in `language`. One of the two must be there.
    """
    if not reason.strip() and code not in ReturnReason.values:
        raise ReasonNeeded
    document = lock_document(document)
    move_document(
        document,
        DocumentState.REJECTED,
        reviewed_by=actor,
        reviewed_at=now,
        reason=reason.strip()[:300],
        reason_code=code if code in ReturnReason.values else "",
        reason_language=language[:10] if reason.strip() else "",
    )
    drop_proposals(document)
    detail = {"code": document.reason_code}
    tell(document, "rejected", actor=actor, now=now, detail=detail, shown_to_family=True)
    tell_family(case=document.case, now=now)
    answer_request(document, RequestState.OPEN, actor, now)
    report_lost_ground(document, now)
    return document


@transaction.atomic
def reopen_document(*, document: Document, actor: User, now: datetime) -> Document:
    """Take back a return, or the word that it is a copy: it waits for review again."""
    document = lock_document(document)
    move_document(
        document,
        DocumentState.TO_REVIEW,
        reviewed_by=None,
        reviewed_at=None,
        reason="",
        reason_code="",
        same_as=None,
    )
    tell(document, "reopened", actor=actor, now=now, shown_to_family=True)
    answer_request(document, RequestState.RECEIVED, actor, now)
    _queue_for_newest(document, actor)
    return document


@transaction.atomic
def mark_other_patient(*, document: Document, actor: User, now: datetime) -> Document:
    """Hold a paper that may be another person's: what was read in it is taken back.

    With an archive, what was taken from it and waits for review is held.
    """
    document = lock_document(document)
    hold_document(document, actor=actor, now=now)
    hold_parts(document, actor=actor, now=now)
    return document


@transaction.atomic
def clear_other_patient(*, document: Document, reason: str, actor: User, now: datetime) -> Document:
    """A person has looked: the paper is this patient's. Now facts may be proposed from it.

    `reason` says why, although it was held: a note of the case, to which the timeline leads.
    """
    document = lock_document(document)
    if document.state != DocumentState.OTHER_PATIENT:
        raise MoveNotPossible(
            state=document.get_state_display(), wanted=str(DocumentState.TO_REVIEW.label)
        )
    if not reason.strip():
        raise ClearingNeedsReason
    found = document.person_check
    move_document(document, DocumentState.TO_REVIEW, person_check=PersonCheck.CLEARED)
    told = {"title": document.title, "reason": reason.strip()[:MOST_REASON]}
    note = add_note(
        case=document.case,
        text=_("“%(title)s” is this patient’s: %(reason)s") % told,
        actor=actor,
        now=now,
    )
    detail: Codes = {"found": found, "note": str(note.pk)}
    tell(document, "cleared", actor=actor, now=now, detail=detail, shown_to_family=False)
    _queue_for_newest(document, actor)
    return document


@transaction.atomic
def mark_duplicate(
    *, document: Document, same_as: Document, actor: User, now: datetime
) -> Document:
    """Say that a paper is another scan or photograph of one that is here already."""
    if same_as.case_id != document.case_id or same_as.pk == document.pk:
        raise NotOfThisCase
    document = lock_document(document)
    move_document(
        document, DocumentState.DUPLICATE, same_as=same_as, reviewed_by=actor, reviewed_at=now
    )
    drop_proposals(document)
    tell(
        document,
        "found_duplicate",
        actor=actor,
        now=now,
        detail={"of": str(same_as.pk)},
        shown_to_family=True,
    )
    report_lost_ground(document, now)
    return document


@transaction.atomic
def supersede_document(
    *, document: Document, newer: Document, actor: User, now: datetime
) -> Document:
    """An accepted paper gives way to a newer one; both are kept."""
    if newer.case_id != document.case_id or newer.pk == document.pk:
        raise NotOfThisCase
    document = lock_document(document)
    move_document(document, DocumentState.SUPERSEDED)
    tell(
        document,
        "superseded",
        actor=actor,
        now=now,
        detail={"by": str(newer.pk)},
        shown_to_family=True,
    )
    report_lost_ground(document, now)
    _send(document_withdrawn, document, now)
    return document


@transaction.atomic
def withdraw_document(
    *, document: Document, actor: User, now: datetime, reason: str = ""
) -> Document:
    """Take a paper out of use. Its bytes stay until they are erased; it enters nothing new.

    With an archive go the papers taken from it that nobody has decided.
    """
    document = lock_document(document)
    move_document(document, DocumentState.WITHDRAWN, reason=reason.strip()[:300])
    drop_proposals(document)
    tell(document, "withdrawn", actor=actor, now=now, shown_to_family=True)
    answer_request(document, RequestState.OPEN, actor, now)
    report_lost_ground(document, now)
    _send(document_withdrawn, document, now)
    for part in list_undecided_parts(document, DocumentState.WITHDRAWN):
        withdraw_document(document=part, actor=actor, now=now, reason=reason)
    ask_about_accepted_parts(document, now=now)
    return document


@transaction.atomic
def retry_reading(
    *, document: Document, actor: User, now: datetime, languages: str | None = None
) -> Document:
    """Check and read a file anew: after a failure, or where the reader has learnt more.

    `languages` are those in which pictures of letters are read from now on ("eng+spa"); empty
    leaves the choice to the machine, None leaves what is chosen already.
    """
    document = lock_document(document)
    chosen = document.reading_languages if languages is None else languages[:40]
    move_document(document, DocumentState.SCANNING, failure_code="", reading_languages=chosen)
    tell(document, "retried", actor=actor, now=now, shown_to_family=False)
    queue_scan(document.files.order_by("-version")[0], actor_id=actor.pk)
    return document


@transaction.atomic
def set_document_details(  # noqa: PLR0913  # one argument a detail
    *,
    document: Document,
    actor: User,
    now: datetime,
    kind: RecordKind | None = None,
    title: str | None = None,
    language: str | None = None,
    issuer: str | None = None,
    shown_to_hospitals: bool | None = None,
    dates: dict[str, str] | None = None,
    seen: str = "",
) -> Document:
    """Describe a paper; what is None stays. `dates`: specimen_date, study_date, report_date.

    `seen` is the mark of the details that the person had before them (`mark_details`), empty
    where nobody had: what somebody else wrote since is not overwritten unseen.
    """
    document = lock_document(document)
    is_unseen = bool(seen) and seen != mark_details(document)
    wanted: dict[str, str | bool | None] = {
        "kind": RecordKind(kind).value if kind is not None else None,
        "title": title.strip()[:150] if title is not None else None,
        "language": language.strip()[:10] if language is not None else None,
        "issuer": issuer.strip()[:150] if issuer is not None else None,
        "shown_to_hospitals": shown_to_hospitals,
    }
    for name, text in (dates or {}).items():
        if name not in DATES:
            raise ValueError(f"{name} is not one of {', '.join(DATES)}")
        if text.strip():
            validate_partial_date(text.strip())
        wanted[name] = text.strip()
    changed = [
        name
        for name, value in wanted.items()
        if value is not None
        and value != getattr(document, name)
        and (value != "" or name != "title")
    ]
    if not changed:
        return document
    if is_unseen:
        raise DetailsChanged
    for name in changed:
        setattr(document, name, wanted[name])
    document.save(update_fields=changed)
    tell(document, "described", actor=actor, now=now, detail={"changed": " ".join(changed)})
    return document


def _queue_for_newest(document: Document, actor: User) -> None:
    """Go on with what a person has let pass: facts are read in a paper, files taken from a zip."""
    newest = document.files.order_by("-version").first()
    if newest is None:
        return
    kind = KINDS[newest.content_type]
    if document.entries.exists():
        queue_taking(newest, actor_id=actor.pk)
    elif not kind.is_read_in_ranges:
        queue_proposals(newest, actor_id=actor.pk)


def _send(signal: Signal, document: Document, now: datetime) -> None:
    signal.send(sender=Document, case_id=document.case_id, document_id=document.pk, now=now)
