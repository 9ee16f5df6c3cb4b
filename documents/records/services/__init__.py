"""What people do with records: send, accept, return, hold, clear, describe, withdraw, try again.

Callers find the case or the document through `visible_to(user)` first. Files are served by
`documents.records.serving`.
"""

from documents.records.services.arranging import (
    Mark,
    join_documents,
    redact_pages,
    split_document,
    turn_pages,
)
from documents.records.services.arrival import accept_upload
from documents.records.services.review import (
    accept_document,
    clear_other_patient,
    mark_duplicate,
    mark_other_patient,
    reject_document,
    reopen_document,
    retry_reading,
    set_document_details,
    supersede_document,
    withdraw_document,
)

__all__ = [
    "Mark",
    "accept_document",
    "accept_upload",
    "clear_other_patient",
    "join_documents",
    "mark_duplicate",
    "mark_other_patient",
    "redact_pages",
    "reject_document",
    "reopen_document",
    "retry_reading",
    "set_document_details",
    "split_document",
    "supersede_document",
    "turn_pages",
    "withdraw_document",
]
