"""My documents: what I hold, whether it is valid, and with whom I share it until when."""

from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.citizens.rights import actor_on, own_request, own_requests
from portal.people import person, posted
from services.requests.models import Document, ServiceRequest
from services.requests.share_links import ShareLink
from services.workflow.operations.paper import end_sharing, share
from services.workflow.refusals import Refused


class ShareForm(forms.Form):
    days = forms.TypedChoiceField(
        label=gettext_lazy("How long shall the link work?"),
        choices=[(1, gettext_lazy("1 day")), (7, gettext_lazy("7 days")), (30, gettext_lazy("30 days"))],
        initial=7,
        coerce=int,
        widget=forms.RadioSelect,
    )


def own_documents(request: HttpRequest) -> QuerySet[Document]:
    """Give the documents that one may share: of one's own requests, by the account or by the codes."""
    documents = Document.objects.filter(service_request__in=own_requests(request))
    return documents.select_related("service_request__service", "service_request__version")


@require_safe
def my_documents(request: HttpRequest) -> HttpResponse:
    """List a person's documents, the latest first."""
    now = timezone.now()
    links = Count("share_links", filter=Q(share_links__revoked_at=None, share_links__expires_at__gt=now))
    own = Document.objects.filter(service_request__in=ServiceRequest.objects.of(person(request)))
    documents = own.select_related("service_request__service").annotate(links=links).order_by("-issued_at")
    rows = [(document, document.state(timezone.localdate())) for document in documents]
    return render(request, "citizens/my_documents.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
def share_document(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make a link to one document; its secret is shown this once."""
    document = get_object_or_404(own_documents(request).filter(is_letter=False), pk=pk)
    own, form, address = own_request(request, document.service_request_id), ShareForm(posted(request)), ""
    if request.method == "POST" and form.is_valid():
        try:
            _link, secret = share(document, form.cleaned_data["days"], actor_on(request, own), timezone.now())
            address = settings.SHARE_URL.format(secret=secret)
        except Refused as refused:
            form.add_error("days", str(refused.message))
    return _show_sharing(request, document, form, address)


def _show_sharing(request: HttpRequest, document: Document, form: ShareForm, address: str) -> HttpResponse:
    now = timezone.now()
    links = document.share_links.prefetch_related("openings").order_by("-made_at")
    context = {
        "document": document,
        "state": document.state(timezone.localdate()),
        "form": form,
        "address": address,
        "links": [(link, link.is_open(now)) for link in links],
    }
    return render(request, "citizens/share_document.html", context, status=422 if form.errors else 200)


@require_POST
def end_link(request: HttpRequest, pk: int) -> HttpResponse:
    """End a link before its time."""
    links = ShareLink.objects.filter(document__in=own_documents(request)).select_related("document")
    link = get_object_or_404(links, pk=pk)
    own = own_request(request, link.document.service_request_id)
    end_sharing(link, actor_on(request, own), timezone.now())
    messages.success(request, _("The link no longer works."))
    return redirect("my_document_share", pk=link.document_id)
