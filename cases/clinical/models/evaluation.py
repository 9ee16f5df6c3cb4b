"""Where a published wording stands to the facts of a case, and what people said about it."""

import uuid
from typing import ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.accounts.models import User
from cases.casework.models import Case, OfCaseQuerySet


class Overall(models.TextChoices):
    MATCH = "match", _("The recorded facts correspond to the published wording")
    NO_MATCH = (
        "no_match",
        _("The recorded facts do not correspond to the published wording"),
    )
    INSUFFICIENT = (
        "insufficient_information",
        _("The recorded facts do not yet allow a comparison with the published wording"),
    )


class EvaluationQuerySet(OfCaseQuerySet["Evaluation"]):
    def current(self) -> "EvaluationQuerySet":
        return self.filter(superseded_at__isnull=True)


class Evaluation(models.Model):
    """One comparison of the confirmed facts with one version of one definition.

    `result` holds the rows as the evaluator gave them, `facts` which rows of `Fact` stand
    behind each criterion, `facts_hash` the SHA-256 of the facts that were compared, without the
    reference date: time alone does not change it. `definition_digest` is the SHA-256 of the wording
    that was compared: two files of one version are told apart by it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="evaluations")
    indication = models.CharField(_("indication"), max_length=120)
    definition_version = models.CharField(_("version"), max_length=20)
    definition_digest = models.CharField(_("hash of the wording"), max_length=64, default="")
    reference_date = models.DateField(_("reference date"))
    overall = models.CharField(_("answer"), max_length=30, choices=Overall.choices)
    cohort = models.CharField(_("cohort"), max_length=20, blank=True, default="")
    next_transition_date = models.DateField(_("changes by itself on"), null=True, blank=True)
    snapshot = models.JSONField(_("facts compared"))
    facts_hash = models.CharField(_("hash of the facts"), max_length=64)
    result = models.JSONField(_("rows"))
    facts = models.JSONField(_("facts behind the rows"), default=dict)
    evaluated_at = models.DateTimeField(_("compared at"))
    superseded_at = models.DateTimeField(_("superseded at"), null=True, blank=True)

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = _("comparison")
        verbose_name_plural = _("comparisons")
        ordering: ClassVar = ["-evaluated_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "indication"],
                condition=Q(superseded_at__isnull=True),
                name="evaluation_current_once",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_transition_date"],
                condition=Q(superseded_at__isnull=True, next_transition_date__isnull=False),
                name="evaluation_changes_on",
            ),
            models.Index(
                fields=["indication", "definition_digest"],
                condition=Q(superseded_at__isnull=True),
                name="evaluation_definition",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indication} {self.definition_version}"


class SignOffMeaning(models.TextChoices):
    FACTS_COMPLETE = "facts_complete", _("The recorded facts are complete")
    READING_REVIEWED = (
        "reading_reviewed",
        _("The reading and the ambiguous rows were reviewed"),
    )


Word_co = TypeVar("Word_co", bound=models.Model, covariant=True)


class OfEvaluationQuerySet(OfCaseQuerySet[Word_co]):
    """What people said about a comparison; it is stale as soon as anything behind it changes."""

    case_path = "evaluation__case"

    def valid(self) -> Self:
        return self.filter(stale_at__isnull=True)


class SignOff(models.Model):
    """A named person's word on an evaluation; stale as soon as anything behind it changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="sign_offs")
    meaning = models.CharField(_("meaning"), max_length=20, choices=SignOffMeaning.choices)
    statement = models.CharField(_("in a sentence"), max_length=300, blank=True, default="")
    signed_by = models.ForeignKey(
        User, verbose_name=_("signed by"), on_delete=models.PROTECT, related_name="+"
    )
    signed_at = models.DateTimeField(_("signed at"))
    stale_at = models.DateTimeField(_("stale since"), null=True, blank=True)

    objects = OfEvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-off")
        verbose_name_plural = _("sign-offs")
        ordering: ClassVar = ["-signed_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["evaluation", "meaning"],
                condition=Q(stale_at__isnull=True),
                name="sign_off_valid_once",
            )
        ]

    def __str__(self) -> str:
        return self.get_meaning_display()


class Settlement(models.Model):
    """A clinician's sentence on a row that the wording does not settle: printed beside it.

    It turns no answer: the row stays unknown, with the word of a physician who decides. It
    belongs to one comparison and is stale with it; a newer sentence takes the place of an older.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="settlements")
    criterion = models.CharField(_("row"), max_length=80)
    sentence = models.CharField(_("in a sentence"), max_length=300)
    settled_by = models.ForeignKey(
        User, verbose_name=_("settled by"), on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(_("settled at"))
    stale_at = models.DateTimeField(_("stale since"), null=True, blank=True)

    objects = OfEvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = _("settled row")
        verbose_name_plural = _("settled rows")
        ordering: ClassVar = ["-settled_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["evaluation", "criterion"],
                condition=Q(stale_at__isnull=True),
                name="settlement_valid_once",
            ),
            models.CheckConstraint(condition=~Q(sentence=""), name="settlement_has_sentence"),
        ]

    def __str__(self) -> str:
        return self.criterion
