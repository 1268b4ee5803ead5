"""Take a document back."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.attempts import attempt
from portal.people import person, posted
from services.requests.models import Document
from services.workflow.operations.paper import revoke_document
from services.workflow.queries import requests_at_desks_of


class RevokeForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason of the revocation"),
        help_text=gettext_lazy("The applicant reads it. Others only see that the document was revoked."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Give the reason. The applicant will read it.")},
    )


@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for the reason and revoke a document."""
    seen = Document.objects.filter(service_request__in=requests_at_desks_of(person(request)), is_letter=False)
    document = get_object_or_404(seen.select_related("service_request"), pk=pk)
    form = RevokeForm(posted(request))
    if request.method == "GET" or not form.is_valid():
        context = {"document": document, "form": form}
        return render(request, "clerks/revoke.html", context, status=422 if form.errors else 200)

    def revoked() -> str:
        revoke_document(document, form.cleaned_data["reason"], person(request), timezone.now())
        return _("The document is revoked, and the applicant is told.")

    attempt(request, revoked)
    return redirect("desk_request", pk=document.service_request_id)
