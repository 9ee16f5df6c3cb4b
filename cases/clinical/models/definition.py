"""The definitions as the office stands to them: which version is active, who approved which.

What a definition says is in its file (`cases.clinical.definitions`); a row here holds what people
decided about one version of it, and the hash of the content that they decided about.
"""

import uuid
from typing import ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.accounts.models import User
from cases.casework.models import Case, OfCaseQuerySet


class DefinitionState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review: not yet approved by a named clinician")
    APPROVED = "approved", _("Approved")
    SUPERSEDED = "superseded", _("Superseded")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class DefinitionVersionQuerySet(models.QuerySet["DefinitionVersion"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Wordings are no patient's: all staff read them, and nobody else."""
        if isinstance(user, User) and user.is_active and user.is_staff:
            return self.all()
        return self.none()

    def active(self) -> Self:
        """The versions that cases are compared with, one an indication at most."""
        return self.filter(activated_at__isnull=False, ended_at__isnull=True)


class DefinitionVersion(models.Model):
    """One version of one definition, and what people decided about it.

    A draft and a version in review follow their file until somebody approves or activates them;
    from then on `digest` holds, and a file that says something else is not compared with.
    `activated_by` is empty where an installation began with the version.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    indication = models.CharField(_("indication"), max_length=120)
    version = models.CharField(_("version"), max_length=20)
    state = models.CharField(_("state"), max_length=12, choices=DefinitionState.choices)
    digest = models.CharField(_("hash of the content"), max_length=64)
    registered_at = models.DateTimeField(_("first seen at"))
    label_read_on = models.DateField(_("label read on"), null=True, blank=True)
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    approved_by = models.ForeignKey(
        User,
        verbose_name=_("approved by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    activated_at = models.DateTimeField(_("active since"), null=True, blank=True)
    activated_by = models.ForeignKey(
        User,
        verbose_name=_("activated by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User,
        verbose_name=_("ended by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    withdrawn_because = models.CharField(
        _("withdrawn because"), max_length=300, blank=True, default=""
    )

    objects = DefinitionVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("definition")
        verbose_name_plural = _("definitions")
        ordering: ClassVar = ["indication", "registered_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["indication", "version"], name="definition_version_once"
            ),
            models.UniqueConstraint(
                fields=["indication"],
                condition=Q(activated_at__isnull=False, ended_at__isnull=True),
                name="definition_one_active",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DefinitionState.values), name="definition_state_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    approved_at__isnull=True, approved_by__isnull=True, label_read_on__isnull=True
                )
                | Q(
                    approved_at__isnull=False,
                    approved_by__isnull=False,
                    label_read_on__isnull=False,
                ),
                name="definition_approved_by_whom_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(approved_at__isnull=False),
                name="definition_approved_has_approval",
            ),
            models.CheckConstraint(
                condition=~Q(state="draft") | Q(activated_at__isnull=True),
                name="definition_draft_is_not_active",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["superseded", "withdrawn"])
                | Q(ended_at__isnull=False)
                | Q(activated_at__isnull=True),
                name="definition_ended_is_not_active",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | ~Q(withdrawn_because=""),
                name="definition_withdrawn_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indication} {self.version}"

    @property
    def is_active(self) -> bool:
        return self.activated_at is not None and self.ended_at is None

    @property
    def is_fixed(self) -> bool:
        """Whether its content may not change any more under this version."""
        return self.approved_at is not None or self.activated_at is not None

    @property
    def may_become_active(self) -> bool:
        """Reviewed or being reviewed, not active yet, and not given up."""
        return (
            self.state in {DefinitionState.IN_REVIEW, DefinitionState.APPROVED}
            and self.activated_at is None
        )


class ComparedFacts(models.Model):
    """The facts that count of a case, in typed columns, for comparing many cases at once.

    Written with every comparison, from the same snapshot. Empty is unknown. `born` is a day
    number (YYYYMMDD); `given` names the classes of treatment that had begun for this tumour, in
    order, with spaces between, and is null where no history may be taken. `unsettled` names facts
    that no plain column can hold (sources that disagree, a partial birth date, a treatment still
    to begin): those are read from `snapshot`, which is kept for such cases alone.
    """

    case = models.OneToOneField(
        Case, on_delete=models.CASCADE, primary_key=True, related_name="compared_facts"
    )
    facts_hash = models.CharField(max_length=64)
    unsettled = models.CharField(max_length=400, blank=True, default="")
    snapshot = models.JSONField(null=True)
    born = models.IntegerField(null=True)
    given = models.CharField(max_length=200, null=True)  # noqa: DJ001  # no history is not an empty one
    histology = models.CharField(max_length=40, null=True)  # noqa: DJ001  # null is unknown, here and below
    differentiation = models.CharField(max_length=20, null=True)  # noqa: DJ001
    grade = models.CharField(max_length=4, null=True)  # noqa: DJ001
    primary_site = models.CharField(max_length=30, null=True)  # noqa: DJ001
    locally_advanced = models.BooleanField(null=True)
    metastatic = models.BooleanField(null=True)
    resectable = models.CharField(max_length=30, null=True)  # noqa: DJ001
    progressive = models.BooleanField(null=True)
    functional_syndrome = models.BooleanField(null=True)
    sstr_positive = models.BooleanField(null=True)
    germline_vhl = models.BooleanField(null=True)
    needs_immediate_surgery = models.BooleanField(null=True)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("facts in columns")
        verbose_name_plural = _("facts in columns")

    def __str__(self) -> str:
        return str(self.pk)


class DryRun(models.Model):
    """What would change if a version became active: asked for by a person, made by a job.

    Nothing is activated by it. `before` is the version that was active when it was asked for,
    empty where the indication had none. `counted` is how many cases were compared.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    definition = models.ForeignKey(
        DefinitionVersion, on_delete=models.PROTECT, related_name="dry_runs"
    )
    before = models.ForeignKey(
        DefinitionVersion, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    digest = models.CharField(_("hash of the content"), max_length=64)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    counted = models.PositiveIntegerField(_("cases compared"), default=0)

    class Meta:
        verbose_name = _("dry run")
        verbose_name_plural = _("dry runs")
        ordering: ClassVar = ["-asked_at"]

    def __str__(self) -> str:
        return str(self.pk)


class ChangeKind(models.TextChoices):
    ANSWER = "answer", _("The answer changes")
    ROWS = "rows", _("The answer stays, rows change")


class DryRunChange(models.Model):
    """What would change alike for a number of cases: from what to what, and which rows differ.

    `rows` holds ids of criteria with the answer before and after, and no fact of a case. `cases`
    holds ids of cases, which a reader is shown through `Case.objects.visible_to` alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(DryRun, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(_("kind"), max_length=6, choices=ChangeKind.choices)
    before = models.CharField(_("answer before"), max_length=30, blank=True, default="")
    after = models.CharField(_("answer after"), max_length=30)
    rows = models.JSONField(_("rows that differ"), default=list)
    cases = models.JSONField(_("ids of cases"), default=list)
    counted = models.PositiveIntegerField(_("number of cases"))

    class Meta:
        verbose_name = _("change that a dry run found")
        verbose_name_plural = _("changes that a dry run found")
        ordering: ClassVar = ["kind", "-counted", "id"]

    def __str__(self) -> str:
        return f"{self.before} > {self.after}"
