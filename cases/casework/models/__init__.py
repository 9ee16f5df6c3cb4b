"""The journey of a case: who it is about, where it stands, what was agreed, what is asked for."""

from cases.casework.models.case import (
    STAGES,
    Case,
    CaseParty,
    CaseQuerySet,
    OfCaseQuerySet,
    ReferenceCounter,
    Relation,
    Stage,
)
from cases.casework.models.consent import (
    Consent,
    ConsentPurpose,
    ConsentQuerySet,
)
from cases.casework.models.note import (
    Note,
    TimelineEntry,
)
from cases.casework.models.notice import (
    FamilyNotice,
    FamilyNoticeQuerySet,
    NoticeState,
)
from cases.casework.models.patient import (
    PARTIAL_DATE,
    Patient,
    Sex,
    validate_partial_date,
)
from cases.casework.models.request import (
    RecordRequest,
    RecordRequestQuerySet,
    RequestState,
)
from cases.casework.models.task import (
    Task,
    TaskQuerySet,
    TaskState,
)

__all__ = [
    "PARTIAL_DATE",
    "STAGES",
    "Case",
    "CaseParty",
    "CaseQuerySet",
    "Consent",
    "ConsentPurpose",
    "ConsentQuerySet",
    "FamilyNotice",
    "FamilyNoticeQuerySet",
    "Note",
    "NoticeState",
    "OfCaseQuerySet",
    "Patient",
    "RecordRequest",
    "RecordRequestQuerySet",
    "ReferenceCounter",
    "Relation",
    "RequestState",
    "Sex",
    "Stage",
    "Task",
    "TaskQuerySet",
    "TaskState",
    "TimelineEntry",
    "validate_partial_date",
]
