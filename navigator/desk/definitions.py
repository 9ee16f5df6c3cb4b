"""Pages for the definitions: the list, each one as a paper, approval, differences, dry runs."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cases.accounts.audit import record
from cases.accounts.models import User
from cases.clinical.approvals import (
    activate_definition,
    approve_definition,
    request_dry_run,
    withdraw_definition,
)
from cases.clinical.definitions import load_versions
from cases.clinical.in_use import definition_of, find_problems
from cases.clinical.models import DefinitionVersion, DryRun
from cases.clinical.telling import list_differences
from navigator.desk.definition_view import (
    find_run_job,
    list_changes,
    list_shelves,
    read_definition_page,
)
from navigator.desk.doors import find_row, say_refusal, signed_in
from navigator.desk.parts import describe_work

ROWS = DefinitionVersion.objects.select_related("approved_by", "activated_by", "ended_by")


class ApprovalForm(forms.Form):
    label_read_on = forms.DateField(
        label=gettext_lazy("On which day did you read the label?"),
        help_text=gettext_lazy("The authority's own text, not an article about it."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )


class WithdrawalForm(forms.Form):
    because = forms.CharField(
        label=gettext_lazy("Why, in a sentence"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def page_context(request: HttpRequest, title: str) -> dict[str, Any]:
    return {**admin.site.each_context(request), "title": title}


def find_definition(request: HttpRequest, definition_id: UUID) -> DefinitionVersion:
    return find_row(ROWS, request, definition_id)


def name_of(row: DefinitionVersion) -> str:
    said = load_versions().get((row.indication, row.version))
    return said.title if said else row.indication


@require_safe
def list_definitions(request: HttpRequest) -> HttpResponse:
    """Every indication that cases are or were compared with."""
    context = {
        **page_context(request, _("Published wordings")),
        "shelves": list_shelves(),
        "problems": find_problems(),
    }
    return render(request, "desk/definitions/list.html", context)


@require_safe
def show_definition(request: HttpRequest, definition_id: UUID) -> HttpResponse:
    row = find_definition(request, definition_id)
    return render_definition(request, row)


def render_definition(request: HttpRequest, row: DefinitionVersion) -> HttpResponse:
    context = {
        **page_context(request, name_of(row)),
        **read_definition_page(row, signed_in(request)),
    }
    if context["comparing"]:
        context["work"] = describe_work(context["comparing"], "")
    return render(request, "desk/definitions/page.html", context)


@require_safe
def show_differences(request: HttpRequest, definition_id: UUID, other_id: UUID) -> HttpResponse:
    """What this version says otherwise than another one of the same indication."""
    row = find_definition(request, definition_id)
    other = get_object_or_404(ROWS.filter(indication=row.indication), pk=other_id)
    versions = load_versions()
    newer = versions.get((row.indication, row.version))
    older = versions.get((other.indication, other.version))
    if newer is None or older is None:
        raise Http404
    found, same = list_differences(older, newer)
    context = {
        **page_context(request, _("What differs")),
        "row": row,
        "other": other,
        "name": newer.title,
        "differences": found,
        "same": same,
    }
    return render(request, "desk/definitions/differences.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def show_approval(request: HttpRequest, definition_id: UUID) -> HttpResponse:
    """A clinician's page: the wording in large letters, and the day on which they read it."""
    row = find_definition(request, definition_id)
    form = ApprovalForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid() and is_approved(request, row, form):
            messages.success(request, _("Approved by your name."))
            return redirect("admin:definition", row.pk)
    context = {
        **page_context(request, _("Approve a definition")),
        **read_definition_page(row, signed_in(request)),
        "form": form,
        "today": timezone.now().date(),
    }
    return render(request, "desk/definitions/approve.html", context, status=status)


