"""One paper of a case, its state, and what may become of it."""

import hashlib
import json
import uuid
from calendar import monthrange
from datetime import date
from typing import Any, ClassVar, Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.accounts.models import User
from cases.casework.models import Case, OfCaseQuerySet, RecordRequest, validate_partial_date

DETAILS: Final = (
    *("kind", "title", "language", "issuer", "shown_to_hospitals"),
    *("specimen_date", "study_date", "report_date"),
)
"""What a person says of a paper."""


class RecordKind(models.TextChoices):
    PATHOLOGY = "pathology", _("Pathology report")
    BIOMARKER = "biomarker", _("Biomarker report")
    IMAGING = "imaging", _("Imaging report")
    ONCOLOGY_LETTER = "oncology_letter", _("Oncology letter")
    HOSPITAL_CORRESPONDENCE = "hospital_correspondence", _("Letter from a hospital")
    LABORATORY = "laboratory", _("Laboratory results")
    TRAVEL = "travel", _("Travel paper")
    IDENTITY = "identity", _("Identity paper")
    OTHER = "other", _("Other paper")


class DocumentState(models.TextChoices):
    RECEIVING = "receiving", _("Arriving")
    RECEIVED = "received", _("Received")
    SCANNING = "scanning", _("Being checked")
    QUARANTINED = "quarantined", _("Kept apart by the check")
    NEEDS_PASSWORD = "needs_password", _("Locked with a password")
    UNREADABLE = "unreadable", _("Could not be opened")
    READING = "reading", _("Being read")
    TO_REVIEW = "to_review", _("Waiting for review")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Returned to the family")
    DUPLICATE = "duplicate", _("Already here")
    OTHER_PATIENT = "other_patient", _("Perhaps another person's")
    SUPERSEDED = "superseded", _("Replaced by a newer one")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    PURGED = "purged", _("Erased")


# From each state, where a document may go; the services hold to it, the database to the names.
DOCUMENT_MOVES: dict[DocumentState, frozenset[DocumentState]] = {
    DocumentState.RECEIVING: frozenset({DocumentState.RECEIVED}),
    DocumentState.RECEIVED: frozenset({DocumentState.SCANNING}),
    DocumentState.SCANNING: frozenset(
        {DocumentState.QUARANTINED, DocumentState.READING, DocumentState.UNREADABLE}
    ),
    DocumentState.READING: frozenset(
        {
            DocumentState.SCANNING,
            DocumentState.TO_REVIEW,
            DocumentState.NEEDS_PASSWORD,
            DocumentState.UNREADABLE,
            DocumentState.OTHER_PATIENT,
        }
    ),
    DocumentState.NEEDS_PASSWORD: frozenset({DocumentState.SCANNING, DocumentState.WITHDRAWN}),
    DocumentState.UNREADABLE: frozenset(
        {DocumentState.SCANNING, DocumentState.REJECTED, DocumentState.WITHDRAWN}
    ),
    DocumentState.TO_REVIEW: frozenset(
        {
            DocumentState.ACCEPTED,
            DocumentState.REJECTED,
            DocumentState.OTHER_PATIENT,
            DocumentState.DUPLICATE,
            DocumentState.SUPERSEDED,
            DocumentState.SCANNING,
            DocumentState.WITHDRAWN,
        }
    ),
    DocumentState.OTHER_PATIENT: frozenset(
        {DocumentState.TO_REVIEW, DocumentState.REJECTED, DocumentState.WITHDRAWN}
    ),
    DocumentState.ACCEPTED: frozenset({DocumentState.SUPERSEDED, DocumentState.WITHDRAWN}),
    DocumentState.SUPERSEDED: frozenset({DocumentState.WITHDRAWN}),
    DocumentState.REJECTED: frozenset({DocumentState.TO_REVIEW, DocumentState.WITHDRAWN}),
    DocumentState.QUARANTINED: frozenset({DocumentState.SCANNING, DocumentState.WITHDRAWN}),
    DocumentState.DUPLICATE: frozenset({DocumentState.TO_REVIEW, DocumentState.WITHDRAWN}),
    DocumentState.WITHDRAWN: frozenset({DocumentState.PURGED}),
    DocumentState.PURGED: frozenset(),
}

