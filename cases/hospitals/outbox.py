"""Sending one message: claimed first, then sent, and a doubt is left to a person.

A mail cannot be taken back, so the claim is given back only where nothing can have left: the
server was not reached, or refused before it took the text.
"""

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from cases.hospitals.models import Audience, Message, MessageState

# Raised before a server takes the text of a mail.
NOTHING_LEFT = (
    ConnectionRefusedError,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPNotSupportedError,
)
REFUSED_FOR_GOOD = (smtplib.SMTPRecipientsRefused,)


def claim_message(message_id: str) -> Message | None:
    """Take a queued message for sending; None where another did, or it may not go."""
    taken = Message.objects.filter(pk=message_id, state=MessageState.QUEUED).update(
        state=MessageState.SENDING, claimed_at=Now()
    )
    if not taken:
        return None
    return Message.objects.select_related("thread__case__patient", "contact__hospital").get(
        pk=message_id
    )


def settle_message(message: Message, state: MessageState) -> None:
    """Write how the sending ended, if the claim is still open."""
    sent_at = {"sent_at": Now()} if state == MessageState.SENT else {}
    Message.objects.filter(pk=message.pk, state=MessageState.SENDING).update(state=state, **sent_at)


def build_mail(message: Message) -> EmailMessage:
    """The mail of a message: a reference and where to read, no word of the message itself."""
    thread = message.thread
    to_family = thread.audience == Audience.FAMILY
    language = thread.case.patient.language if to_family else "en"
    if message.contact is not None:
        language = message.contact.language
    with translation.override(language):
        subject = _("A message about %(reference)s") % {"reference": thread.case.reference}
        text = render_to_string(
            "email/message_family.txt" if to_family else "email/message_hospital.txt",
            {
                "reference": thread.case.reference,
                "organisation": settings.ORGANISATION,
                "link": f"{settings.SITE_URL}/portal/messages/",
                "contact": message.contact.name if message.contact else "",
            },
        )
    return EmailMessage(
        subject,
        text,
        settings.DEFAULT_FROM_EMAIL,
        [message.to_address],
        headers={"Message-ID": message.message_id},
    )


def deliver_message(message: Message, mail: EmailMessage | None = None) -> MessageState:
    """Send a claimed message and say how it ended; raises only where nothing can have left.

    `mail` is what goes out where another room writes it: one with a private link, say.
    """
    try:
        (mail or build_mail(message)).send()
    except NOTHING_LEFT:
        settle_message(message, MessageState.QUEUED)
        raise
    except REFUSED_FOR_GOOD:
        ended = MessageState.BOUNCED
    except (OSError, smtplib.SMTPException):
        ended = MessageState.UNKNOWN
    else:
        ended = MessageState.SENT
    settle_message(message, ended)
    return ended
