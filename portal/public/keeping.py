"""What is told of figures is made once, and kept until they are counted on: nobody's own things are in it."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import caches
from django.db.models import Max, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from services.transparency.models import Cursor, EquityRun, OfficeFigures

LONGEST_ADDRESS = 300
PARTS = ("title", "breadcrumbs", "main")
BETWEEN = "<!-- the next part -->"
Made = TypeVar("Made")


def kept(request: HttpRequest, make: Callable[[], Made]) -> Made:
    """Give what was made for this address and language since the figures were counted last, or make it now.

    What managers write is on record, and counts as counted on. Faults are raised and never kept.
    """
    address = request.get_full_path()
    if not settings.FIGURES_KEPT_S or len(address) > LONGEST_ADDRESS:
        return make()
    state = (address, get_language(), timezone.localdate(), *_counted_at())
    cache, key = caches["figures"], sha256(repr(state).encode()).hexdigest()
    made: Made | None = cache.get(key)
    if made is None:
        made = make()
        cache.set(key, made, settings.FIGURES_KEPT_S)
    return made


def _counted_at() -> tuple[Any, ...]:
    """Give what changes with each count of figures; one query."""
    offices = _newest(OfficeFigures.objects.all(), "made_at")
    groups = _newest(EquityRun.objects.all(), "pk")
    rows = Cursor.objects.annotate(offices=offices, groups=groups)
    return rows.values_list("transaction", "event_id", "offices", "groups").first() or ()


def _newest(rows: QuerySet[Any], name: str) -> Subquery:
    return Subquery(rows.order_by().values_list().annotate(newest=Max(name)).values("newest")[:1])


def kept_page(request: HttpRequest, template: str, context: Callable[[], Mapping[str, Any]]) -> HttpResponse:
    """Show a page whose parts are kept; its frame, with the visitor's own things, is made anew."""

    def parts() -> list[str]:
        whole = render_to_string(template, {**context(), "frame": "public/parts.html"}, request)
        return whole.split(BETWEEN)

    told = {name: mark_safe(part) for name, part in zip(PARTS, kept(request, parts), strict=True)}  # noqa: S308 - rendered
    return render(request, "public/kept.html", {"kept": told})
