"""The doorbells of this room: make a version, mail a link, mail a code."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_noop

from cases.hospitals.jobs import IN_DOUBT, ask_about_message
from cases.hospitals.models import Message, MessageState
from cases.hospitals.outbox import (
    claim_message,
    deliver_message,
    may_still_go,
    settle_message,
)
from cases.jobs.registry import Run, job_handler, mail_handler
from documents.dossiers.links import build_code_mail, build_link_mail, is_open
from documents.dossiers.models import DossierVersion, Grant, Notice, NoticeReason, VersionState
from documents.dossiers.notices import ask_to_telephone, build_notice_mail
from documents.dossiers.settling import keep_built, keep_refusal
from documents.records.errors import StorageFull, StorageUnavailable

WITH_ALL = ("version__dossier__case__patient", "version__dossier__referral", "contact__hospital")


@job_handler("dossiers.build_version", queue="heavy", lease=timedelta(minutes=5))
def build_version(run: Run, *, version_id: str) -> None:
    """Make a version. What a person must change first is said in a task, and not tried again."""
    from documents.dossiers.building import build_file  # noqa: PLC0415  # workers alone lay out

    version = DossierVersion.objects.select_related("dossier__case", "asked_by").get(pk=version_id)
    if version.state != VersionState.BUILDING:
        return
    now = timezone.now()
    try:
        built = build_file(version, now=now, report=lambda *step: _report(run, *step))
    except (StorageFull, StorageUnavailable):
        raise  # passes by itself, or is given up to a person after the last attempt
    except ValidationError as refusal:
        with run.finishing():
            keep_refusal(version, refusal, now=now)
        return
    with run.finishing():
        keep_built(version, built, now=now)


def _report(run: Run, done: int, total: int, step: str) -> None:
    run.report_progress(done, total, step=step)


@mail_handler(
    "dossiers.mail_link",
    given_up=gettext_noop("A private link was not sent: no server took the mail for a day"),
)
def mail_link(run: Run, *, grant_id: str) -> None:
    """Send the mail with the link, once; a link that died meanwhile is not sent."""
    grant = Grant.objects.select_related(*WITH_ALL).get(pk=grant_id)
    message = claim_message(str(grant.message_id))
    if message is None:
        return
    if not is_open(grant, timezone.now()):
        settle_message(message, MessageState.DRAFT)
        return
    ended = deliver_message(message, build_link_mail(grant, message))
    if ended in IN_DOUBT:
        with run.finishing():
            ask_about_message(message, ended, timezone.now())


@mail_handler(
    "dossiers.mail_notice",
    given_up=gettext_noop("A notice to a hospital was not sent: no server took the mail for a day"),
)
def mail_notice(run: Run, *, notice_id: str) -> None:
    """Tell a contact what became of a version, once.

    Where nothing may go any more, a person is asked to telephone.
    """
    notice = Notice.objects.select_related(
        "version__dossier__case__owner", "contact__hospital", "message"
    ).get(pk=notice_id)
    message = claim_message(str(notice.message_id))
    if message is None or not may_still_go(message):
        _tell_otherwise(run, notice, message)
        return
    ended = deliver_message(message, build_notice_mail(notice))
    if ended in IN_DOUBT:
        with run.finishing():
            ask_about_message(message, ended, timezone.now())


def _tell_otherwise(run: Run, notice: Notice, message: Message | None) -> None:
    """The mail was stopped, here or by the news of a freeze or a withdrawal: somebody telephones.

    Nobody does where another sends it, or has sent it.
    """
    with run.finishing():
        if message is not None:
            settle_message(message, MessageState.DRAFT)
        if Notice.objects.filter(pk=notice.pk, message__state=MessageState.DRAFT).exists():
            reason = NoticeReason(notice.reason)
            ask_to_telephone(notice.version, notice.contact, reason, timezone.now())


@job_handler(
    "dossiers.mail_code",
    queue="mail",
    max_attempts=3,
    back_off=timedelta(seconds=5),
    given_up=gettext_noop("A hospital asked for a code, and no server took the mail"),
)
def mail_code(run: Run, *, grant_id: str) -> None:
    """Send the code that is good now. A second copy of one mail does no harm."""
    grant = Grant.objects.select_related(*WITH_ALL).get(pk=grant_id)
    now = timezone.now()
    if grant.code_expires_at is None or grant.code_expires_at <= now or not is_open(grant, now):
        return
    build_code_mail(grant).send()
    run.report_progress(1, 1)
