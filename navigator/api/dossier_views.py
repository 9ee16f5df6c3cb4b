"""Routes for dossiers: ask for a version, follow it, seal it, take the stored bytes."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from cases.hospitals.models import Referral
from documents.dossiers.fhir.bundle import MEDIA_TYPE
from documents.dossiers.fhir.serving import BUNDLE_HEADERS, serve_version_bundle
from documents.dossiers.models import Dossier, DossierVersion, VersionVariant
from documents.dossiers.services import request_dossier, seal_version
from documents.dossiers.serving import pdf_headers, serve_version
from navigator.api import filters, serializers as shapes
from navigator.api.bundle_views import RENDERERS
from navigator.api.permissions import signed_in
from navigator.api.rows import VisibleRows, find_case

VERSION = r"versions/(?P<number>[0-9]{1,4})"


class DossierViewSet(VisibleRows[Dossier]):
    """Dossiers and their numbered versions. Posting asks a worker for a new version."""

    queryset = Dossier.objects.prefetch_related(
        Prefetch("versions", DossierVersion.objects.defer("contents").order_by("-number"))
    )
    serializer_class = shapes.DossierOut
    filterset_class = filters.OfCaseFilters
    ordering = ("-created_at", "-id")

    @extend_schema(request=shapes.DossierIn, responses={202: shapes.VersionProgressOut})
    def create(self, request: Request) -> Response:
        """Ask for a version. A worker makes it: follow `Location` until it is to be checked."""
        asked = self.parse(shapes.DossierIn)
        user = signed_in(request)
        case = find_case(user, asked["case"])
        referral = None
        if asked["referral"] is not None:
            mine = Referral.objects.visible_to(user).filter(case=case)
            referral = get_object_or_404(mine, pk=asked["referral"])
        version = request_dossier(
            case=case,
            referral=referral,
            actor=user,
            now=timezone.now(),
            variant=VersionVariant(asked["variant"]),
            language=asked["language"],
        )
        where = reverse("api:dossier-version", args=[version.dossier_id, version.number])
        body = shapes.VersionProgressOut(version).data
        return Response(body, status=202, headers={"Location": where})

    def find_version(self, number: str) -> DossierVersion:
        versions = DossierVersion.objects.select_related("dossier__case").defer("contents")
        return get_object_or_404(versions, dossier=self.get_object(), number=int(number))

    @extend_schema(responses=shapes.VersionProgressOut)
    @action(detail=True, url_path=VERSION)
    def version(self, request: Request, pk: UUID, number: str) -> Response:
        """One version, with the progress of the work on it."""
        del pk
        row = self.find_version(number)
        self.note_look(request, row)
        return Response(shapes.VersionProgressOut(row).data)

    @extend_schema(request=None, responses=shapes.VersionOut)
    @action(detail=True, methods=["post"], url_path=VERSION + "/seal")
    def seal(self, request: Request, pk: UUID, number: str) -> Response:
        """Seal a version that was made and checked, for ever."""
        del pk
        row = self.find_version(number)
        row = seal_version(version=row, actor=signed_in(request), now=timezone.now())
        return Response(shapes.VersionOut(row).data)

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(detail=True, url_path=VERSION + "/file")
    def download(self, request: Request, pk: UUID, number: str) -> HttpResponse:
        """The stored bytes, sealed or to be checked; recorded before the first one leaves."""
        del pk
        row = self.find_version(number)
        data = serve_version(version=row, actor=signed_in(request), now=timezone.now())
        return HttpResponse(data, headers=pdf_headers(row))

    @extend_schema(responses={(200, MEDIA_TYPE): OpenApiTypes.OBJECT})
    @action(detail=True, url_path=VERSION + "/fhir", renderer_classes=RENDERERS)
    def bundle(self, request: Request, pk: UUID, number: str) -> HttpResponse:
        """The FHIR document that is attached to the version's file, as it was made with it."""
        del pk
        row = self.find_version(number)
        data = serve_version_bundle(version=row, actor=signed_in(request), now=timezone.now())
        return HttpResponse(data, headers=BUNDLE_HEADERS)

    def find_case_id(self, row: Any) -> UUID:
        return row.dossier.case_id if isinstance(row, DossierVersion) else row.case_id
