"""Pages by key: page 1,500 costs what page 1 costs."""

import re
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView

A_SIZE = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)


class BadCursor(exceptions.APIException):
    status_code = 400
    default_code = "bad_cursor"
    default_detail = _("This page address is not one of ours. Begin again with the first page.")


class BadPageSize(exceptions.APIException):
    status_code = 400
    default_code = "bad_page_size"
    default_detail = _("page_size is a whole number from 1 to 200.")


class KeysetPagination(CursorPagination):
    """Newest first, as the view's `ordering` says; the cursor is opaque to the client."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"

    def get_ordering(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> tuple[str, ...]:
        del request, queryset
        ordering: tuple[str, ...] = view.ordering  # type: ignore[attr-defined]  # of our lists
        return ordering

    def get_page_size(self, request: Request) -> int:
        asked = request.query_params.get(self.page_size_query_param)
        if asked is None:
            return self.page_size
        if not (A_SIZE.fullmatch(asked)):
            raise BadPageSize
        return min(int(asked), self.max_page_size)

    def paginate_queryset(
        self, queryset: QuerySet[Any] | Sequence[Any], request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        """The position inside a cursor is anybody's writing until the database has read it."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (exceptions.NotFound, ValidationError, OverflowError, ValueError):
            raise BadCursor from None
