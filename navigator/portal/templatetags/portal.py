"""Filters of the families' pages."""

from django import template

register = template.Library()


@register.filter
def zone_place(zone: str) -> str:
    """`Berlin` of `Europe/Berlin`: how people name the clock of a place."""
    return zone.rpartition("/")[2].replace("_", " ")


@register.filter
def mask_address(address: str) -> str:
    """`r•••@example.org`: enough to see a slip of the finger, too little for who looks along."""
    box, sign, host = address.partition("@")
    return f"{box[:1]}•••@{host}" if sign else "•••"


@register.filter
def isolated(value: object) -> str:
    """A recorded value inside a sentence: its own direction leaves the words around it alone.

    For a value that stands by itself, `bdi` says the same to the browser.
    """
    return f"\u2068{value}\u2069" if value else ""
