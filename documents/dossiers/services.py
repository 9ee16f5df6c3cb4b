"""What people do with dossiers: ask for a version, seal it, call it back."""

import secrets
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from cases.accounts.audit import record
from cases.accounts.models import Role, User
from cases.casework.models import Case
from cases.casework.services import add_timeline_entry
from cases.clinical.errors import NotForThisRole
from cases.hospitals.models import Referral
from cases.jobs.services import queue_job
from documents.dossiers import errors
from documents.dossiers.models import Dossier, DossierVersion, Grant, VersionState, VersionVariant
from documents.dossiers.serving import read_checked

SEALING_ROLES: Final = frozenset({Role.COORDINATOR, Role.TEAM_LEAD, Role.CLINICIAN})
OUT: Final = (VersionState.SEALED, VersionState.SENT)
ALIAS_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RECALLABLE: Final = (*OUT, VersionState.SUPERSEDED)


@transaction.atomic
def request_dossier(
    *,
    case: Case,
    referral: Referral | None,
    actor: User | None,
    now: datetime,
    variant: VersionVariant = VersionVariant.FULL,
    language: str = "",
) -> DossierVersion:
    """Begin the next version for a referral (or for the case as such); a job makes it.

    While the same is being made, asking again is asking once. No language: the hospital's.
    """
    version, is_new = begin_version(
        case=case, referral=referral, actor=actor, now=now, variant=variant, language=language
    )
    if is_new:
        queue_job(
            kind="dossiers.build_version",
            args={"version_id": str(version.pk)},
            unique_key=f"dossiers.build:{version.pk}",
            subject=f"dossiers.dossierversion:{version.pk}",
            case_id=case.pk,
            actor_id=actor.pk if actor else None,
        )
    return version


@transaction.atomic
def begin_version(
    *,
    case: Case,
    referral: Referral | None,
    actor: User | None,
    now: datetime,
    variant: VersionVariant = VersionVariant.FULL,
    language: str = "",
) -> tuple[DossierVersion, bool]:
    """The version that is being made, and whether it was begun just now."""
    language = choose_language(language, referral)
    _require_role(actor)
    if referral is not None and referral.case_id != case.pk:
        raise errors.ReferralOfOtherCase
    Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    dossier, _made = Dossier.objects.get_or_create(
        case=case, referral=referral, defaults={"created_at": now}
    )
    building: DossierVersion | None = dossier.versions.filter(
        state=VersionState.BUILDING, variant=variant, language=language
    ).first()
    if building is not None:
        return building, False
    last = dossier.versions.aggregate(last=Max("number"))["last"] or 0
    version = DossierVersion.objects.create(
        dossier=dossier,
        number=last + 1,
        variant=variant,
        language=language,
        alias=make_alias() if variant == VersionVariant.DEIDENTIFIED else "",
        reference_date=now.date(),
        asked_by=actor,
        asked_at=now,
    )
    _record(version, "asked_for", actor, now)
    return version, True


def choose_language(wanted: str, referral: Referral | None) -> str:
    """The language asked for, else the hospital's where dossiers speak it, else English.

    Raises LanguageNotSpoken where a language is asked for that there is no frame in.
    """
    spoken = dict(settings.LANGUAGES)
    if wanted and wanted not in spoken:
        raise errors.LanguageNotSpoken
    papers = referral.hospital.language if referral else ""
    return wanted or (papers if papers in spoken else settings.LANGUAGE_CODE)


def make_alias() -> str:
    """A reference of 60 random bits, which leads back only through our database."""
    letters = "".join(secrets.choice(ALIAS_LETTERS) for _each in range(12))
    return "-".join(("X", letters[:4], letters[4:8], letters[8:]))


def seal_version(*, version: DossierVersion, actor: User | None, now: datetime) -> DossierVersion:
    """Seal a checked version for ever, and supersede the earlier ones of its dossier and form.

    The stored bytes are read and compared with their hash first, outside the transaction.
    """
    _require_role(actor)
    version = DossierVersion.objects.select_related("dossier__case").get(pk=version.pk)
    if version.state != VersionState.TO_CHECK:
        raise errors.VersionNotToCheck
    read_checked(version)
    with transaction.atomic():
        Case.objects.select_for_update(no_key=True).get(pk=version.dossier.case_id)
        sealed = DossierVersion.objects.filter(pk=version.pk, state=VersionState.TO_CHECK).update(
            state=VersionState.SEALED, sealed_at=now, sealed_by=actor
        )
        if not sealed:
            raise errors.VersionNotToCheck
        DossierVersion.objects.filter(
            dossier=version.dossier,
            variant=version.variant,
            number__lt=version.number,
            state__in=OUT,
        ).update(state=VersionState.SUPERSEDED)
        _record(version, "sealed", actor, now)
        add_timeline_entry(
            case=version.dossier.case,
            code="dossier_sealed",
            actor=actor,
            now=now,
            target=f"dossiers.dossierversion:{version.pk}",
            detail={"number": version.number},
        )
    version.refresh_from_db()
    return version


@transaction.atomic
def recall_version(
    *, version: DossierVersion, reason: str, actor: User, now: datetime
) -> DossierVersion:
    """Call a sealed version back: its links die at once; what was downloaded stays listed."""
    _require_role(actor)
    if not reason.strip():
        raise errors.ReasonMissing
    recalled = DossierVersion.objects.filter(pk=version.pk, state__in=RECALLABLE).update(
        state=VersionState.RECALLED, recalled_at=now, recall_reason=reason.strip()[:300]
    )
    if not recalled:
        raise errors.VersionNotSealed
    Grant.objects.live(now).filter(version=version).update(revoked_at=now, revoked_by=actor)
    version = DossierVersion.objects.select_related("dossier__case").get(pk=version.pk)
    _record(version, "recalled", actor, now)
    add_timeline_entry(
        case=version.dossier.case,
        code="dossier_recalled",
        actor=actor,
        now=now,
        target=f"dossiers.dossierversion:{version.pk}",
        detail={"number": version.number},
    )
    return version


def _require_role(actor: User | None) -> None:
    """No actor is the operator at the machine's own command line."""
    if actor is not None and actor.role not in SEALING_ROLES:
        raise NotForThisRole


def _record(version: DossierVersion, verb: str, actor: User | None, now: datetime) -> None:
    record(
        action=f"dossier.{verb}",
        actor=actor,
        now=now,
        case_id=version.dossier.case_id,
        target=f"dossiers.dossierversion:{version.pk}",
        detail={"number": version.number},
    )
