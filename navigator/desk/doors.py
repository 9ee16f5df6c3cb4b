"""From a person and an id to a row: the one that they may see, or 404."""

from typing import TypeVar, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone

from cases.accounts.audit import record
from cases.accounts.models import User
from cases.casework.models import Case

M = TypeVar("M", bound=Model)


def signed_in(request: HttpRequest) -> User:
    """The member of staff at the desk; the site's door lets in nobody else."""
    return cast("User", request.user)


def find_row(rows: QuerySet[M], request: HttpRequest, row_id: UUID) -> M:
    """A row through its one door; what is forbidden looks like what does not exist."""
    seen = cast("QuerySet[M]", rows.visible_to(signed_in(request)))  # type: ignore[attr-defined]  # a door of each model
    row = seen.filter(pk=row_id).first()
    if row is None:
        raise Http404
    return row


def find_case(request: HttpRequest, case_id: UUID) -> Case:
    """A case with its patient, owner and team."""
    return find_row(Case.objects.select_related("patient", "owner", "team"), request, case_id)


def note_look(request: HttpRequest, case: Case, part: str) -> None:
    record(
        action="case.read",
        actor=signed_in(request),
        case_id=case.pk,
        target=f"casework.case:{case.pk}",
        detail={"part": part},
        now=timezone.now(),
    )


def say_refusal(request: HttpRequest, refusal: ValidationError) -> None:
    """A refusal's own sentences, on the page that the person sees next."""
    for sentence in refusal.messages:
        messages.error(request, sentence)
