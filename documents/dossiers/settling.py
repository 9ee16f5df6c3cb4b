"""What became of a version: its file is there, a person must change something first, or it failed.

Each is written in the caller's transaction, and only while the version is still being made.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

from cases.accounts.audit import record
from cases.casework.services import add_timeline_entry, make_task
from documents.dossiers.models import DossierItem, DossierVersion, VersionState
from documents.records.vault import StoredObject

if TYPE_CHECKING:  # what is gathered takes long to load, and most commands never gather
    from documents.dossiers.gather import Gathered


@dataclass(frozen=True)
class Built:
    """What making a version gives, before a row says so."""

    gathered: "Gathered"
    stored: StoredObject
    page_count: int


def keep_built(version: DossierVersion, built: Built, *, now: datetime) -> None:
    """Write what was made, in the caller's transaction; only once, and only while it is wanted."""
    kept = DossierVersion.objects.filter(pk=version.pk, state=VersionState.BUILDING).update(
        state=VersionState.TO_CHECK,
        contents=built.gathered.frozen,
        contents_sha256=built.gathered.contents_sha256,
        file_sha256=built.stored.sha256,
        size=built.stored.size,
        page_count=built.page_count,
        object_name=built.stored.object_name,
        failure_code="",
    )
    if not kept:
        return
    DossierItem.objects.bulk_create(
        DossierItem(version=version, file=source.file, position=position)
        for position, source in enumerate(built.gathered.book.files, start=1)
    )
    _record(version, "made", now)
    add_timeline_entry(
        case=version.dossier.case,
        code="dossier_made",
        actor=version.asked_by,
        now=now,
        target=f"dossiers.dossierversion:{version.pk}",
        detail={"number": version.number},
    )


def keep_refusal(version: DossierVersion, refusal: ValidationError, *, now: datetime) -> None:
    """A version that a person must help with: failed, with a task that says the sentence."""
    code = str(getattr(refusal, "code", "") or "refused")
    fail_version(version, code, " ".join(refusal.messages), now=now)


def fail_version(version: DossierVersion, code: str, sentence: str, *, now: datetime) -> None:
    failed = DossierVersion.objects.filter(pk=version.pk, state=VersionState.BUILDING).update(
        state=VersionState.FAILED, failure_code=code[:60]
    )
    if not failed:
        return
    make_task(
        title=f"Dossier version {version.number} could not be made: {sentence}"[:200],
        case=version.dossier.case,
        code="dossier_failed",
        target=f"dossiers.dossierversion:{version.pk}",
        assignee=version.asked_by,
        now=now,
    )
    _record(version, "failed", now)


def _record(version: DossierVersion, verb: str, now: datetime) -> None:
    record(
        action=f"dossier.{verb}",
        actor=version.asked_by,
        now=now,
        case_id=version.dossier.case_id,
        target=f"dossiers.dossierversion:{version.pk}",
        detail={"number": version.number},
    )
