"""The page of a dry run: how far it is, what it found, and the way on."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.accounts.audit import record
from cases.clinical.in_use import definition_of
from cases.clinical.models import DefinitionVersion, DryRun
from navigator.desk.definition_view import read_definition_page
from navigator.desk.definitions import page_context
from navigator.desk.doors import signed_in
from navigator.desk.dry_run_view import RunLine, describe_runs, list_changes
from navigator.desk.parts import describe_work


def find_run(request: HttpRequest, run_id: UUID) -> DryRun:
    seen = DefinitionVersion.objects.visible_to(signed_in(request))
    rows = DryRun.objects.select_related("definition").filter(definition__in=seen)
    return get_object_or_404(rows, pk=run_id)


def describe_run(run: DryRun) -> dict[str, Any]:
    """What both the page and its progress show."""
    (line,) = describe_runs(DryRun.objects.filter(pk=run.pk))
    return {"run": line.row, "line": line, "work": describe_progress(line)}


def describe_progress(line: RunLine) -> dict[str, Any] | None:
    """How far the job is; nothing once nobody waits for it any more."""
    if line.job is None or line.state not in {"working", "given_up"}:
        return None
    return describe_work(line.job, reverse("admin:dry_run_progress", args=[line.row.pk]))


@require_safe
def show_dry_run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """What a version would change: the reader's own cases, and a number for all others."""
    run, user = find_run(request, run_id), signed_in(request)
    record(
        action="dry_run.read", actor=user, target=f"clinical.dryrun:{run.pk}", now=timezone.now()
    )
    context = {
        **page_context(request, _("Dry run")),
        **read_definition_page(run.definition, user),
        **describe_run(run),
        "changes": list_changes(run, user, definition_of(run.definition)),
    }
    return render(request, "desk/definitions/dry_run.html", context)


@require_safe
def show_dry_run_progress(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """How far a dry run is, as a part that the page asks for again."""
    run = find_run(request, run_id)
    return render(request, "desk/definitions/progress.html", describe_run(run))
