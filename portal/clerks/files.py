"""Files of a request at the desk: to take away, or to look at without opening them."""

from io import BytesIO
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.brought_files import gives_brought_files, to_save
from portal.people import person
from services.requests.evidence import Evidence
from services.requests.models import Document, ServiceRequest
from services.requests.previews import NoPreview, page_as_picture, pages_of
from services.workflow.operations.looking import open_file, purpose_of_look
from services.workflow.queries import requests_to_read

PDF = "application/pdf"


@require_safe
@gives_brought_files
def evidence(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Give a file of a request that the clerk may see, as an attachment that no browser runs."""
    file = _file(request, pk)
    if not looks_rightly(request, file.service_request):
        return redirect("desk_request", pk=file.service_request_id)
    return to_save(file)


@require_safe
def preview(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Show a file page by page, as pictures."""
    file = _file(request, pk)
    if not looks_rightly(request, file.service_request):
        return redirect("desk_request", pk=file.service_request_id)
    try:
        count = pages_of(file.file.read()) if file.content_type == PDF else 1
    except NoPreview:
        count = 0
    asked = request.GET.get("page", "1")
    number = min(int(asked), count) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 1
    context = {"file": file, "count": count, "number": max(number, 1)}
    return render(request, "clerks/preview.html", context)


@require_safe
@gives_brought_files
def page(request: HttpRequest, pk: UUID, number: int) -> HttpResponseBase:
    """Give a page of a file as a picture."""
    file = _file(request, pk)
    if not looks_rightly(request, file.service_request):
        return redirect("desk_request", pk=file.service_request_id)
    if file.content_type != PDF:
        return FileResponse(file.file.open(), content_type=file.content_type)
    try:
        picture = page_as_picture(file.file.read(), number)
    except NoPreview:
        raise Http404 from None
    return FileResponse(BytesIO(picture), content_type="image/png")


def _file(request: HttpRequest, pk: UUID) -> Evidence:
    seen = requests_to_read(person(request))
    known = Evidence.objects.readable().filter(service_request__in=seen).select_related("service_request__version")
    return get_object_or_404(known, pk=pk)


@require_safe
def document(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Give a document of a request that the clerk may see."""
    documents = Document.objects.filter(service_request__in=requests_to_read(person(request))).exclude(file="")
    issued = get_object_or_404(documents.select_related("service_request"), pk=pk)
    if not looks_rightly(request, issued.service_request):
        return redirect("desk_request", pk=issued.service_request_id)
    return FileResponse(issued.file.open(), as_attachment=True, filename=f"{issued.number}.pdf")


def looks_rightly(request: HttpRequest, seen: ServiceRequest | None) -> bool:
    """Put the look at a file on record; tell whether there is a purpose for it."""
    assert seen is not None
    user, now = person(request), timezone.now()
    has_purpose = bool(purpose_of_look(seen, user, now))
    if has_purpose:
        open_file(seen, user, now)
    return has_purpose
