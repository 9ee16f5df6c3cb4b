"""The record of what was done and read: one explicit call, in the transaction of the act."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction

from cases.accounts.models import AuditEvent, AuditHead, User

Code = str | int | bool | None
GENESIS = "0" * 64


@transaction.atomic(savepoint=False)
def record(
    *,
    action: str,
    actor: User | None,
    now: datetime,
    case_id: UUID | None = None,
    target: str = "",
    detail: Mapping[str, Code | list[str]] | None = None,
) -> AuditEvent:
    """Append one event to the chain.

    `action` is `noun.verb` in the past tense; `target` is `label:id`; `detail` holds ids and
    codes only, never a name or a clinical word. The head row is locked until the caller's
    transaction ends.
    """
    event = AuditEvent(
        at=now,
        actor_id=actor.pk if actor is not None and actor.pk else None,
        action=action,
        case_id=case_id,
        target=target,
        detail=dict(detail or {}),
    )
    _append([event])
    return event


@transaction.atomic(savepoint=False)
def record_looks(
    *,
    actor: User,
    now: datetime,
    case_ids: Iterable[UUID],
    detail: Mapping[str, Code | list[str]],
) -> None:
    """A look at each of several cases that stand on one page; as many queries as for one."""
    events = [
        AuditEvent(
            at=now,
            actor_id=actor.pk,
            action="case.read",
            case_id=case_id,
            target=f"casework.case:{case_id}",
            detail=dict(detail),
        )
        for case_id in case_ids
    ]
    if events:
        _append(events)


def _append(events: list[AuditEvent]) -> None:
    """Chain events to what was written last. The head row stays locked: the chain has no forks."""
    head, _made = AuditHead.objects.select_for_update(no_key=True).get_or_create(id=1)
    for event in events:
        event.previous_hash = head.hash
        head.hash = event.hash = hash_event(event)
    AuditEvent.objects.bulk_create(events)
    head.save(update_fields=["hash"])


def hash_event(event: AuditEvent) -> str:
    """SHA-256 over the previous hash and the row's content as canonical JSON."""
    content = [
        event.previous_hash,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.actor_id,
        event.action,
        str(event.case_id) if event.case_id else None,
        event.target,
        event.detail,
    ]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def find_broken_links() -> Iterator[int]:
    """Ids of events whose content or place in the chain is not as it was written."""
    previous = GENESIS
    for event in AuditEvent.objects.order_by("id").iterator():
        if event.previous_hash != previous or hash_event(event) != event.hash:
            yield event.pk
        previous = event.hash
    head = AuditHead.objects.filter(id=1).first()
    if head is not None and head.hash != previous:
        yield 0
