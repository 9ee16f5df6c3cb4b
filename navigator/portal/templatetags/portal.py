"""Filters of the families' pages."""

from django import template

register = template.Library()


@register.filter
def zone_place(zone: str) -> str:
    """`Berlin` of `Europe/Berlin`: how people name the clock of a place."""
    return zone.rpartition("/")[2].replace("_", " ")
