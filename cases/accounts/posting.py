"""Handing one mail to a server, and how that ended.

A mail cannot be taken back. So there are three endings and one refusal: `NotPosted` where nothing
can have left (the server was not reached or did not greet us, or refused before it took the
text), and then only may the same mail be tried again by a machine.
"""

import smtplib
from contextlib import suppress
from enum import Enum

from django.core.mail import EmailMessage, get_connection

# Raised before a server takes the text of a mail, once it is connected.
NOTHING_LEFT = (smtplib.SMTPSenderRefused, smtplib.SMTPNotSupportedError)
REFUSED_FOR_GOOD = (smtplib.SMTPRecipientsRefused,)


class Posted(Enum):
    TAKEN = "taken"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"


class NotPosted(Exception):
    """Nothing can have left: the same mail may be tried again."""


def post_mail(mail: EmailMessage) -> Posted:
    """Hand a mail to the server; raises `NotPosted` only where nothing can have left."""
    connection = mail.connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as trouble:
        raise NotPosted from trouble
    try:
        mail.send()
    except NOTHING_LEFT as trouble:
        raise NotPosted from trouble
    except REFUSED_FOR_GOOD:
        return Posted.REFUSED
    except (OSError, smtplib.SMTPException):
        return Posted.IN_DOUBT
    finally:
        with suppress(OSError, smtplib.SMTPException):  # a farewell that fails changes nothing
            connection.close()
    return Posted.TAKEN
