"""Texts of the API's description, which mark words of programs by backticks."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def coded(text: str) -> SafeString:
    """Give a text with what stands between backticks as code."""
    pieces = text.split("`")
    marks = ("{}", "<code>{}</code>")
    return format_html_join("", "{}", ((format_html(marks[n % 2], piece),) for n, piece in enumerate(pieces)))
