"""Where facts stand on pages, and what was covered there."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from cases.accounts.models import User
from cases.casework.models import OfCaseQuerySet
from cases.clinical.models import Fact
from documents.records.models.file import DocumentFile


class EvidenceQuerySet(OfCaseQuerySet["Evidence"]):
    case_path = "fact__case"

    def on_newest_versions(self) -> "EvidenceQuerySet":
        """Words that are in the newest version of their paper: what was covered there is not."""
        newer = DocumentFile.objects.filter(
            document=OuterRef("file__document"), version__gt=OuterRef("file__version")
        )
        return self.filter(~Exists(newer))


class Evidence(models.Model):
    """Where a fact stands: file, page, character offsets, the words, and where they are drawn.

    `boxes` are `[left, top, right, bottom]` in fractions of the page, from its top left.
    `confidence`, 0 to 1, is how surely the least sure of the words was read, where a rule found
    them in a picture; None where they are the file's own text, or a person chose them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    fact = models.ForeignKey(Fact, on_delete=models.CASCADE, related_name="evidence")
    file = models.ForeignKey(DocumentFile, on_delete=models.PROTECT, related_name="evidence")
    page = models.PositiveIntegerField(_("page"))
    start = models.PositiveIntegerField(_("first character"), default=0)
    end = models.PositiveIntegerField(_("behind the last character"), default=0)
    quote = models.CharField(_("words"), max_length=500)
    boxes = models.JSONField(_("places on the page"), default=list)
    confidence = models.FloatField(_("how surely the words were read"), null=True, blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["fact", "file", "page", "start"], name="evidence_once_a_place"
            )
        ]

    def __str__(self) -> str:
        return f"page {self.page}"


class RedactionReason(models.TextChoices):
    OTHER_PERSON = "other_person", _("About another person")
    IDENTITY = "identity", _("Numbers or addresses that nobody needs")
    NOT_NEEDED = "not_needed", _("Has nothing to do with the illness")
    FAMILY_WISH = "family_wish", _("The family wishes it")


class RedactionQuerySet(OfCaseQuerySet["Redaction"]):
    case_path = "file__document__case"


class Redaction(models.Model):
    """What was covered on one page when a redacted version was made, by whom and why.

    `boxes` are `[left, top, right, bottom]` in fractions of the page of the version it was
    made from; the words below them are in no later version.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.ForeignKey(DocumentFile, on_delete=models.CASCADE, related_name="redactions")
    page = models.PositiveIntegerField(_("page"))
    boxes = models.JSONField(_("places on the page"), default=list)
    reason = models.CharField(_("why"), max_length=20, choices=RedactionReason.choices)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("made at"))

    objects = RedactionQuerySet.as_manager()

    class Meta:
        verbose_name = _("redaction")
        verbose_name_plural = _("redactions")
        ordering: ClassVar = ["file", "page"]

    def __str__(self) -> str:
        return f"page {self.page}"
