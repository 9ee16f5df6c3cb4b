"""What is known of the illness, and where a label's wording stands to it."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.accounts.models import User
from cases.casework.models import Case, OfCaseQuerySet, validate_partial_date


class FactState(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    CONFIRMED = "confirmed", _("Confirmed")
    REJECTED = "rejected", _("Rejected")
    REPLACED = "replaced", _("Replaced")
    DISPUTED = "disputed", _("Disputed")


class FactOrigin(models.TextChoices):
    RULE = "rule", _("Read from a record")
    PERSON = "person", _("Entered by a person")


class FactQuerySet(OfCaseQuerySet["Fact"]):
    def proposed(self) -> "FactQuerySet":
        return self.filter(state=FactState.PROPOSED)

    def confirmed(self) -> "FactQuerySet":
        return self.filter(state=FactState.CONFIRMED)


class Fact(models.Model):
    """One value of one fact of a case, with who stands for it.

    `key` and `value` follow the vocabulary (`cases.clinical.vocabulary`); a treatment line or
    a biomarker is a fact with the key `prior_treatments` or `biomarker:GENE`. Several confirmed
    rows of one single-valued key that differ are a conflict: they stand side by side until a
    person replaces one. `dated` is the date the value holds for, perhaps partial. Where no
    document stands behind it, `stated_source` says who said so. `details` holds what is told of a
    treatment and never counted: intent, best_response, stop_reason.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="facts")
    key = models.CharField(_("fact"), max_length=80)
    value = models.JSONField(_("value"))
    dated = models.CharField(
        _("as of"),
        max_length=10,
        blank=True,
        default="",
        validators=[validate_partial_date],
    )
    state = models.CharField(
        _("state"), max_length=10, choices=FactState.choices, default=FactState.PROPOSED
    )
    origin = models.CharField(_("origin"), max_length=10, choices=FactOrigin.choices)
    rule = models.CharField(_("rule"), max_length=80, blank=True, default="")
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    details = models.JSONField(_("said beside it"), default=dict, blank=True)
    stated_source = models.CharField(_("stated source"), max_length=200, blank=True, default="")
    proposed_at = models.DateTimeField(_("proposed at"))
    proposed_by = models.ForeignKey(
        User,
        verbose_name=_("proposed by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")
    replaced_by = models.ForeignKey(
        "self",
        verbose_name=_("replaced by"),
        on_delete=models.PROTECT,
        related_name="replaces",
        null=True,
        blank=True,
    )

    objects = FactQuerySet.as_manager()

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        ordering: ClassVar = ["key", "-proposed_at"]
        indexes: ClassVar = [models.Index(fields=["case", "state", "key"], name="fact_case_state")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="proposed") | Q(decided_at__isnull=False),
                name="fact_decision_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(decided_by__isnull=False),
                name="fact_confirmed_by_a_person",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class CompleteHistoryQuerySet(OfCaseQuerySet["CompleteHistory"]):
    def live(self) -> "CompleteHistoryQuerySet":
        return self.filter(ended_at__isnull=True)


class CompleteHistory(models.Model):
    """A named person's word that the confirmed treatments are all that there were.

    An empty history that is confirmed complete and one that nobody collected are different
    facts. The word ends as soon as a treatment is added, changed or taken away.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="complete_histories")
    stated_source = models.CharField(_("stated source"), max_length=200)
    confirmed_at = models.DateTimeField(_("confirmed at"))
    confirmed_by = models.ForeignKey(
        User, verbose_name=_("confirmed by"), on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = CompleteHistoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("complete treatment history")
        verbose_name_plural = _("complete treatment histories")
        ordering: ClassVar = ["-confirmed_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_at__isnull=True), name="history_live_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.confirmed_at}"


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
    reference date: time alone does not change it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="evaluations")
    indication = models.CharField(_("indication"), max_length=120)
    definition_version = models.CharField(_("version"), max_length=20)
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
                fields=["indication", "definition_version"],
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


class SignOffQuerySet(OfCaseQuerySet["SignOff"]):
    case_path = "evaluation__case"

    def valid(self) -> "SignOffQuerySet":
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

    objects = SignOffQuerySet.as_manager()

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
