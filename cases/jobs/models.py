"""The row that is the truth of background work.

A message at the broker carries only the id of a row and may be lost, doubled or late; the
row may not. A worker claims it with an attempt number and a lease taken from the database's
clock, and finishes it only while that attempt is still its own.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    GIVEN_UP = "given_up", _("Given up, a person is asked")


class JobQuerySet(models.QuerySet["Job"]):
    def unfinished(self) -> "JobQuerySet":
        return self.filter(state__in=[JobState.QUEUED, JobState.RUNNING])

    def claimable(self) -> "JobQuerySet":
        """Queued and due, or running past its lease, by the database's clock."""
        return self.filter(
            Q(state=JobState.QUEUED, run_after__lte=Now())
            | Q(state=JobState.RUNNING, lease_until__lt=Now())
        )


class Job(models.Model):
    """One piece of background work.

    `args` holds ids only. `subject` is what it is about (`records.document:<id>`), so that a
    page can find its progress; `case_id` is the case it is done for, if any. `unique_key`,
    where not empty, allows one unfinished row.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=80)
    queue = models.CharField(_("queue"), max_length=20, default="interactive")
    args = models.JSONField(_("arguments"), default=dict)
    subject = models.CharField(_("about"), max_length=120, blank=True, default="")
    unique_key = models.CharField(_("unique key"), max_length=160, blank=True, default="")
    case_id = models.UUIDField(_("for the case"), null=True, blank=True)
    actor_id = models.BigIntegerField(_("asked by"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=JobState.choices, default=JobState.QUEUED
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    max_attempts = models.PositiveSmallIntegerField(_("most attempts"), default=3)
    created_at = models.DateTimeField(_("queued at"), db_default=Now())
    run_after = models.DateTimeField(_("not before"), db_default=Now())
    rung_at = models.DateTimeField(_("last rung at"), null=True, blank=True)
    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    progress_done = models.PositiveIntegerField(_("steps done"), default=0)
    progress_total = models.PositiveIntegerField(_("steps in all"), default=0)
    progress_step = models.CharField(_("step"), max_length=60, blank=True, default="")
    error_code = models.CharField(_("error"), max_length=60, blank=True, default="")

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [
            models.Index(fields=["state", "run_after"], name="job_state_run_after"),
            models.Index(fields=["subject", "-created_at"], name="job_subject"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unique_key"],
                condition=~Q(unique_key="") & Q(state__in=["queued", "running"]),
                name="job_unique_while_unfinished",
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(lease_until__isnull=False),
                name="job_running_has_lease",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def percent(self) -> int:
        """Progress in whole percent; 100 only when done."""
        if self.state == JobState.DONE:
            return 100
        if not self.progress_total:
            return 0
        return min(99, 100 * self.progress_done // self.progress_total)


class Hold(models.Model):
    """While it is there, no work of the queue is begun; see `cases.jobs.holds`."""

    queue = models.CharField(_("queue"), primary_key=True, max_length=20)
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")

    def __str__(self) -> str:
        return self.queue
