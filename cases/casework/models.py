"""The journey of a case: who it is about, where it stands, what was agreed, what is asked for."""

import re
import uuid
from datetime import date, datetime
from typing import ClassVar, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from cases.accounts.models import Role, Team, User

PARTIAL_DATE = re.compile(r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")
validate_partial_date = RegexValidator(
    PARTIAL_DATE, _("Write the date as 2014, 2014-03 or 2014-03-21.")
)


class Sex(models.TextChoices):
    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Not recorded")


class Patient(models.Model):
    """The person who is ill. `birth_date` may be partial: `2014`, `2014-03` or `2014-03-21`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name in Latin letters"), max_length=150)
    native_name = models.CharField(
        _("name in its own script"), max_length=150, blank=True, default=""
    )
    birth_date = models.CharField(
        _("date of birth"),
        max_length=10,
        blank=True,
        default="",
        validators=[validate_partial_date],
    )
    sex = models.CharField(_("sex"), max_length=10, choices=Sex.choices, default=Sex.UNKNOWN)
    country = models.CharField(_("country"), max_length=60, blank=True, default="")
    language = models.CharField(_("language"), max_length=10, default="en")
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    deceased_on = models.DateField(_("died on"), null=True, blank=True)

    class Meta:
        verbose_name = _("patient")
        verbose_name_plural = _("patients")

    def __str__(self) -> str:
        return self.name

    def age_on(self, day: date) -> int | None:
        """Completed years on a day; None while the birth date is not complete."""
        parts = self.birth_date.split("-")
        if len(parts) != len(("year", "month", "day")):
            return None
        year, month, born_day = (int(part) for part in parts)
        return day.year - year - ((day.month, day.day) < (month, born_day))


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


class TaskState(models.TextChoices):
    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Dropped")


class TaskQuerySet(OfCaseQuerySet["Task"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Tasks of the cases they see; tasks of no case are for all staff."""
        seen = Q(case__in=Case.objects.visible_to(user))
        if isinstance(user, User) and user.is_active and user.is_staff:
            seen |= Q(case__isnull=True)
        return self.filter(seen)

    def open(self) -> Self:
        return self.filter(state=TaskState.OPEN)

    def overdue(self, now: datetime) -> Self:
        return self.open().filter(due_at__lt=now)


class Task(models.Model):
    """Something a person must do. `code` says why the machine made it (empty: a person did)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(
        Case, on_delete=models.CASCADE, related_name="tasks", null=True, blank=True
    )
    title = models.CharField(_("what"), max_length=200)
    code = models.CharField(_("why"), max_length=60, blank=True, default="")
    target = models.CharField(_("about"), max_length=120, blank=True, default="")
    assignee = models.ForeignKey(
        User,
        verbose_name=_("who"),
        on_delete=models.PROTECT,
        related_name="tasks",
        null=True,
        blank=True,
    )
    state = models.CharField(
        _("state"), max_length=10, choices=TaskState.choices, default=TaskState.OPEN
    )
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    created_at = models.DateTimeField(_("made at"))
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.ForeignKey(
        User,
        verbose_name=_("done by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering: ClassVar = ["due_at", "created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code", "target"],
                condition=Q(state="open") & ~Q(code=""),
                name="task_once_while_open",
            )
        ]

    def __str__(self) -> str:
        return self.title


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


class ReferenceCounter(models.Model):
    """The last number given out in a year; the row is locked while a case is opened."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"
