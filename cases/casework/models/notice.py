"""A mail that tells a family member that there is something to see after signing in."""

import uuid
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.casework.models.case import CaseParty, OfCaseQuerySet


class NoticeState(models.TextChoices):
    QUEUED = "queued", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    BOUNCED = "bounced", _("Returned")
    UNKNOWN = "unknown", _("Perhaps sent")
    NEEDLESS = "needless", _("Not sent: they had looked already")
    DROPPED = "dropped", _("Not sent")


class FamilyNoticeQuerySet(OfCaseQuerySet["FamilyNotice"]):
    case_path = "party__case"

    def waiting(self) -> Self:
        return self.filter(state__in=[NoticeState.QUEUED, NoticeState.SENDING])

    def left(self) -> Self:
        """Those that left the house, perhaps."""
        return self.filter(
            state__in=[NoticeState.SENT, NoticeState.BOUNCED, NoticeState.UNKNOWN],
        )


class FamilyNotice(models.Model):
    """One mail to one member: a bundle of all that happened until it goes.

    It says nothing of what happened, so news that comes while it waits needs no other; at most
    one waits for each member. `news_at` is the newest thing that it tells of.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    party = models.ForeignKey(CaseParty, on_delete=models.CASCADE, related_name="notices")
    state = models.CharField(
        _("state"), max_length=10, choices=NoticeState.choices, default=NoticeState.QUEUED
    )
    news_at = models.DateTimeField(_("newest thing it tells of"))
    due_at = models.DateTimeField(_("due at"))
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    objects = FamilyNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice to a family member")
        verbose_name_plural = _("notices to family members")
        ordering: ClassVar = ["-news_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["party"],
                condition=Q(state__in=["queued", "sending"]),
                name="notice_waits_once_a_member",
            )
        ]

    def __str__(self) -> str:
        return self.get_state_display()
