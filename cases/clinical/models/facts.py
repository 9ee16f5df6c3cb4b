"""What is known of the illness, and by whose word."""

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
