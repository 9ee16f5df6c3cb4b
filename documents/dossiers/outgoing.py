"""The rows of mails to a hospital's contact, in the thread of the referral."""

from datetime import datetime
from uuid import uuid4

from django.conf import settings

from cases.accounts.models import User
from cases.hospitals.models import Audience, Contact, Direction, Message, MessageState, Thread
from documents.dossiers.models import DossierVersion


def write_to_contact(
    *, version: DossierVersion, contact: Contact, body: str, actor: User | None, now: datetime
) -> Message:
    """A mail as a row that waits to be sent; a job of the caller sends it. In a transaction.

    `version` comes with its dossier's case, and its referral with the hospital.
    """
    case, referral = version.dossier.case, version.dossier.referral
    thread = Thread.objects.filter(case=case, referral=referral, audience=Audience.HOSPITAL).first()
    if thread is None:
        thread = Thread.objects.create(
            case=case,
            referral=referral,
            audience=Audience.HOSPITAL,
            subject=f"{case.reference} · {contact.hospital.name}",
            created_at=now,
        )
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    key = uuid4()
    message = Message.objects.create(
        id=key,
        thread=thread,
        direction=Direction.OUT,
        state=MessageState.QUEUED,
        author=actor,
        contact=contact,
        to_address=contact.email,
        body=body,
        message_id=f"<{key.hex}@{host}>",
        created_at=now,
    )
    Thread.objects.filter(pk=thread.pk).update(last_message_at=now)
    return message
