"""Write the next version of a service, beginning with the current one."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.managers.own import own_begun
from portal.people import person, posted
from services.catalogue.definition_text import LONGEST
from services.catalogue.drafting import check_draft, text_of
from services.catalogue.models import Service
from services.workflow.actions import FORMS

LATEST = 10


class TextForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("The whole definition"),
        help_text=gettext_lazy("As YAML. Nothing is published by checking it."),
        required=False,
        strip=False,
        max_length=LONGEST,
        widget=forms.Textarea(
            attrs={"rows": 24, "class": "code", "dir": "ltr", "spellcheck": "false", "autocomplete": "off"}
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file instead of the text above"),
        required=False,
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}),
    )

    def clean_file(self) -> str:
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is None:
            return ""
        if (file.size or 0) > LONGEST:
            raise forms.ValidationError(_("This file is too large to be a definition. Choose another."))
        try:
            text = file.read().decode()
        except UnicodeDecodeError:
            raise forms.ValidationError(_("This file isn’t text in UTF-8. Save it so, or choose another.")) from None
        if "\0" in text:
            raise forms.ValidationError(_("This file isn’t text in UTF-8. Save it so, or choose another."))
        return text

    def clean(self) -> None:
        known = self.cleaned_data
        if not (known.get("text", "").strip() or known.get("file")) and not self.errors:
            self.add_error("text", _("Write the definition, or choose its file."))

    @property
    def whole(self) -> str:
        """Give the text with plain line ends: browsers send their own."""
        text: str = self.cleaned_data["file"] or self.cleaned_data["text"]
        return text.replace("\r\n", "\n").replace("\r", "\n")


@require_http_methods(["GET", "POST"])
def versions(request: HttpRequest, code: str) -> HttpResponse:
    """Show the current definition to be changed; check what is sent and keep it as a draft.

    A service that was only begun has a latest draft in its place.
    """
    service = own_begun(request, code)
    if request.method == "GET" and service.current is None:
        return redirect("managers_draft", code=code, pk=service.definition_drafts.latest("made_at").pk)
    form = TextForm(posted(request), request.FILES or None, initial={"text": _text_to_change(service)})
    if request.method == "POST" and form.is_valid():
        draft = check_draft(service, form.whole, person(request), timezone.now(), FORMS)
        return redirect("managers_draft", code=code, pk=draft.pk)
    drafts = service.definition_drafts.select_related("by", "base", "version", "origin").annotate(tried=Count("trials"))
    context = {
        "service": service,
        "form": form,
        "drafts": drafts.order_by("-made_at")[:LATEST],
        "versions": service.versions.defer("source").order_by("-number"),
    }
    return render(request, "managers/versions.html", context, status=422 if form.errors else 200)


def _text_to_change(service: Service) -> str:
    return text_of(service.current) if service.current else service.definition_drafts.latest("made_at").text
