"""Searching pages, cases and records. The words are posted: they have no place in an address."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from documents.records.search_query import LONGEST_SEARCH
from documents.records.services.searching import search_papers
from navigator.api.permissions import signed_in
from navigator.api.rows import find_case
from navigator.api.serializers import Strict


class SearchIn(Strict):
    """`case` narrows to one case; `after` is that of an earlier answer, for the pages behind it."""

    words = serializers.CharField(max_length=LONGEST_SEARCH)
    case = serializers.UUIDField(default=None)
    after = serializers.IntegerField(default=None, min_value=1, max_value=2**63 - 1)


class FoundCaseOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    reference = serializers.CharField()
    patient = serializers.CharField(source="patient_name")


class FoundRecordOut(serializers.Serializer[Any]):
    """`date` is the one that the paper bears, perhaps partial, else the day on which it came."""

    id = serializers.UUIDField()
    case = FoundCaseOut()
    title = serializers.CharField()
    issuer = serializers.CharField()
    state = serializers.CharField()
    date = serializers.CharField()


class PieceOut(serializers.Serializer[Any]):
    """Plain text; `found`: it is one of the words that were looked for."""

    text = serializers.CharField()
    found = serializers.BooleanField(source="is_found")


class FoundPageOut(serializers.Serializer[Any]):
    record = FoundRecordOut()
    page = serializers.IntegerField(source="number")
    snippet = PieceOut(many=True)


class SearchOut(serializers.Serializer[Any]):
    """Cases and records by their names, in the first answer alone, and pages by their words.

    `cases_alike`: nobody has the name as it was sent, and these sound like it. `after` leads to
    more pages; it is null with the last of them.
    """

    cases = FoundCaseOut(many=True)
    cases_alike = serializers.BooleanField()
    records = FoundRecordOut(many=True)
    pages = FoundPageOut(many=True)
    after = serializers.IntegerField(allow_null=True)


class SearchView(APIView):
    """Search the cases that you see."""

    @extend_schema(operation_id="search_create", request=SearchIn, responses={200: SearchOut})
    def post(self, request: Request) -> Response:
        """Find pages with all the words, and cases and records by their names.

        The last word may be a beginning; words in quotes stand side by side. Each case of which
        something is shown is recorded as looked at.
        """
        asked = SearchIn(data=request.data)
        asked.is_valid(raise_exception=True)
        user, data = signed_in(request), asked.validated_data
        found = search_papers(
            asked=data["words"],
            actor=user,
            now=timezone.now(),
            case=find_case(user, data["case"]) if data["case"] else None,
            after=data["after"],
        )
        return Response(SearchOut(found).data)
