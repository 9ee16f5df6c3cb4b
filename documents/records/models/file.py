"""The versions of a paper, and their pages."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.accounts.models import User
from cases.casework.models import OfCaseQuerySet
from documents.records.models.document import Document


class OfDocumentQuerySet(OfCaseQuerySet["DocumentFile"]):
    case_path = "document__case"


class FileRole(models.TextChoices):
    """What a version is to the one before it."""

    ORIGINAL = "original", _("As it was sent")
    OPENED = "opened", _("Opened with its password")
    READABLE = "readable", _("A copy that can be shown")
    ARRANGED = "arranged", _("Pages turned, parted or joined")
    REDACTED = "redacted", _("Parts covered for good")


class DocumentFile(models.Model):
    """The bytes of one version of a document, stored encrypted under a random name.

    Version 1 is what was sent and is never changed; later versions are made from it, and the
    newest is the one that people see. `sha256` and `size` are of the plain bytes.
    `original_name` is personal data and stays here.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="files")
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    role = models.CharField(
        _("what it is"), max_length=10, choices=FileRole.choices, default=FileRole.ORIGINAL
    )
    made_from = models.ForeignKey(
        "self",
        verbose_name=_("made from"),
        on_delete=models.PROTECT,
        related_name="made",
        null=True,
        blank=True,
    )
    made_by = models.ForeignKey(
        User,
        verbose_name=_("made by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    object_name = models.CharField(max_length=120, unique=True, editable=False)
    original_name = models.CharField(_("name given by the sender"), max_length=300, blank=True)
    content_type = models.CharField(_("type"), max_length=100)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.BigIntegerField(_("bytes"))
    page_count = models.PositiveIntegerField(_("pages"), null=True, blank=True)
    scanned_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    scan_verdict = models.CharField(_("verdict"), max_length=20, blank=True, default="")
    created_at = models.DateTimeField(_("stored at"))

    objects = OfDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering: ClassVar = ["document", "version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "version"], name="file_version_once"),
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in FileRole]), name="file_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} v{self.version}"


class OfFileQuerySet(OfCaseQuerySet["Page"]):
    case_path = "file__document__case"


class TextSource(models.TextChoices):
    NONE = "none", _("No text")
    LAYER = "layer", _("The file's own text")
    RECOGNISED = "recognised", _("Read from the picture")


class Page(models.Model):
    """One page: its text as read (offsets of evidence count in it) and its stored preview.

    `words` are `[start, end, left, top, right, bottom, confidence]`: offsets into `text`,
    fractions of the page from its top left, and 0 to 1 (1 for a file's own text). `confidence`
    is the mean over the words of a page that was read from its picture, else None; `turn` by how
    many degrees such a page has to be turned clockwise to be read, `sharpness` from 0 to 1 how
    sharp its picture is, None where nobody could tell. On a blank page stands nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.ForeignKey(DocumentFile, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField(_("page"))
    text = models.TextField(_("text"), blank=True, default="")
    width = models.FloatField(_("width in points"), default=0)
    height = models.FloatField(_("height in points"), default=0)
    text_source = models.CharField(
        _("where the text comes from"),
        max_length=10,
        choices=TextSource.choices,
        default=TextSource.LAYER,
    )
    confidence = models.FloatField(_("how sure the reading is"), null=True, blank=True)
    words = models.JSONField(_("places of the words"), default=list, blank=True)
    turn = models.PositiveSmallIntegerField(_("lies turned by"), default=0)
    sharpness = models.FloatField(_("how sharp its picture is"), null=True, blank=True)
    is_blank = models.BooleanField(_("is blank"), default=False)
    preview_name = models.CharField(max_length=120, blank=True, default="", editable=False)

    objects = OfFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering: ClassVar = ["file", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "number"], name="page_once_a_file")
        ]

    def __str__(self) -> str:
        return str(self.number)
