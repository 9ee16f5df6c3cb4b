"""The doorbells between what people ask of records and what the machine does with them."""

import json
from datetime import timedelta

from django.utils import timezone

from cases.accounts.models import User
from cases.jobs.errors import TryLater
from cases.jobs.registry import Run, job_handler
from documents.records import arranging, settling, taking
from documents.records.digest import KINDS
from documents.records.errors import NotArrangeable
from documents.records.kept_contents import read_images
from documents.records.models import ARRANGEABLE, BUSY, Document
from documents.records.processing import (
    find_file,
    propose_from_pages,
    read_stored_file,
    scan_stored_file,
)

WAIT_FOR_READING = 10


@job_handler("records.scan_file", queue="heavy", lease=timedelta(minutes=5))
def scan_file(run: Run, *, file_id: str) -> None:
    scan_stored_file(run, find_file(file_id), now=timezone.now())


@job_handler("records.read_file", queue="heavy", lease=timedelta(minutes=5))
def read_file(run: Run, *, file_id: str) -> None:
    file = find_file(file_id)
    read = read_images if KINDS[file.content_type].is_read_in_ranges else read_stored_file
    read(run, file, now=timezone.now())


@job_handler("records.take_entries", queue="heavy", lease=timedelta(minutes=12))
def take_entries(run: Run, *, file_id: str) -> None:
    taking.take_entries(run, find_file(file_id), now=timezone.now())


@job_handler("records.propose_facts", queue="heavy", lease=timedelta(minutes=5))
def propose_facts(run: Run, *, file_id: str) -> None:
    propose_from_pages(run, find_file(file_id), now=timezone.now())


@job_handler("records.turn_pages", queue="heavy", lease=timedelta(minutes=6))
def turn_pages(run: Run, *, file_id: str, turns: str) -> None:
    asked = {int(number): int(turn) for number, turn in json.loads(turns)}
    arranging.make_turned(run, find_file(file_id), asked, _who_asked(run), timezone.now())


@job_handler("records.redact_pages", queue="heavy", lease=timedelta(minutes=6))
def redact_pages(run: Run, *, file_id: str) -> None:
    arranging.make_redacted(run, find_file(file_id), _who_asked(run), timezone.now())


@job_handler("records.split_document", queue="heavy", lease=timedelta(minutes=6))
def split_document(run: Run, *, file_id: str, parts: str) -> None:
    arranging.make_parts(
        run, find_file(file_id), json.loads(parts), _who_asked(run), timezone.now()
    )


@job_handler("records.join_documents", queue="heavy", lease=timedelta(minutes=6))
def join_documents(run: Run, *, document_ids: str) -> None:
    wanted = document_ids.split(",")
    found = {str(one.pk): one for one in Document.objects.filter(pk__in=wanted)}
    documents = [found[one] for one in wanted]
    if any(one.state in BUSY for one in documents):
        raise TryLater("still_read", seconds=WAIT_FOR_READING)
    if any(one.state not in ARRANGEABLE for one in documents):
        raise NotArrangeable
    arranging.make_joined(run, documents, _who_asked(run), timezone.now())


def _who_asked(run: Run) -> User:
    return User.objects.get(pk=run.job.actor_id or 0)


@job_handler("records.tend_uploads", lease=timedelta(minutes=15))
def tend_uploads(run: Run) -> None:
    del run
    settling.tend_uploads(now=timezone.now())
