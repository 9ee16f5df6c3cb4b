"""Render and seal a case's dossier now, in this process, and write the PDF."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from cases.casework.models import Case
from cases.hospitals.models import Referral
from cases.hospitals.services import ENDED
from documents.dossiers.building import build_file
from documents.dossiers.models import DossierVersion
from documents.dossiers.services import begin_version, seal_version
from documents.dossiers.serving import read_checked
from documents.dossiers.settling import keep_built, keep_refusal


class Command(BaseCommand):
    help = (
        "Gathers what is confirmed of a case, renders the next version of its dossier, seals "
        "and stores it, and writes the PDF. CASE is the reference (NV-2026-00001) or the id."
    )
    requires_system_checks: list[str] = []  # they load every page of the site first

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("case", metavar="CASE")
        parser.add_argument("--out", metavar="FILE", required=True, type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        case = find_case(options["case"])
        if case is None:
            raise CommandError(f"No case has the reference or id {options['case']}.")
        try:
            version = make_and_seal(case)
            data = read_checked(version)
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        out: Path = options["out"]
        out.write_bytes(data)
        self.stdout.write(
            f"{case.reference}, version {version.number}, {version.page_count} pages, "
            f"SHA-256 {version.file_sha256}: {out}"
        )


def find_case(text: str) -> Case | None:
    """By reference, else by id."""
    found = Case.objects.filter(reference=text).first()
    if found is not None:
        return found
    try:
        return Case.objects.filter(pk=UUID(text)).first()
    except ValueError:
        return None


def make_and_seal(case: Case) -> DossierVersion:
    """The next version for the newest open referral of the case, or for the case as such."""
    now = timezone.now()
    referral = (
        Referral.objects.filter(case=case).exclude(state__in=ENDED).order_by("-created_at").first()
    )
    version, _is_new = begin_version(case=case, referral=referral, actor=None, now=now)
    try:
        built = build_file(version, now=now, report=tell_nobody)
    except ValidationError as refusal:
        with transaction.atomic():
            keep_refusal(version, refusal, now=now)
        raise
    with transaction.atomic():
        keep_built(version, built, now=now)
    return seal_version(version=version, actor=None, now=timezone.now())


def tell_nobody(done: int, total: int, step: str) -> None:
    """Nobody watches the progress of a command."""
