"""Routes for cases and comparisons, the schema, and the address where nothing is."""

from typing import Any, NoReturn
from uuid import UUID

from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.views import APIView

from cases.casework.models import Case
from cases.clinical.models import Evaluation
from navigator.api import filters, serializers as shapes
from navigator.api.permissions import AnyStaff
from navigator.api.rows import VisibleRows


class CaseViewSet(VisibleRows[Case]):
    """Cases that you see, newest first."""

    queryset = Case.objects.select_related("patient", "owner")
    serializer_class = shapes.CaseOut
    filterset_class = filters.CaseFilters
    ordering = ("-opened_at", "-id")

    def find_case_id(self, row: Any) -> UUID:
        return row.pk  # type: ignore[no-any-return]  # it is the case


class EvaluationViewSet(VisibleRows[Evaluation]):
    """Comparisons with published wordings; `current=true` leaves out those that were superseded."""

    queryset = Evaluation.objects.defer("snapshot", "facts")
    serializer_class = shapes.EvaluationOut
    filterset_class = filters.EvaluationFilters
    ordering = ("-evaluated_at", "-id")


class SchemaView(SpectacularAPIView):
    """The API's description, as JSON or (`Accept: application/vnd.oai.openapi`) as YAML."""

    permission_classes = (AnyStaff,)
    renderer_classes = [OpenApiJsonRenderer, OpenApiYamlRenderer]  # its base has a list


@extend_schema(exclude=True)
class NothingHere(APIView):
    """Every other address below the API: the same words as for a row that is not there."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> NoReturn:
        super().initial(request, *args, **kwargs)
        raise exceptions.NotFound