WAITING = [
    DocumentState.RECEIVED,
    DocumentState.SCANNING,
    DocumentState.READING,
    DocumentState.TO_REVIEW,
    DocumentState.OTHER_PATIENT,
]
# With the machine; nothing can be decided yet.
BUSY = frozenset({DocumentState.RECEIVED, DocumentState.SCANNING, DocumentState.READING})
# Neither accepted nor put aside by a person, and not with the machine.
UNDECIDED = frozenset(
    {
        DocumentState.QUARANTINED,
        DocumentState.NEEDS_PASSWORD,
        DocumentState.UNREADABLE,
        DocumentState.TO_REVIEW,
        DocumentState.OTHER_PATIENT,
    }
)
# An archive is the patient's, as far as images can tell, or a person has said so.
MAY_BE_TAKEN_FROM = frozenset({DocumentState.TO_REVIEW, DocumentState.ACCEPTED})
# A person may turn, cover, part and join what was read.
ARRANGEABLE = frozenset({DocumentState.TO_REVIEW, DocumentState.ACCEPTED})
# The same bytes may come again once the document that held them is gone.
GONE = [DocumentState.WITHDRAWN, DocumentState.PURGED]


class PersonCheck(models.TextChoices):
    """What the name and birth date printed on the pages say about whose paper it is."""

    NOT_DONE = "", _("Not compared yet")
    SAME = "same", _("The printed birth date is the patient's")
    SAME_NAME = "same_name", _("The printed name is the patient's; no birth date is printed")
    NOT_PRINTED = "not_printed", _("No name or birth date could be read")
    NAME_DIFFERS = "name_differs", _("Another name is printed")
    BIRTH_DATE_DIFFERS = "birth_date_differs", _("Another birth date is printed")
    BOTH_DIFFER = "both_differ", _("Another name and another birth date are printed")
    CLEARED = "cleared", _("A person has looked: it is the patient's")


class ReturnReason(models.TextChoices):
    """Why a paper is returned; the family reads a sentence for each (`return_reasons`)."""

    BLURRED = "blurred", _("Blurred")
    CUT_OFF = "cut_off", _("Cut off at an edge")
    TOO_DARK = "too_dark", _("Too dark, or with glare")
    PAGE_MISSING = "page_missing", _("A page is missing")
    PASSWORD = "password", _("Locked with a password")
    WRONG_PERSON = "wrong_person", _("About another person")
    NOT_NEEDED = "not_needed", _("Not needed")
    TOO_OLD = "too_old", _("Older than asked for")
    OTHER_LANGUAGE = "other_language", _("Wanted in another language")


def mark_details(of: Any) -> str:
    """A short mark of a paper's details, from its row or a view of it; it changes with each."""
    told = json.dumps([str(getattr(of, name)) for name in DETAILS])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


class DocumentQuerySet(OfCaseQuerySet["Document"]):
    def to_review(self) -> "DocumentQuerySet":
        return self.filter(state__in=[DocumentState.TO_REVIEW, DocumentState.OTHER_PATIENT])

    def accepted(self) -> "DocumentQuerySet":
        return self.filter(state=DocumentState.ACCEPTED)

    def waiting(self) -> "DocumentQuerySet":
        """Received and not decided: with the machine or with a person."""
        return self.filter(state__in=WAITING)


