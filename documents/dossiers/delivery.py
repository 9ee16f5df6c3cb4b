"""Giving a sealed version to a contact of a hospital, and what the contact may do with the link."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from cases.accounts.audit import record
from cases.accounts.codes import hash_token
from cases.accounts.models import User
from cases.casework.consents import require_sendable
from cases.casework.models import Case
from cases.casework.services import add_timeline_entry, make_task
from cases.clinical.errors import NotForThisRole
from cases.hospitals.models import (
    Audience,
    Contact,
    Message,
    Referral,
    ReferralState,
)
from cases.hospitals.services import ENDED, move_referral, receive_message
from cases.jobs.services import queue_job
from documents.dossiers import errors
from documents.dossiers.links import (
    CODE_GOOD_FOR,
    Standing,
    code_is_right,
    hash_code,
    is_open,
    make_code,
    make_token,
    standing_of,
)
from documents.dossiers.models import (
    Access,
    AccessKind,
    DossierVersion,
    Grant,
    GrantQuerySet,
    VersionState,
)
from documents.dossiers.outgoing import write_to_contact
from documents.dossiers.sealing_rule import SEALING_ROLES
from documents.dossiers.services import OUT
from documents.dossiers.serving import read_checked

GOOD_FOR: Final = timedelta(days=14)
LONGEST: Final = timedelta(days=90)
MOST_TRIES: Final = 5
CODES_AN_HOUR: Final = 5
MOST_LETTERS: Final = 10_000


@transaction.atomic
def grant_version(
    *,
    version: DossierVersion,
    contact: Contact,
    actor: User,
    now: datetime,
    expires_at: datetime | None = None,
) -> tuple[Grant, str]:
    """Give a sealed version to a contact of the referral's hospital; a job mails the link.

    Needs a live consent that names the hospital, and a case that is not frozen. Returns the
    grant and, this once, the token of its link.
    """
    if actor.role not in SEALING_ROLES:
        raise NotForThisRole
    expires_at = expires_at or now + GOOD_FOR
    if not now < expires_at <= now + LONGEST:
        raise errors.ExpiryNotPossible(days=LONGEST.days)
    Case.objects.select_for_update(no_key=True).get(pk=version.dossier.case_id)
    version = DossierVersion.objects.select_related(
        "dossier__case__patient", "dossier__referral__hospital"
    ).get(pk=version.pk)
    referral = _require_referral(version, contact)
    case = version.dossier.case
    require_sendable(case, hospital_id=referral.hospital_id, hospital_name=referral.hospital.name)
    grant_id = uuid4()
    token = make_token(grant_id)
    grant = Grant.objects.create(
        id=grant_id,
        version=version,
        contact=contact,
        message=write_to_contact(
            version=version,
            contact=contact,
            body=_("A private link to dossier version %(number)d.") % {"number": version.number},
            actor=actor,
            now=now,
        ),
        token_hash=hash_token(token),
        created_at=now,
        created_by=actor,
        expires_at=expires_at,
    )
    DossierVersion.objects.filter(pk=version.pk, state=VersionState.SEALED).update(
        state=VersionState.SENT
    )
    if referral.state in {ReferralState.DRAFT, ReferralState.READY}:
        move_referral(referral=referral, to=ReferralState.SENT, actor=actor, now=now)
    _queue_link_mail(grant, case, actor)
    _note(grant, "grant.made", actor, now, "dossier_sent")
    return grant, token


def _queue_link_mail(grant: Grant, case: Case, actor: User) -> None:
    queue_job(
        kind="dossiers.mail_link",
        args={"grant_id": str(grant.pk)},
        unique_key=f"dossiers.mail_link:{grant.pk}",
        subject=f"dossiers.grant:{grant.pk}",
        case_id=case.pk,
        actor_id=actor.pk,
    )


def mail_link_again(*, message: Message, actor: User, now: datetime) -> bool:
    """Queue the mail of a link once more, with the same link; False where it is no such mail.

    A link that opens nothing any more is refused: a mail that leads nowhere helps nobody.
    """
    grant = _with_all().filter(message=message).first()
    if grant is None:
        return False
    if not is_open(grant, now):
        raise errors.LinkNotToBeSentAgain
    _queue_link_mail(grant, grant.version.dossier.case, actor)
    return True


def _require_referral(version: DossierVersion, contact: Contact) -> Referral:
    if version.state not in OUT:
        raise errors.VersionNotSealed
    referral = version.dossier.referral
    if (
        referral is None
        or contact.hospital_id != referral.hospital_id
        or contact.ended_at is not None
    ):
        raise errors.ContactOfOtherHospital
    if referral.state in ENDED:
        raise errors.ReferralEnded
    return referral


@transaction.atomic
def revoke_grant(*, grant: Grant, actor: User, now: datetime) -> Grant:
    """Close a link at once; closing it twice is closing it once."""
    if actor.role not in SEALING_ROLES:
        raise NotForThisRole
    closed = Grant.objects.filter(pk=grant.pk, revoked_at__isnull=True).update(
        revoked_at=now, revoked_by=actor
    )
    grant = _with_all().get(pk=grant.pk)
    if closed:
        _note(grant, "grant.revoked", actor, now, "dossier_link_closed")
    return grant


@transaction.atomic
def close_links(*, case_id: UUID, hospital_id: UUID | None, now: datetime) -> int:
    """Close the live links of a case to a hospital (None: to all); returns how many."""
    live = _with_all().live(now).filter(version__dossier__case_id=case_id)
    if hospital_id is not None:
        live = live.filter(contact__hospital_id=hospital_id)
    grants = list(live)
    for grant in grants:
        Grant.objects.filter(pk=grant.pk).update(revoked_at=now)
        _note(grant, "grant.revoked", None, now, "dossier_link_closed")
    return len(grants)


def find_grant(token: str) -> Grant | None:
    """The grant of a link; the same one query whether there is one or not."""
    found: Grant | None = _with_all().filter(token_hash=hash_token(token)).first()
    return found


def find_grant_by_id(grant_id: str) -> Grant | None:
    found: Grant | None = _with_all().filter(pk=grant_id).first()
    return found


@transaction.atomic
def send_code(*, grant: Grant, now: datetime) -> None:
    """Have a new code mailed to the contact's address; the earlier one is void at once."""
    grant = _lock(grant)
    if not is_open(grant, now):
        raise errors.LinkClosed
    recent = Access.objects.filter(
        grant=grant, kind=AccessKind.CODE_SENT, at__gt=now - timedelta(hours=1)
    )
    if recent.count() >= CODES_AN_HOUR:
        raise errors.TooManyCodes
    grant.code_expires_at = now + CODE_GOOD_FOR
    grant.code_hash = hash_code(grant.pk, make_code(grant))
    grant.code_attempts = 0
    grant.save(update_fields=["code_expires_at", "code_hash", "code_attempts"])
    Access.objects.create(grant=grant, at=now, kind=AccessKind.CODE_SENT)
    queue_job(
        kind="dossiers.mail_code",
        args={"grant_id": str(grant.pk)},
        unique_key=f"dossiers.mail_code:{grant.pk}:{now.timestamp()}",
        subject=f"dossiers.grant:{grant.pk}",
        case_id=grant.version.dossier.case_id,
    )


