"""Routes for facts: list, show, state, confirm, correct, reject."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.clinical.errors import FactRefused
from cases.clinical.models import Fact
from cases.clinical.services import confirm_fact, correct_fact, enter_fact, reject_fact
from cases.clinical.vocabulary import UnknownFactError, spec_for
from navigator.api import filters, serializers as shapes
from navigator.api.permissions import signed_in
from navigator.api.rows import VisibleRows, find_case


class ValueRefused(exceptions.APIException):
    """The value is not one that the fact can have; says which can stand there."""

    status_code = 400
    default_code = "fact_refused"


@contextmanager
def saying_what_may_stand(key: str) -> Iterator[None]:
    """Say a refusal of the vocabulary without the words that were sent."""
    try:
        yield
    except FactRefused:
        raise ValueRefused(describe_values(key)) from None


def describe_values(key: str) -> str:
    try:
        spec = spec_for(key)
    except UnknownFactError:
        return _("The vocabulary has no fact of that key.")
    if spec.choices:
        values = ", ".join(value for value, _words in spec.choices)
        return _("%(fact)s: send one of %(values)s.") % {"fact": _(spec.label), "values": values}
    return _("%(fact)s: this is not a value that it can have.") % {"fact": _(spec.label)}


class FactViewSet(VisibleRows[Fact]):
    """Facts of the cases that you see, newest first. Posting one states it by your name."""

    queryset = Fact.objects.prefetch_related("evidence__file")
    serializer_class = shapes.FactOut
    filterset_class = filters.FactFilters
    ordering = ("-proposed_at", "-id")

    @extend_schema(request=shapes.FactIn, responses={201: shapes.FactOut})
    def create(self, request: Request) -> Response:
        """State a fact that no record says, with where it is known from."""
        asked = self.parse(shapes.FactIn)
        case = find_case(signed_in(request), asked.pop("case"))
        with saying_what_may_stand(asked["key"]):
            fact = enter_fact(case=case, actor=signed_in(request), now=timezone.now(), **asked)
        return Response(shapes.FactOut(fact).data, status=201)

    @extend_schema(request=None, responses=shapes.FactOut)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: UUID) -> Response:
        """Stand for a proposal as it is."""
        del pk
        fact = confirm_fact(fact=self.get_object(), actor=signed_in(request), now=timezone.now())
        return Response(shapes.FactOut(fact).data)

    @extend_schema(request=shapes.ReasonIn, responses=shapes.FactOut)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: UUID) -> Response:
        """Say that a proposal is not so. It stays, so that nobody proposes it anew."""
        del pk
        fact = self.get_object()
        asked = self.parse(shapes.ReasonIn)
        fact = reject_fact(fact=fact, actor=signed_in(request), now=timezone.now(), **asked)
        return Response(shapes.FactOut(fact).data)

    @extend_schema(request=shapes.CorrectionIn, responses=shapes.FactOut)
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: UUID) -> Response:
        """Confirm a proposal with another value; answers with the confirmed row."""
        del pk
        fact = self.get_object()
        asked = self.parse(shapes.CorrectionIn)
        with saying_what_may_stand(fact.key):
            fact = correct_fact(fact=fact, actor=signed_in(request), now=timezone.now(), **asked)
        return Response(shapes.FactOut(fact).data)
