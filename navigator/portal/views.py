"""The pages of a family's case. Each shows what a query read, or calls one service."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.casework.consents import TEXT_VERSION, give_consent, withdraw_consent
from cases.casework.models import Consent, ConsentPurpose, RequestState
from cases.casework.services import set_notices, set_request_state
from cases.hospitals.models import Hospital
from cases.hospitals.services import find_family_thread, receive_message
from cases.travel.itinerary import list_steps, write_calendar
from cases.travel.models import TripState
from navigator.portal.doors import Visit, family_page
from navigator.portal.forms import AgreeForm, CannotGetForm, MessageForm
from navigator.portal.queries import (
    find_named_hospitals,
    list_consents,
    list_hospital_access,
    list_letters,
    list_papers,
    list_staff_access,
    read_checklist,
    read_news,
    read_stage,
)
from navigator.portal.wording import CONSENT_WORDS

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


def show_page(
    request: HttpRequest, visit: Visit, page: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    context = {"visit": visit, "case": visit.case, "page": page, **context}
    return render(request, f"portal/{page}.html", context, status=status)


def clock_of(now: datetime, zone: str) -> datetime:
    return now.astimezone(ZoneInfo(zone or "UTC"))


@require_safe
@family_page("home")
def show_home(request: HttpRequest, visit: Visit) -> HttpResponse:
    context = {
        "checklist": read_checklist(visit.case, visit.now.date()),
        "news": read_news(visit.case),
        "stage": read_stage(visit.case),
        # Said without its reason: what was recorded by mistake can be undone for a day.
        "rests": visit.case.patient.deceased_on is not None,
        "office_clock": clock_of(visit.now, visit.case.owner.time_zone)
        if visit.case.owner
        else None,
    }
    return show_page(request, visit, "home", context)


@GET_OR_POST
@family_page("cannot_get")
def say_cannot_get(request: HttpRequest, visit: Visit, request_id: UUID) -> HttpResponse:
    line = get_object_or_404(visit.case.record_requests.asked(), pk=request_id)
    form = CannotGetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        set_request_state(
            request=line,
            state=RequestState.CANNOT_GET,
            actor=visit.user,
            now=visit.now,
            cannot_get_reason=form.cleaned_data["reason"],
        )
        messages.success(request, _("Thank you. Your coordinator looks for another way."))
        return redirect("portal:home", case_id=visit.case.pk)
    return show_page(request, visit, "cannot_get", {"line": line, "form": form})


@require_safe
@family_page("documents")
def show_documents(request: HttpRequest, visit: Visit) -> HttpResponse:
    return show_page(request, visit, "documents", {"papers": list_papers(visit.case)})


@GET_OR_POST
@family_page("messages")
def show_messages(request: HttpRequest, visit: Visit) -> HttpResponse:
    form = MessageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        thread = find_family_thread(case=visit.case, now=visit.now)
        receive_message(
            thread=thread, body=form.cleaned_data["body"], author=visit.user, now=visit.now
        )
        messages.success(request, _("Your message is with us."))
        return redirect("portal:messages", case_id=visit.case.pk)
    context = {
        "letters": list_letters(visit.case, visit.user),
        "form": form,
        "office_clock": clock_of(visit.now, visit.case.owner.time_zone)
        if visit.case.owner
        else None,
    }
    return show_page(request, visit, "messages", context)


@require_safe
@family_page("trip")
def show_trip(request: HttpRequest, visit: Visit) -> HttpResponse:
    trips = visit.case.trips.exclude(state=TripState.CANCELLED).select_related("hospital")
    context = {
        "steps": list_steps(visit.case, reader_zone=visit.user.time_zone or "UTC"),
        "trips": trips.prefetch_related("travellers"),
        "home_zone": visit.user.time_zone or "UTC",
    }
    return show_page(request, visit, "trip", context)


@require_safe
@family_page("calendar")
def download_calendar(_request: HttpRequest, visit: Visit) -> HttpResponse:
    return HttpResponse(
        write_calendar(visit.case, now=visit.now),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{visit.case.reference}.ics"'},
    )


@require_safe
@family_page("consent")
def show_consents(request: HttpRequest, visit: Visit) -> HttpResponse:
    purposes, hospitals, withdrawn = list_consents(visit.case)
    context = {"purposes": purposes, "hospitals": hospitals, "withdrawn": withdrawn}
    return show_page(request, visit, "consent", context)


@GET_OR_POST
@family_page("consent_give")
def agree(request: HttpRequest, visit: Visit, purpose: str) -> HttpResponse:
    if purpose not in set(ConsentPurpose) - {ConsentPurpose.SHARE}:
        raise Http404
    return _agree(request, visit, ConsentPurpose(purpose), None)


@GET_OR_POST
@family_page("consent_give")
def agree_to_hospital(request: HttpRequest, visit: Visit, hospital_id: UUID) -> HttpResponse:
    named = {hospital.pk: hospital for hospital in find_named_hospitals(visit.case)}
    if hospital_id not in named:
        raise Http404
    return _agree(request, visit, ConsentPurpose.SHARE, named[hospital_id])


def _agree(
    request: HttpRequest, visit: Visit, purpose: ConsentPurpose, hospital: Hospital | None
) -> HttpResponse:
    form = AgreeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            give_consent(
                case=visit.case,
                purpose=purpose,
                actor=visit.user,
                now=visit.now,
                language=translation.get_language() or "en",
                recipient_id=hospital.pk if hospital else None,
                recipient_name=hospital.name if hospital else "",
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Thank you. Your agreement is noted."))
            return redirect("portal:consent", case_id=visit.case.pk)
    context = {
        "form": form,
        "words": CONSENT_WORDS[purpose],
        "hospital": hospital,
        "version": TEXT_VERSION,
    }
    return show_page(request, visit, "consent_give", context)


@GET_OR_POST
@family_page("consent_withdraw")
def take_consent_back(request: HttpRequest, visit: Visit, consent_id: UUID) -> HttpResponse:
    consent = get_object_or_404(Consent.objects.live().filter(case=visit.case), pk=consent_id)
    if request.method == "POST" and visit.party.may_consent:
        withdraw_consent(consent=consent, actor=visit.user, now=visit.now)
        messages.success(request, _("It is taken back. Nothing more is done on its ground."))
        return redirect("portal:consent", case_id=visit.case.pk)
    is_share = consent.purpose == ConsentPurpose.SHARE
    opened = [
        access
        for access in (list_hospital_access(visit.case, visit.now) if is_share else [])
        if access.hospital == consent.recipient_name and access.openings
    ]
    context = {"consent": consent, "words": CONSENT_WORDS[consent.purpose], "opened": opened}
    return show_page(request, visit, "consent_withdraw", context)


@require_safe
@family_page("access")
def show_access(request: HttpRequest, visit: Visit) -> HttpResponse:
    context = {
        "hospitals": list_hospital_access(visit.case, visit.now),
        "staff": list_staff_access(visit.case),
    }
    return show_page(request, visit, "access", context)


@require_POST
@family_page("mail")
def choose_mail(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Each member decides for themselves whether news is told by mail."""
    wanted = request.POST.get("wanted") == "yes"
    set_notices(party=visit.party, wanted=wanted, actor=visit.user, now=visit.now)
    messages.success(
        request,
        _("We write to you when there is something new.")
        if wanted
        else _("We send no more mails."),
    )
    return redirect("portal:consent", case_id=visit.case.pk)
