"""What people do with dossiers: ask for a version, seal it, call it back."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import Error as DatabaseFailure, transaction
from django.db.models import Exists, OuterRef

from cases.accounts.audit import record
from cases.accounts.models import User
from cases.casework.models import Case
from cases.casework.services import add_timeline_entry
from cases.clinical.errors import NotForThisRole
from cases.hospitals.models import Referral
from cases.jobs.services import queue_job
from documents.dossiers import errors
from documents.dossiers.models import (
    Dossier,
    DossierVersion,
    Grant,
    NoticeReason,
    VersionState,
    VersionVariant,
)
from documents.dossiers.notices import tell_who_opened
from documents.dossiers.seal_keys import take_seal_key
from documents.dossiers.sealing_rule import SEALING_ROLES, needs_another_to_seal
from documents.dossiers.serving import FOLDER, read_checked
from documents.dossiers.signing import sign_file
from documents.records.models import DocumentFile, DocumentState
from documents.records.vault import StoredObject, delete_object, seal_bytes

OUT: Final = (VersionState.SEALED, VersionState.SENT)
ALIAS_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RECALLABLE: Final = (*OUT, VersionState.SUPERSEDED)
SourceChoice = dict[str, list[int]]


@transaction.atomic
def request_dossier(
    *,
    case: Case,
    referral: Referral | None,
    actor: User | None,
    now: datetime,
    variant: VersionVariant = VersionVariant.FULL,
    language: str = "",
    source_choice: SourceChoice | None = None,
) -> DossierVersion:
    """Begin the next version for a referral (or for the case as such); a job makes it.

    While the same is being made, asking again is asking once. No language: the hospital's.
    `source_choice` says which pages stand behind it; None keeps what was chosen for the version
    before.
    """
    version, is_new = begin_version(
        case=case,
        referral=referral,
        actor=actor,
        now=now,
        variant=variant,
        language=language,
        source_choice=source_choice,
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
    source_choice: SourceChoice | None = None,
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
        if source_choice is not None and source_choice != building.source_choice:
            raise errors.VersionBeingMade
        return building, False
    last: DossierVersion | None = dossier.versions.order_by("-number").first()
    if source_choice is None:
        source_choice = _choice_before(dossier)
    version = DossierVersion.objects.create(
        dossier=dossier,
        number=last.number + 1 if last else 1,
        variant=variant,
        language=language,
        alias=make_alias() if variant == VersionVariant.DEIDENTIFIED else "",
        source_choice=source_choice,
        reference_date=now.date(),
        asked_by=actor,
        asked_at=now,
    )
    _record(version, "asked_for", actor, now)
    return version, True


def _choice_before(dossier: Dossier) -> SourceChoice:
    """The pages that were chosen for the whole dossier the last time."""
    full = dossier.versions.filter(variant=VersionVariant.FULL).order_by("-number").first()
    return full.source_choice if full is not None else {}


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

    The stored bytes are compared with their hash, signed, and stored as a new object before the
    transaction, which takes the new object in the place of the old one or changes nothing: of two
    who seal at once one does, and a death on the way leaves what waited to be checked.
    """
    _require_role(actor)
    version = DossierVersion.objects.select_related("dossier__case").get(pk=version.pk)
    if version.state != VersionState.TO_CHECK:
        raise errors.VersionNotToCheck
    if needs_another_to_seal(version, actor):
        raise errors.SecondPersonNeeded
    key = take_seal_key(now)
    sealed = sign_file(read_checked(version), key)
    checked_name = version.object_name
    stored = seal_bytes(case_id=version.dossier.case_id, data=sealed.data, folder=FOLDER)
    with _removed_unless_named(stored), transaction.atomic():
        Case.objects.select_for_update(no_key=True).get(pk=version.dossier.case_id)
        _require_sources_unchanged(version)
        kept = DossierVersion.objects.filter(
            pk=version.pk, state=VersionState.TO_CHECK, object_name=checked_name
        ).update(
            state=VersionState.SEALED,
            sealed_at=now,
            sealed_by=actor,
            seal_key=key,
            seal_mark=sealed.mark,
            file_sha256=stored.sha256,
            size=stored.size,
            object_name=stored.object_name,
        )
        if not kept:
            raise errors.VersionNotToCheck
        _supersede_earlier(version, actor, now)
        _record(version, "sealed", actor, now)
        add_timeline_entry(
            case=version.dossier.case,
            code="dossier_sealed",
            actor=actor,
            now=now,
            target=f"dossiers.dossierversion:{version.pk}",
            detail={"number": version.number},
        )
    # Behind the block: what goes wrong here is no reason to take anything back.
    transaction.on_commit(lambda: delete_object(checked_name), robust=True)
    version.refresh_from_db()
    return version


@contextmanager
def _removed_unless_named(stored: StoredObject) -> Iterator[None]:
    """Around the transaction of a seal: if it fails, its object goes too.

    Not everything that is raised there means that nothing was committed, so the rows are asked.
    Where they cannot be, the object stays: `check_files` finds one that no row names.
    """
    try:
        yield
    except BaseException:
        with suppress(DatabaseFailure):
            if not DossierVersion.objects.filter(object_name=stored.object_name).exists():
                delete_object(stored.object_name)
        raise


def _require_sources_unchanged(version: DossierVersion) -> None:
    """What was withdrawn, kept back or covered since the making does not go out after all."""
    newer = DocumentFile.objects.filter(
        document=OuterRef("file__document"), version__gt=OuterRef("file__version")
    )
    as_they_were = version.items.filter(
        ~Exists(newer),
        file__document__state=DocumentState.ACCEPTED,
        file__document__shown_to_hospitals=True,
    )
    if as_they_were.count() != version.items.count():
        raise errors.SourcesChanged


def _supersede_earlier(version: DossierVersion, actor: User | None, now: datetime) -> None:
    earlier = DossierVersion.objects.filter(
        dossier=version.dossier,
        variant=version.variant,
        number__lt=version.number,
        state__in=OUT,
    )
    replaced = list(earlier.select_related("dossier__case", "dossier__referral").defer("contents"))
    earlier.update(state=VersionState.SUPERSEDED)
    tell_who_opened(replaced, NoticeReason.SUPERSEDED, actor=actor, now=now)


@transaction.atomic
def recall_version(
    *, version: DossierVersion, reason: str, actor: User, now: datetime
) -> DossierVersion:
    """Call a sealed version back: its links die at once, and whoever opened it is told.

    What was downloaded stays listed.
    """
    _require_role(actor)
    if not reason.strip():
        raise errors.ReasonMissing
    recalled = DossierVersion.objects.filter(pk=version.pk, state__in=RECALLABLE).update(
        state=VersionState.RECALLED, recalled_at=now, recall_reason=reason.strip()[:300]
    )
    if not recalled:
        raise errors.VersionNotSealed
    Grant.objects.live(now).filter(version=version).update(revoked_at=now, revoked_by=actor)
    version = DossierVersion.objects.select_related("dossier__case", "dossier__referral").get(
        pk=version.pk
    )
    tell_who_opened([version], NoticeReason.RECALLED, actor=actor, now=now)
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
