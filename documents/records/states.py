"""Moving a document from state to state: guarded, recorded, told to the timeline."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.accounts.audit import record
from cases.accounts.models import User
from cases.casework.services import add_timeline_entry
from documents.records.errors import MoveNotPossible
from documents.records.models import Document, DocumentState
from documents.records.signals import document_moved

Codes = Mapping[str, str | int | bool | None]


def lock_document(document: Document) -> Document:
    """The row as it is now, locked until the transaction ends."""
    locked: Document = (
        Document.objects.select_for_update(of=("self",), no_key=True)
        .select_related("case", "request")
        .get(pk=document.pk)
    )
    return locked


def move_document(document: Document, to: DocumentState, **changes: Any) -> Document:
    """Write the new state, only if the row still has the state that was looked at."""
    if not document.can_move_to(to):
        raise MoveNotPossible(
            state=document.get_state_display(), wanted=str(DocumentState(to).label)
        )
    moved = Document.objects.filter(pk=document.pk, state=document.state).update(
        state=to, **changes
    )
    if not moved:
        raise MoveNotPossible(
            state=document.get_state_display(), wanted=str(DocumentState(to).label)
        )
    was, document.state = document.state, to
    for name, value in changes.items():
        setattr(document, name, value)
    document_moved.send(
        sender=Document, case_id=document.case_id, document_id=document.pk, was=was, state=to
    )
    return document


def tell(
    document: Document,
    what: str,
    *,
    actor: User | None,
    now: datetime,
    detail: Codes | None = None,
    shown_to_family: bool | None = None,
) -> None:
    """Record `document.<what>`; with `shown_to_family` given, tell the case's timeline too."""
    record(
        action=f"document.{what}",
        actor=actor,
        case_id=document.case_id,
        target=document.target,
        detail=detail,
        now=now,
    )
    if shown_to_family is not None:
        add_timeline_entry(
            case=document.case,
            code=f"document_{what}",
            target=document.target,
            detail=detail,
            actor=actor,
            now=now,
            shown_to_family=shown_to_family,
        )
