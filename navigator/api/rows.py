"""Lists and single rows of one model, through its one door, each look recorded."""

from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from cases.accounts.audit import record
from cases.accounts.models import User
from cases.casework.models import Case
from navigator.api.permissions import signed_in

M = TypeVar("M", bound=Model)
A_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def find_case(user: User, case_id: UUID) -> Case:
    """The case if this person may see it; otherwise 404, as for one that does not exist."""
    return get_object_or_404(Case.objects.visible_to(user), pk=case_id)


class VisibleRows(ListModelMixin, RetrieveModelMixin, GenericViewSet[M]):
    """Rows that the signed-in person may see; `ordering` is what their pages go by."""

    queryset: QuerySet[M]
    ordering: ClassVar[tuple[str, ...]]
    lookup_value_regex = A_UUID

    def get_queryset(self) -> QuerySet[M]:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):  # the schema is written for nobody
            return rows.none()
        return rows.visible_to(signed_in(self.request))  # type: ignore[attr-defined,no-any-return]  # all our managers have it

    def parse(self, shape: type[BaseSerializer[Any]]) -> dict[str, Any]:
        asked = shape(data=self.request.data)
        asked.is_valid(raise_exception=True)
        return dict(asked.validated_data)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of rows. The look is recorded once, with the case if the list is of one."""
        response = super().list(request, *args, **kwargs)
        asked_case = request.query_params.get("case")
        shown = len(response.data["results"])
        record(
            action="api.listed",
            actor=signed_in(request),
            case_id=UUID(asked_case) if asked_case and shown else None,
            detail={"rows": self.get_queryset().model._meta.label_lower, "shown": shown},  # noqa: SLF001  # Django's public name
            now=timezone.now(),
        )
        return response

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        del args, kwargs
        row = self.get_object()
        self.note_look(request, row)
        return Response(self.get_serializer(row).data)

    def note_look(self, request: Request, row: Model) -> None:
        record(
            action="api.read",
            actor=signed_in(request),
            case_id=self.find_case_id(row),
            target=f"{row._meta.label_lower}:{row.pk}",  # noqa: SLF001  # Django's public name
            now=timezone.now(),
        )

    def find_case_id(self, row: Any) -> UUID | None:
        return row.case_id  # type: ignore[no-any-return]  # every row below a case has it
