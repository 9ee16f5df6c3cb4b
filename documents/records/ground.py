"""When a paper no longer carries the facts that were read in it."""

from datetime import datetime

from django.utils.translation import gettext_noop

from cases.casework.services import make_task
from documents.records.models import Document
from documents.records.queries import find_facts_without_ground


def report_lost_ground(document: Document, now: datetime) -> None:
    """Ask a person where confirmed facts now stand on no accepted paper."""
    if find_facts_without_ground(document.case_id, document=document).exists():
        make_task(
            title=gettext_noop("Confirmed facts stand on a record that is no longer in use"),
            case=document.case,
            code="facts_without_ground",
            target=document.target,
            now=now,
        )
