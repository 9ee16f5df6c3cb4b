"""Pages for people who are not signed in: the inquiry, and the invitation that opens the door."""

import uuid
from typing import Any

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.accounts.rate_limits import HOUR, count_too_many, find_network
from cases.accounts.services import (
    accept_invitation,
    ask_for_invitation_code,
    find_live_invitation,
)
from cases.casework.models import Relation
from navigator.portal.forms import InquiryForm, InvitationForm
from navigator.portal.services import Inquiry, send_inquiry

SIGN_IN_BACKEND = "django.contrib.auth.backends.ModelBackend"
MOST_INQUIRIES_AN_HOUR = 10
MOST_CODES_AN_HOUR = 10


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def write_inquiry(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        initial = {"form_id": uuid.uuid4(), "language": translation.get_language() or "en"}
        return render(request, "portal/inquiry.html", {"form": InquiryForm(initial=initial)})
    form = InquiryForm(request.POST)
    if not form.is_valid():
        return render(request, "portal/inquiry.html", {"form": form}, status=422)
    given = form.cleaned_data
    once = f"portal.inquiry:{given['form_id']}"
    # A second press, a reload or a machine gets the same page and makes nothing.
    if given["website"] or not cache.add(once, 1, 24 * HOUR):
        return redirect("portal:inquiry_sent")
    if count_too_many("inquiry", find_network(request), MOST_INQUIRIES_AN_HOUR):
        cache.delete(once)
        form.add_error(None, _("Too many inquiries came from your network. Please try in an hour."))
        return render(request, "portal/inquiry.html", {"form": form}, status=429)
    case = send_inquiry(inquiry=_inquiry_of(given), now=timezone.now())
    request.session["inquiry_reference"] = case.reference
    return redirect("portal:inquiry_sent")


def _inquiry_of(given: dict[str, Any]) -> Inquiry:
    names = ["writer_name", "patient_name", "country", "email", "phone", "language"]
    names += ["time_zone", "words"]
    return Inquiry(relation=Relation(given["relation"]), **{name: given[name] for name in names})


@login_not_required
@require_safe
def show_inquiry_receipt(request: HttpRequest) -> HttpResponse:
    reference = request.session.get("inquiry_reference", "")
    return render(request, "portal/inquiry_sent.html", {"reference": reference})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def open_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """A link from the mail: a button that sends a code, then the code and one known fact.

    A GET changes nothing, so that a mail scanner that follows the link does no harm.
    """
    now = timezone.now()
    invitation = find_live_invitation(token, now)
    if invitation is None:
        return render(request, "portal/invitation_over.html", status=410)
    context: dict[str, Any] = {"address": veil_address(invitation.user.email), "token": token}
    if request.method != "POST":
        return render(request, "portal/invitation.html", context)
    if "send_code" in request.POST:
        if not count_too_many("code", str(invitation.pk), MOST_CODES_AN_HOUR):
            ask_for_invitation_code(token=token, now=now)
        context["form"] = InvitationForm(question=invitation.question)
        return render(request, "portal/invitation_code.html", context)
    form = InvitationForm(request.POST, question=invitation.question)
    if form.is_valid():
        try:
            user = accept_invitation(
                token=token,
                code=form.cleaned_data["code"],
                answer=form.cleaned_data.get("answer", ""),
                now=now,
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            login(request, user, backend=SIGN_IN_BACKEND)
            return redirect("portal:home")
    return render(request, "portal/invitation_code.html", {**context, "form": form}, status=422)


def veil_address(address: str) -> str:
    """`r•••@family.example`: enough to know which mailbox, too little to learn an address."""
    name, _at, domain = address.partition("@")
    return f"{name[:1]}•••@{domain}"
