"""A translation that was asked for: people's work, from request to approval."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.accounts.models import User
from cases.casework.models import OfCaseQuerySet
from documents.records.models.document import Document
from documents.records.models.file import DocumentFile


class TranslationState(models.TextChoices):
    REQUESTED = "requested", _("Asked for")
    ASSIGNED = "assigned", _("With a translator")
    DELIVERED = "delivered", _("Delivered")
    CHECKED = "checked", _("Checked against the original")
    APPROVED = "approved", _("Approved")
    REWORK = "rework", _("Back to the translator")
    CANCELLED = "cancelled", _("Cancelled")
    STALE = "stale", _("Of an older version of the paper")


TRANSLATION_MOVES: dict[TranslationState, frozenset[TranslationState]] = {
    TranslationState.REQUESTED: frozenset(
        {TranslationState.ASSIGNED, TranslationState.DELIVERED, TranslationState.CANCELLED}
    ),
    TranslationState.ASSIGNED: frozenset(
        {TranslationState.DELIVERED, TranslationState.REQUESTED, TranslationState.CANCELLED}
    ),
    TranslationState.DELIVERED: frozenset(
        {TranslationState.CHECKED, TranslationState.REWORK, TranslationState.CANCELLED}
    ),
    TranslationState.CHECKED: frozenset({TranslationState.APPROVED, TranslationState.REWORK}),
    TranslationState.REWORK: frozenset({TranslationState.DELIVERED, TranslationState.CANCELLED}),
    TranslationState.APPROVED: frozenset({TranslationState.STALE}),
    TranslationState.CANCELLED: frozenset(),
    TranslationState.STALE: frozenset({TranslationState.ASSIGNED, TranslationState.CANCELLED}),
}
OPEN_TRANSLATIONS = [
    TranslationState.REQUESTED,
    TranslationState.ASSIGNED,
    TranslationState.DELIVERED,
    TranslationState.CHECKED,
    TranslationState.REWORK,
    TranslationState.STALE,
]


class TranslationQuerySet(OfCaseQuerySet["Translation"]):
    case_path = "document__case"

    def open(self) -> "TranslationQuerySet":
        return self.filter(state__in=OPEN_TRANSLATIONS)


class Translation(models.Model):
    """A paper in another language. `translated` is the delivered paper, a record of its own.

    `of_file` is the version that was translated: a newer one makes an approved translation
    stale. `translator` is a colleague, or `translator_name` somebody outside.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="translations")
    of_file = models.ForeignKey(
        DocumentFile, on_delete=models.PROTECT, related_name="translations", null=True, blank=True
    )
    from_language = models.CharField(_("from"), max_length=10)
    to_language = models.CharField(_("into"), max_length=10)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=TranslationState.choices,
        default=TranslationState.REQUESTED,
    )
    translator = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    translator_name = models.CharField(_("translator"), max_length=150, blank=True, default="")
    translated = models.ForeignKey(
        Document, on_delete=models.PROTECT, related_name="translation_of", null=True, blank=True
    )
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("asked for at"))
    due_on = models.DateField(_("due on"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed at"))

    objects = TranslationQuerySet.as_manager()

    class Meta:
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        ordering: ClassVar = ["-requested_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in TranslationState]),
                name="translation_state_known",
            ),
            models.UniqueConstraint(
                fields=["document", "to_language"],
                condition=~Q(state="cancelled"),
                name="translation_once_a_language",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["delivered", "checked", "approved"])
                | Q(translated__isnull=False),
                name="translation_delivered_with_paper",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_language} → {self.to_language}"

    def can_move_to(self, state: TranslationState) -> bool:
        return state in TRANSLATION_MOVES[TranslationState(self.state)]
