"""What was agreed, by whom, to which version of which text."""

import uuid
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.accounts.models import User
from cases.casework.models.case import Case, OfCaseQuerySet, Relation


class ConsentPurpose(models.TextChoices):
    KEEP_RECORDS = "keep_records", _("Keep and read the records")
    TRANSLATE = "translate", _("Have papers translated")
    CONTACT = "contact", _("Contact the family")
    SHARE = "share", _("Send the records to a named hospital")


class ConsentQuerySet(OfCaseQuerySet["Consent"]):
    def live(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)


class Consent(models.Model):
    """What was agreed, by whom, in which capacity, to which version of which text.

    `recipient_id` names the hospital of a `share` consent; the other purposes have none.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=20, choices=ConsentPurpose.choices)
    recipient_id = models.UUIDField(_("hospital"), null=True, blank=True)
    recipient_name = models.CharField(_("hospital's name"), max_length=150, blank=True, default="")
    given_by = models.ForeignKey(
        User, verbose_name=_("given by"), on_delete=models.PROTECT, related_name="+"
    )
    capacity = models.CharField(_("in the capacity of"), max_length=20, choices=Relation.choices)
    text_version = models.CharField(_("version of the text"), max_length=20)
    text_language = models.CharField(_("language of the text"), max_length=10)
    given_at = models.DateTimeField(_("given at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User,
        verbose_name=_("withdrawn by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering: ClassVar = ["-given_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "recipient_id"],
                condition=Q(withdrawn_at__isnull=True, purpose="share"),
                name="consent_live_once_a_hospital",
            ),
            models.UniqueConstraint(
                fields=["case", "purpose"],
                condition=Q(withdrawn_at__isnull=True) & ~Q(purpose="share"),
                name="consent_live_once_a_purpose",
            ),
            models.CheckConstraint(
                condition=Q(purpose="share", recipient_id__isnull=False)
                | (~Q(purpose="share") & Q(recipient_id__isnull=True)),
                name="consent_share_names_hospital",
            ),
        ]

    def __str__(self) -> str:
        return self.get_purpose_display()
