"""A locked paper, and the password that opens it."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from documents.records.models import Document
from documents.records.services import open_with_password
from navigator.portal.doors import Visit, family_page
from navigator.portal.forms import PasswordForm
from navigator.portal.queries import list_papers
from navigator.portal.views import GET_OR_POST, show_page


@GET_OR_POST
@sensitive_post_parameters("password")
@family_page("password")
def open_paper(request: HttpRequest, visit: Visit, document_id: UUID) -> HttpResponse:
    """Try the password that was typed; the list of papers is where it is asked for."""
    paper = get_object_or_404(Document.objects.filter(case=visit.case), pk=document_id)
    if request.method != "POST":
        return redirect("portal:documents", case_id=visit.case.pk)
    if not visit.party.may_upload:
        raise Http404
    form = PasswordForm(request.POST)
    if form.is_valid():
        try:
            open_with_password(
                document=paper,
                password=form.cleaned_data["password"],
                actor=visit.user,
                now=visit.now,
            )
        except ValidationError as refusal:
            form.add_error("password", refusal)
        else:
            messages.success(request, _("Thank you, it is open. We read it now."))
            return redirect("portal:documents", case_id=visit.case.pk)
    context = {"papers": list_papers(visit.case), "refused": paper.pk, "form": form}
    return show_page(request, visit, "documents", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
