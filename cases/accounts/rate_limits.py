"""How often somebody may do a thing, counted in the cache that all processes share."""

from django.core.cache import cache

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
