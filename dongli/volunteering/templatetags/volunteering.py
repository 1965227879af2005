"""`{% load volunteering %}`: the name of a kind of help."""

from django import template

register = template.Library()


@register.filter
def named(names: dict[str, str], code: str) -> str:
    """The name of the kind of help with this code; the code itself when it is not known."""
    return names.get(code, code)
