"""A hospital's private link: its token, its code, whether it opens, and the mails that carry them.

Neither token nor code is stored. Both are derived from the installation's secret key and the
grant, so that the job which mails them needs nothing but the grant's id; the database holds
hashes to compare with. A copy of the database alone opens nothing.
"""

import base64
import secrets
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from cases.accounts.codes import CODE_LIFETIME
from cases.casework.consents import has_live_consent
from cases.casework.models import ConsentPurpose
from cases.hospitals.models import Message
from documents.dossiers.models import Grant, VersionState

CODE_GOOD_FOR: Final = CODE_LIFETIME
CODE_DIGITS: Final = 6
OPENABLE: Final = frozenset({VersionState.SEALED, VersionState.SENT, VersionState.SUPERSEDED})


class Standing(StrEnum):
    """How a link stands. Revoked, unknown and stopped look the same from outside."""

    OPEN = "open"
    EXPIRED = "expired"
    CLOSED = "closed"


def make_token(grant_id: UUID) -> str:
    """256 bits for the address, the same whenever asked for."""
    digest = salted_hmac("dossiers.link", grant_id.hex, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def make_code(grant: Grant) -> str:
    """The six digits that are good until the grant's `code_expires_at`."""
    moment = grant.code_expires_at.isoformat() if grant.code_expires_at else ""
    digest = salted_hmac("dossiers.code", f"{grant.pk.hex} {moment}", algorithm="sha256").digest()
    return f"{int.from_bytes(digest, 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def hash_code(grant_id: UUID, code: str) -> str:
    return salted_hmac(
        "dossiers.code_hash", f"{grant_id.hex} {code}", algorithm="sha256"
    ).hexdigest()


def code_is_right(grant: Grant, code: str) -> bool:
    """Compare in a time that tells nothing; a grant without a code is compared all the same."""
    known = grant.code_hash or secrets.token_hex(32)
    return constant_time_compare(known, hash_code(grant.pk, code))


def standing_of(grant: Grant, now: datetime) -> Standing:
    """Whether a link opens its version now. `grant` comes with its case, contact and version."""
    case = grant.version.dossier.case
    if (
        grant.revoked_at is not None
        or grant.contact.ended_at is not None
        or grant.version.state not in OPENABLE
        or case.is_frozen
        or not has_live_consent(case, ConsentPurpose.SHARE, grant.contact.hospital_id)
    ):
        return Standing.CLOSED
    return Standing.OPEN if grant.expires_at > now else Standing.EXPIRED


def is_open(grant: Grant, now: datetime) -> bool:
    return standing_of(grant, now) is Standing.OPEN


def build_link_mail(grant: Grant, message: Message) -> EmailMessage:
    """A reference, a name and the link; no word of a patient."""
    reference = grant.version.printed_reference
    with translation.override(grant.contact.language):
        subject = _("Papers for your review, reference %(reference)s") % {"reference": reference}
        text = render_to_string(
            "delivery/mail_link.txt",
            {
                "organisation": settings.ORGANISATION,
                "contact": grant.contact.name,
                "reference": reference,
                "link": f"{settings.SITE_URL}/d/{make_token(grant.pk)}/",
                "expires_at": grant.expires_at,
            },
        )
    return _address(grant, subject, text, {"Message-ID": message.message_id})


def build_code_mail(grant: Grant) -> EmailMessage:
    reference = grant.version.printed_reference
    with translation.override(grant.contact.language):
        subject = _("Your code for reference %(reference)s") % {"reference": reference}
        text = render_to_string(
            "delivery/mail_code.txt",
            {
                "organisation": settings.ORGANISATION,
                "contact": grant.contact.name,
                "code": make_code(grant),
            },
        )
    return _address(grant, subject, text, {})


def _address(grant: Grant, subject: str, text: str, headers: dict[str, str]) -> EmailMessage:
    return EmailMessage(
        subject, text, settings.DEFAULT_FROM_EMAIL, [grant.contact.email], headers=headers
    )
