"""What the family is asked for."""

import uuid
from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.accounts.models import User
from cases.casework.models.case import Case, OfCaseQuerySet


class RequestState(models.TextChoices):
    OPEN = "open", _("Still missing")
    RECEIVED = "received", _("Received, being checked")
    FULFILLED = "fulfilled", _("Complete")
    CANNOT_GET = "cannot_get", _("The family cannot get it")
    WITHDRAWN = "withdrawn", _("No longer needed")


class RecordRequestQuerySet(OfCaseQuerySet["RecordRequest"]):
    def asked(self) -> Self:
        return self.exclude(state=RequestState.WITHDRAWN)


class RecordRequest(models.Model):
    """One line of the family's checklist: what is asked for, why, and how recent it must be.

    `kind` is a kind of record (`documents.records`); `fact_key` the fact that it would settle.
    It never says a word about an indication.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="record_requests")
    kind = models.CharField(_("kind of record"), max_length=30)
    title = models.CharField(_("what"), max_length=150)
    reason = models.CharField(_("why the hospital wants it"), max_length=300)
    not_older_than_days = models.PositiveIntegerField(
        _("not older than, in days"), null=True, blank=True
    )
    fact_key = models.CharField(_("settles the fact"), max_length=60, blank=True, default="")
    state = models.CharField(
        _("state"), max_length=12, choices=RequestState.choices, default=RequestState.OPEN
    )
    cannot_get_reason = models.CharField(
        _("why it cannot be had"), max_length=300, blank=True, default=""
    )
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(
        User, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+", null=True
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    objects = RecordRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("record request")
        verbose_name_plural = _("record requests")
        ordering: ClassVar = ["asked_at", "id"]

    def __str__(self) -> str:
        return self.title
