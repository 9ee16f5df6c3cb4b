"""What has to hold of an installation at any moment, whatever broke before it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db.models import Count, F

from cases.accounts.audit import find_broken_links
from cases.accounts.models import AuditEvent
from cases.jobs.models import Job, JobState
from documents.records.checks import find_broken_files, find_orphans
from documents.records.models import Document, DocumentState, Evidence, Page

ANSWERED = ("clean", "no_scanner")
PASSED = (DocumentState.TO_REVIEW, DocumentState.ACCEPTED)


def find_violations(*, leftovers: bool = False) -> list[str]:
    """A line for each thing that is not as it must be; the ids of rows and no more.

    With `leftovers`, objects without a row are let pass: what a killed worker stored for a page
    lies there, sealed, until `check_files --clean` takes it away.
    """
    return [
        *_rows_without_files(),
        *([] if leftovers else _files_without_rows()),
        *_documents_out_of_their_state(),
        *_words_that_do_not_stand_there(),
        *_work_done_twice_or_by_nobody(),
        *_audit_rows_that_were_changed(),
    ]


def _rows_without_files() -> Iterator[str]:
    for finding in find_broken_files():
        yield f"{finding.code} {finding.subject}"


def _files_without_rows() -> Iterator[str]:
    # Nothing is arriving while this is asked, so that no object may be without its row.
    for finding in find_orphans(now=datetime.now(UTC) + timedelta(days=2)):
        yield f"{finding.code} {finding.subject}"


def _documents_out_of_their_state() -> Iterator[str]:
    documents = Document.objects.exclude(state=DocumentState.PURGED)
    for document in documents.filter(files__isnull=True):
        yield f"no file {document.target}"
    for document in documents:
        told = AuditEvent.objects.filter(action="document.received", target=document.target)
        if told.count() > 1:
            yield f"received twice {document.target}"
    for document in documents.filter(state__in=PASSED):
        newest = document.files.order_by("-version")[0]
        first = document.files.get(version=1)
        # An archive too large for the scanner is listed and served to nobody; its papers are
        # checked one by one.
        listed = first.scan_verdict == "not_scanned" and document.entries.exists()
        if first.made_from is None and first.scan_verdict not in ANSWERED and not listed:
            yield f"passed without a clear verdict {document.target}"
        if newest.page_count and newest.pages.count() != newest.page_count:
            yield f"pages missing {document.target}"


def _words_that_do_not_stand_there() -> Iterator[str]:
    wandering = Evidence.objects.exclude(fact__case=F("file__document__case"))
    for row in wandering:
        yield f"words of another case {row.pk}"
    for row in Evidence.objects.exclude(quote="").select_related("file"):
        page = Page.objects.filter(file=row.file, number=row.page).first()
        if page is None or row.quote not in page.text:
            yield f"words that are not on the page {row.pk}"


def _work_done_twice_or_by_nobody() -> Iterator[str]:
    keyed = Job.objects.unfinished().exclude(unique_key="")
    for row in keyed.values("unique_key").annotate(count=Count("pk")).filter(count__gt=1):
        yield f"queued twice {row['unique_key']}"
    for job in Job.objects.filter(state=JobState.RUNNING, lease_until__isnull=True):
        yield f"running for ever {job.pk}"


def _audit_rows_that_were_changed() -> Iterator[str]:
    for number in find_broken_links():
        yield f"audit row {number}"
