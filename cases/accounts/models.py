"""People who sign in, their teams and invitations, and the record of what was done."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    COORDINATOR = "coordinator", _("Coordinator")
    TEAM_LEAD = "team_lead", _("Team lead")
    CLINICIAN = "clinician", _("Clinician reviewer")
    TRANSLATOR = "translator", _("Translator")
    ADMINISTRATOR = "administrator", _("Administrator")
    FAMILY = "family", _("Family member")


STAFF_ROLES = frozenset(Role) - {Role.FAMILY}
CASE_STAFF_ROLES = STAFF_ROLES - {Role.ADMINISTRATOR}


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.is_staff = user.role in STAFF_ROLES
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        fields.setdefault("role", Role.ADMINISTRATOR)
        return self.create_user(email, password, is_superuser=True, **fields)


class User(AbstractUser):
    """A member of staff or of a family. Hospitals have grants, not users."""

    username = None  # type: ignore[assignment]  # people sign in by address
    first_name = None  # type: ignore[assignment]  # one name, as the person writes it
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("address"), unique=True)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.FAMILY)
    language = models.CharField(_("language"), max_length=10, default="en")
    also_reads = models.CharField(
        _("also reads"),
        max_length=60,
        blank=True,
        default="",
        help_text=_("Codes of languages, with commas: es, fr. Papers in others are translated."),
    )
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    phone = models.CharField(_("telephone"), max_length=40, blank=True, default="")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]
    objects = UserManager()  # type: ignore[misc,assignment]  # keyed by address

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_any_case"),
            models.CheckConstraint(
                condition=~Q(role="family") | Q(is_staff=False), name="user_family_is_not_staff"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def languages_read(self) -> set[str]:
        """The languages in which a paper needs no translation for this person."""
        also = {code.strip().lower() for code in self.also_reads.split(",")}
        return {self.language} | {code for code in also if code}

    @property
    def works_on_cases(self) -> bool:
        """Whether the role opens case files at all; administrators do not, by default."""
        return self.role in CASE_STAFF_ROLES


class SealingRule(models.TextChoices):
    AS_INSTALLED = "", _("As the installation has it")
    TWO = "two", _("Two people: who asked for a version does not seal it")
    ONE = "one", _("One person is enough")


class Team(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=80, unique=True)
    members = models.ManyToManyField(
        User, verbose_name=_("members"), related_name="teams", blank=True
    )
    takes_inquiries = models.BooleanField(
        _("new inquiries come here"),
        default=False,
        help_text=_(
            "One team at most. While none is chosen, they come to the first team by name that "
            "has a coordinator or team lead."
        ),
    )
    sealing = models.CharField(
        _("who seals a dossier"), max_length=3, choices=SealingRule.choices, blank=True, default=""
    )

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["takes_inquiries"],
                condition=Q(takes_inquiries=True),
                name="team_one_takes_inquiries",
                violation_error_message=_(
                    "Another team already takes new inquiries; take the tick away there first."
                ),
            ),
            models.CheckConstraint(
                condition=Q(sealing__in=SealingRule.values), name="team_sealing_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Invitation(models.Model):
    """A link to the address on file; only its hash is kept.

    Opening needs the link, a code sent to the address, and the answer to `question`, whose
    normalised hash is `answer_hash` (empty: none asked).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        User, verbose_name=_("person"), on_delete=models.CASCADE, related_name="invitations"
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    question = models.CharField(_("what they are asked"), max_length=120, blank=True, default="")
    answer_hash = models.CharField(max_length=128, blank=True, default="", editable=False)
    code_hash = models.CharField(max_length=128, blank=True, default="", editable=False)
    code_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    code_attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    codes_sent = models.PositiveSmallIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("made at"))
    created_by = models.ForeignKey(
        User, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+", null=True
    )
    expires_at = models.DateTimeField(_("expires at"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class AuditEvent(models.Model):
    """One thing that was done or read: append-only, hash-chained, ids and codes only.

    `hash` is the SHA-256 of the previous row's hash and this row's content. Triggers of the
    database refuse UPDATE and DELETE. No foreign keys: a row outlives what it speaks of.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("at"))
    actor_id = models.BigIntegerField(_("person"), null=True)
    action = models.CharField(_("action"), max_length=60)
    case_id = models.UUIDField(_("case"), null=True)
    target = models.CharField(_("target"), max_length=120, blank=True, default="")
    detail = models.JSONField(_("codes"), default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["case_id", "-id"], name="audit_case"),
            models.Index(fields=["actor_id", "-id"], name="audit_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target}"


class AuditHead(models.Model):
    """The single row that is locked while an event is appended, and holds the last hash."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    hash = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="audit_head_is_single")
        ]

    def __str__(self) -> str:
        return self.hash
