"""What can be done on a case's page: each action parses its form and calls one service.

The actions themselves stand beside this file, by what they are about.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from cases.accounts.models import User
from cases.casework.models import Case
from navigator.desk import forms
from navigator.desk.doors import find_case, say_refusal, signed_in

Data = dict[str, Any]
Act = Callable[[Case, User, Data], object]


@dataclass(frozen=True)
class CaseAction:
    """One thing to do: its form (none: buttons only), the part of the page to go back to."""

    act: Act
    part: str
    form: type[forms.CaseForm] | None
    done: str | Promise


ACTIONS: dict[str, CaseAction] = {}


def case_action(
    name: str, *, part: str, done: str | Promise, form: type[forms.CaseForm] | None = None
) -> Callable[[Act], Act]:
    def register(act: Act) -> Act:
        ACTIONS[name] = CaseAction(act, part, form, done)
        return act

    return register


@require_http_methods(["GET", "HEAD", "POST"])
def do_case_action(request: HttpRequest, case_id: UUID, name: str) -> HttpResponse:
    """Do one thing to a case; a refusal is said on the page, and nothing typed is lost silently.

    Its address opened as a page, after a sign-in, leads to that part of the case.
    """
    action = ACTIONS.get(name)
    case = find_case(request, case_id)
    if action is None:
        raise Http404
    back = redirect("admin:cockpit_part", case.pk, action.part)
    if request.method != "POST":
        return back
    user = signed_in(request)
    form = action.form(request.POST, case=case, user=user) if action.form else None
    if form is None:
        data: Data = request.POST.dict()
    elif form.is_valid():
        data = {**form.cleaned_data, "form": form}
    else:
        return show_form_again(request, case, action, form)
    try:
        action.act(case, user, data)
    except ValidationError as refusal:
        if form is not None:
            form.add_error(None, refusal)
            return show_form_again(request, case, action, form)
        say_refusal(request, refusal)
        return back
    messages.success(request, str(action.done))
    return back


def show_form_again(
    request: HttpRequest, case: Case, action: CaseAction, form: forms.CaseForm
) -> HttpResponse:
    """The form alone, with what was typed and what must change."""
    context = {
        **admin.site.each_context(request),
        "title": _("Please look at this again"),
        "case": case,
        "form": form,
        "back": reverse("admin:cockpit_part", args=[case.pk, action.part]),
    }
    return render(request, "desk/case/form_again.html", context, status=400)


def as_uuid(text: object) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise Http404 from None


def as_choice(choices: Any, text: object) -> Any:
    if text not in choices.values:
        raise ValidationError(_("Choose one of the states on the page."), code="unknown_choice")
    return choices(text)
