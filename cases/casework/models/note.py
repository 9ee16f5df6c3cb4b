"""What staff tell each other, and what happened when."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.accounts.models import User
from cases.casework.models.case import Case, OfCaseQuerySet


class Note(models.Model):
    """What staff tell each other about a case; never shown to a family or a hospital."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(
        User, verbose_name=_("author"), on_delete=models.PROTECT, related_name="+"
    )
    text = models.TextField(_("note"), max_length=4000)
    created_at = models.DateTimeField(_("written at"))

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return str(self.created_at)


class TimelineEntry(models.Model):
    """What happened, in the order in which it did. `code` and `detail` make the sentence."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="timeline")
    at = models.DateTimeField(_("at"))
    code = models.CharField(_("what"), max_length=60)
    target = models.CharField(_("about"), max_length=120, blank=True, default="")
    detail = models.JSONField(_("codes"), default=dict)
    actor = models.ForeignKey(
        User, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+", null=True
    )
    shown_to_family = models.BooleanField(_("shown to the family"), default=False)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("timeline entry")
        verbose_name_plural = _("timeline")
        ordering: ClassVar = ["-at", "-id"]
        indexes: ClassVar = [models.Index(fields=["case", "-at"], name="timeline_case")]

    def __str__(self) -> str:
        return self.code
