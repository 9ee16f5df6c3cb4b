"""The doorbells between what people ask of records and what the machine does with them."""

from datetime import timedelta

from django.utils import timezone

from cases.jobs.registry import Run, job_handler
from documents.records.processing import (
    find_file,
    propose_from_pages,
    read_stored_file,
    scan_stored_file,
)


@job_handler("records.scan_file", queue="heavy", lease=timedelta(minutes=5))
def scan_file(run: Run, *, file_id: str) -> None:
    scan_stored_file(run, find_file(file_id), now=timezone.now())


@job_handler("records.read_file", queue="heavy", lease=timedelta(minutes=5))
def read_file(run: Run, *, file_id: str) -> None:
    read_stored_file(run, find_file(file_id), now=timezone.now())


@job_handler("records.propose_facts", queue="heavy", lease=timedelta(minutes=5))
def propose_facts(run: Run, *, file_id: str) -> None:
    propose_from_pages(run, find_file(file_id), now=timezone.now())
