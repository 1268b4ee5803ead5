"""How many files one sender may bring, by whatever way: each is looked over, which costs seconds."""

from http import HTTPStatus

from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from portal.limits import HOUR, Limit, address_of
from services.requests.supplying import BadEvidence

UPLOADS, TOO_MANY = Limit("uploads", 300, HOUR), "too_many"


class TooManyUploads(BadEvidence):
    """So many files came from one sender that these have to wait."""


def count_uploads(request: HttpRequest, files: int = 1) -> None:
    """Count files before they are looked over; raise `TooManyUploads`, and count none, when they are too many."""
    if files == 0:
        return
    sender = _sender(request)
    if UPLOADS.is_used_up(sender, files):
        raise TooManyUploads(_("Too many files came from you within an hour. Add this one later; all else is kept."))
    UPLOADS.count(sender, files)


def refuse_file(form: Form, field: str, bad: BadEvidence) -> None:
    """Tell at its field why a file isn't taken."""
    form.add_error(field, ValidationError(bad.message, code=TOO_MANY if isinstance(bad, TooManyUploads) else None))


def answered(response: HttpResponse, *forms: Form) -> HttpResponse:
    """Say in an answer that the sender has to wait, when one of its forms refuses too many files."""
    if any(form.has_error(field, TOO_MANY) for form in forms for field in form.errors):
        return told_to_wait(response)
    return response


def told_to_wait(response: HttpResponse) -> HttpResponse:
    response.status_code, response.headers["Retry-After"] = HTTPStatus.TOO_MANY_REQUESTS, str(HOUR)
    return response


def _sender(request: HttpRequest) -> str:
    """Tell who sends files: the person who is signed in, else the address that they come from."""
    return str(request.user.pk) if request.user.is_authenticated else address_of(request)
