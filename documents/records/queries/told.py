"""Who did what to a record, and when, as the audit has it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.accounts.models import AuditEvent, User
from cases.casework.models import Note
from documents.records.models import Document


@dataclass(frozen=True, slots=True)
class Told:
    """`who` is empty where the machine did it; `note`: what the person wrote for it."""

    action: str
    who: str
    actor_id: int | None
    at: datetime
    note: str


def find_told(document: Document, actions: Iterable[str]) -> Told | None:
    """The newest of these things that happened to a record; three queries at most."""
    event = (
        AuditEvent.objects.filter(
            case_id=document.case_id, target=document.target, action__in=list(actions)
        )
        .order_by("-id")
        .first()
    )
    if event is None:
        return None
    actor = User.objects.filter(pk=event.actor_id).first() if event.actor_id else None
    return Told(
        action=event.action,
        who=str(actor) if actor else "",
        actor_id=event.actor_id,
        at=event.at,
        note=_find_note(document, event.detail),
    )


def _find_note(document: Document, detail: dict[str, Any]) -> str:
    if not detail.get("note"):
        return ""
    note = Note.objects.filter(case=document.case_id, pk=detail["note"]).first()
    return note.text if note else ""
