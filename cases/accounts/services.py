"""Invitations: a link to the address on file, a code, and one fact that the person knows."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from cases.accounts.audit import record
from cases.accounts.codes import (
    MOST_CODE_ATTEMPTS,
    hash_code,
    hash_token,
    make_token,
    matches_code,
)
from cases.accounts.errors import InvitationRefused, NotAFamilyMember
from cases.accounts.models import Invitation, Role, User
from cases.jobs.services import queue_job

INVITATION_LIFETIME = timedelta(days=14)


@transaction.atomic
def invite_person(
    *, user: User, actor: User | None, now: datetime, question: str = "", answer: str = ""
) -> Invitation:
    """Invite a family member by mail; earlier invitations of theirs end.

    The token is made by the job that writes the mail, so that it stands in no row.
    """
    if user.role != Role.FAMILY:
        raise NotAFamilyMember
    user.invitations.filter(accepted_at__isnull=True, revoked_at__isnull=True).update(
        revoked_at=now
    )
    invitation = Invitation(
        user=user,
        question=question,
        token_hash=hash_token(make_token()),
        created_at=now,
        created_by=actor,
        expires_at=now + INVITATION_LIFETIME,
    )
    invitation.answer_hash = hash_code(str(invitation.pk), answer) if answer else ""
    invitation.save()
    target = f"accounts.invitation:{invitation.pk}"
    queue_job(
        kind="accounts.send_invitation",
        args={"invitation_id": str(invitation.pk)},
        subject=target,
    )
    record(action="invitation.made", actor=actor, target=target, now=now)
    return invitation


def find_live_invitation(token: str, now: datetime) -> Invitation | None:
    """The invitation of a link, if it is neither used, withdrawn nor expired."""
    return (
        Invitation.objects.select_related("user")
        .filter(
            token_hash=hash_token(token),
            accepted_at__isnull=True,
            revoked_at__isnull=True,
            expires_at__gt=now,
            user__is_active=True,
        )
        .first()
    )


@transaction.atomic
def ask_for_invitation_code(*, token: str, now: datetime) -> None:
    """Have a code mailed to the address on file; a link that is no good is passed over alike."""
    invitation = find_live_invitation(token, now)
    if invitation is None:
        return
    queue_job(
        kind="accounts.send_invitation_code",
        args={"invitation_id": str(invitation.pk)},
        unique_key=f"invitation_code:{invitation.pk}",
    )


def accept_invitation(*, token: str, code: str, answer: str, now: datetime) -> User:
    """The person who may sign in now. Five wrong tries end the code; a used link is gone."""
    invitation = find_live_invitation(token, now)
    if invitation is None or invitation.code_expires_at is None:
        raise InvitationRefused
    counted = Invitation.objects.filter(
        pk=invitation.pk,
        code_attempts__lt=MOST_CODE_ATTEMPTS,
        code_expires_at__gt=now,
        accepted_at__isnull=True,
    ).update(code_attempts=F("code_attempts") + 1)
    owner = str(invitation.pk)
    knows = not invitation.answer_hash or matches_code(owner, answer, invitation.answer_hash)
    if not (counted and matches_code(owner, code, invitation.code_hash) and knows):
        raise InvitationRefused
    with transaction.atomic():
        used = Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True).update(
            accepted_at=now, code_hash=""
        )
        if not used:
            raise InvitationRefused
        record(
            action="invitation.accepted",
            actor=invitation.user,
            target=f"accounts.invitation:{invitation.pk}",
            now=now,
        )
    return invitation.user