class Document(models.Model):
    """One paper of a case. Its bytes are in `DocumentFile`, newest version last.

    Three dates are kept apart, each perhaps partial: when the specimen was taken, when the
    study was done, when the report was written. `findings` is what the machine read about the
    paper itself (its dates, names, birth dates, kind) with the words it stands on: shown to the
    reviewer, believed by nobody. `reading_languages` are chosen for the reading of pictures
    ("eng+spa"); empty leaves the choice to the machine. `taken_from` is the archive, or the paper
    that was split, from which this one came; `replaced_by` the paper it went into.

    `reason_code` is a prepared reason, said to the family in their language; `reason` is what a
    person wrote, shown as written, in `reason_language` where that is known.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="documents")
    request = models.ForeignKey(
        RecordRequest,
        verbose_name=_("answers the request"),
        on_delete=models.SET_NULL,
        related_name="documents",
        null=True,
        blank=True,
    )
    kind = models.CharField(
        _("kind"), max_length=30, choices=RecordKind.choices, default=RecordKind.OTHER
    )
    title = models.CharField(_("title"), max_length=150)
    state = models.CharField(
        _("state"), max_length=15, choices=DocumentState.choices, default=DocumentState.RECEIVED
    )
    failure_code = models.CharField(_("what went wrong"), max_length=40, blank=True, default="")
    person_check = models.CharField(
        _("whose paper"), max_length=20, choices=PersonCheck.choices, blank=True, default=""
    )
    sha256 = models.CharField(
        _("SHA-256 as sent"), max_length=64, blank=True, default="", editable=False
    )
    specimen_date = models.CharField(
        _("specimen taken"),
        max_length=10,
        blank=True,
        default="",
        validators=[validate_partial_date],
    )
    study_date = models.CharField(
        _("study done"), max_length=10, blank=True, default="", validators=[validate_partial_date]
    )
    report_date = models.CharField(
        _("report written"),
        max_length=10,
        blank=True,
        default="",
        validators=[validate_partial_date],
    )
    language = models.CharField(_("language"), max_length=10, blank=True, default="")
    reading_languages = models.CharField(
        _("languages of the letters"), max_length=40, blank=True, default=""
    )
    findings = models.JSONField(_("what the pages say of the paper"), default=dict, blank=True)
    issuer = models.CharField(_("issued by"), max_length=150, blank=True, default="")
    shown_to_hospitals = models.BooleanField(_("goes into dossiers"), default=True)
    sent_by = models.ForeignKey(
        User, verbose_name=_("sent by"), on_delete=models.PROTECT, related_name="+", null=True
    )
    received_at = models.DateTimeField(_("received at"))
    reviewed_by = models.ForeignKey(
        User,
        verbose_name=_("reviewed by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    reason = models.CharField(
        _("reason told to the family"), max_length=300, blank=True, default=""
    )
    reason_code = models.CharField(
        _("prepared reason"), max_length=20, choices=ReturnReason.choices, blank=True, default=""
    )
    reason_language = models.CharField(
        _("language of the reason"), max_length=10, blank=True, default=""
    )
    same_as = models.ForeignKey(
        "self",
        verbose_name=_("same as"),
        on_delete=models.PROTECT,
        related_name="copies",
        null=True,
        blank=True,
    )
    replaced_by = models.ForeignKey(
        "self",
        verbose_name=_("replaced by"),
        on_delete=models.PROTECT,
        related_name="replaces",
        null=True,
        blank=True,
    )
    taken_from = models.ForeignKey(
        "self",
        verbose_name=_("taken from"),
        on_delete=models.PROTECT,
        related_name="parts",
        null=True,
        blank=True,
    )

    objects = DocumentQuerySet.as_manager()

    already_here: bool = False
    """Set on the instance that a second upload of the same bytes is answered with."""

    class Meta:
        verbose_name = _("record")
        verbose_name_plural = _("records")
        ordering: ClassVar = ["-received_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["case", "state"], name="document_case_state"),
            models.Index(fields=["state", "received_at"], name="document_state"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in DocumentState]),
                name="document_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(reviewed_by__isnull=False),
                name="document_accepted_by_a_person",
            ),
            models.UniqueConstraint(
                fields=["case", "sha256"],
                condition=~Q(sha256="") & ~Q(state__in=["withdrawn", "purged"]),
                name="document_bytes_once_a_case",
            ),
            models.CheckConstraint(
                condition=~Q(state="duplicate") | Q(same_as__isnull=False),
                name="document_duplicate_says_of_which",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def can_move_to(self, state: DocumentState) -> bool:
        return state in DOCUMENT_MOVES[DocumentState(self.state)]

    @property
    def dated(self) -> str:
        """The date that says most of a paper, perhaps partial: of its study, specimen, or own."""
        return self.study_date or self.specimen_date or self.report_date

    def is_older_than(self, days: int, on: date) -> bool:
        """Whether it is surely older: of a partial date the last day counts, of none nothing."""
        if not self.dated:
            return False
        year, month, day = (*map(int, self.dated.split("-")), 0, 0)[:3]
        month = month or 12
        last = date(year, month, day or monthrange(year, month)[1])
        return (on - last).days > days

    @property
    def target(self) -> str:
        """How the audit, the timeline, jobs and tasks name this document."""
        return f"records.document:{self.pk}"
