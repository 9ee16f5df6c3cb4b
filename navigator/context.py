"""What every template may know."""

from django.conf import settings
from django.http import HttpRequest


def site(_request: HttpRequest) -> dict[str, str]:
    """Name of the product and of the office that runs it."""
    return {"site_name": settings.SITE_NAME, "organisation": settings.ORGANISATION}
