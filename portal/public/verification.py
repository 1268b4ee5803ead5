"""Verify a document: by its number, or by the file itself."""

from hashlib import sha256

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.upload_limit import TooManyUploads, count_uploads, told_to_wait
from services.requests.document_numbers import read_document_number
from services.requests.models import Document
from services.requests.signing import verify as verify_signature


class VerifyForm(forms.Form):
    number = forms.CharField(label=_("Number of the document"), required=False, max_length=60)
    file = forms.FileField(label=_("Or the PDF file itself"), required=False)

    def clean_number(self) -> str:
        given = self.cleaned_data["number"]
        if given and read_document_number(given) is None:
            raise forms.ValidationError(_("This can't be a number of ours. Check it for typing errors."))
        return read_document_number(given) or "" if given else ""

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        file = data.get("file")
        if not self.errors and not data.get("number") and not file:
            raise forms.ValidationError(_("Type the number or choose the file."))
        if file is not None and file.size > settings.EVIDENCE_MAX_BYTES:
            words = _("The file is too large to be one of our documents. Choose another, or type the number.")
            self.add_error("file", words)
        return data


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Ask for a number or a file; tell whether the file is ours and unchanged."""
    form = VerifyForm(request.POST, request.FILES) if request.method == "POST" else VerifyForm()
    if request.method != "POST" or not form.is_valid():
        return render(request, "public/verify.html", {"form": form}, status=422 if form.errors else 200)
    if form.cleaned_data["file"] is None:
        return redirect("verify_document", number=form.cleaned_data["number"])
    try:
        count_uploads(request)
    except TooManyUploads:
        form.add_error("file", _("Too many files came from you within an hour. Try again later, or type the number."))
        return told_to_wait(render(request, "public/verify.html", {"form": form}))
    content = form.cleaned_data["file"].read()
    known = _issued().filter(sha256=sha256(content).hexdigest()).first()
    signature = verify_signature(content)
    context = {"signature": signature, "by_file": True, **_state(known if signature.is_ours else None)}
    if signature.is_ours and signature.is_receipt:
        context["state"] = "receipt"
    return render(request, "public/verified.html", context)


@require_safe
def verify_document(request: HttpRequest, number: str) -> HttpResponse:
    """Tell whether a document with this number was issued and is valid; never what it says or about whom."""
    plain = read_document_number(number)
    known = _issued().filter(number=plain).first() if plain else None
    return render(request, "public/verified.html", _state(known), status=200 if known else 404)


def _issued() -> QuerySet[Document]:
    return Document.objects.filter(is_letter=False).select_related("service_request__office__agency")


def _state(document: Document | None) -> dict[str, object]:
    """Tell `unknown`, `revoked`, `expired` or `valid`."""
    if document is None:
        return {"document": None, "state": "unknown"}
    state = document.state(timezone.localdate())
    return {"document": document, "state": state, "agency": document.service_request.office.agency}
