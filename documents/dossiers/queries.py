"""Reads across dossiers: how one is getting on, whose file this is, who opened what."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Prefetch

from cases.casework.models import Case
from cases.hospitals.models import Direction, Message, MessageState
from cases.jobs.models import Job
from documents.dossiers.freezing import hash_frozen
from documents.dossiers.models import (
    SEALED_STATES,
    Access,
    DossierVersion,
    Grant,
    SealKey,
    VersionState,
    VersionVariant,
)
from documents.dossiers.signing import signature_is_good


@dataclass(frozen=True)
class AccessLine:
    at: datetime
    kind: str
    kind_text: str


@dataclass(frozen=True)
class GrantLine:
    id: UUID
    contact: str
    hospital: str
    created_at: datetime
    expires_at: datetime
    state: str
    """live, expired or revoked"""
    accesses: tuple[AccessLine, ...]
    mail_state: str


@dataclass(frozen=True)
class VersionLine:
    id: UUID
    number: int
    state: str
    state_text: str
    variant: str
    variant_text: str
    language: str
    hospital: str
    reference_date: str
    page_count: int
    size: int
    contents_sha256: str
    file_sha256: str
    failure_code: str
    asked_at: datetime
    asked_by: str
    sealed_at: datetime | None
    sealed_by: str
    grants: tuple[GrantLine, ...]
    percent: int | None
    """Of the making, while it is being made."""
    step: str


@dataclass(frozen=True)
class Verdict:
    """What is known of a file whose bytes were sealed here.

    `is_as_sealed` says that the frozen contents still have their hash as well, and that the
    signature is whole. What was sealed before files were signed has none (`signed_by` is empty).
    """

    is_as_sealed: bool
    reference: str
    number: int
    state: str
    sealed_at: datetime | None
    newer: int | None
    """The number of the newest sealed version, where this one is superseded."""
    file_sha256: str
    signed_by: str
    """The fingerprint of the certificate that the seal was made with."""


def list_versions(case: Case, now: datetime) -> list[VersionLine]:
    """All versions of a case with their links and accesses, newest first, in six queries."""
    grants = Grant.objects.select_related("contact__hospital", "message").prefetch_related(
        Prefetch("accesses", queryset=Access.objects.order_by("at", "id"))
    )
    versions = list(
        DossierVersion.objects.filter(dossier__case=case)
        .select_related("dossier__referral__hospital", "asked_by", "sealed_by")
        .defer("contents")
        .prefetch_related(Prefetch("grants", queryset=grants.order_by("created_at")))
        .order_by("-asked_at", "-number")
    )
    jobs = {
        job.subject: job
        for job in Job.objects.unfinished().filter(
            subject__in=[f"dossiers.dossierversion:{version.pk}" for version in versions]
        )
    }
    return [
        _describe_version(version, jobs.get(f"dossiers.dossierversion:{version.pk}"), now)
        for version in versions
    ]


def _describe_version(version: DossierVersion, job: Job | None, now: datetime) -> VersionLine:
    referral = version.dossier.referral
    return VersionLine(
        id=version.pk,
        number=version.number,
        state=version.state,
        state_text=str(VersionState(version.state).label),
        variant=version.variant,
        variant_text=str(VersionVariant(version.variant).label),
        language=dict(settings.LANGUAGES).get(version.language, version.language),
        hospital=referral.hospital.name if referral else "",
        reference_date=version.reference_date.isoformat(),
        page_count=version.page_count,
        size=version.size,
        contents_sha256=version.contents_sha256,
        file_sha256=version.file_sha256,
        failure_code=version.failure_code,
        asked_at=version.asked_at,
        asked_by=version.asked_by.name if version.asked_by else "",
        sealed_at=version.sealed_at,
        sealed_by=version.sealed_by.name if version.sealed_by else "",
        grants=_describe_grants(version.grants.all(), now),
        percent=job.percent if job else None,
        step=job.progress_step if job else "",
    )


def _describe_grants(grants: Iterable[Grant], now: datetime) -> tuple[GrantLine, ...]:
    return tuple(
        GrantLine(
            id=grant.pk,
            contact=grant.contact.name,
            hospital=grant.contact.hospital.name,
            created_at=grant.created_at,
            expires_at=grant.expires_at,
            state=grant.state(now),
            accesses=tuple(
                AccessLine(each.at, each.kind, str(each.get_kind_display()))
                for each in grant.accesses.all()
            ),
            mail_state=grant.message.state if grant.message else "",
        )
        for grant in grants
    )


@dataclass(frozen=True)
class Letter:
    """One message as the hospital reads it behind its link."""

    at: datetime
    from_us: bool
    name: str
    body: str


def list_letters(grant: Grant) -> list[Letter]:
    """What was written to and fro in the grant's referral, oldest first; drafts stay with us."""
    referral_id = grant.version.dossier.referral_id
    if referral_id is None:
        return []
    written = (
        Message.objects.filter(thread__referral=referral_id)
        .exclude(state__in=[MessageState.DRAFT, MessageState.HELD])
        .select_related("author", "contact")
        .order_by("created_at")
    )
    return [
        Letter(
            at=row.created_at,
            from_us=row.direction == Direction.OUT,
            name=row.author.name if row.author else row.contact.name if row.contact else "",
            body=row.body,
        )
        for row in written
    ]


