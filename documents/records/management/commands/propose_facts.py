"""Propose facts from report files, without the database: the form of the case-snapshot contract."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from documents.records.copies import make_copy
from documents.records.digest import propose_surely
from documents.records.proposals.engine import choose_language
from documents.records.reading import read_pages
from documents.records.recognition import Letters, count_pictures, find_engine, recognise_pages
from documents.records.sandbox import ReadingFailure
from documents.records.sniffing import Kind, Refusal, sniff_file

# Their pages are those of the copy that people see; the others are read as they are.
SHOWN_AS_COPY = frozenset({Kind.TIFF, Kind.HEIC, Kind.AVIF, Kind.WEBP})
NOT_A_REPORT = "This is an archive or an image of a scan. Name the reports themselves."


class Command(BaseCommand):
    """Write one JSON element for each file, in the order given.

    A file that cannot be read ends the command with 2 and one line on standard error that names it;
    nothing is written on standard output then. Pictures that nothing here can read propose
    nothing, and a line on standard error says so.
    """

    help = "Read reports and write the facts that they propose as JSON."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The files and the language of their rules."""
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
        parser.add_argument("--language", choices=["auto", "en", "es"], default="auto")

    def handle(self, *_args: object, **options: Any) -> None:
        """Read all files first, so that nothing is written when one fails."""
        answers = [self._read_file(path, options["language"]) for path in options["files"]]
        self.stdout.write(json.dumps(answers, ensure_ascii=False, indent=2))

    def _read_file(self, path: Path, language: str) -> dict[str, Any]:
        try:
            kind = sniff_file(path)
            if isinstance(kind, Refusal):
                raise CommandError(f"{path}: {kind.sentence}", returncode=2)
            if kind.is_read_in_ranges:
                raise CommandError(f"{path}: {NOT_A_REPORT}", returncode=2)
            copy = make_copy(path, kind) if kind in SHOWN_AS_COPY else None
            source, kind = (copy.data, copy.kind) if copy else (path, kind)
            reading = read_pages(source, kind)
            if count_pictures(reading):
                letters = Letters(language="" if language == "auto" else language)
                engine = find_engine()
                reading = recognise_pages(source, kind, reading, letters, engine=engine)
                if reading.silent_pages and not engine.program:
                    self.stderr.write(
                        f"{path}: has pages that are pictures, and Tesseract, which reads them, "
                        "is not installed."
                    )
        except OSError as error:
            raise CommandError(
                f"{path}: {error.strerror or 'cannot be opened'}.", returncode=2
            ) from error
        except ReadingFailure as error:
            raise CommandError(f"{path}: {error.sentence}", returncode=2) from error
        texts = [page.text for page in reading.pages]
        offsets = [page.offset for page in reading.pages]
        proposals = [
            {
                "fact": one.fact,
                "value": one.value,
                "page": one.page,
                "start": one.start + offsets[one.page - 1],
                "end": one.end + offsets[one.page - 1],
                "quote": one.quote,
                "rule": one.rule,
                "note": one.note,
            }
            for one, _sureness in propose_surely(reading.pages, language)
        ]
        return {
            "file": path.name,
            "pages": len(reading.pages),
            "language": choose_language(texts, language)
            if reading.language != "other"
            else reading.language,
            "proposals": proposals,
        }
