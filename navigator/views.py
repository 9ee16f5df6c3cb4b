"""The front door: sends a signed-in person to their own house, and tells a visitor what this is."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.defaults import page_not_found


@login_not_required
def show_front_door(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("admin:index" if request.user.is_staff else "portal:home")
    return render(request, "front_door.html")


def show_denied_as_missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Forbidden and missing cannot be told apart; the status is 404 for both."""
    return page_not_found(request, exception)


@login_not_required
def show_nothing_here(_request: HttpRequest) -> HttpResponse:
    raise Http404
