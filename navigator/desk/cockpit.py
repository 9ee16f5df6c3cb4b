"""The page of one case: a head that stays, its parts as tabs, and what can be done next."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language_info, gettext_lazy as _
from django.views.decorators.http import require_safe

from cases.casework.models import Case, ConsentPurpose
from cases.jobs.models import Job
from navigator.desk.doors import find_case, note_look, signed_in
from navigator.desk.next_step import find_next_step
from navigator.desk.parts import PARTS, READERS, Context, describe_job


def describe_head(case: Case) -> Context:
    """The head that stays in sight: who, how old, their clock, stage, owner, what stops us."""
    now = timezone.now()
    patient = case.patient
    age = patient.age_on(now.date())
    zone = ZoneInfo(patient.time_zone or "UTC")
    shared = [
        consent.recipient_name
        for consent in case.consents.live().filter(purpose=ConsentPurpose.SHARE)
    ]
    pills: list[Context] = [{"tone": "info", "text": case.get_stage_display(), "icon": "cases"}]
    if case.hold_reason:
        pills.append({"tone": "wait", "text": _("On hold"), "icon": "hold"})
    if patient.deceased_on:
        pills.append({"tone": "stop", "text": _("The patient has died"), "icon": "stop"})
    elif case.consent_frozen_at:
        pills.append({"tone": "stop", "text": _("Frozen: nothing is sent"), "icon": "lock"})
    return {
        "name": patient.name,
        "native_name": patient.native_name,
        "reference": case.reference,
        "pills": pills,
        "facts": [
            {"label": _("Age"), "value": age if age is not None else patient.birth_date or "—"},
            {"label": _("Country"), "value": patient.country or "—"},
            {"label": _("Language"), "value": say_language(patient.language)},
            {"label": _("Their clock"), "value": date_format(now.astimezone(zone), "D H:i")},
            {
                "label": _("Coordinator"),
                "value": case.owner.name if case.owner else _("Nobody yet"),
            },
            {"label": _("May be sent to"), "value": ", ".join(shared) or _("No hospital yet")},
        ],
    }


def say_language(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


@require_safe
def show_cockpit(request: HttpRequest, case_id: UUID, part: str = "overview") -> HttpResponse:
    """One part of a case's page; the look at it is recorded."""
    if part not in READERS:
        raise Http404
    case = find_case(request, case_id)
    note_look(request, case, part)
    context = {**describe_case_page(request, case, part), **READERS[part](case, request)}
    return render(request, f"desk/case/{part}.html", context)


def describe_case_page(request: HttpRequest, case: Case, part: str) -> Context:
    """What every part of the page has: head, tabs, the next step."""
    return {
        **admin.site.each_context(request),
        "title": f"{case.reference} · {PARTS[part]}",
        "case": case,
        "head": describe_head(case),
        "part": part,
        "part_title": PARTS[part],
        "next_step": find_next_step(case),
        "me": signed_in(request),
        "tabs": [
            {
                "url": reverse("admin:cockpit_part", args=[case.pk, name]),
                "text": label,
                "current": name == part,
                "count": None,
            }
            for name, label in PARTS.items()
        ],
    }


@require_safe
def show_progress(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One piece of work that goes on for a case, as a part that the page asks for again."""
    case = find_case(request, case_id)
    wanted = request.GET.get("job", "")
    try:
        job = Job.objects.filter(case_id=case.pk, pk=UUID(wanted)).first()
    except ValueError:
        raise Http404 from None
    if job is None:
        raise Http404
    return render(request, "desk/case/progress.html", {"job": describe_job(job, case)})
