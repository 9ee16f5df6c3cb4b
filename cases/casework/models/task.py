"""What a person must do."""

import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.accounts.models import User
from cases.casework.models.case import Case, OfCaseQuerySet


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
