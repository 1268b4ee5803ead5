"""What addresses of figures may say, and a clear answer to what they may not."""

from collections.abc import Callable, Collection
from datetime import date
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from services.transparency.periods import UNITS, ReversedPeriod, UnknownPeriod, period_of

MOST_ROWS = 10_000
View = Callable[..., HttpResponseBase]


class BadParameter(ValueError):
    """A parameter of an address can't be meant; the message says what may stand there."""


def with_good_parameters(view: View) -> View:
    """Answer 400 with what may stand there when a parameter can't be meant."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **more: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **more)
        except BadParameter as bad:
            return render(request, "public/bad_parameter.html", {"why": str(bad)}, status=400)

    return guarded


def one_of(request: HttpRequest, name: str, known: Collection[str], default: str = "") -> str:
    """Read a parameter that must be one of some words."""
    value = request.GET.get(name) or default
    if value and value not in known:
        raise BadParameter(
            _("“%(name)s” may be one of: %(known)s.") % {"name": name, "known": ", ".join(sorted(known)[:40])}
        )
    return value


def period_in(request: HttpRequest, today: date, name: str = "period") -> str:
    """Read the name of a period; '' when none is given."""
    value = request.GET.get(name, "")[:40]
    if not value and (request.GET.get("from") or request.GET.get("to")):
        value = f"{request.GET.get('from', '')[:10]}..{request.GET.get('to', '')[:10]}"
    try:
        if value:
            period_of(value, today)
    except ReversedPeriod:
        raise BadParameter(_("The period ends before it begins. Swap its two months.")) from None
    except UnknownPeriod:
        raise BadParameter(
            _(
                "A period is 12m, 12m-before, all, a year (2026), a quarter (2026-Q1), a month (2026-03), or two of "
                "them: 2025-04..2026-03. It may not lie in the future."
            )
        ) from None
    return value


def unit_in(request: HttpRequest) -> str:
    return one_of(request, "unit", UNITS, "month")


def rows_in(request: HttpRequest) -> int:
    """Read how many rows are asked for at most."""
    value = request.GET.get("rows", "")
    if not value:
        return MOST_ROWS
    if not value.isascii() or not value.isdigit() or not 0 < int(value[:12]) <= MOST_ROWS:
        raise BadParameter(_("“rows” may be a number from 1 to %(most)s.") % {"most": MOST_ROWS})
    return int(value)


def number_in(request: HttpRequest, name: str, default: int, most: int) -> int:
    """Read a whole number from 0 to `most`."""
    value = request.GET.get(name, "")
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or int(value[:12]) > most:
        raise BadParameter(_("“%(name)s” may be a number from 0 to %(most)s.") % {"name": name, "most": most})
    return int(value)
