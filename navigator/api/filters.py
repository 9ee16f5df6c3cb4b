"""What a list may be narrowed by: the fields named here, and nothing else.

A case is named by its id and not looked up, so that a filter cannot tell whether it exists.
"""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.views import APIView

from cases.casework.models import Stage
from cases.clinical.models import DefinitionState, FactState, Overall
from documents.records.models import DocumentState, RecordKind

PAGING = frozenset({"cursor", "page_size"})


class UnknownParameter(exceptions.APIException):
    status_code = 400
    default_code = "unknown_parameter"
    default_detail = _("The address has a parameter that this list does not know; see the schema.")


class StrictFilters(DjangoFilterBackend):  # type: ignore[misc]  # ships no types
    """Refuses what it does not know: a misspelt filter would answer with everything."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> QuerySet[Any]:
        filterset_class = self.get_filterset_class(view, queryset)
        known = PAGING | set(filterset_class.base_filters if filterset_class else ())
        if set(request.query_params) - known:
            raise UnknownParameter
        narrowed: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return narrowed


class CaseFilters(FilterSet):  # type: ignore[misc]  # ships no types
    stage = django_filters.ChoiceFilter(choices=Stage.choices)


class OfCaseFilters(FilterSet):  # type: ignore[misc]  # ships no types
    case = django_filters.UUIDFilter(field_name="case_id")


class RecordFilters(OfCaseFilters):
    state = django_filters.ChoiceFilter(choices=DocumentState.choices)
    kind = django_filters.ChoiceFilter(choices=RecordKind.choices)


class FactFilters(OfCaseFilters):
    state = django_filters.ChoiceFilter(choices=FactState.choices)
    key = django_filters.CharFilter(max_length=80)


class EvaluationFilters(OfCaseFilters):
    indication = django_filters.CharFilter(max_length=120)
    overall = django_filters.ChoiceFilter(choices=Overall.choices)
    current = django_filters.BooleanFilter(field_name="superseded_at", lookup_expr="isnull")


class DefinitionFilters(FilterSet):  # type: ignore[misc]  # ships no types
    indication = django_filters.CharFilter(max_length=120)
    state = django_filters.ChoiceFilter(choices=DefinitionState.choices)
