"""The municipality that a visitor chose: kept in a cookie that says nothing else, or named in the address."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from services.agencies.models import Agency

COOKIE, PARAMETER = "place", "place"
A_YEAR_S = 365 * 86_400


def place_of(request: HttpRequest) -> Agency | None:
    """Give the municipality named in the address, else the one kept; None for none and for one that isn't there."""
    code = request.GET.get(PARAMETER) or request.COOKIES.get(COOKIE, "")
    return municipalities().filter(code=code[:60]).first() if code.isprintable() and code else None


def municipalities() -> Any:
    return Agency.objects.filter(kind=Agency.Kind.MUNICIPAL).order_by("code")


@require_http_methods(["GET", "POST"])
def place(request: HttpRequest) -> HttpResponse:
    """Let a visitor choose where they live, or forget it."""
    back = _way_back(request)
    if request.method == "POST":
        return _kept(request, back)
    context = {"places": sorted(municipalities(), key=str), "chosen": place_of(request), "back": back}
    answer = render(request, "place.html", context)
    patch_vary_headers(answer, ["Cookie"])
    return answer


def _kept(request: HttpRequest, back: str) -> HttpResponse:
    code, answer = request.POST.get("place", "").replace("\0", ""), HttpResponseRedirect(back)
    if code and not municipalities().filter(code=code).exists():
        context = {"places": sorted(municipalities(), key=str), "back": back, "is_unknown": True}
        return render(request, "place.html", context, status=422)
    if code:
        answer.set_cookie(COOKIE, code, A_YEAR_S, secure=settings.IS_PRODUCTION, httponly=True, samesite="Lax")
    else:
        answer.delete_cookie(COOKIE, samesite="Lax")
    return answer


def _way_back(request: HttpRequest) -> str:
    wished = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wished, {request.get_host()}, require_https=request.is_secure())
    return wished if is_ours and wished.startswith("/") else "/"
