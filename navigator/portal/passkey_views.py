"""Sign in faster next time: the passkeys of a family member, made and removed by themselves."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.accounts.forms import FamilyPasskeyForm
from cases.accounts.models import Role, User
from cases.accounts.passkeys import (
    add_passkey,
    begin_passkey,
    find_passkeys,
    remove_passkey,
)
from cases.accounts.sessions import is_fresh_sign_in


def find_family_member(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or user.role != Role.FAMILY:
        raise Http404
    return user


@require_http_methods(["GET", "HEAD", "POST"])
def show_passkeys(request: HttpRequest) -> HttpResponse:
    """The list, and (soon after signing in) a button that makes one on this device."""
    user = find_family_member(request)
    is_fresh = is_fresh_sign_in(request, timezone.now())
    posted = request.POST if request.method == "POST" and is_fresh else None
    form = FamilyPasskeyForm(posted, user=user)
    if posted is not None:
        if form.is_valid():
            add_passkey(request, user, form)
            return redirect("portal:passkeys")
        messages.error(request, _("The passkey was not made. Please try once more."))
        return redirect("portal:passkeys")
    context = {
        "passkeys": [row.wrap() for row in find_passkeys(user)],
        "is_fresh": is_fresh,
        "form": form,
        "js_data": begin_passkey(user) if is_fresh else None,
    }
    return render(request, "portal/passkeys.html", context)


@require_POST
def take_passkey_away(request: HttpRequest, passkey_id: int) -> HttpResponse:
    user = find_family_member(request)
    remove_passkey(request, get_object_or_404(find_passkeys(user), pk=passkey_id))
    messages.success(request, _("The passkey is removed."))
    return redirect("portal:passkeys")