def find_known_reference(case_id: UUID, hospital_id: UUID) -> str:
    """The reference that a hospital was given with papers of a case; empty: it was given none.

    Our own where any version that it was given carries it, else the alias of the newest.
    """
    given = list(
        DossierVersion.objects.filter(
            dossier__case_id=case_id, grants__contact__hospital_id=hospital_id
        )
        .select_related("dossier__case")
        .defer("contents")
        .order_by("-asked_at")
    )
    with_ours = (version for version in given if not version.names_nobody)
    known = next(with_ours, given[0] if given else None)
    return known.printed_reference if known else ""


def find_newest_sealed(version: DossierVersion) -> DossierVersion | None:
    """The newest sealed version of the same dossier and form."""
    newest: DossierVersion | None = (
        DossierVersion.objects.filter(
            dossier=version.dossier_id,
            variant=version.variant,
            state__in=[VersionState.SEALED, VersionState.SENT],
        )
        .defer("contents")
        .order_by("-number")
        .first()
    )
    return newest


# No hash: with it a file without any seal is asked about as one with seals is.
NO_MARK: Final = "none"


class FileStanding(StrEnum):
    """All that a stranger learns of a file."""

    NEWEST = "newest"
    SUPERSEDED = "superseded"
    RECALLED = "recalled"
    CHANGED = "changed"
    UNKNOWN = "unknown"


def stand_of_file(sha256: str, marks: Iterable[str]) -> FileStanding:
    """How a file with this hash and these seals stands.

    The newest is that which `find_newest_sealed` names: a summary does not make the whole dossier
    old. A version that was replaced stays so when what replaced it is called back; one that was
    sealed after that is the newest.
    """
    sealed = DossierVersion.objects.filter(state__in=SEALED_STATES).only(
        "state", "number", "dossier", "variant"
    )
    version = sealed.filter(file_sha256=sha256).first()
    bears_seal = sealed.filter(seal_mark__in=[NO_MARK, *marks]).exists()
    if version is None:
        return FileStanding.CHANGED if bears_seal else FileStanding.UNKNOWN
    if version.state == VersionState.RECALLED:
        return FileStanding.RECALLED
    is_newest = find_newest_sealed(version) == version
    return FileStanding.NEWEST if is_newest else FileStanding.SUPERSEDED


@dataclass(frozen=True)
class PublishedKey:
    certificate: str
    fingerprint: str
    made_at: datetime
    retired_at: datetime | None

    @property
    def groups(self) -> list[str]:
        return [self.fingerprint[at : at + 8] for at in range(0, len(self.fingerprint), 8)]


def list_seal_keys() -> list[PublishedKey]:
    """Every certificate that ever sealed here, the one that seals now first."""
    rows = SealKey.objects.order_by("-is_current", "-made_at")
    return [
        PublishedKey(*row)
        for row in rows.values_list("certificate", "fingerprint", "made_at", "retired_at")
    ]


def verify_bytes(data: bytes) -> Verdict | None:
    """Whose dossier a file is, and whether it is as sealed; None: no dossier has these bytes."""
    digest = hashlib.sha256(data).hexdigest()
    version = (
        DossierVersion.objects.filter(file_sha256=digest, state__in=SEALED_STATES)
        .select_related("dossier__case", "seal_key")
        .first()
    )
    if version is None:
        return None
    newest = find_newest_sealed(version)
    key = version.seal_key
    is_signed_well = key is None or signature_is_good(
        data, key, at=version.sealed_at or version.asked_at
    )
    return Verdict(
        is_as_sealed=is_signed_well
        and hash_frozen(version.contents or {}) == version.contents_sha256,
        reference=version.dossier.case.reference,
        number=version.number,
        state=version.state,
        sealed_at=version.sealed_at,
        newer=newest.number if newest and newest.number > version.number else None,
        file_sha256=digest,
        signed_by=key.fingerprint if key else "",
    )
