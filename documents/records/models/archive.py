"""What lies in an archive or on a disc: its entries, and the studies among them."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.casework.models import OfCaseQuerySet
from documents.records.models.document import Document


class EntryState(models.TextChoices):
    LISTED = "listed", _("Listed")
    TAKEN = "taken", _("Taken as a record")
    IMAGE = "image", _("Image of a study")
    REFUSED = "refused", _("Not taken")


class OfArchiveQuerySet(OfCaseQuerySet["ArchiveEntry"]):
    case_path = "archive__case"


class ArchiveEntry(models.Model):
    """One file inside an archive, by its place in it; nothing is ever unpacked to its name.

    `name` is what the archive says and is personal data. `sha256` is known once it was read.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    archive = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="entries")
    number = models.PositiveIntegerField(_("place"))
    name = models.CharField(_("name in the archive"), max_length=300, blank=True)
    size = models.BigIntegerField(_("bytes"))
    state = models.CharField(
        _("state"), max_length=10, choices=EntryState.choices, default=EntryState.LISTED
    )
    kind = models.CharField(_("kind of file"), max_length=20, blank=True, default="")
    refusal_code = models.CharField(
        _("why it was not taken"), max_length=40, blank=True, default=""
    )
    document = models.ForeignKey(
        Document, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )

    objects = OfArchiveQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of an archive")
        verbose_name_plural = _("entries of an archive")
        ordering: ClassVar = ["archive", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["archive", "number"], name="entry_once_an_archive"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in EntryState]),
                name="entry_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="taken") | Q(document__isnull=False),
                name="entry_taken_says_as_which",
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)


class OfStudiesDocumentQuerySet(OfCaseQuerySet["ImagingStudy"]):
    case_path = "document__case"


class ImagingStudy(models.Model):
    """One study as its images say it. Name and birth date are as written in the images."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="studies")
    study_uid = models.CharField(max_length=64)
    modalities = models.CharField(_("modalities"), max_length=60, blank=True)
    description = models.CharField(_("description"), max_length=200, blank=True)
    body_part = models.CharField(_("part of the body"), max_length=64, blank=True)
    institution = models.CharField(_("made at"), max_length=200, blank=True)
    study_date = models.CharField(_("date of the study"), max_length=10, blank=True)
    patient_number = models.CharField(
        _("number in the images"), max_length=64, blank=True, default=""
    )
    patient_name = models.CharField(_("name in the images"), max_length=200, blank=True)
    patient_birth_date = models.CharField(_("birth date in the images"), max_length=10, blank=True)
    patient_sex = models.CharField(_("sex in the images"), max_length=10, blank=True)

    objects = OfStudiesDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("imaging study")
        verbose_name_plural = _("imaging studies")
        ordering: ClassVar = ["-study_date", "study_uid"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "study_uid"], name="study_once_a_document")
        ]

    def __str__(self) -> str:
        return self.study_uid


class OfStudyQuerySet(OfCaseQuerySet["ImagingSeries"]):
    case_path = "study__document__case"


class ImagingSeries(models.Model):
    """One series of a study, with a picture of its middle slice where one could be drawn.

    `image_count` counts every frame; 0 where there is nothing to see (a report, a plan).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(ImagingStudy, on_delete=models.CASCADE, related_name="series")
    series_uid = models.CharField(max_length=64)
    number = models.IntegerField(_("number"), null=True, blank=True)
    modality = models.CharField(_("modality"), max_length=16, blank=True)
    description = models.CharField(_("description"), max_length=200, blank=True)
    image_count = models.PositiveIntegerField(_("images"))
    preview_name = models.CharField(max_length=120, blank=True, default="", editable=False)
    no_preview_code = models.CharField(
        _("why there is no picture"), max_length=40, blank=True, default=""
    )

    objects = OfStudyQuerySet.as_manager()

    class Meta:
        verbose_name = _("imaging series")
        verbose_name_plural = _("imaging series")
        ordering: ClassVar = ["study", "number", "series_uid"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "series_uid"], name="series_once_a_study")
        ]

    def __str__(self) -> str:
        return self.series_uid
