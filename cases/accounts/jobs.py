"""Mail to people about signing in. It names the office and a link, and nobody's illness."""

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.mail import EmailMessage
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cases.accounts.codes import (
    CODE_LIFETIME,
    MOST_CODES,
    hash_code,
    hash_token,
    make_code,
    make_token,
)
from cases.accounts.models import Invitation, User
from cases.jobs.registry import Run, job_handler


def send_person_mail(user: User, subject: str, template: str, context: dict[str, str]) -> None:
    text = render_to_string(template, {"organisation": settings.ORGANISATION, **context})
    EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, [user.email]).send()


@job_handler("accounts.send_invitation", queue="mail", max_attempts=8)
def send_invitation(run: Run, *, invitation_id: str) -> None:
    """Make the link, keep its hash, mail it. A retry makes a new link; the newest holds."""
    invitation = Invitation.objects.select_related("user").get(pk=invitation_id)
    if invitation.revoked_at or invitation.accepted_at:
        return
    token = make_token()
    Invitation.objects.filter(pk=invitation_id).update(token_hash=hash_token(token))
    run.report_progress(1, 2, step="mail")
    with translation.override(invitation.user.language):
        send_person_mail(
            invitation.user,
            _("Your invitation from %(office)s") % {"office": settings.ORGANISATION},
            "email/invitation.txt",
            {"link": f"{settings.SITE_URL}/portal/invitation/{token}/"},
        )


@job_handler("accounts.send_invitation_code", queue="mail", max_attempts=3)
def send_invitation_code(run: Run, *, invitation_id: str) -> None:
    """Mail a new code; it replaces the one before and gives five new tries, ten times a link."""
    invitation = Invitation.objects.select_related("user").get(pk=invitation_id)
    if invitation.revoked_at or invitation.accepted_at:
        return
    code = make_code()
    counted = Invitation.objects.filter(pk=invitation_id, codes_sent__lt=MOST_CODES).update(
        code_hash=hash_code(invitation_id, code),
        code_expires_at=timezone.now() + CODE_LIFETIME,
        code_attempts=0,
        codes_sent=F("codes_sent") + 1,
    )
    if not counted:
        return
    run.report_progress(1, 2, step="mail")
    with translation.override(invitation.user.language):
        send_person_mail(
            invitation.user, _("Your code"), "email/invitation_code.txt", {"code": code}
        )


@job_handler("accounts.tell_of_passkey", queue="mail", max_attempts=5)
def tell_of_passkey(run: Run, *, user_id: int) -> None:
    """Say at the address on file that there is a new way in, in case it was somebody else."""
    user = User.objects.get(pk=user_id)
    run.report_progress(1, 2, step="mail")
    with translation.override(user.language):
        send_person_mail(user, _("A passkey was added"), "email/passkey_added.txt", {})


@job_handler("accounts.forget_sessions")
def forget_sessions(run: Run) -> None:
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    run.report_progress(1, 1, step="sessions")
