"""Sending one message: claimed first, then sent, and a doubt is left to a person.

A mail cannot be taken back, so the claim is given back only where nothing can have left.
"""

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from cases.accounts.posting import NotPosted, Posted, post_mail
from cases.casework.consents import has_live_consent
from cases.casework.models import ConsentPurpose
from cases.hospitals.models import Audience, Message, MessageState
from cases.hospitals.signals import reference_asked

ENDED = {
    Posted.TAKEN: MessageState.SENT,
    Posted.REFUSED: MessageState.BOUNCED,
    Posted.IN_DOUBT: MessageState.UNKNOWN,
}


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


def settle_message(message: Message, state: MessageState) -> bool:
    """Write how the sending ended, if the claim is still open; False where it is not."""
    sent_at = {"sent_at": Now()} if state == MessageState.SENT else {}
    open_claim = Message.objects.filter(pk=message.pk, state=MessageState.SENDING)
    return bool(open_claim.update(state=state, **sent_at))


def keep_as_draft(messages: QuerySet[Message]) -> int:
    """What no server took becomes a draft, which the person asked may send again; how many."""
    return messages.filter(state=MessageState.QUEUED).update(state=MessageState.DRAFT)


def may_still_go(message: Message) -> bool:
    """Whether it may leave at this moment: what was agreed may have been taken back since."""
    case = message.thread.case
    if case.is_frozen or message.thread.audience == Audience.FAMILY:
        return not case.is_frozen
    hospital_id = message.contact.hospital_id if message.contact else None
    return has_live_consent(case, ConsentPurpose.SHARE, hospital_id)


def build_mail(message: Message) -> EmailMessage:
    """The mail of a message: a reference and where to read, no word of the message itself."""
    thread = message.thread
    to_family = thread.audience == Audience.FAMILY
    language = thread.case.patient.language if to_family else "en"
    if message.contact is not None:
        language = message.contact.language
    reference = thread.case.reference if to_family else find_reference(message)
    with translation.override(language):
        if reference:
            subject = _("A message about %(reference)s") % {"reference": reference}
        else:
            subject = _("A message from %(organisation)s") % {"organisation": settings.ORGANISATION}
        text = render_to_string(
            "email/message_family.txt" if to_family else "email/message_hospital.txt",
            {
                "reference": reference,
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


def find_reference(message: Message) -> str:
    """Under which reference the hospital of a message knows the case; empty: under none yet.

    Papers without identity carry an alias of their own, and a mail with our reference beside it
    would say whose they are.
    """
    asked = reference_asked.send(sender=Message, message=message)
    return next((str(known) for _receiver, known in asked if known), "")


def deliver_message(message: Message, mail: EmailMessage | None = None) -> MessageState:
    """Send a claimed message and say how it ended; raises only where nothing can have left.

    `mail` is what goes out where another room writes it: one with a private link, say.
    """
    try:
        ended = ENDED[post_mail(mail or build_mail(message))]
    except NotPosted:
        settle_message(message, MessageState.QUEUED)
        raise
    settle_message(message, ended)
    return ended
