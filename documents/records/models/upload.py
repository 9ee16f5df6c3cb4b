"""A file on its way: what has arrived of it, so that it can go on after any interruption."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.accounts.models import User
from cases.casework.models import Case, OfCaseQuerySet, RecordRequest
from documents.records.models.document import Document, RecordKind


class UploadState(models.TextChoices):
    ARRIVING = "arriving", _("Arriving")
    KEPT = "kept", _("Arrived and kept")
    REFUSED = "refused", _("Not taken")
    GIVEN_UP = "given_up", _("Given up")


class UploadQuerySet(OfCaseQuerySet["Upload"]):
    def arriving(self) -> "UploadQuerySet":
        return self.filter(state=UploadState.ARRIVING)


class Upload(models.Model):
    """One file that a person sends in pieces.

    `received` bytes are sealed on the disk; never more than what the row says is believed.
    `fingerprint` is what the sender's program says of the whole file, so that another file is
    not joined to a begun one. `original_name` is personal data and stays here.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="uploads")
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(
        RecordRequest, on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    kind = models.CharField(max_length=30, choices=RecordKind.choices, default=RecordKind.OTHER)
    original_name = models.CharField(_("name given by the sender"), max_length=300, blank=True)
    fingerprint = models.CharField(max_length=200, blank=True, default="")
    size = models.BigIntegerField(_("bytes"))
    received = models.BigIntegerField(_("bytes received"), default=0)
    state = models.CharField(
        _("state"), max_length=10, choices=UploadState.choices, default=UploadState.ARRIVING
    )
    refusal_code = models.CharField(
        _("why it was not taken"), max_length=40, blank=True, default=""
    )
    object_name = models.CharField(max_length=120, blank=True, default="", editable=False)
    progress = models.JSONField(_("how the sealing stands"), default=dict, blank=True)
    document = models.ForeignKey(
        Document, on_delete=models.SET_NULL, related_name="uploads", null=True, blank=True
    )
    created_at = models.DateTimeField(_("begun at"))
    changed_at = models.DateTimeField(_("last bytes at"))

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering: ClassVar = ["-created_at", "-id"]
        indexes: ClassVar = [models.Index(fields=["state", "changed_at"], name="upload_state")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in UploadState]),
                name="upload_state_known",
            ),
            models.CheckConstraint(
                condition=Q(received__gte=0) & Q(received__lte=F("size")),
                name="upload_not_more_than_announced",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.received} of {self.size}"