def open_link(*, grant: Grant, code: str, now: datetime) -> Grant:
    """Open a link with its code. Five wrong tries void the code; every try is logged.

    The log is committed before the answer is known to the caller, the refusal's as well.
    """
    with transaction.atomic():
        grant = _lock(grant)
        if not is_open(grant, now):
            raise errors.LinkClosed
        is_right = (
            code_is_right(grant, code)
            and grant.code_attempts < MOST_TRIES
            and grant.code_expires_at is not None
            and now < grant.code_expires_at
        )
        if is_right:
            grant.code_hash, grant.code_expires_at = "", None
            Access.objects.create(grant=grant, at=now, kind=AccessKind.OPENED)
            _note(grant, "grant.opened", None, now, "dossier_opened")
            _mark_referral_opened(grant, now)
        else:
            grant.code_attempts = min(grant.code_attempts + 1, MOST_TRIES)
            Access.objects.create(grant=grant, at=now, kind=AccessKind.REFUSED)
        grant.save(update_fields=["code_hash", "code_expires_at", "code_attempts"])
    if not is_right:
        raise errors.CodeRefused
    return grant


def read_for_hospital(*, grant: Grant, now: datetime) -> bytes:
    """The stored bytes for an opened link: checked first, logged second, handed on last."""
    if not is_open(grant, now):
        raise errors.LinkClosed
    data = read_checked(grant.version)
    with transaction.atomic():
        locked = _lock(grant)
        if not is_open(locked, now):
            raise errors.LinkClosed
        Access.objects.create(grant=grant, at=now, kind=AccessKind.DOWNLOADED)
        _note(grant, "grant.downloaded", None, now, "dossier_downloaded")
    return data


def answer_from_hospital(*, grant: Grant, body: str, now: datetime) -> Message:
    """What a contact writes behind their open link, filed in the thread of their referral."""
    dossier = grant.version.dossier
    thread = dossier.case.threads.filter(
        audience=Audience.HOSPITAL, referral=dossier.referral_id
    ).first()
    if thread is None:
        raise errors.ReferralEnded
    return receive_message(thread=thread, body=body[:MOST_LETTERS], contact=grant.contact, now=now)


@transaction.atomic
def ask_for_new_link(*, grant: Grant, now: datetime) -> None:
    """From an expired link: the coordinator is asked, once however often the button is pressed."""
    grant = _lock(grant)
    if standing_of(grant, now) is not Standing.EXPIRED:
        raise errors.LinkClosed
    Access.objects.create(grant=grant, at=now, kind=AccessKind.RENEWAL_ASKED)
    make_task(
        title=_("A hospital asks for a new link: %(hospital)s")
        % {"hospital": grant.contact.hospital.name},
        case=grant.version.dossier.case,
        code="new_link_asked",
        target=f"dossiers.grant:{grant.pk}",
        now=now,
    )


def _mark_referral_opened(grant: Grant, now: datetime) -> None:
    referral = grant.version.dossier.referral
    if referral is not None and referral.state == ReferralState.SENT:
        move_referral(referral=referral, to=ReferralState.OPENED, actor=None, now=now)


def _with_all() -> GrantQuerySet:
    rows: GrantQuerySet = Grant.objects.select_related(
        "contact__hospital",
        "version__dossier__case__patient",
        "version__dossier__case__owner",
        "version__dossier__referral",
    ).defer("version__contents")
    return rows


def _lock(grant: Grant) -> Grant:
    Grant.objects.select_for_update(no_key=True).get(pk=grant.pk)
    locked: Grant = _with_all().get(pk=grant.pk)
    return locked


def _note(grant: Grant, action: str, actor: User | None, now: datetime, code: str) -> None:
    """Audit and timeline; the family sees on its page who was given and who opened the papers."""
    case = grant.version.dossier.case
    target = f"dossiers.grant:{grant.pk}"
    record(
        action=action,
        actor=actor,
        now=now,
        case_id=case.pk,
        target=target,
        detail={"version": str(grant.version_id), "contact": str(grant.contact_id)},
    )
    add_timeline_entry(
        case=case,
        code=code,
        actor=actor,
        now=now,
        target=target,
        detail={"hospital": str(grant.contact.hospital_id), "number": grant.version.number},
        shown_to_family=True,
    )
