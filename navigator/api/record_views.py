"""Routes for records: list, show, send, accept, return, and the file as it was sent."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.accounts.models import User
from cases.casework.models import Case
from documents.records.intake import SealingUploadHandler
from documents.records.models import Document, DocumentFile
from documents.records.services import accept_document, accept_upload, reject_document
from documents.records.serving import serve_file
from navigator.api import filters, serializers as shapes
from navigator.api.permissions import signed_in
from navigator.api.rows import VisibleRows, find_case


class RecordViewSet(VisibleRows[Document]):
    """Records of the cases that you see, newest first."""

    queryset = Document.objects.prefetch_related("files")
    serializer_class = shapes.RecordOut
    filterset_class = filters.RecordFilters
    ordering = ("-received_at", "-id")

    @extend_schema(request=None, responses=shapes.RecordOut)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: UUID) -> Response:
        """Say that the paper is the patient's, readable, and belongs in the file."""
        del pk
        row = accept_document(
            document=self.get_object(), actor=signed_in(request), now=timezone.now()
        )
        return Response(shapes.RecordOut(row).data)

    @extend_schema(request=shapes.RejectionIn, responses=shapes.RecordOut)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: UUID) -> Response:
        """Return the paper with a reason that the family reads."""
        del pk
        row = self.get_object()
        row = reject_document(
            document=row,
            reason=self.parse(shapes.RejectionIn)["reason"],
            actor=signed_in(request),
            now=timezone.now(),
        )
        return Response(shapes.RecordOut(row).data)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, url_path=r"files/(?P<version>[0-9]{1,4})")
    def download(self, request: Request, pk: UUID, version: str) -> StreamingHttpResponse:
        """The bytes of one version as they were sent; recorded before the first one leaves."""
        del pk
        file = get_object_or_404(
            DocumentFile.objects.select_related("document"),
            document=self.get_object(),
            version=int(version),
        )
        served = serve_file(file=file, actor=signed_in(request), now=timezone.now())
        return StreamingHttpResponse(served.chunks, headers=served.headers)


class CaseRecordsView(APIView):
    """Records are sent to their case, so that their bytes can be sealed while they arrive."""

    parser_classes = (MultiPartParser,)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Set the sealing handler before anything reads the body: the check of its token does."""
        user = request.user
        if request.method == "POST" and isinstance(user, User) and user.works_on_cases:
            case = Case.objects.visible_to(user).filter(pk=kwargs["case_id"]).first()
            if case is not None:
                request.upload_handlers = [SealingUploadHandler(request, case=case)]
        return super().dispatch(request, *args, **kwargs)

    @extend_schema(
        operation_id="cases_records_create",
        request={"multipart/form-data": shapes.RecordIn},
        responses={201: shapes.RecordOut, 200: shapes.RecordOut},
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Send a file. The same bytes again make no second record: 200 and the one that is here."""
        case = find_case(signed_in(request), case_id)
        asked = shapes.RecordIn(data=request.data)
        asked.is_valid(raise_exception=True)
        document = accept_upload(
            case=case,
            source=asked.validated_data["file"],
            kind=asked.validated_data["kind"],
            actor=signed_in(request),
            now=timezone.now(),
        )
        status = 200 if document.already_here else 201
        return Response(shapes.RecordOut(document).data, status=status)
