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
