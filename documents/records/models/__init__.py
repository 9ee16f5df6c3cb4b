"""What families and hospitals send in: papers, their files and pages, and what stands there."""

from documents.records.models.archive import (
    ArchiveEntry,
    EntryState,
    ImagingSeries,
    ImagingStudy,
    OfArchiveQuerySet,
    OfStudiesDocumentQuerySet,
    OfStudyQuerySet,
)
from documents.records.models.document import (
    ARRANGEABLE,
    BUSY,
    DOCUMENT_MOVES,
    GONE,
    WAITING,
    Document,
    DocumentQuerySet,
    DocumentState,
    PersonCheck,
    RecordKind,
    ReturnReason,
)
from documents.records.models.evidence import (
    Evidence,
    EvidenceQuerySet,
    Redaction,
    RedactionQuerySet,
    RedactionReason,
)
from documents.records.models.file import (
    DocumentFile,
    FileRole,
    OfDocumentQuerySet,
    OfFileQuerySet,
    Page,
    TextSource,
)
from documents.records.models.key import CaseKey
from documents.records.models.searched import SearchedPage, SearchedPageQuerySet
from documents.records.models.translation import (
    OPEN_TRANSLATIONS,
    TRANSLATION_MOVES,
    Translation,
    TranslationQuerySet,
    TranslationState,
)
from documents.records.models.upload import Upload, UploadQuerySet, UploadState

__all__ = [
    "ARRANGEABLE",
    "BUSY",
    "DOCUMENT_MOVES",
    "GONE",
    "OPEN_TRANSLATIONS",
    "TRANSLATION_MOVES",
    "WAITING",
    "ArchiveEntry",
    "CaseKey",
    "Document",
    "DocumentFile",
    "DocumentQuerySet",
    "DocumentState",
    "EntryState",
    "Evidence",
    "EvidenceQuerySet",
    "FileRole",
    "ImagingSeries",
    "ImagingStudy",
    "OfArchiveQuerySet",
    "OfDocumentQuerySet",
    "OfFileQuerySet",
    "OfStudiesDocumentQuerySet",
    "OfStudyQuerySet",
    "Page",
    "PersonCheck",
    "RecordKind",
    "Redaction",
    "RedactionQuerySet",
    "RedactionReason",
    "ReturnReason",
    "SearchedPage",
    "SearchedPageQuerySet",
    "TextSource",
    "Translation",
    "TranslationQuerySet",
    "TranslationState",
    "Upload",
    "UploadQuerySet",
    "UploadState",
]
