"""Pages for what went wrong, kind and with a way on."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render


class SignInFirst(Http404):
    """Nothing here belongs to somebody who isn't signed in: sign in, and see."""


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Tell that a form was too old to be taken, and that what was typed is kept by the browser."""
    return render(request, "csrf.html", status=403)
