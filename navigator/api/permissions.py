"""Who may ask the API at all; which rows they see is `visible_to`."""

from django.views import View
from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class StaffOfTheCase(BasePermission):
    """Signed-in staff whose role works on cases. Families use the portal, hospitals a grant."""

    def has_permission(self, request: Request, view: View) -> bool:  # noqa: ARG002  # DRF's name
        user = request.user
        return bool(user and user.is_authenticated and getattr(user, "works_on_cases", False))
