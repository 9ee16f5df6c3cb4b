"""The journey of a case: stages, notes, tasks, requests, hold, hand-over, opening."""

from datetime import timedelta

from django.contrib import admin
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from cases.accounts.models import User
from cases.casework import services
from cases.casework.models import Case, Patient, Stage
from cases.hospitals.services import find_family_thread, send_message
from navigator.desk import forms
from navigator.desk.actions.registry import Data, as_uuid, case_action
from navigator.desk.doors import signed_in


@require_http_methods(["GET", "POST"])
def open_new_case(request: HttpRequest) -> HttpResponse:
    """Open a case by hand, for a family that called or wrote."""
    user = signed_in(request)
    if not user.works_on_cases:
        raise Http404
    form = forms.NewCaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        inquiry = data.pop("inquiry")
        with transaction.atomic():
            case = services.open_case(
                patient=Patient.objects.create(**data),
                inquiry=inquiry,
                actor=user,
                owner=user,
                team=user.teams.first(),
                now=timezone.now(),
            )
        return redirect("admin:cockpit", case.pk)
    context = {**admin.site.each_context(request), "title": _("New case"), "form": form}
    return render(request, "desk/case_new.html", context)


@case_action("stage", part="overview", form=forms.StageForm, done=_("The case was moved."))
def move_stage(case: Case, user: User, data: Data) -> object:
    return services.advance_stage(
        case=case, to=Stage(data["to"]), reason=data["reason"], actor=user, now=timezone.now()
    )


@case_action("act", part="overview", form=forms.ActForm, done=_("Done, and kept."))
def act_on_case(case: Case, user: User, data: Data) -> object:
    """Stage, message and note, all or none."""
    now = timezone.now()
    with transaction.atomic():
        if data["to"]:
            services.advance_stage(
                case=case, to=Stage(data["to"]), reason=data["reason"], actor=user, now=now
            )
        if data["body"]:
            thread = find_family_thread(case=case, now=now)
            send_message(thread=thread, body=data["body"], actor=user, now=now)
        if data["text"]:
            services.add_note(case=case, text=data["text"], actor=user, now=now)
    return case


@case_action("task", part="overview", form=forms.TaskForm, done=_("The task was noted."))
def note_task(case: Case, user: User, data: Data) -> object:
    return services.make_task(
        case=case,
        title=data["title"],
        assignee=user,
        due_in=timedelta(days=data["days"]),
        now=timezone.now(),
    )


@case_action("task-done", part="overview", done=_("Done."))
def tick_task(case: Case, user: User, data: Data) -> object:
    task = get_object_or_404(case.tasks, pk=as_uuid(data.get("task")))
    return services.finish_task(task=task, actor=user, now=timezone.now())


@case_action("hold", part="overview", form=forms.HoldForm, done=_("That is noted."))
def hold_case(case: Case, user: User, data: Data) -> object:
    return services.set_hold(case=case, reason=data["reason"], actor=user, now=timezone.now())


@case_action("hand-over", part="overview", form=forms.HandOverForm, done=_("Handed over."))
def give_case_to(case: Case, user: User, data: Data) -> object:
    return services.hand_over_case(case=case, owner=data["owner"], actor=user, now=timezone.now())


@case_action(
    "request", part="overview", form=forms.RequestForm, done=_("It is on the family's list.")
)
def request_record(case: Case, user: User, data: Data) -> object:
    names = ("kind", "title", "reason", "not_older_than_days")
    return services.ask_for_record(
        case=case, actor=user, now=timezone.now(), **{name: data[name] for name in names}
    )
