"""Say whose dossier a file is, which version, and whether bytes and signature are as sealed."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from documents.dossiers.marks import Look
from documents.dossiers.models import VersionState
from documents.dossiers.queries import FileStanding, Verdict, stand_of_file, verify_bytes


class Command(BaseCommand):
    help = (
        "Compares a file with what was sealed here. "
        "Exit 0 only if bytes and signature are as sealed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        verdict = verify_bytes(data)
        if verdict is None:
            raise CommandError(f"{path} is not as sealed: {say_stranger(data)}")
        self.stdout.write(say_verdict(verdict))
        if not verdict.is_as_sealed:
            raise CommandError(
                "The signature, or the stored contents of this version, are not as sealed."
            )


def say_stranger(data: bytes) -> str:
    """What is said of bytes that were not sealed here: whether the seal in them was."""
    look = Look()
    look.take(data)
    if stand_of_file(look.sha256, look.marks) == FileStanding.CHANGED:
        return "it bears a seal of ours, and was changed after it was sealed."
    return "no dossier that was sealed here has these bytes."


def say_verdict(verdict: Verdict) -> str:
    sealed = verdict.sealed_at.strftime("%Y-%m-%d %H:%M UTC") if verdict.sealed_at else "?"
    lines = [
        f"Dossier {verdict.reference}, version {verdict.number}, sealed {sealed}.",
        f"SHA-256 {verdict.file_sha256}: the bytes are as sealed.",
        f"Signed with the certificate {verdict.signed_by}."
        if verdict.signed_by
        else "Sealed before files were signed: it bears no signature.",
    ]
    if verdict.state == VersionState.RECALLED:
        lines.append("Recalled: this version was called back after it was sealed.")
    if verdict.newer is not None:
        lines.append(f"Superseded: version {verdict.newer} is the newest.")
    elif verdict.state == VersionState.SUPERSEDED:
        lines.append("Superseded: what replaced this version was called back.")
    return "\n".join(lines)
