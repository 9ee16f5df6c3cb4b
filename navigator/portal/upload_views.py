"""Sending papers: a plain form of many files, and the same address as one request a file."""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, gettext_lazy as _, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from cases.accounts.rate_limits import count_too_many
from cases.casework.models import Case
from documents.records.blur import find_blurred_pages
from documents.records.errors import FileHeld
from documents.records.intake import takes_uploads
from documents.records.models import GONE, Document, DocumentFile, RecordKind
from documents.records.serving import serve_file
from navigator.portal.doors import Visit, family_page, find_visit
from navigator.portal.forms import PaperForm
from navigator.sending.doors import Details, Door, Sender
from navigator.sending.pages import (
    Refused,
    Taken,
    answer_json,
    describe_form,
    make_join_page,
    take_files,
)
from navigator.sending.pieces import make_one_piece_page, make_pieces_page

# A measurement opens the whole file and draws its pages.
MOST_LOOKS_AN_HOUR = 60
STILL_AT_HAND = timedelta(minutes=15)


def find_sender(request: HttpRequest, case_id: UUID) -> Sender:
    """The family member and the case, for those who may send papers to it (else 404)."""
    visit = find_visit(request, case_id)
    if not visit.party.may_upload:
        raise Http404
    return Sender(visit.user, visit.case, visit.now)


def read_details(told: Mapping[str, str], case: Case) -> Details:
    form = PaperForm(told, case=case)
    asked = form.requests.get(form.cleaned_data["request"]) if form.is_valid() else None
    kind = form.cleaned_data.get("kind") or ""
    known = RecordKind(kind) if kind in RecordKind.values else RecordKind.OTHER
    return Details(known, asked)


DOOR: Final = Door(
    find_sender=find_sender,
    pieces="portal:uploads",
    one_piece="portal:upload_part",
    join="portal:join_papers",
    look="portal:look",
    again=_("You sent this one on %(day)s. Nothing more to do."),
    read_details=read_details,
)
begin_upload = make_pieces_page(DOOR)
one_upload = make_one_piece_page(DOOR)
join_papers = make_join_page(DOOR)


def find_case_to_send_to(request: HttpRequest, case_id: UUID) -> Case:
    """The case, asked before a byte is read."""
    return find_sender(request, case_id).case


@require_http_methods(["GET", "HEAD", "POST"])
@takes_uploads(find_case_to_send_to)
@family_page("upload")
def upload_files(request: HttpRequest, visit: Visit) -> HttpResponse:
    if not visit.party.may_upload:
        raise Http404
    if request.method != "POST":
        form = PaperForm(case=visit.case, initial={"request": request.GET.get("request", "")})
        return _show_form(request, visit, form, [])
    form = PaperForm(request.POST, case=visit.case)
    sender = Sender(visit.user, visit.case, visit.now)
    taken = take_files(request, sender, read_details(request.POST, visit.case))
    if "application/json" in request.headers.get("Accept", ""):
        return answer_json(taken, DOOR)
    if taken.received:
        _say_received(request, taken)
    if taken.received and not taken.refused:
        return redirect("portal:documents", case_id=visit.case.pk)
    refused = taken.refused
    if not refused and form.is_valid():
        refused = [Refused("", "no_file", gettext("Choose at least one file first."))]
    return _show_form(request, visit, form, refused, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _say_received(request: HttpRequest, taken: Taken) -> None:
    if taken.new:
        words = ngettext(
            "%(n)s paper arrived and is safe.", "%(n)s papers arrived and are safe.", taken.new
        )
        messages.success(request, words % {"n": taken.new})
    if taken.new < len(taken.received):
        messages.info(request, gettext("Some papers you had sent before; they are here only once."))


def _show_form(
    request: HttpRequest, visit: Visit, form: PaperForm, refused: list[Refused], status: int = 200
) -> HttpResponse:
    context = {
        "visit": visit,
        "case": visit.case,
        "page": "upload",
        "form": form,
        "refusals": refused,
        **describe_form(Sender(visit.user, visit.case, visit.now), DOOR),
    }
    return render(request, "portal/upload.html", context, status=status)


@require_safe
@family_page("look")
def look_at_paper(_request: HttpRequest, visit: Visit, document_id: UUID) -> JsonResponse:
    """Whether what has just arrived is blurred, asked where the browser could not see it."""
    papers = Document.objects.visible_to(visit.user).filter(case=visit.case)
    document = get_object_or_404(papers.exclude(state__in=GONE), pk=document_id)
    pages = _find_blurred(visit, document)
    return JsonResponse({"blurred": pages, "words": _say_blurred(pages)})


def _find_blurred(visit: Visit, document: Document) -> list[int]:
    """Measured once, while the paper is still at hand; none where nothing is measured any more."""
    file = document.files.order_by("version").first()
    if file is None or visit.now - document.received_at > STILL_AT_HAND:
        return []
    measured = f"portal.blurred:{file.pk}"
    pages: list[int] | None = cache.get(measured)
    if pages is None:
        if count_too_many("look", str(visit.user.pk), MOST_LOOKS_AN_HOUR):
            return []
        pages = find_blurred_pages(file)
        cache.set(measured, pages, STILL_AT_HAND.total_seconds())
    return pages


def _say_blurred(pages: list[int]) -> str:
    if not pages:
        return ""
    words = ngettext(
        "Page %(pages)s looks blurred. If you still have the paper, photograph it once more.",
        "Pages %(pages)s look blurred. If you still have the paper, photograph them once more.",
        len(pages),
    )
    return words % {"pages": ", ".join(map(str, pages))}


@require_safe
@family_page("file")
def download_file(_request: HttpRequest, visit: Visit, document_id: UUID) -> HttpResponseBase:
    """The original as it was sent. What the check holds back is a 404 to the family as well."""
    files = DocumentFile.objects.filter(document__case=visit.case, document_id=document_id)
    file = get_object_or_404(files.select_related("document").order_by("version")[:1])
    try:
        served = serve_file(file=file, actor=visit.user, now=visit.now)
    except FileHeld:
        raise Http404 from None
    return StreamingHttpResponse(served.chunks, headers=served.headers)
