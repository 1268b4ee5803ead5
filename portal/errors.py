"""Pages for what went wrong, kind and with a way on."""

import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlparse

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language_bidi, get_language_from_request, gettext, override
from django.utils.translation import gettext_lazy as _
from django.views.defaults import bad_request, page_not_found, server_error
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import exceptions, status

from portal.kept_words import has_words, shown_again, typed_in, way_back

AWAY = (OperationalError, InterfaceError)
BACK_IN_S = 5
SECRETS_BELOW, PROGRAMS_BELOW = "/account/", "/api/"
FORMS = ("", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


class SignInFirst(Http404):
    """Nothing here belongs to somebody who isn't signed in: sign in, and see."""


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Tell that a form was too old to be taken; what the portal's own page sent can be sent again by one press."""
    typed = typed_in(request) if may_be_given_back(request) else {}
    if not has_words(typed):
        return render(request, "csrf.html", status=403)
    again = {"path": request.get_full_path(), "had_files": bool(request.FILES), "back": way_back(request)}
    return render(request, "csrf_again.html", {"kept": again, **shown_again(typed)}, status=403)


def may_be_given_back(request: HttpRequest) -> bool:
    """Tell whether a browser says that our own page sent this; passwords and codes are never shown again."""
    return came_from_here(request) and not request.path.startswith(SECRETS_BELOW)


def came_from_here(request: HttpRequest) -> bool:
    """Tell whether the browser names a page of ours as the sender; old ones tell it by Origin or Referer only.

    No page can choose these for another: one from elsewhere can leave `Referer` out, which counts as elsewhere.
    """
    if (site := request.headers.get("Sec-Fetch-Site")) is not None:
        return site == "same-origin"
    sender = urlparse(request.headers.get("Origin", request.headers.get("Referer", "")))
    return (sender.scheme, sender.netloc) == (request.scheme, request.get_host())


def refused(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Tell that a form was more than the portal takes at once, or arrived damaged; nothing of it was read."""
    if not isinstance(exception, (*TOO_MUCH, MultiPartParserError)):
        return bad_request(request, exception)
    is_too_much = isinstance(exception, TOO_MUCH)
    most_files = settings.DATA_UPLOAD_MAX_NUMBER_FILES if isinstance(exception, TooManyFilesSent) else 0
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE if is_too_much else status.HTTP_400_BAD_REQUEST
    context = {"is_too_much": is_too_much, "most_files": most_files}
    return render(request, "refused.html", context, status=status_code)


class WholeForms:
    """Refuse what comes in pieces of unknown length: browsers send no form so, and it would arrive empty."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "HTTP_TRANSFER_ENCODING" not in request.META:
            return self.get_response(request)
        if request.content_type in FORMS:
            return render(request, "refused.html", status=status.HTTP_400_BAD_REQUEST)
        words = gettext("Send it with its Content-Length, not in pieces.")
        return told("client_error", "length_required", words, status.HTTP_411_LENGTH_REQUIRED)


def told(kind: str, code: str, words: str, status_code: int) -> JsonResponse:
    """Tell a program what is wrong outside of its views, in the same shape as they do."""
    fault = {"code": code, "detail": words, "attr": None}
    return JsonResponse({"type": kind, "errors": [fault]}, status=status_code)


def missing(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Tell that there is no such page, and a program that there is no such address."""
    if request.path.startswith(PROGRAMS_BELOW):
        return told(
            "client_error", "not_found", gettext("There is nothing at this address."), status.HTTP_404_NOT_FOUND
        )
    return page_not_found(request, exception)


def fault(request: HttpRequest) -> HttpResponse:
    """Tell that the portal is away for a moment when it can't reach its database, else that it failed."""
    if isinstance(sys.exc_info()[1], AWAY):
        return away(request)
    return server_error(request)


def away(request: HttpRequest) -> HttpResponse:
    """Ask to come back in a moment, in the page's language, by a page that needs no database."""
    language = get_language_from_request(request)
    with override(language):
        words = {"language": language, "is_rtl": get_language_bidi(), "was_sending": request.method == "POST"}
        page = render_to_string("503.html", words)
    return HttpResponse(page, status=503, headers={"Retry-After": str(BACK_IN_S), "Cache-Control": "no-store"})


class Away(exceptions.APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "away"
    default_detail = _("The portal is away for a moment. Send the same again, with the same key, in a few seconds.")
    wait = BACK_IN_S


class TooMuch(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_much"
    default_detail = _("Too much was sent at once. Send less.")


class Faults(ExceptionHandler):
    """Tell programs when to come back, and what was more than is taken."""

    def convert_known_exceptions(self, exc: Exception) -> Any:
        """Take a database that can't be reached, and too large a form, for what they are: not faults of ours."""
        if isinstance(exc, TOO_MUCH):
            return TooMuch()
        return Away() if isinstance(exc, AWAY) else super().convert_known_exceptions(exc)

    def get_headers(self, exc: exceptions.APIException) -> dict[str, str]:
        """Give what an error has to say beside its words, too."""
        return {**super().get_headers(exc), **getattr(exc, "headers", {})}
