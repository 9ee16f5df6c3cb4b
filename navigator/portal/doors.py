"""The one way in: a family member reaches only the cases that they are a party to.

For everyone else, staff included, a page of a case is a 404 that looks like a missing one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.accounts.audit import record
from cases.accounts.models import Role, User
from cases.casework.models import Case, CaseParty


@dataclass(frozen=True)
class Visit:
    """Who came, to which case, with which rights, and when."""

    user: User
    case: Case
    party: CaseParty
    now: datetime


def find_visit(request: HttpRequest, case_id: UUID) -> Visit:
    """The visit of the signed-in family member to a case of theirs; else 404."""
    user = request.user
    if not isinstance(user, User) or user.role != Role.FAMILY:
        raise Http404
    case = (
        Case.objects.visible_to(user).select_related("patient", "owner").filter(pk=case_id).first()
    )
    if case is None:
        raise Http404
    party = case.parties.get(user=user, ended_at__isnull=True)
    return Visit(user=user, case=case, party=party, now=timezone.now())


def family_page(
    page: str,
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Give the view a `Visit`, and record the look at the case."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def enter(request: HttpRequest, case_id: UUID, **kwargs: Any) -> HttpResponseBase:
            visit = find_visit(request, case_id)
            if request.method in {"GET", "HEAD"}:
                record(
                    action="case.read",
                    actor=visit.user,
                    case_id=visit.case.pk,
                    detail={"page": f"portal.{page}"},
                    now=visit.now,
                )
            return view(request, visit, **kwargs)

        return enter

    return decorate


def lead_to_case(page: str) -> Callable[[HttpRequest], HttpResponse]:
    """A short address without a case: leads to the only case, or lets the person choose."""

    @require_safe
    def lead(request: HttpRequest) -> HttpResponse:
        user = request.user
        if not isinstance(user, User) or user.role != Role.FAMILY:
            raise Http404
        cases = list(Case.objects.visible_to(user).select_related("patient", "owner"))
        if len(cases) == 1:
            return redirect(f"portal:{page}", case_id=cases[0].pk)
        choices = [(case, reverse(f"portal:{page}", args=[case.pk])) for case in cases]
        return render(request, "portal/choose_case.html", {"choices": choices})

    return lead
