"""How often somebody may do a thing, counted in the cache that all processes share."""

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

HOUR = 60 * 60


def count_too_many(what: str, whose: str, most: int) -> bool:
    """Whether `whose` has done `what` more than `most` times within the hour."""
    key = f"limit:{what}:{whose}"
    if cache.add(key, 1, HOUR):
        return False
    try:
        return cache.incr(key) > most
    except ValueError:  # it ran out between the two calls
        return False


def find_network(request: HttpRequest) -> str:
    """From where somebody asks, as far as it can be believed.

    Behind a proxy all connections come from it; then the last address of the list counts, which
    the proxy itself put there. What a visitor wrote into the list stands before it.
    """
    told: str = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_PROXY else ""
    return told.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")
