"""Pages for the definitions: the list, each one as a paper, approval, differences."""

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

from cases.accounts.models import User
from cases.clinical.approvals import (
    activate_definition,
    approve_definition,
    request_dry_run,
    withdraw_definition,
)
from cases.clinical.definitions import load_versions
from cases.clinical.in_use import find_problems
from cases.clinical.models import DefinitionVersion
from cases.clinical.telling import list_differences
from navigator.desk.definition_view import (
    find_comparing,
    list_shelves,
    read_definition_page,
    sort_two,
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
        "work": describe_comparing(row),
    }
    return render(request, "desk/definitions/page.html", context)


def describe_comparing(row: DefinitionVersion) -> dict[str, Any] | None:
    """How far the comparing of all cases with a version is; nothing where none is made."""
    job = find_comparing(row)
    if job is None:
        return None
    return describe_work(job, reverse("admin:definition_progress", args=[row.pk]))


@require_safe
def show_comparing(request: HttpRequest, definition_id: UUID) -> HttpResponse:
    """How far it is, as a part that the page asks for again; then the page is loaded anew."""
    row = find_definition(request, definition_id)
    context = {"row": row, "work": describe_comparing(row)}
    return render(request, "desk/definitions/comparing.html", context)


@require_safe
def show_differences(request: HttpRequest, definition_id: UUID, other_id: UUID) -> HttpResponse:
    """What the newer of two versions says otherwise, from whichever page the reader came."""
    row = find_definition(request, definition_id)
    other = get_object_or_404(ROWS.filter(indication=row.indication), pk=other_id)
    older, newer = sort_two(row, other)
    versions = load_versions()
    was = versions.get((older.indication, older.version))
    said = versions.get((newer.indication, newer.version))
    if was is None or said is None:
        raise Http404
    found, same = list_differences(was, said)
    context = {
        **page_context(request, _("What differs")),
        "row": row,
        "older": older,
        "newer": newer,
        "name": said.title,
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
