"""What this room hears from the left: links die at once, given-up work is said."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.dispatch import receiver

from cases.accounts.models import User
from cases.casework.models import ConsentPurpose
from cases.casework.signals import consent_withdrawn
from cases.hospitals.models import Message
from cases.hospitals.outbox import keep_as_draft
from cases.hospitals.signals import message_sent_again, reference_asked
from cases.jobs.models import Job
from cases.jobs.signals import job_given_up
from documents.dossiers.delivery import close_links, mail_link_again
from documents.dossiers.models import DossierVersion, Notice, NoticeReason, SealKey
from documents.dossiers.notices import ask_to_telephone, mail_notice_again
from documents.dossiers.queries import find_known_reference
from documents.dossiers.settling import fail_version
from documents.records.keys import rewrap_keys
from documents.records.signals import master_key_rotated


@receiver(consent_withdrawn)
def close_links_of_consent(
    case_id: UUID, now: datetime, purpose: str, recipient_id: UUID | None, **_news: Any
) -> None:
    """In the withdrawal's own transaction: no link outlives the consent it stood on."""
    if purpose == ConsentPurpose.SHARE:
        close_links(case_id=case_id, hospital_id=recipient_id, now=now)
    elif purpose == ConsentPurpose.KEEP_RECORDS:
        close_links(case_id=case_id, hospital_id=None, now=now)


@receiver(message_sent_again)
def mail_the_link_again(message: Message, actor: User, now: datetime, **_news: Any) -> bool:
    """A mail with a private link, or a notice, goes as such again, not as news of a letter."""
    return mail_link_again(message=message, actor=actor, now=now) or mail_notice_again(
        message=message, actor=actor
    )


@receiver(reference_asked)
def say_how_the_hospital_knows_the_case(message: Message, **_news: Any) -> str:
    """A hospital that has papers without identity reads their alias and never our reference."""
    if message.contact is None:
        return ""
    return find_known_reference(message.thread.case_id, message.contact.hospital_id)


@receiver(master_key_rotated)
def rewrap_seal_keys(**_news: Any) -> None:
    """The keys that seal lie under the same master key as the files."""
    rewrap_keys(SealKey)


@receiver(job_given_up)
def fail_what_was_given_up(job: Job, now: datetime, **_news: Any) -> None:
    """A version whose making was given up says so instead of waiting for ever."""
    if job.kind != "dossiers.build_version":
        return
    version = (
        DossierVersion.objects.select_related("dossier__case", "asked_by")
        .filter(pk=job.args["version_id"])
        .first()
    )
    if version is not None:
        sentence = "it stopped three times; make it again, or tell the office"
        fail_version(version, job.error_code or "given_up", sentence, now=now)


@receiver(job_given_up)
def keep_unsent_link(job: Job, **_news: Any) -> None:
    """No server took the mail with a private link."""
    if job.kind == "dossiers.mail_link":
        keep_as_draft(Message.objects.filter(grants=job.args["grant_id"]))


@receiver(job_given_up)
def say_unsent_notice(job: Job, now: datetime, **_news: Any) -> None:
    """Who works with papers that are not to be used any more is told by telephone."""
    if job.kind != "dossiers.mail_notice":
        return
    notice = Notice.objects.select_related("version__dossier__case", "contact__hospital").get(
        pk=job.args["notice_id"]
    )
    if keep_as_draft(Message.objects.filter(notice=notice)):
        ask_to_telephone(notice.version, notice.contact, NoticeReason(notice.reason), now)
