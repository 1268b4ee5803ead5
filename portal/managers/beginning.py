"""Begin a service that isn't here yet with another portal's package, or give up what was only begun."""

from functools import partial

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.managers.own import agencies_of
from portal.managers.packages import PackageForm, here, taken
from portal.people import person, posted
from portal.templatetags.words import named
from services.catalogue.models import DefinitionDraft, Service
from services.catalogue.sharing import CannotDiscard, CodeTaken, begin_service, discard_service


class BeginningForm(PackageForm):
    agency = forms.ChoiceField(
        label=gettext_lazy("Which agency will answer for it?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose an agency."),
            "invalid_choice": gettext_lazy("Choose an agency that you manage."),
        },
    )
    code = forms.RegexField(
        r"^[a-z][a-z0-9-]{0,59}$",
        label=gettext_lazy("Its code here"),
        help_text=gettext_lazy("It stands in the service’s address and never changes. Leave it empty to keep its own."),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "ltr", "spellcheck": "false"}),
        error_messages={
            "invalid": gettext_lazy("Use small letters, digits and hyphens, at most 60, beginning with a letter.")
        },
    )

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(posted(request), request.FILES or None)
        self.agencies = {agency.code: agency for agency in agencies_of(request)}
        field = self.fields["agency"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, named(agency)) for code, agency in self.agencies.items()]
        field.initial = next(iter(self.agencies), None)


@require_http_methods(["GET", "POST"])
def new_service(request: HttpRequest) -> HttpResponse:
    """Ask for a package, an agency and a code; keep its definition as the first draft of a service."""
    form = BeginningForm(request)
    if request.method == "POST" and form.is_valid():
        draft = _begun(request, form)
        if draft is not None:
            messages.success(request, _("The service was begun. Nobody but your agency’s managers sees it yet."))
            return redirect("managers_draft", code=draft.service.code, pk=draft.pk)
    return render(request, "managers/new_service.html", {"form": form}, status=422 if form.errors else 200)


def _begun(request: HttpRequest, form: BeginningForm) -> DefinitionDraft | None:
    known = form.cleaned_data
    code = known["code"] or known["file"].content.service
    begin = partial(
        begin_service, form.agencies[known["agency"]], code, by=person(request), now=timezone.now(), here=here()
    )
    try:
        return taken(form, begin)
    except CodeTaken:
        words = _("There is a service with the code “%(code)s” already. Choose another code.")
        form.add_error("code", words % {"code": code})
    return None


@require_http_methods(["GET", "POST"])
def discard(request: HttpRequest, code: str) -> HttpResponse:
    """Ask whether to give up a service that was begun and never published, and give it up."""
    begun = get_object_or_404(Service.objects.begun_by(agencies_of(request)), code=code)
    if request.method == "GET":
        return render(request, "managers/discard_service.html", {"service": begun})
    try:
        discard_service(begun, by=person(request), now=timezone.now())
    except CannotDiscard:
        messages.error(request, _("This service was published in the meantime: it stays."))
    else:
        messages.success(request, _("What was begun is gone. Its code is free again."))
    return redirect("managers")
