"""Arithmetic of charts."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def largest(rows: Iterable[Mapping[str, Any]]) -> Any:
    """Give the largest value of a chart's rows, at least 1 where there is nothing to compare."""
    return max((row["value"] for row in rows), default=0) or 1
