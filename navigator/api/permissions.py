"""Who may ask the API at all; which rows they see is `visible_to`.

Whoever may not is answered as if there were nothing: the refusal becomes a 404.
"""

from typing import cast

from django.views import View
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from cases.accounts.models import User


def signed_in(request: Request) -> User:
    """The member of staff who asks; the permissions below let in nobody else."""
    return cast("User", request.user)


class StaffOfTheCase(BasePermission):
    """Signed-in staff whose role works on cases. Families use the portal, hospitals a grant."""

    def has_permission(self, request: Request, view: View) -> bool:  # noqa: ARG002  # DRF's name
        user = request.user
        return isinstance(user, User) and user.is_active and user.works_on_cases


class AnyStaff(BasePermission):
    """Any signed-in member of staff: the schema tells of no case."""

    def has_permission(self, request: Request, view: View) -> bool:  # noqa: ARG002  # DRF's name
        return isinstance(request.user, User) and request.user.is_active and request.user.is_staff
