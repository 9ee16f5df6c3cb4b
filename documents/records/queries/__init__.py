"""What pages and dossiers read of records: frozen values, in a bounded number of queries."""

from documents.records.failures import describe_failure
from documents.records.queries.evidence import (
    EvidenceView,
    evidence_for,
    find_facts_without_ground,
    find_grounded_facts,
)
from documents.records.queries.lists import (
    QueueRow,
    RecordRow,
    find_record,
    list_records,
    review_queue,
)
from documents.records.queries.pages import PageView, ProposalView, page_view

__all__ = [
    "EvidenceView",
    "PageView",
    "ProposalView",
    "QueueRow",
    "RecordRow",
    "describe_failure",
    "evidence_for",
    "find_facts_without_ground",
    "find_grounded_facts",
    "find_record",
    "list_records",
    "page_view",
    "review_queue",
]
