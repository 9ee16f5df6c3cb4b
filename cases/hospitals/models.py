"""Hospitals, the people there, and what was written to and fro."""

import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.accounts.models import User
from cases.casework.models import Case, OfCaseQuerySet


class Hospital(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=150, unique=True)
    department = models.CharField(_("department"), max_length=150, blank=True, default="")
    city = models.CharField(_("city"), max_length=80)
    country = models.CharField(_("country"), max_length=60)
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    language = models.CharField(_("language of its papers"), max_length=10, default="en")
    note = models.TextField(_("note for colleagues"), max_length=2000, blank=True, default="")

    class Meta:
        verbose_name = _("hospital")
        verbose_name_plural = _("hospitals")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """A person or desk at a hospital, reached at one address. They have grants, not accounts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="contacts")
    name = models.CharField(_("name"), max_length=150)
    position = models.CharField(_("position"), max_length=120, blank=True, default="")
    email = models.EmailField(_("address"))
    language = models.CharField(_("language"), max_length=10, default="en")
    ended_at = models.DateTimeField(_("left at"), null=True, blank=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering: ClassVar = ["hospital", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hospital", "email"], name="contact_once_a_hospital")
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.hospital}"


class HospitalRequirement(models.Model):
    """A kind of record that a hospital wants, and how recent it must be."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hospital = models.ForeignKey(Hospital, on_delete=models.CASCADE, related_name="requirements")
    kind = models.CharField(_("kind of record"), max_length=30)
    not_older_than_days = models.PositiveIntegerField(
        _("not older than, in days"), null=True, blank=True
    )
    note = models.CharField(_("note"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hospital", "kind"], name="requirement_once_a_kind")
        ]

    def __str__(self) -> str:
        return self.kind


class ReferralState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    READY = "ready", _("Ready")
    SENT = "sent", _("Sent")
    OPENED = "opened", _("Opened")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    INFO_REQUESTED = "info_requested", _("More is asked for")
    INFO_SUPPLIED = "info_supplied", _("More was sent")
    DECIDED = "decided", _("Answered")
    SCHEDULED = "scheduled", _("Appointment made")
    ADMITTED = "admitted", _("Admitted")
    DONE = "done", _("Done")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    NO_RESPONSE = "no_response", _("No answer")


class ReferralOutcome(models.TextChoices):
    ACCEPTED = "accepted", _("Accepted")
    CONDITIONAL = "conditional", _("Accepted on a condition")
    DECLINED = "declined", _("Declined")
    REDIRECTED = "redirected", _("Redirected")


class ReferralQuerySet(OfCaseQuerySet["Referral"]):
    def overdue(self, now: datetime) -> Self:
        waiting = [ReferralState.SENT, ReferralState.OPENED, ReferralState.ACKNOWLEDGED]
        return self.filter(state__in=waiting, answer_due_at__lt=now)


class Referral(models.Model):
    """One question to one hospital about one case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="referrals")
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="referrals")
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="referrals", null=True, blank=True
    )
    question = models.TextField(_("the question asked"), max_length=600)
    state = models.CharField(
        _("state"), max_length=20, choices=ReferralState.choices, default=ReferralState.DRAFT
    )
    outcome = models.CharField(
        _("answer"), max_length=20, choices=ReferralOutcome.choices, blank=True, default=""
    )
    outcome_note = models.TextField(
        _("in the hospital's words"), max_length=2000, blank=True, default=""
    )
    created_at = models.DateTimeField(_("made at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    answer_due_at = models.DateTimeField(_("answer expected by"), null=True, blank=True)
    decided_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "hospital"],
                condition=~Q(state__in=["withdrawn", "no_response", "done"]),
                name="referral_open_once_a_hospital",
            ),
            models.CheckConstraint(
                condition=~Q(state="decided") | ~Q(outcome=""), name="referral_decided_has_outcome"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} → {self.hospital}"


class Audience(models.TextChoices):
    FAMILY = "family", _("Family")
    HOSPITAL = "hospital", _("Hospital")


class ThreadQuerySet(OfCaseQuerySet["Thread"]):
    def with_family(self) -> Self:
        return self.filter(audience=Audience.FAMILY)


class Thread(models.Model):
    """What was written to and fro, with a family or with a hospital, never with both."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="threads")
    referral = models.ForeignKey(
        Referral, on_delete=models.PROTECT, related_name="threads", null=True, blank=True
    )
    audience = models.CharField(_("with"), max_length=10, choices=Audience.choices)
    subject = models.CharField(_("subject"), max_length=150)
    created_at = models.DateTimeField(_("begun at"))
    last_message_at = models.DateTimeField(_("last message at"), null=True, blank=True)
    waiting_on_us_since = models.DateTimeField(_("waiting on us since"), null=True, blank=True)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        verbose_name = _("thread")
        verbose_name_plural = _("threads")
        ordering: ClassVar = ["-last_message_at", "-created_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(audience="hospital") | Q(referral__isnull=False),
                name="thread_of_hospital_has_referral",
            )
        ]

    def __str__(self) -> str:
        return self.subject


class Direction(models.TextChoices):
    OUT = "out", _("Sent by us")
    IN = "in", _("Received")


class MessageState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    QUEUED = "queued", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    BOUNCED = "bounced", _("Returned")
    UNKNOWN = "unknown", _("Perhaps sent; please check")
    STORED = "stored", _("Received")
    FILED = "filed", _("Filed")
    HELD = "held", _("Held")


class MessageQuerySet(OfCaseQuerySet["Message"]):
    case_path = "thread__case"


class Message(models.Model):
    """One message. Outgoing mail is a row that a job sends; its Message-ID never changes.

    The mail itself says only that there is something to read after signing in or opening the
    link: `body` never leaves by mail.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="messages")
    direction = models.CharField(_("direction"), max_length=5, choices=Direction.choices)
    state = models.CharField(
        _("state"), max_length=10, choices=MessageState.choices, default=MessageState.DRAFT
    )
    author = models.ForeignKey(
        User,
        verbose_name=_("author"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="messages", null=True, blank=True
    )
    to_address = models.EmailField(_("to"), blank=True, default="")
    body = models.TextField(_("text"), max_length=10000)
    message_id = models.CharField(max_length=200, unique=True, editable=False)
    created_at = models.DateTimeField(_("written at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering: ClassVar = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.direction} {self.created_at}"
