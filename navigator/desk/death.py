"""Recording that a patient has died: a page of its own, a word typed by hand, a day to undo."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods

from cases.casework.consents import (
    DEATH_ROLES,
    find_undo_end,
    record_death,
    take_back_death,
)
from cases.casework.models import Case
from navigator.desk.doors import find_case, note_look, say_refusal, signed_in


class DeathForm(forms.Form):
    """The reference is typed by hand, so that no slip of a finger stops a living person's case."""

    on = forms.DateField(
        label=gettext_lazy("Died on"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    reference = forms.CharField(
        label=gettext_lazy("Type the reference of the case"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case
        self.fields["reference"].help_text = _(
            "%(reference)s, so that this is never a slip of a finger."
        ) % {"reference": case.reference}

    def clean_reference(self) -> str:
        typed = str(self.cleaned_data["reference"]).strip()
        if typed.casefold() != self.case.reference.casefold():
            raise ValidationError(
                _("That is not the reference of this case. Look at the name above once more."),
                code="other_reference",
            )
        return typed


@require_http_methods(["GET", "HEAD", "POST"])
def show_death(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The page before the act, and afterwards what was stopped and until when it can be undone."""
    case = find_case(request, case_id)
    if request.method == "POST" and "undo" in request.POST:
        return undo_death(request, case)
    form = DeathForm(request.POST or None, case=case)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid() and may_record(request, case, form):
            messages.success(request, _("It is recorded. Everything is stopped."))
            return redirect("admin:case_death", case.pk)
    note_look(request, case, "death")
    return render_death(request, case, form, status)


def may_record(request: HttpRequest, case: Case, form: DeathForm) -> bool:
    try:
        record_death(
            case=case, on=form.cleaned_data["on"], actor=signed_in(request), now=timezone.now()
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True


def undo_death(request: HttpRequest, case: Case) -> HttpResponse:
    try:
        take_back_death(case=case, actor=signed_in(request), now=timezone.now())
    except ValidationError as refusal:
        say_refusal(request, refusal)
        return redirect("admin:case_death", case.pk)
    messages.success(request, _("It is undone. Read the waiting drafts before you send them."))
    return redirect("admin:cockpit", case.pk)


def render_death(request: HttpRequest, case: Case, form: DeathForm, status: int) -> HttpResponse:
    until = find_undo_end(case.patient) if case.patient.deceased_on else None
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Record a death"),
        "case": case,
        "form": form,
        "until": until,
        "can_undo": until is not None and timezone.now() < until,
        "may_act": signed_in(request).role in DEATH_ROLES,
        "age": case.patient.age_on(timezone.localdate()),
    }
    return render(request, "desk/death.html", context, status=status)
