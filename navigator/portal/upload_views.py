"""Sending papers: a plain form of many files, and the same address as one request a file."""

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.accounts.rate_limits import count_too_many
from cases.casework.consents import has_live_consent
from cases.casework.models import Case, ConsentPurpose, RecordRequest
from documents.records.blur import find_blurred_pages
from documents.records.errors import FileHeld
from documents.records.intake import (
    SealedUpload,
    clean_original_name,
    most_bytes,
    takes_uploads,
)
from documents.records.models import GONE, Document, DocumentFile, RecordKind, Upload
from documents.records.services import accept_upload, join_documents
from documents.records.serving import serve_file
from documents.records.sniffing import Kind
from navigator.portal.doors import Visit, family_page, find_visit
from navigator.portal.forms import PaperForm
from navigator.portal.receipts import answer_code, answer_refusal, code_of, write_receipt

ACCEPTED_TYPES = (
    "application/pdf,image/jpeg,image/png,image/heic,image/heif,image/webp,image/tiff,text/plain,"
    "application/zip,application/dicom,"
    ".pdf,.jpg,.jpeg,.png,.heic,.heif,.avif,.webp,.tif,.tiff,.docx,.txt,.zip,.dcm"
)

MOST_JOINED = 100
# A measurement opens the whole file and draws its pages.
MOST_LOOKS_AN_HOUR = 60
STILL_AT_HAND = timedelta(minutes=15)


@dataclass(frozen=True)
class Refused:
    name: str
    code: str
    sentence: str


def find_case_to_send_to(request: HttpRequest, case_id: UUID) -> Case:
    """The case, for those who may send papers to it (else 404); asked before a byte is read."""
    visit = find_visit(request, case_id)
    if not visit.party.may_upload:
        raise Http404
    return visit.case


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
    asked = form.requests.get(form.cleaned_data["request"]) if form.is_valid() else None
    kind = form.cleaned_data.get("kind") or (asked.kind if asked else "")
    uploads = [file for file in request.FILES.getlist("files") if isinstance(file, SealedUpload)]
    received, refused = _take_all(visit, uploads, asked, kind)
    if "application/json" in request.headers.get("Accept", ""):
        return _answer_json(received, refused)
    if received:
        _say_received(request, received)
    if received and not refused:
        return redirect("portal:documents", case_id=visit.case.pk)
    if not refused and form.is_valid():
        refused = [Refused("", "no_file", _("Choose at least one file first."))]
    return _show_form(request, visit, form, refused, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _take_all(
    visit: Visit, uploads: list[SealedUpload], asked: RecordRequest | None, kind: str
) -> tuple[list[Document], list[Refused]]:
    """Take each file for itself, so that one that is refused does not lose the others."""
    received: list[Document] = []
    refused: list[Refused] = []
    for upload in uploads:
        try:
            received.append(
                accept_upload(
                    case=visit.case,
                    source=upload,
                    actor=visit.user,
                    now=visit.now,
                    kind=RecordKind(kind) if kind in RecordKind.values else RecordKind.OTHER,
                    request=asked,
                )
            )
        except ValidationError as refusal:
            refused.append(Refused(upload.name or "", code_of(refusal), " ".join(refusal.messages)))
    return received, refused


def _answer_json(received: list[Document], refused: list[Refused]) -> JsonResponse:
    if refused or not received:
        first = refused[0].code if refused else "no_file"
        sentences = [row.sentence for row in refused] or [_("No file arrived. Please try again.")]
        return answer_code(first, sentences)
    receipts = [write_receipt(document) for document in received]
    is_new = any(not document.already_here for document in received)
    return JsonResponse({"received": receipts}, status=201 if is_new else 200)


def _say_received(request: HttpRequest, received: list[Document]) -> None:
    new = sum(not document.already_here for document in received)
    if new:
        words = ngettext(
            "%(n)s paper arrived and is safe.", "%(n)s papers arrived and are safe.", new
        )
        messages.success(request, words % {"n": new})
    if new < len(received):
        messages.info(request, _("Some papers you had sent before; they are here only once."))


def _show_form(
    request: HttpRequest, visit: Visit, form: PaperForm, refused: list[Refused], status: int = 200
) -> HttpResponse:
    context = {
        "visit": visit,
        "case": visit.case,
        "page": "upload",
        "form": form,
        "refusals": refused,
        "may_keep": has_live_consent(visit.case, ConsentPurpose.KEEP_RECORDS),
        "accept": ACCEPTED_TYPES,
        "begun": _list_begun(visit),
        "max_bytes": most_bytes(),
        "limits": _(
            "PDF, photographs, Word or text, up to %(most)s MB each. The images of a disc as one "
            "zip file, up to %(most_zip)s."
        )
        % {
            "most": settings.MAX_DOCUMENT_BYTES // (1024 * 1024),
            "most_zip": filesizeformat(most_bytes(Kind.ZIP)),
        },
    }
    return render(request, "portal/upload.html", context, status=status)


def _list_begun(visit: Visit) -> QuerySet[Upload]:
    """Files of this person that were interrupted, on whichever device."""
    begun = Upload.objects.visible_to(visit.user).arriving()
    return begun.filter(case=visit.case, sent_by=visit.user).exclude(received=F("size"))


@require_POST
@family_page("join")
def join_papers(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Put papers that this person has just sent together into one, in the order of the list."""
    if not visit.party.may_upload:
        raise Http404
    asked = list(dict.fromkeys(request.POST.getlist("documents")))[:MOST_JOINED]
    sent = Document.objects.visible_to(visit.user).filter(case=visit.case, sent_by=visit.user)
    found = {str(document.pk): document for document in sent if str(document.pk) in asked}
    try:
        join_documents(
            documents=[found[key] for key in asked if key in found],
            title=clean_original_name(request.POST.get("title", "")),
            actor=visit.user,
            now=visit.now,
        )
    except ValidationError as refusal:
        return answer_refusal(refusal)
    return JsonResponse({"state": "joining"}, status=HTTPStatus.ACCEPTED)


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