def is_approved(request: HttpRequest, row: DefinitionVersion, form: ApprovalForm) -> bool:
    try:
        approve_definition(
            definition=row,
            label_read_on=form.cleaned_data["label_read_on"],
            actor=signed_in(request),
            now=timezone.now(),
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def show_withdrawal(request: HttpRequest, definition_id: UUID) -> HttpResponse:
    """The page before a definition compares no more."""
    row = find_definition(request, definition_id)
    form = WithdrawalForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid() and is_withdrawn(request, row, form):
            messages.success(request, _("Withdrawn: no case is compared with it any more."))
            return redirect("admin:definition", row.pk)
    context = {
        **page_context(request, _("Withdraw a definition")),
        **read_definition_page(row, signed_in(request)),
        "form": form,
    }
    return render(request, "desk/definitions/withdraw.html", context, status=status)


def is_withdrawn(request: HttpRequest, row: DefinitionVersion, form: WithdrawalForm) -> bool:
    try:
        withdraw_definition(
            definition=row,
            because=form.cleaned_data["because"],
            actor=signed_in(request),
            now=timezone.now(),
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def decide_definition(request: HttpRequest, definition_id: UUID) -> HttpResponse:
    """Begin a dry run, or make a version active; a refusal is said on its page.

    The address opened as a page, after a sign-in, leads to the version.
    """
    row = find_definition(request, definition_id)
    if request.method != "POST":
        return redirect("admin:definition", row.pk)
    act = DECISIONS.get(request.POST.get("do", ""))
    if act is None:
        raise Http404
    try:
        return act(request, row, signed_in(request))
    except ValidationError as refusal:
        say_refusal(request, refusal)
        return redirect("admin:definition", row.pk)


def begin_dry_run(request: HttpRequest, row: DefinitionVersion, user: User) -> HttpResponse:
    del request
    run = request_dry_run(definition=row, actor=user, now=timezone.now())
    return redirect("admin:dry_run", run.pk)


def make_active(request: HttpRequest, row: DefinitionVersion, user: User) -> HttpResponse:
    activate_definition(definition=row, actor=user, now=timezone.now())
    messages.success(request, _("It is active. Every case is being compared again."))
    return redirect("admin:definition", row.pk)


DECISIONS = {"dry-run": begin_dry_run, "activate": make_active}


def find_run(request: HttpRequest, run_id: UUID) -> DryRun:
    rows = DryRun.objects.select_related("definition", "before", "asked_by")
    return get_object_or_404(
        rows.filter(definition__in=DefinitionVersion.objects.visible_to(signed_in(request))),
        pk=run_id,
    )


@require_safe
def show_dry_run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """What a version would change: the reader's own cases, and a number for all others."""
    run, user = find_run(request, run_id), signed_in(request)
    definition = definition_of(run.definition)
    changes = list_changes(run, user, definition)
    record(
        action="dry_run.read", actor=user, target=f"clinical.dryrun:{run.pk}", now=timezone.now()
    )
    context = {
        **page_context(request, _("Dry run")),
        **read_definition_page(run.definition, user),
        "run": run,
        "work": describe_run(run),
        "changes": changes,
        "changed": sum(one.said.counted for one in changes if one.is_answer),
        "is_valid": run == find_latest(run),
    }
    return render(request, "desk/definitions/dry_run.html", context)


def find_latest(run: DryRun) -> DryRun | None:
    return run.definition.dry_runs.filter(finished_at__isnull=False).first()


def describe_run(run: DryRun) -> dict[str, Any] | None:
    """How far the job is; nothing once it has kept what it found."""
    job = find_run_job(run)
    if run.finished_at is not None or job is None:
        return None
    return describe_work(job, reverse("admin:dry_run_progress", args=[run.pk]))


@require_safe
def show_dry_run_progress(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """How far a dry run is, as a part that the page asks for again."""
    run = find_run(request, run_id)
    job = find_run_job(run)
    if job is None:
        raise Http404
    work = describe_work(job, reverse("admin:dry_run_progress", args=[run.pk]))
    return render(request, "desk/definitions/progress.html", {"run": run, "work": work})
