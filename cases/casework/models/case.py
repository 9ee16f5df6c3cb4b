"""One patient's way from inquiry to follow-up, who has a part in it, and who sees it."""

import uuid
from typing import ClassVar, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from cases.accounts.models import Role, Team, User
from cases.casework.models.patient import Patient


class Stage(models.TextChoices):
    INQUIRY = "inquiry", _("Inquiry")
    RECORDS = "records", _("Collecting records")
    REVIEW = "review", _("Review")
    HOSPITAL_REVIEW = "hospital_review", _("With hospitals")
    DECISION = "decision", _("Decision")
    TRAVEL = "travel", _("Travel")
    TREATMENT = "treatment", _("Treatment")
    FOLLOW_UP = "follow_up", _("Follow-up")
    CLOSED = "closed", _("Closed")


STAGES = list(Stage)


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: User | AnonymousUser) -> "CaseQuerySet":
        """The only door from a person to a case.

        Staff who work on cases see those they own and those of their teams; family members
        see those they are a party to; everyone else sees none.
        """
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        if user.role == Role.FAMILY:
            return self.filter(
                Exists(
                    CaseParty.objects.filter(case=OuterRef("pk"), user=user, ended_at__isnull=True)
                )
            )
        if not user.works_on_cases:
            return self.none()
        mine = Team.members.through.objects.filter(team=OuterRef("team"), user=user)
        return self.filter(Q(owner=user) | Exists(mine))

    def open(self) -> "CaseQuerySet":
        return self.exclude(stage=Stage.CLOSED)


class Case(models.Model):
    """One patient's way from inquiry to follow-up, with one coordinator who owns it.

    Hold, frozen consent and death stand apart from the stage: they stop sending, and do not
    hide where the case was.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("reference"), max_length=20, unique=True, editable=False)
    patient = models.ForeignKey(
        Patient, verbose_name=_("patient"), on_delete=models.PROTECT, related_name="cases"
    )
    stage = models.CharField(
        _("stage"), max_length=20, choices=Stage.choices, default=Stage.INQUIRY
    )
    owner = models.ForeignKey(
        User,
        verbose_name=_("coordinator"),
        on_delete=models.PROTECT,
        related_name="owned_cases",
        null=True,
        blank=True,
    )
    team = models.ForeignKey(
        Team, verbose_name=_("team"), on_delete=models.PROTECT, null=True, blank=True
    )
    inquiry = models.TextField(_("in the family's words"), max_length=4000, blank=True, default="")
    opened_at = models.DateTimeField(_("opened at"))
    stage_since = models.DateTimeField(_("in this stage since"))
    records_complete_at = models.DateTimeField(_("records complete since"), null=True, blank=True)
    hold_reason = models.CharField(_("on hold because"), max_length=200, blank=True, default="")
    consent_frozen_at = models.DateTimeField(_("consent frozen since"), null=True, blank=True)
    waiting_on_us_since = models.DateTimeField(_("waiting on us since"), null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering: ClassVar = ["-opened_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["-opened_at", "-id"], name="case_opened"),
            models.Index(fields=["owner", "stage"], name="case_owner_stage"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(stage__in=[stage.value for stage in Stage]), name="case_stage_known"
            )
        ]

    def __str__(self) -> str:
        return self.reference

    def can_move_to(self, stage: Stage) -> bool:
        """Forward by one; back to any earlier stage (with a reason); to closed from anywhere."""
        here, there = STAGES.index(Stage(self.stage)), STAGES.index(stage)
        return there == here + 1 or there < here or (stage == Stage.CLOSED and there != here)

    def needs_reason_for(self, stage: Stage) -> bool:
        here, there = STAGES.index(Stage(self.stage)), STAGES.index(stage)
        return there < here or (stage == Stage.CLOSED and there != here + 1)

    @property
    def is_frozen(self) -> bool:
        """Nothing may be sent: consent was frozen, or the patient has died."""
        return self.consent_frozen_at is not None or self.patient.deceased_on is not None


Below_co = TypeVar("Below_co", bound=models.Model, covariant=True)


class OfCaseQuerySet(models.QuerySet[Below_co]):
    """Rows that belong to a case, directly or by `case_path`, and are seen with it."""

    case_path: ClassVar[str] = "case"

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(**{f"{self.case_path}__in": Case.objects.visible_to(user)})


class Relation(models.TextChoices):
    PATIENT = "patient", _("The patient")
    PARENT = "parent", _("Parent")
    PARTNER = "partner", _("Wife, husband or partner")
    CHILD = "child", _("Daughter or son")
    SIBLING = "sibling", _("Sister or brother")
    REPRESENTATIVE = "representative", _("Legal representative")
    OTHER = "other", _("Someone else close")


class CaseParty(models.Model):
    """A family member of a case, and what they may do."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="parties")
    user = models.ForeignKey(
        User, verbose_name=_("person"), on_delete=models.PROTECT, related_name="parties"
    )
    relation = models.CharField(_("relation"), max_length=20, choices=Relation.choices)
    may_upload = models.BooleanField(_("may send papers"), default=True)
    may_consent = models.BooleanField(_("may give consent"), default=False)
    wants_notices = models.BooleanField(_("is told of news by mail"), default=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("family member")
        verbose_name_plural = _("family members")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "user"], name="party_once_a_case")
        ]

    def __str__(self) -> str:
        return self.get_relation_display()


class ReferenceCounter(models.Model):
    """The last number given out in a year; the row is locked while a case is opened."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"
