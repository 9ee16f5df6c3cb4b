"""What people do with hospitals: refer a case, write, enter what came, record the answer."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from cases.accounts.audit import record
from cases.accounts.models import User
from cases.casework.consents import require_sendable
from cases.casework.errors import CaseFrozen
from cases.casework.models import Case
from cases.casework.notices import tell_family
from cases.casework.services import add_timeline_entry
from cases.hospitals import errors
from cases.hospitals.models import (
    Audience,
    Contact,
    Direction,
    Message,
    MessageState,
    Referral,
    ReferralOutcome,
    ReferralState,
    Thread,
)
from cases.hospitals.signals import message_received, message_sent_again
from cases.jobs.services import queue_job

ANSWER_WITHIN = timedelta(days=14)

S = ReferralState
ENDED = frozenset({S.DONE, S.WITHDRAWN, S.NO_RESPONSE})
REFERRAL_MOVES: dict[ReferralState, frozenset[ReferralState]] = {
    S.DRAFT: frozenset({S.READY, S.SENT, S.WITHDRAWN}),
    S.READY: frozenset({S.DRAFT, S.SENT, S.WITHDRAWN}),
    S.SENT: frozenset(
        {S.OPENED, S.ACKNOWLEDGED, S.INFO_REQUESTED, S.DECIDED, S.NO_RESPONSE, S.WITHDRAWN}
    ),
    S.OPENED: frozenset({S.ACKNOWLEDGED, S.INFO_REQUESTED, S.DECIDED, S.NO_RESPONSE, S.WITHDRAWN}),
    S.ACKNOWLEDGED: frozenset({S.INFO_REQUESTED, S.DECIDED, S.NO_RESPONSE, S.WITHDRAWN}),
    S.INFO_REQUESTED: frozenset({S.INFO_SUPPLIED, S.DECIDED, S.WITHDRAWN}),
    S.INFO_SUPPLIED: frozenset({S.INFO_REQUESTED, S.DECIDED, S.NO_RESPONSE, S.WITHDRAWN}),
    S.DECIDED: frozenset({S.SCHEDULED, S.INFO_REQUESTED, S.DONE, S.WITHDRAWN}),
    S.SCHEDULED: frozenset({S.ADMITTED, S.DONE, S.WITHDRAWN}),
    S.ADMITTED: frozenset({S.DONE}),
    S.DONE: frozenset(),
    S.WITHDRAWN: frozenset(),
    S.NO_RESPONSE: frozenset({S.DECIDED, S.WITHDRAWN}),
}


@transaction.atomic
def open_referral(
    *, case: Case, contact: Contact, question: str, actor: User, now: datetime
) -> Referral:
    """Begin a referral of a case to a hospital, with a thread to write in."""
    if not question.strip():
        raise errors.MessageEmpty
    try:
        with transaction.atomic():
            referral = Referral.objects.create(
                case=case,
                hospital=contact.hospital,
                contact=contact,
                question=question.strip(),
                created_at=now,
            )
    except IntegrityError:
        raise errors.ReferralAlreadyOpen from None
    Thread.objects.create(
        case=case,
        referral=referral,
        audience=Audience.HOSPITAL,
        subject=f"{case.reference} · {contact.hospital.name}",
        created_at=now,
    )
    target = f"hospitals.referral:{referral.pk}"
    record(action="referral.opened", actor=actor, case_id=case.pk, target=target, now=now)
    add_timeline_entry(
        case=case,
        code="referral_opened",
        actor=actor,
        now=now,
        target=target,
        detail={"hospital": str(contact.hospital_id)},
    )
    return referral


@transaction.atomic
def move_referral(
    *,
    referral: Referral,
    to: ReferralState,
    actor: User | None,
    now: datetime,
    outcome: ReferralOutcome | None = None,
    outcome_note: str = "",
) -> Referral:
    """Move a referral along. Sending needs a live consent that names the hospital."""
    Case.objects.select_for_update(no_key=True).get(
        pk=referral.case_id
    )  # consent cannot end meanwhile
    referral = (
        Referral.objects.select_for_update(of=("self",), no_key=True)
        .select_related("case__patient", "hospital")
        .get(pk=referral.pk)
    )
    if to not in REFERRAL_MOVES[ReferralState(referral.state)]:
        raise errors.ReferralMoveRefused(
            left=referral.get_state_display(), wanted=str(ReferralState(to).label)
        )
    if to == S.SENT:
        require_sendable(
            referral.case, hospital_id=referral.hospital_id, hospital_name=referral.hospital.name
        )
        referral.sent_at, referral.answer_due_at = now, now + ANSWER_WITHIN
    if to == S.DECIDED:
        if outcome is None:
            raise errors.OutcomeNeeded
        referral.outcome, referral.outcome_note = outcome, outcome_note.strip()
        referral.decided_at = now
    left, referral.state = referral.state, to
    referral.save()
    moved = {"from": left, "to": to.value, "outcome": referral.outcome}
    target = f"hospitals.referral:{referral.pk}"
    record(
        action="referral.moved",
        actor=actor,
        case_id=referral.case_id,
        target=target,
        detail=moved,
        now=now,
    )
    add_timeline_entry(
        case=referral.case,
        code="referral_moved",
        actor=actor,
        now=now,
        target=target,
        detail={**moved, "hospital": str(referral.hospital_id)},
    )
    return referral


def require_words(text: str) -> None:
    """Refuse a text that is empty, or that a database cannot hold."""
    if not text.strip():
        raise errors.MessageEmpty
    if "\x00" in text:
        raise errors.MessageUnreadable


@transaction.atomic
def find_family_thread(*, case: Case, now: datetime) -> Thread:
    """The one thread with the family of a case, begun if there is none."""
    Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    thread = case.threads.filter(audience=Audience.FAMILY).first()
    if thread is None:
        thread = Thread.objects.create(
            case=case, audience=Audience.FAMILY, subject=case.reference, created_at=now
        )
    return thread


@transaction.atomic
def send_message(
    *,
    thread: Thread,
    body: str,
    actor: User,
    now: datetime,
    contact: Contact | None = None,
) -> Message:
    """Write to the family or the hospital of a thread; a job sends the mail.

    The mail itself carries no word of `body`: it says that there is something to read.
    """
    require_words(body)
    case = Case.objects.select_for_update(no_key=True).get(pk=thread.case_id)
    contact = contact or (thread.referral.contact if thread.referral else None)
    require_writable(thread, case, contact)
    message = Message(
        thread=thread,
        direction=Direction.OUT,
        state=MessageState.QUEUED,
        author=actor,
        body=body.strip(),
        created_at=now,
    )
    if thread.audience == Audience.HOSPITAL and contact is not None:
        message.contact, message.to_address = contact, contact.email
    else:
        _address_family(message, case, now)
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    message.message_id = f"<{message.pk.hex}@{host}>"
    message.save()
    Thread.objects.filter(pk=thread.pk).update(last_message_at=now, waiting_on_us_since=None)
    if message.state == MessageState.QUEUED:
        _queue_sending(message, actor)
    _note_message(message, case, "message.queued", actor, now)
    return message


def _address_family(message: Message, case: Case, now: datetime) -> None:
    """The first member who wants mails gets the message's own; the others hear that there is news.

    Where nobody wants any, the message is delivered as soon as it stands in the portal.
    """
    members = case.parties.filter(ended_at__isnull=True).select_related("user")
    member = members.order_by("-wants_notices", "pk").first()
    if member is None:
        raise errors.NoAddress
    if member.wants_notices:
        message.to_address = member.user.email
    else:
        message.state, message.sent_at = MessageState.DELIVERED, now
    tell_family(case=case, now=now, besides=member.user_id)  # who has the mail of the message


def require_writable(thread: Thread, case: Case, contact: Contact | None) -> None:
    """Refuse a frozen case, a wrong or absent contact, and a hospital that nobody agreed to."""
    if case.is_frozen:
        raise CaseFrozen
    if thread.audience == Audience.FAMILY:
        return
    if contact is None or thread.referral is None:
        raise errors.NoAddress
    if contact.hospital_id != thread.referral.hospital_id:
        raise errors.ContactOfOtherHospital
    require_sendable(case, hospital_id=contact.hospital_id, hospital_name=contact.hospital.name)


def _queue_sending(message: Message, actor: User) -> None:
    queue_job(
        kind="hospitals.send_mail",
        args={"message_id": str(message.pk)},
        subject=f"hospitals.message:{message.pk}",
        unique_key=f"send_mail:{message.pk}",
        case_id=message.thread.case_id,
        actor_id=actor.pk,
    )


def _note_message(
    message: Message, case: Case, action: str, actor: User | None, now: datetime
) -> None:
    target = f"hospitals.message:{message.pk}"
    audience = message.thread.audience
    record(
        action=action,
        actor=actor,
        case_id=case.pk,
        target=target,
        detail={"audience": audience},
        now=now,
    )
    add_timeline_entry(
        case=case,
        code=action.replace(".", "_"),
        actor=actor,
        now=now,
        target=target,
        detail={"audience": audience},
        shown_to_family=audience == Audience.FAMILY,
    )


@transaction.atomic
def receive_message(
    *,
    thread: Thread,
    body: str,
    now: datetime,
    author: User | None = None,
    contact: Contact | None = None,
    entered_by: User | None = None,
) -> Message:
    """Store what a family member wrote here, or what a hospital wrote and staff entered."""
    require_words(body)
    message = Message(
        thread=thread,
        direction=Direction.IN,
        state=MessageState.FILED,
        author=author,
        contact=contact,
        body=body.strip(),
        created_at=now,
    )
    message.message_id = f"<{message.pk.hex}@received>"
    message.save()
    Thread.objects.filter(pk=thread.pk).update(last_message_at=now)
    Thread.objects.filter(pk=thread.pk, waiting_on_us_since__isnull=True).update(
        waiting_on_us_since=now
    )
    Case.objects.filter(pk=thread.case_id, waiting_on_us_since__isnull=True).update(
        waiting_on_us_since=now
    )
    case = Case.objects.get(pk=thread.case_id)
    _note_message(message, case, "message.received", entered_by or author, now)
    message_received.send(sender=Message, message_id=message.pk, case_id=case.pk, now=now)
    return message


@transaction.atomic
def send_again(*, message: Message, actor: User, now: datetime) -> Message:
    """A person decides that a message held back, in doubt or returned goes out once more.

    It goes as the mail that it was: the room that wrote it, if one says so, sends it.
    """
    case = Case.objects.select_for_update(no_key=True).get(pk=message.thread.case_id)
    require_writable(message.thread, case, message.contact)
    changed = Message.objects.filter(
        pk=message.pk,
        direction=Direction.OUT,
        state__in=[MessageState.DRAFT, MessageState.UNKNOWN, MessageState.BOUNCED],
    ).update(state=MessageState.QUEUED, claimed_at=None)
    if not changed:
        raise errors.MessageNotInDoubt
    message.refresh_from_db()
    asked = message_sent_again.send(sender=Message, message=message, actor=actor, now=now)
    if not any(taken for _receiver, taken in asked):
        _queue_sending(message, actor)
    _note_message(message, message.thread.case, "message.queued", actor, now)
    return message
