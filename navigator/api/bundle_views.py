"""A case as an FHIR R4 document, for the programs of a hospital."""

from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from cases.hospitals.models import Referral
from documents.dossiers.fhir.bundle import MEDIA_TYPE
from documents.dossiers.fhir.serving import BUNDLE_HEADERS, serve_case_bundle
from navigator.api import serializers as shapes
from navigator.api.filters import UnknownParameter
from navigator.api.permissions import signed_in
from navigator.api.rows import find_case


class FhirRenderer(JSONRenderer):
    """So that a program may ask for the type that it gets; refusals are our own JSON."""

    media_type = MEDIA_TYPE
    format = "fhir"


RENDERERS: Final = (JSONRenderer, FhirRenderer)


class CaseBundleView(APIView):
    """The confirmed facts of a case as a document bundle with mCODE STU4 profiles."""

    renderer_classes = RENDERERS

    @extend_schema(
        operation_id="cases_fhir_retrieve",
        parameters=[
            OpenApiParameter(
                "referral",
                OpenApiTypes.UUID,
                description="For which hospital: its consent says how much of the person is told.",
            ),
            OpenApiParameter(
                "deidentified",
                OpenApiTypes.BOOL,
                description="Structured facts alone, without names, papers and free text. Days "
                "stay: it is not anonymous, and not to be given out as such.",
            ),
        ],
        responses={(200, MEDIA_TYPE): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request, case_id: UUID) -> HttpResponse:
        """The facts that a dossier made now would say. Recorded before the first byte leaves."""
        user = signed_in(request)
        case = find_case(user, case_id)
        if set(request.query_params) - {"referral", "deidentified"}:
            raise UnknownParameter
        asked = shapes.BundleIn(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        referral = None
        if asked.validated_data["referral"] is not None:
            mine = Referral.objects.visible_to(user).filter(case=case)
            referral = get_object_or_404(mine, pk=asked.validated_data["referral"])
        data = serve_case_bundle(
            case=case,
            referral=referral,
            deidentified=asked.validated_data["deidentified"],
            actor=user,
            now=timezone.now(),
        )
        return HttpResponse(data, headers=BUNDLE_HEADERS)
