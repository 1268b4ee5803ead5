"""A document behind a link that its holder shared: each opening is on record, and the link ends by itself."""

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from services.requests.share_links import Opening
from services.workflow.operations.paper import open_shared

What = Opening.What


@require_GET
def shared(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Tell which document it is and whether it is valid, and offer the file."""
    document = open_shared(secret, What.SEEN, timezone.now())
    if document is None:
        return _nothing(request)
    agency = document.service_request.office.agency
    state = document.state(timezone.localdate())
    context = {"document": document, "state": state, "agency": agency, "secret": secret}
    return _told_to_nobody(render(request, "public/shared.html", context))


@require_GET
def shared_file(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Give the file itself."""
    document = open_shared(secret, What.TAKEN, timezone.now())
    if document is None:
        return _nothing(request)
    file = FileResponse(document.file.open(), as_attachment=True, filename=f"{document.number}.pdf")
    return _told_to_nobody(file)


def _nothing(request: HttpRequest) -> HttpResponse:
    """Answer a link that ended like one that never was."""
    answer = render(request, "public/shared_nothing.html", status=404)
    _told_to_nobody(answer)
    return answer


def _told_to_nobody(answer: HttpResponseBase) -> HttpResponseBase:
    """Keep the secret out of referrers, caches and search engines."""
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
