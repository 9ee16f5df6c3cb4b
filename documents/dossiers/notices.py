"""Everyone who opened a version is told what became of it: replaced, or called back.

The mail names a reference and a version, and no word of a patient. Where it may not be sent any
more a person is asked to say it by telephone.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from cases.accounts.audit import record
from cases.accounts.models import User
from cases.casework.consents import has_live_consent
from cases.casework.models import ConsentPurpose
from cases.casework.services import make_task
from cases.hospitals.models import Contact, Message
from cases.jobs.services import queue_job
from documents.dossiers.models import (
    AccessKind,
    DossierVersion,
    Notice,
    NoticeReason,
)
from documents.dossiers.outgoing import write_to_contact

SEEN: Final = (AccessKind.OPENED, AccessKind.DOWNLOADED)
TEMPLATES: Final[Mapping[str, str]] = {
    NoticeReason.SUPERSEDED: "delivery/mail_superseded.txt",
    NoticeReason.RECALLED: "delivery/mail_recalled.txt",
}


def tell_who_opened(
    versions: Iterable[DossierVersion], reason: NoticeReason, *, actor: User | None, now: datetime
) -> None:
    """Queue a notice for each contact who opened one of these versions. In a transaction."""
    for version in versions:
        opened = Contact.objects.filter(
            grants__version=version, grants__accesses__kind__in=SEEN, ended_at__isnull=True
        )
        for contact in opened.select_related("hospital").distinct():
            _tell(version, contact, reason, actor, now)


def _tell(
    version: DossierVersion,
    contact: Contact,
    reason: NoticeReason,
    actor: User | None,
    now: datetime,
) -> None:
    if Notice.objects.filter(version=version, contact=contact, reason=reason).exists():
        return
    case = version.dossier.case
    if case.is_frozen or not has_live_consent(case, ConsentPurpose.SHARE, contact.hospital_id):
        ask_to_telephone(version, contact, reason, now)
        return
    notice = Notice.objects.create(
        version=version,
        contact=contact,
        reason=reason,
        message=write_to_contact(
            version=version,
            contact=contact,
            body=_say_briefly(reason) % {"number": version.number},
            actor=actor,
            now=now,
        ),
        made_at=now,
    )
    queue_notice(notice, actor)
    record(
        action="notice.made",
        actor=actor,
        now=now,
        case_id=case.pk,
        target=f"dossiers.notice:{notice.pk}",
        detail={"version": str(version.pk), "contact": str(contact.pk), "reason": reason.value},
    )


def ask_to_telephone(
    version: DossierVersion, contact: Contact, reason: NoticeReason, now: datetime
) -> None:
    """A person says it where no mail may go. In a transaction."""
    make_task(
        title=_("Tell %(hospital)s by telephone: version %(number)d is not to be used any more")
        % {"hospital": contact.hospital.name[:90], "number": version.number},
        case=version.dossier.case,
        code=f"tell_{reason}",
        target=f"dossiers.dossierversion:{version.pk}",
        now=now,
    )


def _say_briefly(reason: NoticeReason) -> str:
    if reason == NoticeReason.RECALLED:
        return _("Version %(number)d was called back. Please do not use it.")
    return _("Version %(number)d was replaced by a newer one.")


def queue_notice(notice: Notice, actor: User | None) -> None:
    queue_job(
        kind="dossiers.mail_notice",
        args={"notice_id": str(notice.pk)},
        unique_key=f"dossiers.mail_notice:{notice.pk}",
        subject=f"dossiers.notice:{notice.pk}",
        case_id=notice.version.dossier.case_id,
        actor_id=actor.pk if actor else None,
    )


def mail_notice_again(*, message: Message, actor: User) -> bool:
    """Queue the mail of a notice once more; False where the message is none."""
    notice = Notice.objects.select_related("version__dossier").filter(message=message).first()
    if notice is None:
        return False
    queue_notice(notice, actor)
    return True


def build_notice_mail(notice: Notice) -> EmailMessage:
    """`notice` comes with its contact, message, and its version's case and owner."""
    version, contact = notice.version, notice.contact
    case = version.dossier.case
    with translation.override(contact.language):
        subject = _("About the papers with the reference %(reference)s") % {
            "reference": version.printed_reference
        }
        text = render_to_string(
            TEMPLATES[notice.reason],
            {
                "organisation": settings.ORGANISATION,
                "contact": contact.name,
                "coordinator": case.owner.name if case.owner else settings.ORGANISATION,
                "reference": version.printed_reference,
                "number": version.number,
            },
        )
    return EmailMessage(
        subject,
        text,
        settings.DEFAULT_FROM_EMAIL,
        [notice.message.to_address],
        headers={"Message-ID": notice.message.message_id},
    )
