"""Bytes for the desk: page pictures, originals, dossiers, calendars; recorded before they leave."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.accounts.audit import record
from cases.travel.itinerary import write_calendar
from documents.dossiers.models import DossierVersion
from documents.dossiers.serving import pdf_headers, serve_version
from documents.records.models import DocumentFile, ImagingSeries, Page
from documents.records.previews import render_pages
from documents.records.sandbox import ReadingFailure
from documents.records.serving import (
    PRIVATE_HEADERS,
    Served,
    serve_file,
    serve_preview,
    serve_slice,
)
from documents.records.sharpening import draw_sharp_page
from documents.records.sniffing import Kind
from navigator.desk.doors import find_case, find_row, signed_in


def stream(served: Served) -> StreamingHttpResponse:
    return StreamingHttpResponse(served.chunks, headers=served.headers)


@require_safe
def send_preview(request: HttpRequest, page_id: UUID) -> StreamingHttpResponse:
    page = find_row(Page.objects.select_related("file__document"), request, page_id)
    try:
        return stream(serve_preview(page=page, actor=signed_in(request), now=timezone.now()))
    except ValidationError:
        raise Http404 from None


@require_safe
def send_sharp_page(request: HttpRequest, page_id: UUID) -> HttpResponse:
    """A page drawn anew, twice as wide, for a reviewer who enlarges it."""
    page = find_row(Page.objects.select_related("file__document"), request, page_id)
    try:
        picture = draw_sharp_page(page=page, actor=signed_in(request), now=timezone.now())
    except ValidationError:
        raise Http404 from None
    return HttpResponse(picture, headers={**PRIVATE_HEADERS, "Content-Type": "image/jpeg"})


@require_safe
def send_slice(request: HttpRequest, series_id: UUID) -> StreamingHttpResponse:
    """The middle slice of a series of images."""
    series = find_row(ImagingSeries.objects.select_related("study__document"), request, series_id)
    try:
        return stream(serve_slice(series=series, actor=signed_in(request), now=timezone.now()))
    except ValidationError:
        raise Http404 from None


@require_safe
def send_original(request: HttpRequest, file_id: UUID) -> StreamingHttpResponse:
    file = find_row(DocumentFile.objects.select_related("document"), request, file_id)
    try:
        return stream(serve_file(file=file, actor=signed_in(request), now=timezone.now()))
    except ValidationError:
        raise Http404 from None


def find_made_version(request: HttpRequest, version_id: UUID) -> DossierVersion:
    version = find_row(DossierVersion.objects.select_related("dossier__case"), request, version_id)
    if not version.object_name:
        raise Http404
    return version


@require_safe
def send_dossier(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """The stored bytes of a version, sealed or to be checked; never made again."""
    version = find_made_version(request, version_id)
    data = serve_version(version=version, actor=signed_in(request), now=timezone.now())
    return HttpResponse(data, headers=pdf_headers(version))


@require_safe
def send_dossier_page(request: HttpRequest, version_id: UUID, number: int) -> HttpResponse:
    """One page of a version as a picture, drawn from the stored bytes."""
    version = find_made_version(request, version_id)
    if not 1 <= number <= version.page_count:
        raise Http404
    data = serve_version(version=version, actor=signed_in(request), now=timezone.now())
    try:
        picture = render_pages(data, Kind.PDF, [number])[0]
    except ReadingFailure:
        raise Http404 from None
    return HttpResponse(picture, headers={**PRIVATE_HEADERS, "Content-Type": "image/jpeg"})


@require_safe
def send_calendar(request: HttpRequest, case_id: UUID) -> HttpResponse:
    case = find_case(request, case_id)
    now = timezone.now()
    record(
        action="calendar.read",
        actor=signed_in(request),
        case_id=case.pk,
        target=f"casework.case:{case.pk}",
        now=now,
    )
    return HttpResponse(
        write_calendar(case, now=now),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="itinerary.ics"'},
    )
