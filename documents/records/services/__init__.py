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
from documents.records.services.opening import open_with_password
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
from documents.records.services.translations import (
    approve_translation,
    assign_translation,
    cancel_translation,
    check_translation,
    deliver_translation,
    list_languages_read,
    request_translation,
    return_translation,
    suggest_translation,
)
from documents.records.services.uploading import (
    begin_upload,
    drop_upload,
    finish_upload,
    receive_part,
)

__all__ = [
    "Mark",
    "accept_document",
    "accept_upload",
    "approve_translation",
    "assign_translation",
    "begin_upload",
    "cancel_translation",
    "check_translation",
    "clear_other_patient",
    "deliver_translation",
    "drop_upload",
    "finish_upload",
    "join_documents",
    "list_languages_read",
    "mark_duplicate",
    "mark_other_patient",
    "open_with_password",
    "receive_part",
    "redact_pages",
    "reject_document",
    "reopen_document",
    "request_translation",
    "retry_reading",
    "return_translation",
    "set_document_details",
    "split_document",
    "suggest_translation",
    "supersede_document",
    "turn_pages",
    "withdraw_document",
]
