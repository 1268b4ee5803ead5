"""Words for people: texts of definitions in the reader's language, references, money and spans of time."""

from collections.abc import Mapping

from django import template
from django.utils.translation import get_language

from services.agencies import rules
from services.requests.rules import write_reference

register = template.Library()


@register.filter
def in_language(texts: Mapping[str, str] | None, language: str = "") -> str:
    """Give a text of a definition in the reader's language, or the nearest there is."""
    return rules.in_language(texts or {}, language or get_language() or "en")


@register.filter
def language_of(texts: Mapping[str, str] | None) -> str:
    """Give the language of the text that `in_language` shows when it isn't the reader's; else nothing."""
    language = get_language() or "en"
    if not texts or language in texts:
        return ""
    return "en" if "en" in texts else next(iter(texts))


@register.filter
def reference(value: str) -> str:
    """Write a reference in groups."""
    return write_reference(value)
