"""Handing out a case as a FHIR document: by the rules of a dossier, logged before it leaves."""

import io
from datetime import datetime
from typing import Final

import pikepdf
from django.db import transaction

from cases.accounts.audit import record
from cases.accounts.models import User
from cases.casework.models import Case
from cases.hospitals.models import Referral
from documents.dossiers.errors import VersionHasNoBundle
from documents.dossiers.fhir.bundle import FILE_NAME, MEDIA_TYPE
from documents.dossiers.fhir.collecting import bundle_case
from documents.dossiers.models import DossierVersion
from documents.dossiers.serving import SAFE_HEADERS, read_checked

BUNDLE_HEADERS: Final = {**SAFE_HEADERS, "Content-Type": MEDIA_TYPE}


def serve_case_bundle(
    *, case: Case, referral: Referral | None, deidentified: bool, actor: User, now: datetime
) -> bytes:
    """A case as it stands, with as much of the person as the referral's consent allows.

    The caller finds case and referral through `visible_to(user)`.
    """
    data = bundle_case(case, referral, now=now, deidentified=deidentified)
    with transaction.atomic():
        record(
            action="case.exported",
            actor=actor,
            now=now,
            case_id=case.pk,
            target=f"casework.case:{case.pk}",
            detail={
                "form": "fhir",
                "referral": str(referral.pk) if referral else "",
                "deidentified": deidentified,
            },
        )
    return data


def serve_version_bundle(*, version: DossierVersion, actor: User, now: datetime) -> bytes:
    """The document that is attached to a version's stored file; it is never made again.

    The caller finds the version through `visible_to(user)`.
    """
    data = find_attached(read_checked(version))
    with transaction.atomic():
        record(
            action="dossier.read",
            actor=actor,
            now=now,
            case_id=version.dossier.case_id,
            target=f"dossiers.dossierversion:{version.pk}",
            detail={"number": version.number, "form": "fhir"},
        )
    return data


def find_attached(pdf: bytes) -> bytes:
    try:
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            return opened.attachments[FILE_NAME].get_file().read_bytes()
    except (KeyError, pikepdf.PdfError):
        raise VersionHasNoBundle from None
