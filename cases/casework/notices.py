"""Telling a family by mail that there is something to see, without a word of what it is.

The mail names nobody and nothing, not even the case. What happens within a few minutes is one
mail, and a member who has not looked since the last one gets the next a day later at the
earliest; one who has looked, an hour later. Who looks before it goes gets none.
"""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from cases.accounts.audit import record
from cases.accounts.models import AuditEvent
from cases.accounts.posting import Posted
from cases.casework.models import Case, CaseParty, FamilyNotice, NoticeState, TimelineEntry
from cases.casework.signals import notice_bounced
from cases.jobs.services import queue_job

GATHER_FOR: Final = timedelta(minutes=10)
NEXT_IF_LOOKED: Final = timedelta(hours=1)
NEXT_IF_NOT: Final = timedelta(days=1)
LOOK: Final = "case.read"
ENDED: Final = {
    Posted.TAKEN: NoticeState.SENT,
    Posted.REFUSED: NoticeState.BOUNCED,
    Posted.IN_DOUBT: NoticeState.UNKNOWN,
}


def tell_family(*, case: Case, now: datetime, besides: int | None = None) -> None:
    """Have every member who wants it told that there is news; in the transaction of the news.

    `besides` is the id of a person who hears of it in another way.
    """
    parties = case.parties.filter(ended_at__isnull=True, wants_notices=True, user__is_active=True)
    for party in parties.exclude(user=besides):
        _tell_member(party, case, now)


def _tell_member(party: CaseParty, case: Case, now: datetime) -> None:
    waiting = FamilyNotice.objects.waiting().filter(party=party)
    if waiting.update(news_at=now):
        return
    due_at = _find_due(party, now)
    try:
        with transaction.atomic():
            notice = FamilyNotice.objects.create(party=party, news_at=now, due_at=due_at)
    except IntegrityError:  # made at this moment by other news
        waiting.update(news_at=now)
        return
    queue_job(
        kind="casework.send_notice",
        args={"notice_id": str(notice.pk)},
        subject=f"casework.familynotice:{notice.pk}",
        unique_key=f"send_notice:{notice.pk}",
        case_id=case.pk,
        run_after=due_at,
    )


def _find_due(party: CaseParty, now: datetime) -> datetime:
    last = party.notices.left().order_by("-settled_at").first()
    if last is None or last.settled_at is None:
        return now + GATHER_FOR
    gap = NEXT_IF_LOOKED if has_looked(party, last.settled_at) else NEXT_IF_NOT
    return max(now + GATHER_FOR, last.settled_at + gap)


def has_looked(party: CaseParty, since: datetime) -> bool:
    """Whether the member opened a page of the case since then, as the audit has it."""
    return AuditEvent.objects.filter(
        case_id=party.case_id, actor_id=party.user_id, action=LOOK, at__gte=since
    ).exists()


def claim_notice(notice_id: str) -> FamilyNotice | None:
    """Take a waiting notice for sending; None where another did, or it was settled."""
    taken = FamilyNotice.objects.filter(pk=notice_id, state=NoticeState.QUEUED).update(
        state=NoticeState.SENDING, claimed_at=Now()
    )
    if not taken:
        return None
    return FamilyNotice.objects.select_related("party__user", "party__case__patient").get(
        pk=notice_id
    )


def find_reason_to_keep(notice: FamilyNotice) -> NoticeState | None:
    """How a notice ends that must not go any more; None where it still may."""
    party = CaseParty.objects.select_related("user").get(pk=notice.party_id)
    may_go = party.ended_at is None and party.wants_notices and party.user.is_active
    if not may_go or notice.party.case.is_frozen:
        return NoticeState.DROPPED
    return NoticeState.NEEDLESS if has_looked(party, notice.news_at) else None


def build_notice_mail(notice: FamilyNotice) -> EmailMessage:
    """The mail, in the member's language; its Message-ID is the same however often it is tried."""
    user = notice.party.user
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    with translation.override(user.language):
        subject = _("There is something new for you")
        text = render_to_string(
            "email/notice_family.txt",
            {"organisation": settings.ORGANISATION, "link": f"{settings.SITE_URL}/portal/"},
        )
    return EmailMessage(
        subject,
        text,
        settings.DEFAULT_FROM_EMAIL,
        [user.email],
        headers={"Message-ID": f"<{notice.pk.hex}@{host}>"},
    )


def give_notice_back(notice: FamilyNotice) -> None:
    """Nothing left: it waits again."""
    FamilyNotice.objects.filter(pk=notice.pk, state=NoticeState.SENDING).update(
        state=NoticeState.QUEUED
    )


@transaction.atomic
def settle_notice(notice: FamilyNotice, state: NoticeState, now: datetime) -> bool:
    """Write how it ended, if the claim is still open; the case's timeline says what left."""
    settled = FamilyNotice.objects.filter(pk=notice.pk, state=NoticeState.SENDING).update(
        state=state, settled_at=now
    )
    if not settled:
        return False
    case = notice.party.case
    target = f"casework.familynotice:{notice.pk}"
    record(
        action="notice.settled",
        actor=None,
        case_id=case.pk,
        target=target,
        detail={"state": state.value},
        now=now,
    )
    if state == NoticeState.SENT:
        TimelineEntry.objects.create(case=case, at=now, code="family_told", target=target)
    elif state == NoticeState.BOUNCED:
        notice_bounced.send(sender=FamilyNotice, case_id=case.pk, party=notice.party, now=now)
    return True
